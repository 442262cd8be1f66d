"""质检: calls that operators took, drawn by lot or chosen by a person, and how well each was answered, for its operator
to read. A score that is given anew takes the place of the one before; both stand in the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Select, String, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.database import Base, insert_into
from recordings import listening
from recordings.recordings import Kind, Recording
from recordings.recordings import State as Kept

BEST, MOST_DRAWN, LONGEST = 100, 50, 500


class AssessmentError(Exception):
    """Something about an assessment that can't be; the text is fit for a person."""


class State(StrEnum):
    """Whether it was judged yet."""

    OPEN = "open"
    SCORED = "scored"


class Assessment(Base):
    """One call that was drawn or chosen, and what came of it: a score of 0 to 100, with remarks."""

    __tablename__ = "assessment"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), unique=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)  # who took the call
    drawn: Mapped[bool]  # by lot
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    score: Mapped[int | None]
    remarks: Mapped[str] = mapped_column(String(LONGEST), default="")
    scored_by: Mapped[str] = mapped_column(String(60), default="")
    scored_at: Mapped[datetime | None]
    call: Mapped[Call] = relationship()
    operator: Mapped[Account] = relationship()


@dataclass(frozen=True)
class Lot:
    """What is drawn from: calls that began from `since` to before `until`, of one operator or of all; and how many."""

    count: int
    since: datetime
    until: datetime
    operator_id: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; whatever is empty doesn't narrow. `until` is the first moment after the call began."""

    state: State | None = None
    operator_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Scores:
    """How many calls of one operator were drawn or chosen, how many of them judged, and the sum of the scores."""

    operator_id: int
    operator: str
    chosen: int
    scored: int
    total: int


def draw(session: Session, lot: Lot, *, by: Account, at: datetime) -> int:
    """Have so many calls drawn by lot, each call once for ever; how many there were. Which, and out of what, stands in
    the trail, so that nobody draws until he likes what he gets."""
    if not 1 <= lot.count <= MOST_DRAWN:
        raise AssessmentError("一次可抽取1至50个通话")
    found = session.execute(_drawable(lot, by).order_by(func.random()).limit(lot.count)).all()
    if not found:
        raise AssessmentError("该范围内没有可以抽取的通话")
    _put(session, [(call_id, operator_id) for call_id, operator_id in found if operator_id], drawn=True, by=by, at=at)
    audit.note(session, "assessment.drawn", by=by.login, at=at, about=("assessment", "lot"), operator=lot.operator_id,
               since=lot.since.isoformat(), until=lot.until.isoformat(), calls=[row[0] for row in found])  # fmt: skip
    return len(found)


def score(session: Session, call: Call, *, points: int | None, remarks: str, by: Account, at: datetime) -> None:
    """Judge how a call was answered: by who has heard it, and not by who took it."""
    if call.operator_id is None or call.ended_at is None:
        raise AssessmentError("只能评接线员接听且已结束的通话")
    if call.operator_id == by.id:
        raise AssessmentError("不能评自己接听的通话")
    if points is None or not 0 <= points <= BEST:
        raise AssessmentError("评分应为0至100的整数")
    if not remarks.strip():
        raise AssessmentError("请写明评语")
    if not listening.has_heard(session, call.id, by=by.login):
        raise AssessmentError("请先收听录音，再评分")
    _put(session, [(call.id, call.operator_id)], drawn=False, by=by, at=at)
    row = session.scalars(select(Assessment).where(Assessment.call_id == call.id).with_for_update()).one()
    before, row.score, row.remarks = row.score, points, remarks.strip()[:LONGEST]
    row.scored_by, row.scored_at = by.login, at
    audit.note(session, "assessment.scored", by=by.login, at=at, about=("call", call.id), reason=row.remarks,
               score=points, before=before)  # fmt: skip


def of_call(session: Session, call_id: str) -> Assessment | None:
    """What there is of a call."""
    return session.scalar(select(Assessment).where(Assessment.call_id == call_id))


def listed(wanted: Wanted) -> Select[Assessment]:
    """What waits to be judged before the rest, the latest first."""
    query = select(Assessment).options(selectinload(Assessment.call), selectinload(Assessment.operator))
    query = query.join(Call, Call.id == Assessment.call_id).where(*_narrowed(wanted))
    return query.order_by(Assessment.scored_at.is_not(None), Assessment.id.desc())


def scores(session: Session, wanted: Wanted) -> list[Scores]:
    """The same counted by operator."""
    query = (
        select(Account.id, Account.name, func.count(), func.count(Assessment.score), func.sum(Assessment.score))
        .select_from(Assessment).join(Account, Account.id == Assessment.operator_id)
        .join(Call, Call.id == Assessment.call_id).where(*_narrowed(wanted))
        .group_by(Account.id, Account.name).order_by(Account.name, Account.id)
    )  # fmt: skip
    return [Scores(operator_id, name, chosen, scored, total or 0)
            for operator_id, name, chosen, scored, total in session.execute(query)]  # fmt: skip


def _put(session: Session, calls: list[tuple[str, int]], *, drawn: bool, by: Account, at: datetime) -> None:
    """The rows of calls that have none yet, whoever else makes them in this moment."""
    rows = [{"call_id": call_id, "operator_id": operator_id, "drawn": drawn, "by": by.login, "at": at, "remarks": "",
             "scored_by": ""} for call_id, operator_id in calls]  # fmt: skip
    statement = insert_into(session, Assessment).on_conflict_do_nothing(index_elements=["call_id"])
    session.connection().execute(statement, rows)


def _drawable(lot: Lot, by: Account) -> Select[str, int | None]:
    """Calls of others that are over and can be heard. Those whose caller asked for secrecy are not drawn: to hear one
    takes another person's consent."""
    heard = exists().where(Recording.call_id == Call.id, Recording.kind == Kind.CALL, Recording.state == Kept.COMPLETE)
    secret = exists().where(Ticket.call_id == Call.id, Ticket.confidential.is_(True))
    query = select(Call.id, Call.operator_id).where(
        Call.began_at >= lot.since, Call.began_at < lot.until, Call.ended_at.is_not(None),
        Call.operator_id.is_not(None), Call.operator_id != by.id, heard, ~secret,
        ~exists().where(Assessment.call_id == Call.id),
    )  # fmt: skip
    return query if lot.operator_id is None else query.where(Call.operator_id == lot.operator_id)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        scored = Assessment.score.is_not(None)
        conditions.append(scored if wanted.state is State.SCORED else ~scored)
    if wanted.operator_id is not None:
        conditions.append(Assessment.operator_id == wanted.operator_id)
    if wanted.since is not None:
        conditions.append(Call.began_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Call.began_at < wanted.until)
    return conditions
