"""The list of calls, narrowed: by time, outcome, what the line did, how they were handled, who called, who was rung."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, or_, select

from dispatch.calls.calls import Call, Outcome
from dispatch.calls.desk import Offer
from dispatch.calls.handled import CONDITIONS as HANDLED
from dispatch.calls.handled import Handled
from dispatch.tickets import reach
from dispatch.tickets.list_order import LAST_FOUR
from hotline.accounts.accounts import Account
from hotline.durations import seconds
from hotline.phones import normalise

QUICK = timedelta(seconds=15)  # source: GB/T 33358, as reported


class OnTheLine(StrEnum):
    """What became of a call that asked for a person."""

    QUEUED = "queued"
    WAITING = "waiting"
    TALKING = "talking"
    ANSWERED = "answered"
    LOST = "lost"
    QUICK = "quick"  # within the time of the standard
    ASKED = "asked"  # all of whom it is known what became of them


class Direction(StrEnum):
    """Who rang whom."""

    IN = "in"
    OUT = "out"  # a call-back


@dataclass(frozen=True)
class WantedCalls:
    """What somebody looks for; whatever is empty doesn't narrow. `until` is the first moment after; `rung` is the
    account of an operator whose telephone rang for them."""

    since: datetime | None = None
    until: datetime | None = None
    outcome: Outcome | None = None
    line: OnTheLine | None = None
    text: str = ""
    direction: Direction | None = None
    rung: int | None = None
    handled: Handled | None = None


CONDITIONS: dict[OnTheLine, tuple[ColumnElement[bool], ...]] = {
    OnTheLine.QUEUED: (Call.queued_at.is_not(None),),
    OnTheLine.WAITING: (Call.queued_at.is_not(None), Call.answered_at.is_(None), Call.ended_at.is_(None)),
    OnTheLine.TALKING: (Call.operator_id.is_not(None), Call.ended_at.is_(None)),
    OnTheLine.ANSWERED: (Call.queued_at.is_not(None), Call.answered_at.is_not(None)),
    OnTheLine.LOST: (Call.queued_at.is_not(None), Call.answered_at.is_(None), Call.ended_at.is_not(None)),
    OnTheLine.QUICK: (seconds(Call.queued_at, Call.answered_at) <= QUICK.total_seconds(),),
    OnTheLine.ASKED: (Call.queued_at.is_not(None), or_(Call.answered_at.is_not(None), Call.ended_at.is_not(None))),
}


def listed_calls(wanted: WantedCalls, *, account: Account) -> Select[Call]:
    """The calls, newest first. The text is a call's id, a whole number, or a number's last four digits; by a number
    nobody finds the calls of whose caller he may know nothing."""
    query = select(Call).where(*_narrowed(wanted)).order_by(Call.began_at.desc(), Call.id)
    if wanted.text:
        four = len(wanted.text) == 4 and wanted.text.isdigit()
        whole = normalise(wanted.text) or wanted.text  # words are nobody's number, and not that of who withholds his
        number = LAST_FOUR.in_([wanted.text]) if four else Call.caller == whole
        query = query.where(or_(Call.id == wanted.text, and_(number, ~reach.nameless(account))))
    return query


def _narrowed(wanted: WantedCalls) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield Call.began_at >= wanted.since
    if wanted.until is not None:
        yield Call.began_at < wanted.until
    if wanted.outcome is not None:
        yield Call.outcome == wanted.outcome
    if wanted.direction is not None:
        yield Call.direction == wanted.direction
    if wanted.line is not None:
        yield from CONDITIONS[wanted.line]
    if wanted.handled is not None:
        yield from HANDLED[wanted.handled]
    if wanted.rung is not None:
        yield Call.id.in_(select(Offer.call_id).where(Offer.account_id == wanted.rung))
