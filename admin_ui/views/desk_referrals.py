"""Writing a matter down at the desk; its query code is shown once, large, to be read out."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import code_in, number_in, wish
from dispatch import duplicates
from dispatch.calls import Call
from dispatch.lodging import Lodged, lodge
from dispatch.on_desk import answered_by
from dispatch.referrals import Matter
from dispatch.steps import ReferralError
from dispatch.tickets import Klass, Urgency
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, in_service
from hotline.times import local_day

blueprint = Blueprint("desk_referrals", __name__, url_prefix="/desk/referrals")


@blueprint.get("/new")
@needs(Permission.REFER)
def new() -> ResponseReturnValue:
    """An empty form: one call may yield several matters."""
    with reading() as session:
        return _form(session, _own_call(session, wish("call_id")))


@blueprint.post("")
@needs(Permission.REFER)
def refer() -> ResponseReturnValue:
    """Write the matter down; what is wrong with it is said above the form, with everything still in it."""
    try:
        with writing() as session:
            done = _lodged(session, _own_call(session, request.form.get("call_id", "")))
            likely = duplicates.of(session, done.ticket, account=me(), at=now())
    except ReferralError as error:
        with reading() as session:
            return _form(session, _own_call(session, request.form.get("call_id", "")), str(error)), 422
    return render_template("_lodged.html", ticket=done.ticket, code=done.code, sent=done.sent, likely=likely)


def _lodged(session: Session, call: Call) -> Lodged:
    return lodge(session, _matter(), call=call, to=_department(session), by=me(), settings=house().settings, at=now(),
                 told_closed="told_closed" in request.form)  # fmt: skip


def _own_call(session: Session, call_id: str) -> Call:
    return answered_by(session, call_id, me().id, at=now()) or abort(404)


def _matter() -> Matter:
    said = {name: request.form.get(name, "").strip() for name in
            ("klass", "title", "summary", "complained_of", "contact", "caller_name")}  # fmt: skip
    if said["klass"] not in set(Klass):
        raise ReferralError("请选择事项类别")
    return Matter(Klass(said["klass"]), said["title"], said["summary"][:4000], "confidential" in request.form,
                  said["complained_of"], said["contact"], said["caller_name"],
                  code_in(request.form.get("urgency"), Urgency) or Urgency.NORMAL)  # fmt: skip


def _department(session: Session) -> Department | None:
    chosen = number_in(request.form.get("department", ""))
    return session.get(Department, chosen) if chosen is not None else None


def _form(session: Session, call: Call, trouble: str = "") -> str:
    return render_template("_referral.html", call=call, typed=request.form, trouble=trouble,
                           departments=in_service(session, on=local_day(now())))  # fmt: skip
