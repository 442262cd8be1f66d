"""The public pages: one blueprint a noun, one file each."""

from flask import Blueprint

from admin_ui.public.pages import (
    ask,
    attachments,
    categories,
    departments,
    entries,
    exchange,
    follow,
    health,
    home,
    licences,
    search,
)

NOUNS = (home, search, entries, departments, categories, licences, ask, follow, attachments, health, exchange)


def blueprints() -> list[Blueprint]:
    """Every blueprint of the public pages."""
    return [noun.blueprint for noun in NOUNS]
