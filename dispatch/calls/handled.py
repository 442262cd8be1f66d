"""What became of the calls that a person answered: how each was handled, and how its caller rated it. The board counts
by these conditions, and the list of calls shows by them which it counted."""

from enum import StrEnum

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, literal_column, select
from sqlalchemy.orm import aliased

from dispatch.answering.decision import Channel
from dispatch.calls.calls import Call, CallStep
from dispatch.calls.desk import Offer
from dispatch.calls.tellings import Telling
from dispatch.tickets.referrals import DISSATISFIED
from dispatch.tickets.tickets import Ticket
from dispatch.transfers.transfers import Transfer

_RATED: ColumnElement[str] = literal_column("'rated'")
RATED_STEP = CallStep.kind == _RATED
"""Told so that both databases know it for what their index holds."""


class Handled(StrEnum):
    """How a call was handled that a person answered and that is over. One may be several of these."""

    OVER = "over"
    DIRECT = "direct"  # 直接答复: closed in the call, without a department
    AUTHORISED = "authorised"  # 授权解答
    TRANSFERRED = "transferred"  # 转接, whoever was reached
    REFERRED = "referred"  # 录音交办
    WRAPPED_UP = "wrapped_up"  # 话后处理: its operator said when it was written up
    OPERATOR_RATED = "operator_rated"
    OPERATOR_SATISFIED = "operator_satisfied"
    DEPARTMENT_RATED = "department_rated"
    DEPARTMENT_SATISFIED = "department_satisfied"


class Of(StrEnum):
    """Who is rated after a talk, as the timeline says it."""

    OPERATOR = "operator"
    DEPARTMENT = "department"


OVER = and_(Call.queued_at.is_not(None), Call.answered_at.is_not(None), Call.ended_at.is_not(None))
CAME_OF_CALL = Ticket.source == "call"  # not what corrects an answer that was given in it
AUTHORISED = and_(Telling.authorisation_id.is_not(None), Telling.channel != Channel.WEB)


def grade(of: Of) -> ScalarSelect[int]:
    """The last grade that a call's caller gave after the talk: 1 (very satisfied) to 5 (very dissatisfied)."""
    step = aliased(CallStep)
    given = step.detail["grade"].as_integer()
    own = step.call_id == Call.id, step.kind == _RATED, step.detail["of"].as_string() == of.value, given.is_not(None)
    return select(given).where(*own).order_by(step.id.desc()).limit(1).scalar_subquery()


def _of_call(row: type[Ticket] | type[Transfer] | type[Telling] | type[Offer],
             *so: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(row.call_id == Call.id, *so)


CONDITIONS: dict[Handled, tuple[ColumnElement[bool], ...]] = {
    Handled.OVER: (OVER,),
    Handled.DIRECT: (OVER, ~_of_call(Ticket, CAME_OF_CALL), ~_of_call(Transfer)),
    Handled.AUTHORISED: (OVER, _of_call(Telling, AUTHORISED)),
    Handled.TRANSFERRED: (OVER, _of_call(Transfer)),
    Handled.REFERRED: (OVER, _of_call(Ticket, CAME_OF_CALL)),
    Handled.WRAPPED_UP: (OVER, _of_call(Offer, Offer.wrapped_up_at.is_not(None))),
    Handled.OPERATOR_RATED: (OVER, grade(Of.OPERATOR).is_not(None)),
    Handled.OPERATOR_SATISFIED: (OVER, grade(Of.OPERATOR) < DISSATISFIED),
    Handled.DEPARTMENT_RATED: (OVER, grade(Of.DEPARTMENT).is_not(None)),
    Handled.DEPARTMENT_SATISFIED: (OVER, grade(Of.DEPARTMENT) < DISSATISFIED),
}
