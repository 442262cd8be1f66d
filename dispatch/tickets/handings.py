"""Each time that a department is handed a matter: by when it accepts and answers, and what became of it. The rates of
departments (figures/rates.py) are counted of these rows, so that anyone can count them again."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Computed, ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.passed import passed_answers
from dispatch.tickets.judged import JUDGED
from dispatch.tickets.states import Action, State
from dispatch.tickets.tickets import Ticket, TicketStep
from hotline.database import Base
from hotline.directory.departments import Department

DISPUTED = "disputed"  # in the ticket's history: dissatisfied again


class Way(StrEnum):
    """How a department came by a matter."""

    HANDED = "handed"  # 派发, 指定承办
    AGAIN = "again"  # 重办: it has the matter already, so it accepts nothing
    PASSED = "passed"  # 承接: it stands for a department that is no more
    ALONG = "along"  # 随主单: a merged matter, answered with the other; its caller is called back and rates by himself


class Handing(Base):
    """One handing of one matter to one department. What stays open has no `over_at`; until it is answered its deadline
    is the ticket's own."""

    __tablename__ = "handing"
    __table_args__ = (
        Index("ix_handing_at", "at", "id", "department_id", "judged"),
        Index("ix_handing_department_id_at", "department_id", "at", "id", "judged"),
        *(Index(f"ix_handing_{moment}", moment, postgresql_include=["department_id", judged])
          for moment, judged in (("answered_at", "due_at"), ("over_at", "satisfaction"))),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    way: Mapped[Way] = mapped_column(String(8))
    at: Mapped[datetime]
    accept_by: Mapped[datetime | None]  # none: nothing is accepted, or it was handed before these rows were kept
    accepted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]  # as it stood when the answer was signed
    answered_at: Mapped[datetime | None]  # signed, and not sent back
    extended_days: Mapped[int] = mapped_column(default=0)
    reached: Mapped[bool | None]  # 回访; none: not yet, or none is needed
    satisfaction: Mapped[int | None]  # 1 (very satisfied) to 5 (very dissatisfied)
    solved: Mapped[bool | None]
    ended: Mapped[str] = mapped_column(String(16), default="")  # by which action; empty: it stands
    over_at: Mapped[datetime | None]
    judged: Mapped[int] = mapped_column(Computed(JUDGED))
    ticket: Mapped[Ticket] = relationship()
    department: Mapped[Department] = relationship()


BEGINS = {Action.DISPATCH: Way.HANDED, Action.IMPOSE: Way.HANDED, Action.REDO: Way.AGAIN, Action.REDO_AGAIN: Way.AGAIN,
          Action.FOLLOW: Way.ALONG, Action.SUCCEED: Way.PASSED}  # fmt: skip
RATES = frozenset({DISPUTED, Action.CLOSE, Action.SETTLE, Action.REDO, Action.REDO_AGAIN})
GIVEN_UP = frozenset({Action.RETURN, Action.MERGE, Action.WITHDRAW, Action.SUCCEED, Action.TAKE_AWAY})
ENDS = GIVEN_UP | (RATES - {DISPUTED})
CHANGES = frozenset({Action.ACCEPT, Action.EXTEND, Action.SIGN, Action.SEND_BACK})


def of_step(session: Session, ticket: Ticket, step: TicketStep) -> None:
    """What a step of the ticket means for the handing that stands, and whether another begins with it."""
    own = standing(session, ticket) if step.action in CHANGES | RATES | ENDS else None
    if own is not None:
        _change(own, ticket, step)
    if step.action in BEGINS and ticket.department_id is not None:
        begun = _begun(ticket, BEGINS[Action(step.action)], ticket.department_id, step.at)
        if own is not None and begun.way is Way.PASSED:
            _carry(own, begun)
        session.add(begun)
        session.flush()


def note_solved(session: Session, ticket: Ticket, solved: bool, *, at: datetime) -> None:
    """Whether it is solved, as the caller says who has just heard the reply: it belongs to what he heard it of. 12345
    hears of it, where the matter is theirs."""
    ticket.solved = solved
    rated = or_(Handing.satisfaction.is_not(None), Handing.reached.is_(True))
    query = select(Handing).where(Handing.ticket_id == ticket.id, rated).order_by(Handing.id.desc()).limit(1)
    if (own := session.scalar(query)) is not None:
        own.solved = solved
    passed_answers.solved(session, ticket, at=at)


def accept_by(session: Session, ticket: Ticket) -> None:
    """The time to accept what was not accepted yet was counted again: it is the ticket's."""
    own = standing(session, ticket)
    if own is not None and own.accept_by is not None and own.accepted_at is None:
        own.accept_by = ticket.accept_by


def standing(session: Session, ticket: Ticket) -> Handing | None:
    """The handing of a ticket that isn't over."""
    query = select(Handing).where(Handing.ticket_id == ticket.id, Handing.over_at.is_(None))
    return session.scalar(query.order_by(Handing.id.desc()).limit(1))


def _begun(ticket: Ticket, way: Way, department_id: int, at: datetime) -> Handing:
    accepts = way is Way.HANDED or (way is Way.PASSED and ticket.state == State.TO_ACCEPT)
    by = ticket.accept_by if accepts else None
    return Handing(ticket_id=ticket.id, department_id=department_id, way=way, at=at, accept_by=by)


def _carry(own: Handing, begun: Handing) -> None:
    """An answer that is signed already, and more days, are of whoever stands for the department now: counted once."""
    begun.answered_at, begun.due_at, begun.extended_days = own.answered_at, own.due_at, own.extended_days
    own.answered_at, own.due_at, own.extended_days = None, None, 0


def _change(own: Handing, ticket: Ticket, step: TicketStep) -> None:
    match step.action:
        case Action.ACCEPT:
            own.accepted_at = step.at
        case Action.EXTEND:
            own.extended_days = ticket.extended_days
        case Action.SIGN:
            own.answered_at, own.due_at = step.at, ticket.due_at
        case Action.SEND_BACK:
            own.answered_at = own.due_at = None
    if step.action in RATES:
        own.satisfaction = ticket.satisfaction
        own.reached = ticket.reached if ticket.satisfaction is None else True
    if step.action in ENDS:
        own.ended, own.over_at = step.action, step.at
