"""待补充: the department waits for facts that only the caller has; its clock stands, and not for ever."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import clocks, deadlines
from dispatch.tickets import joint
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import move, reasoned, written
from dispatch.tickets.tickets import Ticket, write_step
from hotline.accounts.accounts import Account
from hotline.settings import Settings

AT_ONCE = 50


def ask(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """The department says what it must know; the hotline asks the caller."""
    wanted = reasoned(why, "请写明需要来电人补充什么")
    source = move(ticket, Action.ASK_FACTS, by=by.login, at=at)
    ticket.facts_by = clocks.due(at, settings.facts_days, deadlines.county_of(session, ticket), settings=settings).at
    written(session, ticket, Action.ASK_FACTS, by=by, source=source, at=at, why=wanted)


def give(session: Session, ticket: Ticket, *, words: str, by: Account, settings: Settings, at: datetime) -> None:
    """What the caller said; the department's clock goes on from where it stood."""
    said = reasoned(words, "请填写来电人补充的内容")
    source = move(ticket, Action.GIVE_FACTS, by=by.login, at=at)
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
    source = move(ticket, Action.GO_ON, by="hotline", at=at)
    why = "来电人未在期限内补充，请按现有情况办理"
    write_step(session, ticket, Action.GO_ON, by="hotline", source=source, at=at, why=why)
    _went_on(session, ticket, settings=settings)


def _went_on(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    ticket.facts_by = None
    deadlines.set_due(session, ticket, settings=settings)
    joint.count_again(session, ticket, settings=settings)
