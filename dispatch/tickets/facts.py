"""待补充: the department waits for facts that only the caller has; its clock stands, and not for ever."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import clocks, deadlines, rules
from dispatch.tickets import joint
from dispatch.tickets.history import write_step
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import move, reasoned, written
from dispatch.tickets.tickets import Ticket, TicketStep
from hotline.accounts.accounts import Account
from hotline.calendar.days import WorkingDays
from hotline.settings import Settings

AT_ONCE = 50


def ask(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """The department says what it must know; the hotline asks the caller."""
    wanted = reasoned(why, "请写明需要来电人补充什么")
    source = move(ticket, Action.ASK_FACTS, by=by, at=at)
    ticket.facts_by = _until(ticket, at, deadlines.county_of(session, ticket), settings)
    written(session, ticket, Action.ASK_FACTS, by=by, source=source, at=at, why=wanted)


def until(session: Session, ticket: Ticket, calendar: WorkingDays, *, settings: Settings) -> datetime | None:
    """Until when it waits, by the calendar as it is now; None where it doesn't wait."""
    if ticket.facts_by is None:
        return None
    asked = TicketStep.ticket_id == ticket.id, TicketStep.action == Action.ASK_FACTS
    since = session.scalar(select(TicketStep.at).where(*asked).order_by(TicketStep.id.desc()).limit(1))
    return _until(ticket, since, calendar, settings) if since is not None else ticket.facts_by


def give(session: Session, ticket: Ticket, *, words: str, by: Account, settings: Settings, at: datetime) -> None:
    """What the caller said; the department's clock goes on from where it stood."""
    said = reasoned(words, "请填写来电人补充的内容")
    source = move(ticket, Action.GIVE_FACTS, by=by, at=at)
    written(session, ticket, Action.GIVE_FACTS, by=by, source=source, at=at, why=said)
    _went_on(session, ticket, settings=settings)


def owed(session: Session, *, at: datetime) -> list[int]:
    """The tickets that have waited as long as they may."""
    query = select(Ticket.id).where(Ticket.state == State.NEEDS_FACTS, Ticket.facts_by <= at)
    return list(session.scalars(query.order_by(Ticket.facts_by).limit(AT_ONCE)))


def go_on(session: Session, ticket_id: int, *, settings: Settings, at: datetime) -> None:
    """Nobody could be asked in time: the department goes on with what it has; nothing, where it does already."""
    ticket = session.get_one(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket.state != State.NEEDS_FACTS or ticket.facts_by is None or ticket.facts_by > at:
        return
    source = move(ticket, Action.GO_ON, by=None, at=at)
    why = "来电人未在期限内补充，请按现有情况办理"
    write_step(session, ticket, Action.GO_ON, by="hotline", source=source, at=at, why=why)
    _went_on(session, ticket, settings=settings)


def _until(ticket: Ticket, since: datetime, calendar: WorkingDays, settings: Settings) -> datetime:
    return clocks.due(since, rules.of(ticket, settings=settings).facts_days, calendar, settings=settings).at


def _went_on(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    ticket.facts_by = None
    deadlines.set_due(session, ticket, settings=settings)
    joint.count_again(session, ticket, settings=settings)
