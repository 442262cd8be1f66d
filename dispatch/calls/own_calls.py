"""The calls of one operator, as he sees them himself: those that he took or placed, those that rang at his telephone
and went to somebody else or to nobody, and how they were judged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from dispatch.calls.assessments import Assessment
from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.durations import seconds


class Own(StrEnum):
    """Which of them."""

    TAKEN = "taken"
    MISSED = "missed"  # rang at his telephone, and he didn't take it
    JUDGED = "judged"


@dataclass(frozen=True)
class WantedOwn:
    """What he looks for: calls that began from `since` to before `until`."""

    since: datetime
    until: datetime
    which: Own = Own.TAKEN


@dataclass(frozen=True)
class OwnFigures:
    """What he did in that time: each figure is that of a list."""

    taken: int
    missed: int
    judged: int
    talk: float | None  # seconds of a call that he took, on average
    score: float | None  # on average


def listed(account: Account, wanted: WantedOwn) -> Select[Call]:
    """The calls, newest first."""
    query = select(Call).where(Call.began_at >= wanted.since, Call.began_at < wanted.until)
    mine = Call.operator_id == account.id
    match wanted.which:
        case Own.TAKEN:
            query = query.where(mine)
        case Own.JUDGED:
            scored = Assessment.operator_id == account.id, Assessment.score.is_not(None)
            query = query.where(mine, Call.id.in_(select(Assessment.call_id).where(*scored)))
        case Own.MISSED:
            rang = select(Offer.call_id).where(Offer.account_id == account.id, Offer.outcome == "missed")
            query = query.where(Call.id.in_(rang), or_(Call.operator_id.is_(None), ~mine))
    return query.order_by(Call.began_at.desc(), Call.id)


def own_call(session: Session, call_id: str, *, account: Account) -> Call | None:
    """The call, if he took or placed it."""
    return session.scalar(select(Call).where(Call.id == call_id, Call.operator_id == account.id))


def figures(session: Session, account: Account, *, since: datetime, until: datetime) -> OwnFigures:
    """His own figures of that time."""
    in_time = Call.operator_id == account.id, Call.began_at >= since, Call.began_at < until
    lasted = func.avg(seconds(Call.answered_at, Call.ended_at))
    taken, talk = session.execute(select(func.count(), lasted).select_from(Call).where(*in_time)).one()
    judged = and_(Assessment.call_id == Call.id, Assessment.score.is_not(None))
    count, score = session.execute(
        select(func.count(), func.avg(Assessment.score)).select_from(Call).join(Assessment, judged).where(*in_time)
    ).one()
    missed = listed(account, WantedOwn(since, until, Own.MISSED)).order_by(None).with_only_columns(func.count())
    return OwnFigures(taken, session.scalar(missed) or 0, count, None if talk is None else float(talk),
                      None if score is None else float(score))  # fmt: skip


def judged_among(session: Session, call_ids: list[str]) -> dict[str, Assessment]:
    """What was judged of these calls."""
    query = select(Assessment).where(Assessment.call_id.in_(call_ids), Assessment.score.is_not(None))
    return {row.call_id: row for row in session.scalars(query)}


def tickets_among(session: Session, call_ids: list[str]) -> dict[str, list[str]]:
    """The numbers of the tickets that these calls gave."""
    found: dict[str, list[str]] = {}
    query = select(Ticket.call_id, Ticket.number).where(Ticket.call_id.in_(call_ids)).order_by(Ticket.id)
    for call_id, number in session.execute(query):
        found.setdefault(str(call_id), []).append(number)
    return found
