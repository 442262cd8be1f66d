"""One blueprint a noun, one file each."""

from flask import Blueprint

from admin_ui.views import (
    accounts,
    audit,
    authorisations,
    call,
    callbacks,
    calls,
    departments,
    desk,
    desk_answers,
    desk_events,
    desk_readiness,
    desk_referrals,
    figures,
    forms,
    freshness,
    health,
    home,
    knowledge,
    password,
    recordings,
    signing_in,
    system,
    ticket,
    ticket_steps,
    tickets,
    unmasking,
    updates,
)

NOUNS = (
    accounts, audit, authorisations, call, callbacks, calls, departments, desk, desk_answers, desk_events,
    desk_readiness, desk_referrals, figures, forms, freshness, health, home, knowledge, password, recordings,
    signing_in, system, ticket, ticket_steps, tickets, unmasking, updates,
)  # fmt: skip


def blueprints() -> list[Blueprint]:
    """Every blueprint of the pages."""
    return [noun.blueprint for noun in NOUNS]
