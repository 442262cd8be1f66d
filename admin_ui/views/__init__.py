"""One blueprint a noun, one file each."""

from flask import Blueprint

from admin_ui.views import (
    accounts,
    analytics,
    asked,
    audit,
    authorisation_form,
    authorisation_sheet,
    authorisation_steps,
    authorisations,
    call,
    callback,
    callbacks,
    calls,
    categories,
    chasing,
    comparing,
    corrections,
    coverage,
    departments,
    desk,
    desk_answers,
    desk_events,
    desk_readiness,
    desk_referrals,
    desk_transfers,
    entry_files,
    entry_phrasings,
    entry_steps,
    entry_writing,
    figures,
    forms,
    freshness,
    health,
    home,
    knowledge,
    ledger,
    licence_steps,
    licence_versions,
    licences,
    password,
    phrasings,
    recordings,
    review,
    signing_in,
    succession,
    synonyms,
    system,
    ticket,
    ticket_drafting,
    ticket_steps,
    tickets,
    unmasking,
    updates,
)

NOUNS = (
    accounts, analytics, asked, audit, authorisation_form, authorisation_sheet, authorisation_steps, authorisations,
    call, callback, callbacks, calls, categories, chasing, comparing, corrections, coverage, departments, desk,
    desk_answers, desk_events, desk_readiness, desk_referrals,
    desk_transfers, entry_files, entry_phrasings, entry_steps, entry_writing,
    figures, forms, freshness, health, home, knowledge, ledger, licence_steps, licence_versions, licences, password,
    phrasings, recordings, review, signing_in, succession, synonyms, system, ticket, ticket_drafting, ticket_steps,
    tickets, unmasking, updates,
)  # fmt: skip


def blueprints() -> list[Blueprint]:
    """Every blueprint of the pages."""
    return [noun.blueprint for noun in NOUNS]
