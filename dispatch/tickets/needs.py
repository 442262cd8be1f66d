"""What a step of the table needs to find on the ticket, and what is said where it isn't there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dispatch.clocks import rules
from dispatch.tickets import unnamed
from dispatch.tickets.states import TRANSITIONS, Action, Also, Need, State, Transition, transition
from dispatch.tickets.tickets import UNWRITTEN, Ticket, guarded
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department, exists
from hotline.times import local_day

MOST_RETURNED = 2
"""After that nobody sends it to and fro any more."""
MOST_REDONE = 2
"""Once because the caller was dissatisfied, once because the supervisor said so."""


@dataclass(frozen=True)
class Moment:
    """A ticket as somebody finds it at a moment."""

    ticket: Ticket
    by: str
    at: datetime


FOUND: dict[Need, tuple[Callable[[Moment], bool], str]] = {
    Need.OPENED: (lambda m: m.ticket.opened_at is not None, "请先打开工单再签收"),
    Need.IN_TIME: (lambda m: m.ticket.return_by is None or m.at <= m.ticket.return_by, "已超过退单期限"),
    Need.DRAFTED: (lambda m: bool(m.ticket.replied_by), "尚无可签发的答复"),
    Need.ANOTHER: (lambda m: m.ticket.replied_by != m.by, "起草人不能签发自己的答复"),
    Need.DISPUTED: (lambda m: m.ticket.disputed_at is not None, "该工单没有等待班长决定的争议"),
    Need.FIRST_TIME: (lambda m: m.ticket.redone == 0, "该工单已重办过，由班长决定"),
    Need.FEW_RETURNS: (lambda m: m.ticket.returned < MOST_RETURNED, "已两次退单，由主管部门指定承办单位"),
    Need.RETURNED_TWICE: (lambda m: m.ticket.returned >= MOST_RETURNED, "退单未满两次，由班长派发"),
    Need.NOT_IMPOSED: (lambda m: not m.ticket.imposed, "主管部门指定承办的工单不能退单"),
    Need.NOT_DUE: (lambda m: m.ticket.due_at is None or m.at <= m.ticket.due_at, "已过承办期限，不能再申请延期"),
    Need.EXTENDABLE: (lambda m: _extendable(m.ticket), "紧急事项不延期；一般事项只延期一次，且不能重复申请"),
    Need.JOINED: (lambda m: m.ticket.shares_open == 0, "协办单位尚未反馈意见；请等待，或由热线结束协办"),
    Need.ASKED: (lambda m: m.ticket.extension_asked is not None, "没有等待决定的延期申请"),
    Need.IN_COUNTY: (lambda m: bool(m.ticket.county_code), "该工单不在县区主管部门"),
    Need.GONE: (lambda m: m.ticket.department is not None and bool(not_in_service(m.ticket.department, at=m.at)),
                "承办单位仍在履职，不能转由他人承接或收回"),
    Need.LEFT_TO_REDO: (lambda m: m.ticket.redone < MOST_REDONE, "该工单已重办两次，不能再次重办"),
}
"""Needs that are found on the ticket; the others are given with the step, and whoever takes it asks for them."""


def _extendable(ticket: Ticket) -> bool:
    """One extension a ticket, whichever department has it; what runs in hours has no day to give."""
    return ticket.due_hours is None and ticket.extension_asked is None and not ticket.promise_extended


def may(ticket: Ticket, line: Transition, *, by: Account | None, at: datetime) -> bool:
    """Whether the table lets this person take the step, or the system itself (None). A department's people take steps
    with their own tickets; who writes a matter down hands it on in the same moment, and not later."""
    if by is None:
        return line.who is None or line.also is Also.SYSTEM
    if line.who is not None and by.may(line.who):
        return Role(by.role) not in DEPARTMENTAL or by.department_id == ticket.department_id
    writes = by.may(Permission.REFER) and ticket.intake_at == at and ticket.steps[0].by == by.login
    return line.also is Also.WRITER and writes


def unmet(ticket: Ticket, action: Action, *, by: str, at: datetime) -> str:
    """In words, the first thing that the step needs and doesn't find; empty when it can be taken. ImpossibleStep
    where the table has no such step."""
    if action in rules.without(ticket.rules):
        return "该工单适用的规则没有这一步骤"
    found = Moment(ticket, by, at)
    asked = (FOUND[need] for need in transition(State(ticket.state), action).needs if need in FOUND)
    return next((otherwise for holds, otherwise in asked if not holds(found)), "")


def doable(ticket: Ticket, account: Account, *, at: datetime) -> set[Action]:
    """The steps that this account may take now; opening is done by looking."""
    own = {t.action for t in TRANSITIONS if t.source == ticket.state and t.who and account.may(t.who)} - {Action.OPEN}
    return {action for action in own - _others(ticket, account) if not unmet(ticket, action, by=account.login, at=at)}


def may_go_out(ticket: Ticket) -> str:
    """In words, why nobody outside the hotline may read it yet; empty when they may."""
    if ticket.summary in UNWRITTEN:
        return "请先收听录音，核对类别并填写摘要，再派发"
    return unnamed.tells(ticket) if guarded(ticket) else ""


def may_go_further(ticket: Ticket) -> str:
    """In words, why no other department may read it than the one that has it: it names a caller who asked for secrecy
    since; empty when one may."""
    return "标题或摘要能识别来电人，不能再交其他单位；请由承办单位退单，改写后重新派发" if may_go_out(ticket) else ""


def not_in_service(unit: Department, *, at: datetime) -> str:
    """In words, why nothing can be handed to this department; empty when it is there."""
    return "" if exists(unit, on=local_day(at)) else "该单位尚未成立或已停止服务，不能承办"


def _others(ticket: Ticket, account: Account) -> set[Action]:
    """What a county's office has, it dispatches, and nobody else."""
    own = account.role == Role.COUNTY_OFFICE or not ticket.county_code
    return set() if own else {Action.DISPATCH, Action.IMPOSE}
