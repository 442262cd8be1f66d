"""The life of a ticket as one table: from where, by which action, who may, to where."""

from dataclasses import dataclass
from enum import StrEnum

from hotline.accounts.roles import Permission


class State(StrEnum):
    """Where a ticket stands."""

    TO_DISPATCH = "to_dispatch"  # 待派发
    TO_ACCEPT = "to_accept"  # 待签收
    IN_HAND = "in_hand"  # 办理中
    TO_CHECK = "to_check"  # 待审核
    TO_CALL_BACK = "to_call_back"  # 待回访
    CLOSED = "closed"  # 已办结
    FILED = "filed"  # 已归档


class Action(StrEnum):
    """What is done to a ticket."""

    DISPATCH = "dispatch"
    OPEN = "open"
    ACCEPT = "accept"
    RETURN = "return"
    REPLY = "reply"
    SIGN = "sign"
    SEND_BACK = "send_back"
    PASS = "pass"  # noqa: S105 (a reply is passed, it is no password)
    CLOSE = "close"
    REDO = "redo"
    SETTLE = "settle"  # 裁定办结: the supervisor ends what the caller disputes
    REDO_AGAIN = "redo_again"  # 裁定重办: or has it done once more
    FILE = "file"


@dataclass(frozen=True)
class Transition:
    """One line of the table."""

    source: State
    action: Action
    needs: Permission | None  # None: only the system itself
    target: State


_S, _A, _P = State, Action, Permission
TRANSITIONS = (
    Transition(_S.TO_DISPATCH, _A.DISPATCH, _P.DISPATCH, _S.TO_ACCEPT),
    Transition(_S.TO_ACCEPT, _A.OPEN, _P.HANDLE, _S.TO_ACCEPT),
    Transition(_S.TO_ACCEPT, _A.ACCEPT, _P.HANDLE, _S.IN_HAND),
    Transition(_S.TO_ACCEPT, _A.RETURN, _P.HANDLE, _S.TO_DISPATCH),
    Transition(_S.IN_HAND, _A.RETURN, _P.HANDLE, _S.TO_DISPATCH),
    Transition(_S.IN_HAND, _A.REPLY, _P.HANDLE, _S.IN_HAND),
    Transition(_S.IN_HAND, _A.SIGN, _P.SIGN, _S.TO_CHECK),
    Transition(_S.TO_CHECK, _A.SEND_BACK, _P.CHECK, _S.IN_HAND),
    Transition(_S.TO_CHECK, _A.PASS, _P.CHECK, _S.TO_CALL_BACK),
    Transition(_S.TO_CALL_BACK, _A.CLOSE, None, _S.CLOSED),
    Transition(_S.TO_CALL_BACK, _A.REDO, None, _S.IN_HAND),
    Transition(_S.TO_CALL_BACK, _A.SETTLE, _P.DECIDE, _S.CLOSED),
    Transition(_S.TO_CALL_BACK, _A.REDO_AGAIN, _P.DECIDE, _S.IN_HAND),
    Transition(_S.CLOSED, _A.FILE, None, _S.FILED),
)
_TABLE = {(t.source, t.action): t for t in TRANSITIONS}


class ImpossibleStep(Exception):
    """A step that the table does not know; the text is fit for a person."""


def transition(source: State, action: Action) -> Transition:
    """The line for this action in this state; ImpossibleStep when there is none."""
    found = _TABLE.get((State(source), action))
    if found is None:
        raise ImpossibleStep(f"工单当前状态（{LABELS[State(source)]}）不能执行该操作")
    return found


LABELS = {
    State.TO_DISPATCH: "待派发", State.TO_ACCEPT: "待签收", State.IN_HAND: "办理中", State.TO_CHECK: "待审核",
    State.TO_CALL_BACK: "待回访", State.CLOSED: "已办结", State.FILED: "已归档",
}
