"""协办: the hotline's office asks other departments for their share of a matter; the department in charge makes one
answer of what they say, and its leader signs nothing before all have said it or nobody waits for them any more."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import clocks, deadlines, rules
from dispatch.clocks.clocks import Deadline
from dispatch.clocks.deadlines import WAITING
from dispatch.tickets import shares
from dispatch.tickets.complained_of import complains_of, meant_county
from dispatch.tickets.history import write_step
from dispatch.tickets.needs import may_go_further, not_in_service
from dispatch.tickets.shares import JOINABLE, Outcome, Share
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError, reasoned, unnaming
from dispatch.tickets.tickets import Ticket, Urgency
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.calendar.days import working_days
from hotline.directory.departments import Department
from hotline.settings import Settings

AT_ONCE, LONGEST = 50, 2000


def want(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """The department in charge says that it can't answer alone; the office decides whom it asks."""
    ground = reasoned(why, "请说明需要哪个单位协办、协办什么")
    if ticket.state != State.IN_HAND:
        raise ReferralError("只有办理中的工单可以申请协办")
    write_step(session, ticket, "want_share", by=by.login, source=ticket.state, at=at, why=ground)


def ask(session: Session, ticket: Ticket, *, of: Department, words: str, by: Account, settings: Settings,
        at: datetime) -> Share:
    """Ask a department for its share; its clock runs from now, and the ticket stays its own department's."""
    asked = reasoned(words, "请写明需要协办的内容")[:500]
    _locked(session, ticket)
    unnaming(ticket, asked)
    if wrong := _barred(session, ticket, of, by=by, at=at):
        raise ReferralError(wrong)
    share = Share(ticket_id=ticket.id, ticket=ticket, department=of, department_id=of.id, asked=asked, at=at,
                  by=by.login, due_at=at)  # fmt: skip
    set_due(session, share, settings=settings)
    session.add(share)
    ticket.shares_open += 1
    session.flush()
    write_step(session, ticket, "share_ask", by=by.login, source=ticket.state, at=at, why=asked, department=of.name,
               share=share.id)  # fmt: skip
    _noted(session, share, "ask", by=by, at=at)
    return share


def _barred(session: Session, ticket: Ticket, of: Department, *, by: Account, at: datetime) -> str:
    """Why he may not ask this department now; empty where he may."""
    if State(ticket.state) not in JOINABLE:
        return "工单派发后、签发前才能安排协办"
    if wrong := not_in_service(of, at=at) or may_go_further(ticket):
        return wrong
    if complains_of(session, ticket, of):
        return "被反映单位不能作为协办单位"
    if of.county_code and meant_county(session, of.county_code, ticket.complained_of):
        return "被反映的是该县区政府或其主管部门，不能请其单位协办"
    if by.role == Role.COUNTY_OFFICE and of.county_code != by.county_code:
        return "县区主管部门只能安排本县区的单位协办"
    at_work = {ticket.department_id, *(share.department_id for share in shares.waiting(session, ticket))}
    return "该单位已在承办或协办本工单" if of.id in at_work else ""


def give(session: Session, share: Share, *, words: str, by: Account, at: datetime) -> None:
    """协办意见: what the department says; the one in charge reads it, and the caller hears what it makes of it."""
    said = reasoned(words, "请填写协办意见")[:LONGEST]
    _own(session, share, by)
    share.answer = said
    _over(session, share, Outcome.GIVEN, action="share_give", why=said, by=by.login, at=at)
    _noted(session, share, "give", by=by, at=at)


def give_back(session: Session, share: Share, *, why: str, by: Account, at: datetime) -> None:
    """It isn't this department's either; the office hears why, and may ask another."""
    ground = reasoned(why, "退回协办必须说明理由")
    _own(session, share, by)
    _over(session, share, Outcome.RETURNED, action="share_back", why=ground, by=by.login, at=at)
    _noted(session, share, "back", by=by, at=at)


def end(session: Session, share: Share, *, why: str, by: Account, at: datetime) -> None:
    """The office waits for it no more, and says why; the answer goes on without it."""
    ground = reasoned(why, "结束协办必须说明理由")
    _still(session, share)
    _over(session, share, Outcome.ENDED, action="share_end", why=ground, by=by.login, at=at)
    _noted(session, share, "end", by=by, at=at)


def end_all(session: Session, ticket: Ticket, *, why: str, by: str, at: datetime) -> None:
    """The ticket goes where nobody waits for the others any more."""
    for share in shares.waiting(session, ticket):
        _over(session, share, Outcome.ENDED, action="share_end", why=why, by=by, at=at)


def owed(session: Session, *, at: datetime) -> list[int]:
    """The shares whose time is over and of which nobody was told yet."""
    query = select(Share.id).join(Share.ticket).where(
        Share.ended_at.is_(None), Share.due_at <= at, Share.late_told_at.is_(None),
        Ticket.state.in_(JOINABLE - set(WAITING)),
    )  # fmt: skip
    return list(session.scalars(query.order_by(Share.due_at).limit(AT_ONCE)))


def late(session: Session, share_id: int, *, at: datetime) -> None:
    """Its time is over: both departments hear so, once, and not while the caller is waited for."""
    share = session.get_one(Share, share_id)
    _locked(session, share.ticket)
    session.refresh(share)
    if share.ended_at is None and share.late_told_at is None and share.ticket.state != State.NEEDS_FACTS:
        share.late_told_at = at
        write_step(session, share.ticket, "share_late", by="hotline", source=share.ticket.state, at=at,
                   department=share.department.name, share=share.id)  # fmt: skip


def set_due(session: Session, share: Share, *, settings: Settings) -> None:
    """Count a share's time and keep what came out, with its reasons."""
    found = deadline(session, share, settings=settings)
    if found.at != share.due_at:
        share.late_told_at = None
    share.due_at, share.provisional, share.why_due = found.at, found.provisional, list(found.lines)


def count_again(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    """The clocks of all that others owe, after the ticket waited or the calendar changed."""
    for share in shares.waiting(session, ticket):
        set_due(session, share, settings=settings)


def moved(session: Session, ticket: Ticket, *, settings: Settings) -> bool:
    """Whether one of these clocks isn't what the calendar makes of it any more."""
    owed = shares.waiting(session, ticket)
    return any(deadline(session, s, settings=settings).lines != tuple(s.why_due) for s in owed)


def deadline(session: Session, share: Share, *, settings: Settings) -> Deadline:
    """协办期限: working days from when it was asked, by its county's calendar, without the time in which the caller was
    waited for; of what is urgent half the hours that the department in charge has. Never later than its answer."""
    ticket, start = share.ticket, share.at
    stops = deadlines.stops(session, ticket, start)
    if ticket.due_hours is not None:
        hurry = deadlines.HURRY[Urgency(ticket.urgency)]
        found = clocks.due_in_hours(start, ticket.due_hours // 2 or 1, why=hurry, stops=stops)
    else:
        days, county = rules.of(ticket, settings=settings).share_days, share.department.county_code
        calendar = working_days(session, county_code=county)
        found = clocks.due(start, days, calendar, settings=settings, stops=stops)
    return clocks.not_after(found, ticket.due_at if ticket.due_at and ticket.due_at > start else None)


def _over(session: Session, share: Share, outcome: Outcome, *, action: str, why: str, by: str, at: datetime) -> None:
    """A share is over: what became of it stands in its row and in the ticket's history, and is counted in the ticket,
    so that no two who take steps at once can overlook it."""
    share.outcome, share.ended_at, share.ended_by, share.ended_why = outcome, at, by, why[:500]
    share.ticket.shares_open -= 1
    write_step(session, share.ticket, action, by=by, source=share.ticket.state, at=at, why=why[:500],
               department=share.department.name, share=share.id)  # fmt: skip


def _own(session: Session, share: Share, by: Account) -> None:
    if by.department_id != share.department_id:
        raise ReferralError("只有协办单位可以办理")
    _still(session, share)
    if State(share.ticket.state) not in JOINABLE:
        raise ReferralError("工单已签发，不再需要协办意见")


def _still(session: Session, share: Share) -> None:
    """Whoever comes second finds that it is over."""
    _locked(session, share.ticket)
    session.refresh(share)
    if share.ended_at is not None:
        raise ReferralError("该协办已结束")


def _locked(session: Session, ticket: Ticket) -> None:
    session.refresh(ticket, with_for_update=True)  # a step that somebody takes at this moment comes before or after


def _noted(session: Session, share: Share, deed: str, *, by: Account, at: datetime) -> None:
    audit.note(session, f"share.{deed}", by=by.login, at=at, about=("ticket", share.ticket.number),
               department=share.department.name)  # fmt: skip
