"""The life of a ticket as one table: from where, by which action, who may, what it needs besides, to where."""

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
    NEEDS_FACTS = "needs_facts"  # 待补充: only the caller knows what is missing
    WITHDRAWN = "withdrawn"  # 已撤单
    VOID = "void"  # 已作废
    NOT_ACCEPTED = "not_accepted"  # 不予受理
    PASSED_ON = "passed_on"  # 已转12345
    MERGED = "merged"  # 已合并: it goes with another ticket, for they are the same matter


class Action(StrEnum):
    """What is done to a ticket."""

    DISPATCH = "dispatch"
    IMPOSE = "impose"  # 指定承办: the competent office ends the going to and fro
    OPEN = "open"
    ACCEPT = "accept"
    RETURN = "return"
    REPLY = "reply"
    SIGN = "sign"
    DECLINE = "decline"  # 不予签发: the leader gives the draft back
    SEND_BACK = "send_back"
    PASS = "pass"  # noqa: S105 (a reply is passed, it is no password)
    CLOSE = "close"
    REDO = "redo"
    SETTLE = "settle"  # 裁定办结: the supervisor ends what the caller disputes
    REDO_AGAIN = "redo_again"  # 裁定重办: or has it done once more
    FILE = "file"
    ASK_FACTS = "ask_facts"  # 请来电人补充
    GIVE_FACTS = "give_facts"  # 来电人已补充
    GO_ON = "go_on"  # 恢复办理: nobody could be asked in time
    WITHDRAW = "withdraw"  # 撤单
    VOID = "void"  # 作废
    NOT_ACCEPT = "not_accept"  # 不予受理
    PASS_ON = "pass_on"  # noqa: S105 (转12345, no password)
    MERGE = "merge"  # 合并
    UNMERGE = "unmerge"  # 撤销合并
    FOLLOW = "follow"  # 随主单答复
    ASK_EXTENSION = "ask_extension"  # 申请延期
    EXTEND = "extend"  # 同意延期
    REFUSE_EXTENSION = "refuse_extension"  # 不同意延期
    HAND_DOWN = "hand_down"  # 转派县区: to the competent office of a county
    HAND_UP = "hand_up"  # 退回市级
    SUCCEED = "succeed"  # 承接: its department is no more, and another stands for it
    TAKE_AWAY = "take_away"  # 收回重派: its department is no more


class Need(StrEnum):
    """What a step needs besides somebody who may take it: given with the step, or found on the ticket."""

    DEPARTMENT = "department"  # given: which one, and never the one complained of
    WORDS = "words"  # given: what the department may read, by somebody who has listened
    REASON = "reason"  # given
    REPLY = "reply"  # given
    NO_SECRETS = "no_secrets"  # given: the secrecy tick
    OPENED = "opened"  # the department has looked at it
    IN_TIME = "in_time"  # the time to return it has not run out
    DRAFTED = "drafted"  # a reply stands
    ANOTHER = "another"  # somebody else than who drafted the reply
    DISPUTED = "disputed"  # the caller was dissatisfied again
    FIRST_TIME = "first_time"  # it was not redone before
    LEFT_TO_REDO = "left_to_redo"  # it may be redone once more
    WHERE = "where"  # given: where the caller should go instead
    FOREIGN = "foreign"  # given: the number that 12345 has for it
    DAYS = "days"  # given: how many working days, as many as the rules allow
    NOT_DUE = "not_due"  # the department's time has not run out
    EXTENDABLE = "extendable"  # it runs in working days, and no extension was granted or waits
    FEW_RETURNS = "few_returns"  # it did not come back twice
    RETURNED_TWICE = "returned_twice"  # it came back twice: the competent office decides
    NOT_IMPOSED = "not_imposed"  # the competent office has not decided that this department has it
    ASKED = "asked"  # an extension waits for its decision
    COUNTY = "county"  # given: a county that has a competent office
    IN_COUNTY = "in_county"  # a county's office has it
    SAME = "same"  # given: another open ticket, as confidential and as guarded as this one
    JOINED = "joined"  # no other department owes its share any more
    GONE = "gone"  # its department is out of service
    HEIR = "heir"  # given: who the department passed into, and never the one complained of


class Also(StrEnum):
    """Who may take a step besides those who have its permission."""

    SYSTEM = "system"  # the system itself
    WRITER = "writer"  # who writes the matter down, in that same moment: the operator who speaks with the caller


@dataclass(frozen=True)
class Transition:
    """One line of the table."""

    source: State
    action: Action
    who: Permission | None  # None: only the system itself
    needs: tuple[Need, ...]
    target: State
    also: Also | None = None


_S, _A, _P, _N = State, Action, Permission, Need
TRANSITIONS = (
    Transition(_S.TO_DISPATCH, _A.DISPATCH, _P.DISPATCH, (_N.DEPARTMENT, _N.WORDS, _N.FEW_RETURNS), _S.TO_ACCEPT,
               Also.WRITER),
    Transition(_S.TO_DISPATCH, _A.IMPOSE, _P.OVERSEE, (_N.DEPARTMENT, _N.WORDS, _N.REASON, _N.RETURNED_TWICE),
               _S.TO_ACCEPT),
    Transition(_S.TO_DISPATCH, _A.HAND_DOWN, _P.HAND_DOWN, (_N.COUNTY, _N.WORDS), _S.TO_DISPATCH),
    Transition(_S.TO_DISPATCH, _A.HAND_UP, _P.DISPATCH, (_N.REASON, _N.IN_COUNTY), _S.TO_DISPATCH),
    Transition(_S.TO_ACCEPT, _A.OPEN, _P.HANDLE, (), _S.TO_ACCEPT),
    Transition(_S.TO_ACCEPT, _A.ACCEPT, _P.HANDLE, (_N.OPENED,), _S.IN_HAND),
    Transition(_S.TO_ACCEPT, _A.RETURN, _P.HANDLE, (_N.REASON, _N.IN_TIME, _N.NOT_IMPOSED), _S.TO_DISPATCH),
    Transition(_S.IN_HAND, _A.RETURN, _P.HANDLE, (_N.REASON, _N.IN_TIME, _N.NOT_IMPOSED), _S.TO_DISPATCH),
    Transition(_S.IN_HAND, _A.REPLY, _P.HANDLE, (_N.REPLY,), _S.IN_HAND),
    Transition(_S.IN_HAND, _A.ASK_EXTENSION, _P.HANDLE, (_N.DAYS, _N.REASON, _N.NOT_DUE, _N.EXTENDABLE), _S.IN_HAND),
    Transition(_S.IN_HAND, _A.EXTEND, _P.OVERSEE, (_N.ASKED,), _S.IN_HAND),
    Transition(_S.IN_HAND, _A.REFUSE_EXTENSION, _P.OVERSEE, (_N.REASON, _N.ASKED), _S.IN_HAND),
    Transition(_S.IN_HAND, _A.SIGN, _P.SIGN, (_N.DRAFTED, _N.ANOTHER, _N.NO_SECRETS, _N.JOINED),
               _S.TO_CHECK),
    Transition(_S.IN_HAND, _A.DECLINE, _P.SIGN, (_N.REASON, _N.DRAFTED), _S.IN_HAND),
    Transition(_S.TO_CHECK, _A.SEND_BACK, _P.CHECK, (_N.REASON,), _S.IN_HAND),
    Transition(_S.TO_CHECK, _A.PASS, _P.CHECK, (), _S.TO_CALL_BACK),
    Transition(_S.TO_CALL_BACK, _A.CLOSE, None, (), _S.CLOSED),
    Transition(_S.TO_CALL_BACK, _A.REDO, None, (_N.FIRST_TIME,), _S.IN_HAND),
    Transition(_S.TO_CALL_BACK, _A.SETTLE, _P.DECIDE, (_N.REASON, _N.DISPUTED), _S.CLOSED),
    Transition(_S.TO_CALL_BACK, _A.REDO_AGAIN, _P.DECIDE, (_N.REASON, _N.DISPUTED, _N.LEFT_TO_REDO), _S.IN_HAND),
    Transition(_S.CLOSED, _A.FILE, None, (), _S.FILED),
    Transition(_S.IN_HAND, _A.ASK_FACTS, _P.HANDLE, (_N.REASON,), _S.NEEDS_FACTS),
    Transition(_S.NEEDS_FACTS, _A.GIVE_FACTS, _P.REFER, (_N.REASON,), _S.IN_HAND),
    Transition(_S.NEEDS_FACTS, _A.GO_ON, None, (), _S.IN_HAND),
    *(Transition(source, _A.WITHDRAW, _P.REFER, (_N.REASON,), _S.WITHDRAWN)
      for source in (_S.TO_DISPATCH, _S.TO_ACCEPT, _S.IN_HAND, _S.NEEDS_FACTS)),
    Transition(_S.TO_DISPATCH, _A.VOID, _P.DECIDE, (_N.REASON,), _S.VOID),
    Transition(_S.TO_DISPATCH, _A.NOT_ACCEPT, _P.DISPATCH, (_N.REASON, _N.WHERE), _S.NOT_ACCEPTED),
    Transition(_S.TO_DISPATCH, _A.PASS_ON, _P.DISPATCH, (_N.REASON, _N.FOREIGN), _S.PASSED_ON),
    *(Transition(source, _A.FILE, None, (), _S.FILED)
      for source in (_S.WITHDRAWN, _S.VOID, _S.NOT_ACCEPTED, _S.PASSED_ON)),
    *(Transition(source, _A.MERGE, _P.DISPATCH, (_N.REASON, _N.SAME), _S.MERGED)
      for source in (_S.TO_DISPATCH, _S.TO_ACCEPT, _S.IN_HAND)),
    Transition(_S.MERGED, _A.UNMERGE, _P.DISPATCH, (_N.REASON,), _S.TO_DISPATCH, Also.SYSTEM),
    Transition(_S.MERGED, _A.FOLLOW, None, (), _S.TO_CALL_BACK),
    Transition(_S.MERGED, _A.WITHDRAW, _P.REFER, (_N.REASON,), _S.WITHDRAWN),
    *(Transition(source, _A.SUCCEED, _P.DISPATCH, (_N.REASON, _N.GONE, _N.HEIR), source)
      for source in (_S.TO_ACCEPT, _S.IN_HAND, _S.NEEDS_FACTS, _S.TO_CHECK)),
    *(Transition(source, _A.TAKE_AWAY, _P.DISPATCH, (_N.REASON, _N.GONE), _S.TO_DISPATCH)
      for source in (_S.TO_ACCEPT, _S.IN_HAND, _S.NEEDS_FACTS)),
)  # fmt: skip
OVER = frozenset({State.CLOSED, State.FILED, State.WITHDRAWN, State.VOID, State.NOT_ACCEPTED, State.PASSED_ON})
"""Where nobody owes anything any more."""
ASIDE = frozenset({Action.WITHDRAW, Action.VOID, Action.NOT_ACCEPT, Action.PASS_ON, Action.MERGE, Action.UNMERGE,
                   Action.SUCCEED, Action.TAKE_AWAY})  # fmt: skip
"""What leads a matter beside the line: possible, and nobody's next step."""
BEGINNINGS = frozenset({State.TO_DISPATCH, State.TO_CALL_BACK})
"""Where a ticket may begin: as a matter, or as a correction that its caller is owed (更正告知)."""
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
    State.NEEDS_FACTS: "待补充", State.WITHDRAWN: "已撤单", State.VOID: "已作废", State.NOT_ACCEPTED: "不予受理",
    State.PASSED_ON: "已转12345", State.MERGED: "已合并",
}
