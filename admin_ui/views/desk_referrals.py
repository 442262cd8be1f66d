"""Writing a matter down at the desk; its query code is shown once, large, to be read out."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import code_in, number_in, wish
from dispatch.calls.calls import Call
from dispatch.calls.on_desk import answered_by
from dispatch.tickets import duplicates, merging, reach, urging
from dispatch.tickets.intake import Matter
from dispatch.tickets.lodging import Lodged, lodge
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, Urgency
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
            main = _other(session)
            likely = [] if main else duplicates.of(session, done.ticket, account=me(), settings=house().settings,
                                                   at=now())  # fmt: skip
            return render_template("_lodged.html", ticket=done.ticket, code=done.code, sent=done.sent, likely=likely,
                                   main=main)  # fmt: skip
    except ReferralError as error:
        with reading() as session:
            return _form(session, _own_call(session, request.form.get("call_id", "")), str(error)), 422


@blueprint.post("/likely")
@needs(Permission.REFER)
def likely() -> ResponseReturnValue:
    """What is likely the same as the matter that is being written down."""
    with reading() as session:
        call = _own_call(session, request.form.get("call_id", ""))
        to = _department(session)
        found = duplicates.of_matter(session, _matter(), call=call, department_id=to.id if to else None, account=me(),
                                     settings=house().settings, at=now())  # fmt: skip
        return render_template("_likely_now.html", likely=found, chosen=request.form.get("into", ""))


@blueprint.post("/add")
@needs(Permission.REFER)
def add() -> ResponseReturnValue:
    """It is no new matter: what was written goes to the caller's open ticket (补充)."""
    try:
        with writing() as session:
            call = _own_call(session, request.form.get("call_id", ""))
            ticket = reach.ticket(session, request.form.get("to", ""), account=me()) or abort(404)
            words = _matter().summary
            if len(words) > urging.LONGEST:
                raise ReferralError(gettext("补充内容最多%(most)s字", most=urging.LONGEST))
            urging.supplement(session, ticket, words=words, by=me(), at=now())
            return render_template("_added.html", ticket=ticket, call=call)
    except ReferralError as error:
        with reading() as session:
            return _form(session, _own_call(session, request.form.get("call_id", "")), str(error)), 422


def _lodged(session: Session, call: Call) -> Lodged:
    """The new ticket; where it is the same matter as another it goes with that one, or is proposed to."""
    main = _other(session)
    done = lodge(session, _matter(), call=call, to=None if main else _department(session), by=me(), at=now(),
                 settings=house().settings, told_closed="told_closed" in request.form)  # fmt: skip
    if main is not None and me().may(Permission.DISPATCH):
        merging.merge(session, done.ticket, into=main, why=gettext("登记时并入"), by=me(), settings=house().settings,
                      at=now())  # fmt: skip
    elif main is not None:
        merging.propose(session, done.ticket, into=main, by=me(), at=now())
    return done


def _other(session: Session) -> Ticket | None:
    """The ticket that follows the same matter; None where none was chosen."""
    number = request.form.get("into", "")
    return reach.ticket(session, number, account=me()) or abort(404) if number else None


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
