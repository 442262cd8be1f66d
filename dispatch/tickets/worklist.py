"""The list of tickets as one person works through it: what he may see, filtered, his own turn first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.callbacks import State as Owed
from dispatch.passed.passed_fields import spelled
from dispatch.tickets import reach, urging
from dispatch.tickets.list_order import DUE, says
from dispatch.tickets.states import ASIDE, OVER, TRANSITIONS, Action, State
from dispatch.tickets.tickets import Klass, Ticket, Urgency
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission

RUNNING = (State.TO_DISPATCH, State.TO_ACCEPT, State.IN_HAND, State.TO_CHECK, State.NEEDS_FACTS)
"""States in which somebody of the office or of a department still owes something."""
HURRY = {Urgency.CRITICAL: 0, Urgency.URGENT: 1}
"""What goes before whatever else is somebody's turn, however long that is overdue."""
WITH_DEPARTMENT = (State.TO_ACCEPT, State.IN_HAND)
"""States in which the department's time runs."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; whatever is empty doesn't narrow. `common`: very many tickets have the text; `until` is
    the first moment after. By urgency, and by the rules that they were opened under, none is found that is over."""

    text: str = ""
    common: bool = False
    state: State | None = None
    klass: Klass | None = None
    department_id: int | None = None
    overdue: bool = False
    late: bool = False  # of those the department's own
    my_turn: bool = False
    rules_id: int | None = None
    urgency: Urgency | None = None
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None


def listed(account: Account, wanted: Wanted, *, at: datetime) -> Select[Ticket]:
    """The tickets within the account's reach: his turn first, then what is most urgent, then by what is due, then by
    how often the caller has urged it."""
    query = select(Ticket).where(reach.tickets_of(account), *_narrowed(account, wanted, at))
    closed = case((Ticket.state.in_(RUNNING), 0), (Ticket.state == State.TO_CALL_BACK, 1), else_=2)
    turn = case((my_turn(account), 0), else_=1)
    hurry = case((Ticket.state.in_(OVER), 0), else_=case(HURRY, value=Ticket.urgency, else_=len(HURRY)))
    urged = case((Ticket.state.in_(RUNNING), urging.times_urged()), else_=0)  # of the many that are over nobody counts
    return query.order_by(closed, turn, hurry, DUE, urged.desc(), Ticket.id.desc())


def parts(account: Account, wanted: Wanted, *, at: datetime) -> tuple[Select[Ticket], ...]:
    """The same list in parts: what somebody owes something of, and what is over. The first is short, so it can be put
    in order; the other is as long as the hotline is old, is nobody's turn, and lies in order in an index. A county's
    office has what no department had last."""
    standing = listed(account, wanted, at=at).where(Ticket.state.in_(sorted(set(State) - OVER)))
    stands = any((wanted.my_turn, wanted.overdue, wanted.late, wanted.rules_id is not None, wanted.urgency is not None))
    if stands or (wanted.state is not None and wanted.state not in OVER):
        return (standing,)
    over = select(Ticket).where(Ticket.state.in_(sorted(OVER)), *_narrowed(account, wanted, at))
    ways = reach.ways_to_tickets(account)
    if len(ways) > 1:  # else the index of everybody's tickets would be walked in search of a few
        over = over.order_by(Ticket.department_id.is_(None))
    return standing, *(over.where(way).order_by(DUE, Ticket.id.desc()) for way in ways)


def my_turn(account: Account) -> ColumnElement[bool]:
    """Whether the next step is one that this account may take."""
    drafted = Ticket.replied_by != ""
    onward = [t for t in TRANSITIONS if t.action not in ASIDE]
    own = {(t.source, t.action) for t in onward if t.who is not None and account.may(t.who)}
    plain = {source for source, action in own} - {State.IN_HAND, State.TO_CALL_BACK, State.TO_DISPATCH}
    turns: list[ColumnElement[bool]] = [Ticket.state.in_(plain)]
    if account.may(Permission.DISPATCH):
        turns.append(and_(Ticket.state == State.TO_DISPATCH, Ticket.county_code == account.county_code))
    if account.may(Permission.DECIDE):
        turns.append(and_(Ticket.state == State.TO_CALL_BACK, Ticket.disputed_at.is_not(None)))
    if account.may(Permission.OVERSEE):
        turns.append(and_(Ticket.state == State.IN_HAND, Ticket.extension_asked.is_not(None)))
    if account.may(Permission.DESK):
        turns.append(Ticket.id.in_(select(Callback.ticket_id).where(to_call(account))))
    if (State.IN_HAND, Action.SIGN) in own:
        turns.append(and_(Ticket.state == State.IN_HAND, drafted, Ticket.shares_open == 0))
    if account.may(Permission.HANDLE):
        turns.append(and_(Ticket.state == State.IN_HAND, ~drafted))
    return or_(*turns)


def to_call(account: Account) -> ColumnElement[bool]:
    """The call-backs that this person may take, or holds."""
    held = and_(Callback.state.in_((Owed.CLAIMED, Owed.DIALLING)), Callback.holder_id == account.id)
    return and_(Callback.by_person.is_(True), or_(Callback.state == Owed.DUE, held))


def late(at: datetime) -> ColumnElement[bool]:
    """Whether the department's time has run out: what waits for somebody else costs it none."""
    return and_(Ticket.state.in_(WITH_DEPARTMENT), Ticket.due_at < at)


def overdue(at: datetime) -> ColumnElement[bool]:
    """Whether the time to dispatch, the department's time, or the promise to the caller, has run out."""
    waits = and_(Ticket.state == State.TO_DISPATCH, Ticket.dispatch_by < at)
    return or_(late(at), waits, and_(Ticket.state.in_(RUNNING), Ticket.promised_by < at))


def _narrowed(account: Account, wanted: Wanted, at: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        conditions.append(_said(wanted))
    if wanted.state is not None:
        conditions.append(Ticket.state == wanted.state)
    if wanted.klass is not None:
        conditions.append(Ticket.klass == wanted.klass)
    if wanted.department_id is not None:
        conditions.append(Ticket.department_id == wanted.department_id)
    if wanted.rules_id is not None:
        conditions.append(and_(Ticket.rules_id == wanted.rules_id, Ticket.state.not_in(OVER)))
    if wanted.urgency is not None:
        conditions.append(and_(Ticket.urgency == wanted.urgency, Ticket.state.not_in(OVER)))
    if wanted.source:
        conditions.append(Ticket.source == wanted.source)
    if wanted.since is not None:  # no clock ends before its matter came, so that the list's order has nothing earlier
        conditions += [Ticket.intake_at >= wanted.since, wanted.since <= DUE]
    if wanted.until is not None:
        conditions.append(Ticket.intake_at < wanted.until)
    if wanted.overdue:
        conditions.append(overdue(at))
    if wanted.late:
        conditions.append(late(at))
    if wanted.my_turn:
        conditions.append(my_turn(account))
    return conditions


def _said(wanted: Wanted) -> ColumnElement[bool]:
    """Whether a ticket has these words, or is the one that 12345 calls so."""
    said, theirs = says(wanted.text, common=wanted.common), spelled(wanted.text)
    if not theirs.isascii() or not theirs:
        return said
    there = select(Ticket.id).where(Ticket.foreign_number == theirs)
    return Ticket.id.in_(there.union(select(Ticket.id).where(said)))
