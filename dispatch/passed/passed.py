"""Matters that 12345 passes to us: each becomes one ticket under its foreign number, and none is lost on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dispatch.passed import passed_answers, passed_codes, passed_fields
from dispatch.passed.passed_fields import BODY, Told
from dispatch.passed.passed_matters import SOURCE, PassedMatter
from dispatch.tickets import alerts, caller_sms, intake
from dispatch.tickets.list_order import says
from dispatch.tickets.steps import ReferralError, reasoned
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import insert_into
from hotline.settings import Settings
from hotline.telling import notices
from hotline.telling.notices import Topic


class Outcome(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    KNOWN = "known"  # the same stood already
    FAULTY = "faulty"
    DIFFERENT = "different"  # another matter stands under its number


@dataclass(frozen=True)
class Came:
    """By whom it came, and by which interface; none: as a file."""

    by: str
    webhook_id: int | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a message, and where it is kept."""

    outcome: Outcome
    row: PassedMatter


def take(session: Session, given: Mapping[str, object], came: Came, *, settings: Settings, at: datetime) -> Taken:
    """Take a message in, once under its number, however often it is sent. What can't be taken is kept for a person."""
    told = passed_fields.read(given)
    if told.faults or told.matter is None:
        return Taken(Outcome.FAULTY, refused(session, given, told.number, told.faults, came, at=at))
    digest = passed_fields.digest(given)
    row = insert_into(session, PassedMatter)
    row = row.values(foreign_number=told.number, taken=True, digest=digest, content={}, faults={}, by=came.by, at=at,
                     webhook_id=came.webhook_id, settled_by="", settled_why="")  # fmt: skip
    stood = session.scalar(select(Ticket.number).where(Ticket.foreign_number == told.number))
    made = None if stood else session.execute(row.on_conflict_do_nothing().returning(PassedMatter.id)).scalar()
    if made is None:
        return _known(session, given, told, came, digest=digest, at=at)
    kept = session.get_one(PassedMatter, made)
    kept.ticket = _lodged(session, told, settings=settings, at=at)
    session.flush()
    return Taken(Outcome.TAKEN, kept)


def unreadable(session: Session, body: bytes, came: Came, *, at: datetime) -> PassedMatter:
    """Keep a message that nobody can read as what it should be."""
    given = {BODY: body.decode(errors="replace").replace("\0", "�")}
    return refused(session, given, "", {BODY: "应为JSON对象"}, came, at=at)


def listed(*, text: str = "", common: bool = False, open_only: bool = False) -> Select[PassedMatter]:
    """All that came, the latest first; `text` stands in its number there or in our ticket, `common`: in very many of
    our tickets."""
    query = select(PassedMatter).options(joinedload(PassedMatter.ticket)).order_by(PassedMatter.id.desc())
    if text:
        theirs = select(PassedMatter.id).where(PassedMatter.foreign_number.icontains(text, autoescape=True))
        ours = select(PassedMatter.id).join(PassedMatter.ticket).where(says(text, common=common))
        query = query.where(PassedMatter.id.in_(theirs.union(ours)))
    if open_only:
        query = query.where(PassedMatter.taken.is_(False), PassedMatter.settled_at.is_(None))
    return query


def settle(session: Session, row: PassedMatter, *, why: str, by: Account, at: datetime) -> None:
    """A person has seen to it: what could not be taken, or the answer that no interface carries. What was wrong stays
    named; what the message said goes."""
    ground = reasoned(why, "请写明如何处理")
    if row.settled_at is not None or (row.taken and row.webhook_id is not None):
        raise ReferralError("该记录无需处理，或已处理")
    row.settled_by, row.settled_at, row.settled_why, row.content = by.login, at, ground, {}
    audit.note(session, "passed.settled", by=by.login, at=at, about=("passed_matter", row.id), reason=ground)


def again(session: Session, came: PassedMatter, *, by: Account, at: datetime) -> None:
    """Tell them once more what they were to hear last, for whatever reason it didn't reach them."""
    ticket = came.ticket
    steps = [step for step in ticket.steps if step.action in passed_answers.EVENTS] if ticket is not None else []
    if ticket is None or came.webhook_id is None or not steps:
        raise ReferralError("没有可以再次发送的内容")
    passed_answers.owe(session, came.webhook_id, ticket, steps[-1], at=at, key=f":{at.isoformat()}")
    audit.note(session, "passed.again", by=by.login, at=at, about=("ticket", ticket.number))


def _lodged(session: Session, told: Told, *, settings: Settings, at: datetime) -> Ticket:
    assert told.matter is not None  # noqa: S101 (it has no faults)
    code = passed_codes.mint(session, told.number, settings=settings)
    ticket = intake.refer(session, told.matter, call=None, recording=None, code=code, by=SOURCE, settings=settings,
                             at=at, own=told.matter.summary, own_title=told.matter.title)  # fmt: skip
    ticket.source, ticket.foreign_number = SOURCE, told.number
    caller_sms.lodged(session, ticket, code, at=at)
    return ticket


def _known(session: Session, given: Mapping[str, object], told: Told, came: Came, *, digest: str,
           at: datetime) -> Taken:
    query = select(PassedMatter).where(PassedMatter.foreign_number == told.number, PassedMatter.taken)
    there = session.scalar(query)
    if there is not None and there.digest == digest:
        return Taken(Outcome.KNOWN, there)
    ours = session.scalar(select(Ticket.number).where(Ticket.foreign_number == told.number))
    faults = {"number": f"该编号已登记为{ours}，内容不同"}
    return Taken(Outcome.DIFFERENT, refused(session, given, told.number, faults, came, at=at))


def refused(session: Session, given: Mapping[str, object], number: str, faults: dict[str, str], came: Came, *,
             at: datetime) -> PassedMatter:
    """Keep what can't be taken for a person, once, however often the same is sent."""
    digest = passed_fields.digest(given)
    query = select(PassedMatter).where(PassedMatter.digest == digest, PassedMatter.taken.is_(False),
                                       PassedMatter.settled_at.is_(None))  # fmt: skip
    if (row := session.scalar(query.limit(1))) is not None:
        return row
    row = PassedMatter(foreign_number=number, taken=False, digest=digest, content=dict(given), faults=faults,
                       by=came.by, webhook_id=came.webhook_id, at=at, settled_by="", settled_why="")  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(session, "passed.refused", by=came.by, at=at, about=("passed_matter", row.id), faults=faults)
    notices.tell(session, alerts.people(session, Role.SUPERVISOR), Topic.PASSED_REFUSED, key=f"passed:{row.id}",
                 about=("passed_matter", row.id), named=number, at=at)  # fmt: skip
    return row
