"""Which pages `make bench-pages` asks for: each list of the staff's, as whoever uses it asks for it."""

from dataclasses import dataclass

FAR = "9999999"
"""A page beyond the last shows the last."""
OF_MONTH = "since={month}&until={day}"
LISTS: dict[tuple[str, str, str], dict[str, str]] = {
    ("supervisor", "calls", "/calls"): {
        "all": "", "page 2": "page=2", "in the middle": "page=20000", "last page": "page={far}",
        "a day": "since={day}&until={day}", "a month": OF_MONTH, "abandoned": "outcome=abandoned",
        "by machine": "outcome=answered_by_machine",
        "by machine, last page": "outcome=answered_by_machine&page={far}",
        "within 15 s": "line=quick", "lost": "line=lost", "waiting": "line=waiting", "call-backs": "direction=out",
        "number": "q={caller}", "four digits": "q={four}", "id": "q={call_id}", "no such": "q=没有这个"},
    ("office.city", "calls", "/calls"): {
        "all": "", "in the middle": "page=20000", "four digits": "q={four}", "number": "q={caller}"},
    ("supervisor", "tickets", "/tickets"): {
        "all": "", "page 2": "page=2", "in the middle": "page=3000", "last page": "page={far}",
        "my turn": "mine=1", "overdue": "overdue=1", "in hand": "state=in_hand", "filed": "state=filed",
        "filed, last page": "state=filed&page={far}",
        "complaints": "class=complaint", "department": "department=2",
        "words": "q={words}", "words of many": "q=来电人", "no such words": "q=没有这个", "number": "q={ticket}"},
    ("operator1", "tickets", "/tickets"): {"all": "", "my turn": "mine=1", "words": "q={words}"},
    ("liaison.gongan", "tickets", "/tickets"): {
        "all": "", "my turn": "mine=1", "last page": "page={far}", "overdue": "overdue=1", "words": "q={words}"},
    ("leader.gongan", "tickets", "/tickets"): {"all": "", "my turn": "mine=1"},
    ("office.city", "tickets", "/tickets"): {"all": "", "my turn": "mine=1", "words": "q={words}"},
    ("office.hongta", "tickets", "/tickets"): {"all": "", "my turn": "mine=1"},
    ("inspector", "tickets", "/tickets"): {"all": "", "overdue": "overdue=1"},
    ("supervisor", "transfers", "/transfers"): {
        "all": "", "last page": "page={far}", "a month": OF_MONTH, "nobody": "state=nobody",
        "counted": "counted=1", "department": "department=2"},
    ("supervisor", "call-backs", "/callbacks"): {
        "all": "", "last page": "page={far}", "due": "state=due", "done": "state=done", "by person": "by_person=1",
        "mine": "mine=1"},
    ("operator1", "call-backs", "/callbacks"): {"mine": "mine=1"},
    ("supervisor", "missed", "/missed"): {
        "all": "", "last page": "page={far}", "open": "over=open", "mine": "mine=1", "counted": "counted=1",
        "in time": "in_time=1", "a month": OF_MONTH, "not reached": "over=not_reached"},
    ("supervisor", "places", "/places"): {
        "all": "", "last page": "page={far}", "open": "over=open", "expired": "over=expired", "a month": OF_MONTH},
    ("liaison.gongan", "inbox", "/inbox"): {
        "all": "", "last page": "page={far}", "unread": "state=unread", "new": "topic=new", "a month": OF_MONTH},
    ("supervisor", "inbox", "/inbox"): {"all": "", "last page": "page={far}", "unread": "state=unread"},
    ("auditor", "audit", "/audit"): {
        "all": "", "last page": "page={far}", "a month": OF_MONTH, "by": "by=supervisor",
        "deed": "deed=ticket.sign", "rare deed": "deed=database", "thing": "thing={ticket}"},
    ("office.city", "ledger", "/ledger"): {"all": "", "last page": "page={far}", "reviews": "deed=reviews"},
    ("office.city", "knowledge", "/knowledge"): {"all": "", "words": "q=居住证", "department": "department=2"},
    ("liaison.gongan", "knowledge", "/knowledge"): {"all": "", "words": "q=居住证"},
    ("office.city", "asked in vain", "/unanswered"): {
        "all": "", "last page": "page={far}", "open": "state=open", "words": "q=居住证",
        "by machine": "channel=machine"},
    ("liaison.gongan", "asked in vain", "/unanswered"): {"all": ""},
    ("supervisor", "asked", "/asked/askings"): {
        "all": "", "last page": "page={far}", "a month": OF_MONTH, "nothing found": "found=nothing",
        "words": "q=居住证", "no such words": "q=没有这个"},
    ("supervisor", "asked, figures", "/asked"): {"30 days": "", "a month": OF_MONTH},
    ("inspector", "supervision", "/supervision"): {"all": "", "words": "q=居住证", "department": "department=2"},
    ("supervisor", "figures", "/figures"): {"today": "", "a day": "day={day}"},
    ("supervisor", "figures, renewed", "/figures/board"): {"today": ""},
    ("admin", "deliveries", "/deliveries"): {
        "all": "", "last page": "page={far}", "failed": "state=failed", "by SMS": "channel=sms",
        "a month": OF_MONTH, "of a ticket": "thing={ticket}"},
    ("supervisor", "recordings", "/custody"): {"all": "", "open": "show=open"},
    ("supervisor", "retention", "/retention"): {"all": ""},
    ("office.city", "corrections", "/corrections"): {"all": ""},
    ("office.city", "freshness", "/freshness"): {"all": ""},
    ("leader.gongan", "phrasings", "/phrasings"): {"all": ""},
    ("office.city", "review", "/review"): {"all": ""},
    ("operator1", "desk", "/desk"): {"page": ""},
    ("supervisor", "call", "/calls/{call_id}"): {"page": ""},
    ("supervisor", "ticket", "/tickets/{ticket}"): {"page": ""},
    ("admin", "accounts", "/accounts"): {"all": ""},
}  # fmt: skip
"""By who asks, the list and its page: what of it he asks for, and how the query says so."""


@dataclass(frozen=True)
class Ask:
    """One page, as one person asks for it."""

    who: str
    list: str
    what: str
    path: str


def asks(*, day: str, month: str, words: str, caller: str, call_id: str, ticket: str) -> tuple[Ask, ...]:
    """All of them. `day` and `month` are a day and the first of a month with calls; `words` stand in some tickets;
    `caller` is a whole number, `call_id` and `ticket` name one of each."""
    named = {"day": day, "month": month, "words": words, "caller": caller, "four": caller[-4:], "call_id": call_id,
             "ticket": ticket, "far": FAR}  # fmt: skip
    pages = [(who, name, what, f"{path}?{query}" if query else path)
             for (who, name, path), queries in LISTS.items() for what, query in queries.items()]  # fmt: skip
    return tuple(Ask(who, name, what, asked.format(**named)) for who, name, what, asked in pages)


EXPORTS = (
    ("supervisor", "calls", "/calls/export.csv"), ("supervisor", "tickets", "/tickets/export.csv"),
    ("supervisor", "transfers", "/transfers/export.csv"), ("supervisor", "call-backs", "/callbacks/export.csv"),
    ("supervisor", "missed", "/missed/export.csv"), ("supervisor", "places", "/places/export.csv"),
    ("supervisor", "inbox", "/inbox/export.csv"), ("auditor", "audit", "/audit/export.csv"),
    ("supervisor", "asked", "/asked/askings.csv"), ("admin", "deliveries", "/deliveries/export.csv"),
    ("inspector", "supervision", "/supervision/export.csv"),
)  # fmt: skip
