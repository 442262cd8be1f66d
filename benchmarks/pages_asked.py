"""Which pages `make bench-pages` asks for: each list of the staff's, as whoever uses it asks for it."""

from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.pages_of_calls import CALLS
from benchmarks.pages_of_knowledge import KNOWLEDGE
from benchmarks.pages_of_tickets import TICKETS
from benchmarks.pages_words import FAR

LISTS = CALLS | TICKETS | KNOWLEDGE


@dataclass(frozen=True)
class Named:
    """What stands in a database that is measured: a day, and the first of a month and of a year before it, with calls;
    words of some tickets; a whole number; and one of each thing that has a page of its own."""

    day: str
    month: str
    year: str
    words: str
    caller: str
    call_id: str
    ticket: str
    callback: int
    wrong: int  # a version that was told and withdrawn


@dataclass(frozen=True)
class Ask:
    """One page, as one person asks for it."""

    who: str
    list: str
    what: str
    path: str


def asks(named: Named) -> tuple[Ask, ...]:
    """All of them."""
    day = date.fromisoformat(named.day)
    given = vars(named) | {"four": named.caller[-4:], "far": FAR, "week": day - timedelta(days=6)}
    pages = [(who, name, what, f"{path}?{query}" if query else path)
             for (who, name, path), queries in LISTS.items() for what, query in queries.items()]  # fmt: skip
    return tuple(Ask(who, name, what, asked.format(**given)) for who, name, what, asked in pages)


def files(named: Named) -> tuple[Ask, ...]:
    """All lists as files."""
    return tuple(Ask(who, name, "export", path.format(**vars(named))) for who, name, path in EXPORTS)


EXPORTS = (
    ("supervisor", "assessments", "/assessments/export.csv"), ("operator1", "own calls", "/own-calls/export.csv"),
    ("supervisor", "calls", "/calls/export.csv"), ("supervisor", "tickets", "/tickets/export.csv"),
    ("supervisor", "transfers", "/transfers/export.csv"), ("supervisor", "call-backs", "/callbacks/export.csv"),
    ("supervisor", "missed", "/missed/export.csv"), ("supervisor", "places", "/places/export.csv"),
    ("supervisor", "inbox", "/inbox/export.csv"), ("auditor", "audit", "/audit/export.csv"),
    ("supervisor", "asked", "/asked/askings.csv"), ("admin", "deliveries", "/deliveries/export.csv"),
    ("inspector", "supervision", "/supervision/export.csv"), ("supervisor", "shares", "/shares/export.csv"),
    ("supervisor", "12345", "/passed/export.csv"), ("supervisor", "handings", "/figures/departments/handings.csv"),
    ("supervisor", "departments' rates", "/figures/departments/export.csv"),
    ("office.city", "monthly report", "/figures/reports/export.csv"),
    ("supervisor", "annex 9", "/figures/monthly.xlsx"), ("liaison.gongan", "annex 9", "/figures/monthly.xlsx"),
    ("supervisor", "asked, figures", "/asked/export.csv"), ("office.city", "asked in vain", "/unanswered/export.csv"),
    ("office.city", "corrections", "/corrections/export.csv"),
    ("office.city", "who was told", "/corrections/{wrong}/export.csv"),
    ("office.city", "ledger", "/ledger/export.csv"), ("office.city", "review", "/review/export.csv"),
    ("office.city", "knowledge", "/knowledge/export.csv"), ("office.city", "annex 5", "/forms/filled/5.xlsx"),
    ("office.city", "authorisations", "/authorisations/export.csv"),
    ("office.city", "coverage", "/authorisations/coverage/export.csv"),
    ("office.city", "licences", "/licences/export.csv"), ("office.city", "departments", "/departments/export.csv"),
    ("office.city", "liaisons", "/liaisons/export.csv"),
    ("office.city", "categories", "/categories/export.csv"), ("office.city", "synonyms", "/synonyms/export.csv"),
    ("office.city", "phrasings", "/phrasings/export.csv"), ("office.city", "phrasings' worth", "/phrasings/worth.csv"),
    ("office.city", "freshness", "/freshness/export.csv"),
    ("office.city", "freshness of one", "/freshness/2/export.csv"),
    ("office.city", "chasing", "/freshness/chase/export.csv"), ("liaison.gongan", "update", "/update/export.csv"),
    ("office.city", "forms", "/forms/export.csv"), ("office.city", "rules of tickets", "/rules/export.csv"),
    ("liaison.gongan", "reply texts", "/reply-templates/export.csv"), ("admin", "accounts", "/accounts/export.csv"),
    ("supervisor", "recordings", "/custody/export.csv"), ("supervisor", "retention", "/retention/export.csv"),
    ("supervisor", "flags", "/flags/export.csv"), ("supervisor", "barred", "/barring/export.csv"),
    ("supervisor", "menu", "/menu/export.csv"), ("supervisor", "switches", "/switches/export.csv"),
    ("supervisor", "calendar", "/calendar/export.csv"), ("supervisor", "voice", "/voice/export.csv"),
    ("supervisor", "voice, readings", "/voice/readings/export.csv"),
)  # fmt: skip
