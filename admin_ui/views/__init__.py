"""One blueprint a noun, one file each."""

from flask import Blueprint

from admin_ui.views import health, home, password, recordings, signing_in, ticket, ticket_steps, tickets

NOUNS = (health, home, password, recordings, signing_in, ticket, ticket_steps, tickets)


def blueprints() -> list[Blueprint]:
    """Every blueprint of the pages."""
    return [noun.blueprint for noun in NOUNS]
