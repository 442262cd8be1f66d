"""督办: how a matter comes on the inspector's list, by the ladder or by his own hand, his letters, and how it goes."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dispatch.tickets import letters
from dispatch.tickets.history import write_step
from dispatch.tickets.shares import JOINABLE
from dispatch.tickets.states import OVER, State
from dispatch.tickets.steps import ReferralError, reasoned
from dispatch.tickets.supervision import LetterNumber, Supervision
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.database import insert_into
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local_day


@dataclass(frozen=True)
class Demand:
    """What a letter asks of the department, and by when it is to say what it did."""

    words: str
    answer_by: date


def open_for(session: Session, ticket: Ticket, *, why: str, by: str, at: datetime) -> bool:
    """Put a ticket on the list; False where it is on it. The index decides between two who do it at once."""
    row = insert_into(session, Supervision)
    row = row.values(ticket_id=ticket.id, department_id=ticket.department_id, at=at, by=by, why=why, letter_by="",
                     demands="", ended_by="", ended_why="")  # fmt: skip
    return session.execute(row.on_conflict_do_nothing().returning(Supervision.id)).scalar() is not None


def by_hand(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """The inspector puts it on his list, whatever its deadline."""
    ground = reasoned(why, "请说明督办的理由")
    if State(ticket.state) in OVER or ticket.department_id is None:
        raise ReferralError("只有承办单位正在办理的工单可以督办")
    if not open_for(session, ticket, why=ground, by=by.login, at=at):
        raise ReferralError("该工单已在督办中")
    _noted(session, ticket, "supervise", by=by, at=at, why=ground)


def write_letter(session: Session, row: Supervision, demand: Demand, *, by: Account, settings: Settings,
                 at: datetime) -> None:
    """A letter to the department that has the ticket now and still owes its answer, with the next number of the year;
    one for each supervision. What it says is kept."""
    words = reasoned(demand.words, "请填写督办要求")
    if row.ended_at is not None or row.letter_serial is not None:
        raise ReferralError("该督办已结束，或已发过督办函")
    if demand.answer_by < local_day(at):
        raise ReferralError("回复期限不能早于今天")
    if row.ticket.department_id is None:
        raise ReferralError("工单正待派发，没有可以发函的承办单位")
    if State(row.ticket.state) not in JOINABLE:
        raise ReferralError("承办单位已答复，或工单已办结，不再发函")
    row.department_id = row.ticket.department_id
    row.letter_year, row.letter_serial = local_day(at).year, _next(session, local_day(at).year)
    row.letter_at, row.letter_by, row.demands, row.answer_by = at, by.login, words, demand.answer_by
    row.letter = letters.body(row, session.get_one(Department, row.department_id), settings)
    _noted(session, row.ticket, "letter", by=by, at=at, why=f"{row.letter_number}：{words}"[:500])


def end(session: Session, row: Supervision, *, why: str, by: Account, at: datetime) -> None:
    """The inspector takes it off his list, with the reason."""
    ground = reasoned(why, "请说明结束督办的理由")
    if row.ended_at is not None:
        raise ReferralError("该督办已结束")
    row.ended_at, row.ended_by, row.ended_why = at, by.login, ground
    _noted(session, row.ticket, "supervise_end", by=by, at=at, why=ground)


def _noted(session: Session, ticket: Ticket, deed: str, *, by: Account, at: datetime, why: str) -> None:
    write_step(session, ticket, deed, by=by.login, source=ticket.state, at=at, why=why)
    audit.note(session, f"ticket.{deed}", by=by.login, at=at, about=("ticket", ticket.number), reason=why)


def _next(session: Session, year: int) -> int:
    raised = insert_into(session, LetterNumber).values(year=year, last=1).on_conflict_do_update(
        index_elements=[LetterNumber.year], set_={"last": LetterNumber.last + 1})  # fmt: skip
    return session.execute(raised.returning(LetterNumber.last)).scalar_one()
