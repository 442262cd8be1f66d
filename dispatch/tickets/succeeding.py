"""承接: what a department that is no more leaves behind. Its open tickets pass on to who stands for it now, by one
explicit step that each of them keeps, or go back to who dispatches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import deadlines, duty_phones
from dispatch.tickets import joint, referrals, shares
from dispatch.tickets.alerts import WITH_DEPARTMENT
from dispatch.tickets.complained_of import complains_of
from dispatch.tickets.needs import may_go_further
from dispatch.tickets.shares import Share
from dispatch.tickets.states import TRANSITIONS, Action, State
from dispatch.tickets.steps import ReferralError, move, reasoned, written
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department, heirs
from hotline.settings import Settings
from hotline.times import local_day

HELD = frozenset(t.source for t in TRANSITIONS if t.action == Action.SUCCEED)
"""States in which a ticket is, or may be again, its department's work."""
UNREASONED = "请说明理由（如机构变动文号）"


@dataclass(frozen=True)
class Left:
    """What a department that is no more still has, and who stands for it now."""

    unit: Department
    tickets: Sequence[Ticket]
    shares: Sequence[Share]
    heirs: Sequence[Department]


def left(session: Session, *, on: date) -> list[Left]:
    """All that was left behind, department by department."""
    gone = session.scalars(select(Department).where(Department.effective_to <= on).order_by(Department.code))
    found = [Left(unit, _tickets(session, unit), _shares(session, unit), heirs(session, unit, on=on)) for unit in gone]
    return [one for one in found if one.tickets or one.shares]


def succeed(session: Session, ticket: Ticket, *, to: Department, why: str, by: Account, settings: Settings,
            at: datetime) -> None:
    """承接: the department that stands for the former one has the ticket now, as it stood: its clock goes on, what was
    drafted stays. What it has not accepted it opens and accepts itself. What is urgent rings its duty telephones."""
    ground, before = reasoned(why, UNREASONED), ticket.department
    source = move(ticket, Action.SUCCEED, by=by, at=at, given=_wrong(session, ticket, to, at=at))
    ticket.department_id = to.id
    session.expire(ticket, ["department"])
    if source == State.TO_ACCEPT:
        ticket.opened_at = None
        deadlines.set_acceptance(session, ticket, settings=settings)
    deadlines.set_due(session, ticket, settings=settings)
    written(session, ticket, Action.SUCCEED, by=by, source=source, at=at, why=ground, department=to.name,
            formerly=before.name if before else "")  # fmt: skip
    if source in WITH_DEPARTMENT:
        duty_phones.ring(session, ticket, settings=settings, at=at)
    for share in [one for one in shares.waiting(session, ticket) if one.department_id == to.id]:
        joint.end(session, share, why="该单位现为承办单位", by=by, at=at)


def take_away(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """收回重派: it waits to be dispatched again, as what was given back does, and nobody is held for having given it
    back."""
    ground = reasoned(why, UNREASONED)
    source = move(ticket, Action.TAKE_AWAY, by=by, at=at)
    ticket.imposed, ticket.facts_by = False, None
    referrals.without_department(session, ticket, settings=settings, at=at)
    written(session, ticket, Action.TAKE_AWAY, by=by, source=source, at=at, why=ground)
    joint.end_all(session, ticket, why="承办单位已停止服务", by="hotline", at=at)


def pass_all(session: Session, unit: Department, *, to: Department | None, why: str, by: Account, settings: Settings,
             at: datetime) -> tuple[int, int]:
    """The one step for all that a department left: how many tickets passed on to the other, and how many wait to be
    dispatched again: all of them where nobody stands for it, whatever complains of who does, and what names a caller
    who asked for secrecy since. Its shares are asked of the other."""
    passed = back = 0
    for ticket in _tickets(session, unit):
        session.refresh(ticket, with_for_update=True)
        if to is not None and not complains_of(session, ticket, to) and not may_go_further(ticket):
            succeed(session, ticket, to=to, why=why, by=by, settings=settings, at=at)
            passed += 1
        elif ticket.state != State.TO_CHECK:  # its answer is signed; sent back, it is listed again
            take_away(session, ticket, why=why, by=by, settings=settings, at=at)
            back += 1
    for share in _shares(session, unit):
        _share_passes(session, share, to, why=why, by=by, settings=settings, at=at)
    return passed, back


def _share_passes(session: Session, share: Share, to: Department | None, *, why: str, by: Account, settings: Settings,
                  at: datetime) -> None:
    joint.end(session, share, why=reasoned(why, UNREASONED), by=by, at=at)
    if to is None or share.ticket.department_id == to.id or complains_of(session, share.ticket, to):
        return
    if may_go_further(share.ticket):
        return
    if to.id not in {one.department_id for one in shares.waiting(session, share.ticket)}:
        joint.ask(session, share.ticket, of=to, words=share.asked, by=by, settings=settings, at=at)


def _wrong(session: Session, ticket: Ticket, to: Department, *, at: datetime) -> str:
    """In words, why that department can't have it; empty when it can."""
    if ticket.department is None or to not in heirs(session, ticket.department, on=local_day(at)):
        return "只能转给已登记的承接单位"
    return "被反映单位不能作为承办单位" if complains_of(session, ticket, to) else may_go_further(ticket)


def _tickets(session: Session, unit: Department) -> Sequence[Ticket]:
    query = select(Ticket).where(Ticket.department_id == unit.id, Ticket.state.in_(HELD)).order_by(Ticket.id)
    return session.scalars(query).all()


def _shares(session: Session, unit: Department) -> Sequence[Share]:
    query = select(Share).join(Share.ticket).where(Share.department_id == unit.id, Share.ended_at.is_(None),
                                                   Ticket.state.in_(shares.JOINABLE))  # fmt: skip
    return session.scalars(query.order_by(Share.id)).all()


def chosen(session: Session, ticket: Ticket, department_id: int | None, *, on: date) -> Department:
    """The one that is named of those that stand for its department; ReferralError where none is."""
    known = heirs(session, ticket.department, on=on) if ticket.department is not None else []
    found = next((unit for unit in known if unit.id == department_id), None)
    if found is None:
        raise ReferralError("请选择承接单位")
    return found
