"""Handing the caller to a department at the desk: begin, look on, stop, leave the three-way conversation, record."""

from collections.abc import Callable

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish
from dispatch.calls.calls import Call
from dispatch.calls.on_desk import answered_by
from dispatch.tickets.tickets import Klass
from dispatch.transfers import handing_on, transfers
from dispatch.transfers.handing_on import Asked
from dispatch.transfers.transfer_line import Ends, TransferLine
from dispatch.transfers.transfer_rules import TransferError
from dispatch.transfers.transfers import Otherwise, State, Transfer
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, in_service
from hotline.exchange.errors import LinkError
from hotline.times import local_day

blueprint = Blueprint("desk_transfers", __name__, url_prefix="/desk/transfer")
SILENT = "交换机没有响应，请重试"


@blueprint.get("")
@needs(Permission.DESK)
def panel() -> ResponseReturnValue:
    """How the transfer stands; nothing while that is shown already, for somebody may be typing."""
    with reading() as session:
        call = answered_by(session, wish("call_id"), me().id, at=now())
        if call is None:  # it rings yet
            return "", 204
        last = transfers.latest(session, call.id)
        return ("", 204) if _token(call, last) == wish("shown", 200) else _panel(session, call, last)


@blueprint.post("")
@needs(Permission.DESK)
def begin() -> ResponseReturnValue:
    """Note the hunt, then have the exchange move caller and operator; what is refused is said above the form."""
    return _tried(_begin)


@blueprint.post("/stop")
@needs(Permission.DESK)
def stop() -> ResponseReturnValue:
    """Bring the caller back; who rings is not waited for."""
    return _tried(_stop)


@blueprint.post("/leave")
@needs(Permission.DESK)
def leave() -> ResponseReturnValue:
    """The operator goes; caller and liaison go on."""
    return _tried(_leave)


@blueprint.post("/record")
@needs(Permission.DESK)
def record() -> ResponseReturnValue:
    """The caller goes straight to where his question is recorded."""
    return _tried(_record)


def _tried(step: Callable[[Call], None]) -> ResponseReturnValue:
    call_id, trouble = request.form.get("call_id", ""), ""
    with reading() as session:
        call = _own_call(session, call_id)
    try:
        step(call)
    except TransferError as error:
        trouble = str(error)
    except LinkError:
        trouble = SILENT
    with reading() as session:
        call = _own_call(session, call_id)
        return _panel(session, call, transfers.latest(session, call_id), trouble), 422 if trouble else 200


def _begin(call: Call) -> None:
    line = _line()
    ends = line.ends(call.id, extension=me().extension)
    with writing() as session:
        own = session.get_one(Call, call.id)
        transfer = handing_on.begin(session, own, _asked(session), ends=ends, by=me(), settings=house().settings,
                                    at=now())  # fmt: skip
    if transfer.state == State.RINGING and ends is not None:
        _part(line, ends, call.id)


def _part(line: TransferLine, ends: Ends, call_id: str) -> None:
    try:
        line.part(ends)
    except LinkError:
        _settled(call_id, State.FAILED)
        raise


def _stop(call: Call) -> None:
    transfer = _settled(call.id, State.STOPPED)
    if transfer is None:
        raise TransferError("转接已经结束")
    with reading() as session:
        rings = transfers.to_hang_up(session, [call.id])
    _line().hang_up(rings, call_id=call.id)
    _line().bring_back(transfer.channel, call_id=call.id)


def _leave(call: Call) -> None:
    with reading() as session:
        last = transfers.latest(session, call.id)
    ends = _ends(call)
    if last is None or last.state != State.CONNECTED or not ends.operator:
        raise TransferError("三方通话尚未接通，不能退出")
    _line().hang_up([ends.operator], call_id=call.id)


def _record(call: Call) -> None:
    ends = _ends(call)
    _line().record(ends.caller)


def _ends(call: Call) -> Ends:
    ends = _line().ends(call.id, extension=me().extension)
    if ends is None:
        raise TransferError("来电人已挂断")
    return ends


def _settled(call_id: str, state: State) -> Transfer | None:
    with writing() as session:
        transfer = transfers.latest(session, call_id, lock=True)
        return transfer if transfer and transfers.settle(session, transfer, state, at=now()) else None


def _line() -> TransferLine:
    line = house().line
    if line is None:
        raise TransferError("未连接交换机，无法转接")
    return line


def _own_call(session: Session, call_id: str) -> Call:
    return answered_by(session, call_id, me().id, at=now()) or abort(404)


def _asked(session: Session) -> Asked:
    form = request.form
    if form.get("about") not in set(Klass):
        raise TransferError("请选择事项类别")
    chosen = number_in(form.get("department", ""))
    otherwise = Otherwise.OPERATOR if form.get("otherwise") == Otherwise.OPERATOR else Otherwise.RECORD
    department = session.get(Department, chosen) if chosen is not None else None
    return Asked(department, Klass(form["about"]), form.get("words", "")[:400], "confidential" in form,
                 form.get("complained_of", "")[:120], otherwise)  # fmt: skip


def _panel(session: Session, call: Call, last: Transfer | None, trouble: str = "") -> str:
    at = now()
    return render_template(
        "_transfer.html", call=call, last=last, hunts=transfers.of_call(session, call.id), token=_token(call, last),
        trouble=trouble, typed=request.form, first=handing_on.first_choice(session, call, at=at),
        departments=in_service(session, on=local_day(at)),
    )  # fmt: skip


def _token(call: Call, last: Transfer | None) -> str:
    """What the panel shows, in short: it is fetched again when this changes."""
    if last is None:
        return f"-:{call.ended_at is None}"
    tried = ",".join(f"{a.outcome}{a.picked_up_at is not None:d}{a.ended_at is not None:d}" for a in last.attempts)
    return f"{last.id}:{last.state}:{tried}:{call.ended_at is None}"
