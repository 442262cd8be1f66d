"""Who is told of a ticket's step: one table; what is owed by it is written in the transaction of the step itself."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.passed import passed_answers
from dispatch.tickets import caller_sms, shares, supervision
from dispatch.tickets.needs import MOST_RETURNED
from dispatch.tickets.shares import Share
from dispatch.tickets.states import OVER, State
from dispatch.tickets.tickets import Ticket, TicketStep, Urgency, guarded
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.telling import notices, webhooks
from hotline.telling.notices import Notice, Topic

Reach = Callable[[Session, Ticket], Sequence[Account]]
WITH_DEPARTMENT = frozenset({State.TO_ACCEPT, State.IN_HAND})
"""States in which a department has the ticket in hand."""


def liaisons(session: Session, ticket: Ticket) -> Sequence[Account]:
    """The department's liaisons."""
    return people(session, Role.LIAISON, department_id=ticket.department_id or 0)


def leaders(session: Session, ticket: Ticket) -> Sequence[Account]:
    """The department's leaders in charge."""
    return people(session, Role.LEADER, department_id=ticket.department_id or 0)


def both(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Liaisons and leaders in charge."""
    return [*liaisons(session, ticket), *leaders(session, ticket)]


def signers(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who signs the reply: the leaders in charge; where there are none, the hotline hears that it lies there."""
    return leaders(session, ticket) or checkers(session, ticket)


def holders(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who has it until now and has it no more: its department, or the county's office that was to dispatch it; and the
    inspector on whose list it stands. Where the hotline has it, nobody: it is gone from its own list."""
    whose = county(session, ticket) if ticket.department_id is None else both(session, ticket)
    return [*whose, *(inspectors(session, ticket) if supervision.standing(session, ticket.id) else [])]


def handlers(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Whose turn the ticket is: who works at it; the hotline's supervisors where no department has it."""
    here = ticket.department_id is not None and ticket.state in WITH_DEPARTMENT
    return workers(session, ticket) if here else dispatchers(session, ticket)


def main_handlers(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Whose turn it is, while anybody owes it anything."""
    return [] if State(ticket.state) in OVER else handlers(session, ticket)


def joined(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who waits for what others say of it, to make one answer of it; nobody, once it is another's turn."""
    return workers(session, ticket) if ticket.state in shares.JOINABLE else []


def checkers(session: Session, _ticket: Ticket) -> Sequence[Account]:
    """Those who check replies and dispatch what comes back."""
    return people(session, Role.SUPERVISOR)


def county(session: Session, ticket: Ticket) -> Sequence[Account]:
    """The competent office of the county that was handed the matter (转派)."""
    code = ticket.county_code
    return people(session, Role.COUNTY_OFFICE, county_code=code) if code else []


def dispatchers(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who dispatches it: the county's office where it has it, the hotline otherwise."""
    waits = ticket.county_code and ticket.department_id is None
    return county(session, ticket) if waits else checkers(session, ticket)


def both_offices(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who dispatches it, the hotline or the county's office that has it; and the city's office."""
    return [*dispatchers(session, ticket), *people(session, Role.CITY_OFFICE)]


def back_in_the_city(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who dispatches it again, and the county's office that has it no more."""
    return [*checkers(session, ticket), *both_offices(session, ticket)]


def returned_to(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who dispatches what a department gave back."""
    return county(session, ticket) or checkers(session, ticket)


def deciders(session: Session, ticket: Ticket) -> Sequence[Account]:
    """The competent office whose it is, once it came back twice: nobody else can send it anywhere (指定承办)."""
    offices = county(session, ticket) or people(session, Role.CITY_OFFICE)
    return offices if ticket.returned >= MOST_RETURNED else []


def workers(session: Session, ticket: Ticket) -> Sequence[Account]:
    """Who works at it: the liaisons; where there are none, the hotline hears what they would."""
    return liaisons(session, ticket) or checkers(session, ticket)


def whole(session: Session, ticket: Ticket) -> Sequence[Account]:
    """All of the department: liaisons and leaders in charge; where there are none, the hotline hears it."""
    return both(session, ticket) or checkers(session, ticket)


def hotline(session: Session, _ticket: Ticket) -> Sequence[Account]:
    """Who speaks with callers."""
    return [*people(session, Role.SUPERVISOR), *people(session, Role.OPERATOR)]


def inspectors(session: Session, _ticket: Ticket) -> Sequence[Account]:
    """Whose list it is on now."""
    return people(session, Role.INSPECTOR)


def office(session: Session, ticket: Ticket) -> Sequence[Account]:
    """The competent office: the county's of a county's department, the city's otherwise."""
    unit = session.get(Department, ticket.department_id) if ticket.department_id else None
    county = people(session, Role.COUNTY_OFFICE, county_code=unit.county_code) if unit and unit.county_code else []
    return county or people(session, Role.CITY_OFFICE)


TOLD: dict[str, tuple[Topic, Reach]] = {
    "refer": (Topic.TO_DISPATCH, dispatchers), "unmerge": (Topic.TO_DISPATCH, dispatchers),
    "take_away": (Topic.TO_DISPATCH, dispatchers),
    "dispatch_late": (Topic.DISPATCH_LATE, both_offices),
    "return": (Topic.RETURNED, returned_to), "impose": (Topic.IMPOSED, returned_to),
    "reply": (Topic.TO_SIGN, signers), "sign": (Topic.TO_CHECK, checkers), "send_back": (Topic.SENT_BACK, workers),
    "decline": (Topic.SENT_BACK, workers),
    "redo": (Topic.REDO, whole), "redo_again": (Topic.REDO, whole), "disputed": (Topic.DISPUTED, checkers),
    "urge": (Topic.URGED, handlers), "supplement": (Topic.ADDED, handlers),
    "remind": (Topic.DUE_SOON, workers), "overdue": (Topic.OVERDUE, whole), "chase": (Topic.CHASED, office),
    "supervise": (Topic.SUPERVISED, inspectors), "letter": (Topic.LETTER, whole),
    "ask_facts": (Topic.FACTS_WANTED, hotline), "give_facts": (Topic.ADDED, workers),
    "go_on": (Topic.GOES_ON, workers),
    "ask_extension": (Topic.EXTENSION_ASKED, office), "extend": (Topic.EXTENSION_DECIDED, workers),
    "refuse_extension": (Topic.EXTENSION_DECIDED, workers),
    "hand_down": (Topic.HANDED_DOWN, county), "hand_up": (Topic.RETURNED, back_in_the_city),
    "county_late": (Topic.COUNTY_LATE, both_offices),
    "withdraw": (Topic.WITHDRAWN, holders), "void": (Topic.ENDED, holders), "not_accept": (Topic.ENDED, holders),
    "pass_on": (Topic.ENDED, holders),
    "merge": (Topic.MERGED, holders), "merged_in": (Topic.ADDED, handlers), "merged_out": (Topic.PARTED, main_handlers),
    "want_share": (Topic.SHARE_WANTED, checkers), "share_give": (Topic.SHARE_IN, workers),
    "share_back": (Topic.RETURNED, checkers), "share_end": (Topic.SHARE_OVER, joined),
    "share_late": (Topic.SHARE_LATE, workers),
}  # fmt: skip
"""Which step tells whom of what. That a department has a ticket, or another has it now, is told by whichever step."""
ALSO: dict[str, tuple[Topic, Reach]] = {
    **dict.fromkeys(("return", "unmerge", "take_away"), (Topic.TO_IMPOSE, deciders)),
    "share_back": (Topic.SHARE_OVER, joined),
}
"""And whom of what besides."""
OF_SHARE = {"share_ask": Topic.SHARE_ASKED, "share_end": Topic.SHARE_OVER, "share_late": Topic.SHARE_LATE}
"""What the other department is told of its share (协办)."""


def of_step(session: Session, ticket: Ticket, step: TicketStep) -> None:
    """Owe whatever a step brings; its doer is told nothing of what he did himself."""
    if ticket.department_id is not None and (ticket.state in WITH_DEPARTMENT or step.action == "succeed"):
        _of_department(session, ticket, step)
    if step.action in OF_SHARE:
        _of_share(session, ticket, step)
    for told in (TOLD, ALSO):
        if step.action in told:
            topic, reach = told[step.action]
            _tell(session, reach(session, ticket), topic, ticket, step)
    passed_answers.of_step(session, ticket, step)
    if step.target == State.CLOSED and step.source != State.CLOSED:
        caller_sms.closed(session, ticket, at=step.at)


def callback_owed(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """A person must call back: the reply isn't for the machine's mouth, or the machine can't speak it."""
    told = [*people(session, Role.SUPERVISOR), *people(session, Role.OPERATOR)]
    notices.tell(session, told, Topic.CALL_BACK, key=f"ticket:{ticket.id}:call_back:{ticket.redone}",
                 about=("ticket", ticket.number), urgent=urgent(ticket), at=at)  # fmt: skip


def people(session: Session, role: Role, *, department_id: int | None = None, county_code: str = "") -> list[Account]:
    """Who of a role can be told: of a department, of a county, or all."""
    query = select(Account).where(Account.role == role, Account.active.is_(True))
    if department_id is not None:
        query = query.where(Account.department_id == department_id)
    if county_code:
        query = query.where(Account.county_code == county_code)
    return list(session.scalars(query.order_by(Account.id)))


def urgent(ticket: Ticket) -> bool:
    """Whether it is told at night, too (紧急, 特急)."""
    return ticket.urgency != Urgency.NORMAL


def _of_department(session: Session, ticket: Ticket, step: TicketStep) -> None:
    """Every change of department alerts the new one, and the old one that it has the ticket no more."""
    last = session.scalar(
        select(Notice.department_id).where(Notice.kind == "ticket", Notice.thing == ticket.number,
                                           Notice.topic == Topic.NEW).order_by(Notice.id.desc()).limit(1)
    )  # fmt: skip
    moved = last is not None and last != ticket.department_id
    if not moved and step.action not in ("dispatch", "impose", "succeed"):
        return
    told = both(session, ticket) if guarded(ticket) else liaisons(session, ticket) or leaders(session, ticket)
    key = f"ticket:{ticket.id}:{ticket.department_id}:{ticket.dispatched_at}"  # by whichever step: once
    _tell(session, told, Topic.NEW, ticket, step, key=key, department_id=ticket.department_id)
    if not told:
        _tell(session, checkers(session, ticket), Topic.UNMANNED, ticket, step, key=key)
    if moved:
        old = people(session, Role.LIAISON, department_id=last)
        _tell(session, old, Topic.GONE, ticket, step, key=key, department_id=last)


def _of_share(session: Session, ticket: Ticket, step: TicketStep) -> None:
    """The other department hears of its share; where nobody of it can be told, the hotline does."""
    share = session.get_one(Share, step.detail["share"])
    told = people(session, Role.LIAISON, department_id=share.department_id)
    if guarded(ticket) or step.action == "share_late" or not told:
        told += people(session, Role.LEADER, department_id=share.department_id)
    _tell(session, told, OF_SHARE[step.action], ticket, step, department_id=share.department_id, due_at=share.due_at)
    if not told and step.action == "share_ask":
        _tell(session, checkers(session, ticket), Topic.UNMANNED, ticket, step)


def _tell(session: Session, told: Sequence[Account], topic: Topic, ticket: Ticket, step: TicketStep, *,
          key: str = "", department_id: int | None = None, due_at: datetime | None = None) -> None:
    key, about, hurry = f"{key or f'step:{step.id}'}:{topic}", ("ticket", ticket.number), urgent(ticket)
    others = [account for account in told if account.login != step.by or topic is Topic.UNMANNED]
    notices.tell(session, others, topic, key=key, about=about, department_id=department_id,
                 due_at=due_at or ticket.due_at or ticket.dispatch_by, urgent=hurry, at=step.at)  # fmt: skip
    webhooks.tell(session, topic, key=key, about=about, department_id=department_id or ticket.department_id,
                  urgent=hurry, at=step.at)  # fmt: skip
