"""What a caller adds at 12345 to the matter that it passed to us: he urges it (催单) or tells more (补充)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.passed import passed
from dispatch.passed.passed import Came
from dispatch.passed.passed_fields import first, spelled, wrong
from dispatch.passed.passed_matters import SOURCE, PassedMatter
from dispatch.tickets import urging
from dispatch.tickets.tickets import Ticket, guarded
from hotline.settings import Settings

KINDS = {"催单": urging.URGE, "补充": urging.SUPPLEMENT}
LONGEST = {"number": 40, "kind": 12, "words": urging.LONGEST}
BY_HAND = "投诉、举报和保密事项的内容由热线改写后补充"


class Added(StrEnum):
    """What became of it."""

    TAKEN = "taken"
    KNOWN = "known"  # the same was sent of late
    BY_HAND = "by_hand"  # its words identify a caller whom no department may know: a person writes them anew
    OVER = "over"
    FAULTY = "faulty"


def take(session: Session, given: Mapping[str, object], came: Came, *, settings: Settings,
         at: datetime) -> tuple[Added, Ticket | None, dict[str, str]]:
    """Note it on the ticket with that foreign number, which that interface passed or a file. What can't be noted is
    kept for a person, with its faults; nothing that a caller said is lost."""
    said = {name: value.strip() for name, value in given.items() if isinstance(value, str)}
    number, kind = spelled(said.get("number", "")), said.get("kind", "")
    kind, words = KINDS.get(kind, kind), said.get("words", "")
    faults = first(wrong(given, said, LONGEST, ("number", "kind")), _unreadable(number, kind, words))
    ticket = None if faults else _of(session, number, came)
    if ticket is None:
        return _kept(session, given, number, faults or {"number": "没有该编号的转来工单"}, came, Added.FAULTY, at=at)
    if not urging.open_to_caller(ticket):
        return _kept(session, given, number, {"number": "工单已办结，请作为新的事项转来"}, came, Added.OVER, at=at)
    if guarded(ticket) and words:
        return _kept(session, given, number, {"words": BY_HAND}, came, Added.BY_HAND, at=at)
    new = urging.add_elsewhere(session, ticket, kind=kind, words=words, by=SOURCE, settings=settings, at=at)
    return (Added.TAKEN if new else Added.KNOWN), ticket, {}


def _of(session: Session, number: str, came: Came) -> Ticket | None:
    """The ticket of a foreign number; what another interface passed is none of this one's."""
    theirs = or_(PassedMatter.webhook_id == came.webhook_id, PassedMatter.webhook_id.is_(None))
    return session.scalar(select(Ticket).join(PassedMatter, PassedMatter.ticket_id == Ticket.id).where(
        PassedMatter.foreign_number == number, PassedMatter.taken, theirs))  # fmt: skip


def _kept(session: Session, given: Mapping[str, object], number: str, faults: dict[str, str], came: Came,
          became: Added, *, at: datetime) -> tuple[Added, None, dict[str, str]]:
    passed.refused(session, given, number, faults, came, at=at)
    return became, None, faults


def _unreadable(number: str, kind: str, words: str) -> Iterator[tuple[str, str]]:
    if not number:
        yield "number", "应为4至40位的字母、数字或-_/"
    if kind not in KINDS.values():
        yield "kind", "应为催单、补充之一"
    elif kind == urging.SUPPLEMENT and not words:
        yield "words", "必填"
