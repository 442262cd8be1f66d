"""The operator's desk: the page, the line above it, and the card of the call that lies on it."""

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui import browser_phones
from admin_ui.guards import needs
from admin_ui.headers import speaking_to
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in
from admin_ui.regions import region
from dispatch.callbacks import places
from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer, Presence, Readiness
from dispatch.calls.earlier import earlier
from dispatch.calls.on_desk import on_desk, waiting, wrapped_up
from dispatch.calls.suggestions import suggested
from dispatch.line.flags import CallerFlag
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.directory.departments import in_service
from hotline.times import local_day
from knowledge_base.categories import standing

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("")
@needs(Permission.DESK)
def page() -> ResponseReturnValue:
    """The desk; with a telephone where whoever works here has his in the page."""
    shown = render_template("desk.html")
    return (shown, speaking_to(*browser_phones.addresses())) if browser_phones.mine() else shown


@blueprint.get("/line")
@needs(Permission.DESK)
def line() -> ResponseReturnValue:
    """Who is ready, whether the phone is, and what the call is doing. Whoever is in the queue stays signed in: a
    phone must not ring where no card can be seen."""
    with reading() as opened:
        presence = opened.get(Presence, me().id)
    if presence is not None and presence.state != Readiness.AWAY:
        session.permanent = session.modified = True
    return show_line()


def show_line(trouble: str = "") -> str:
    with reading() as opened:
        return render_template("_line.html", presence=opened.get(Presence, me().id), offer=_lying(opened),
                               waiting=waiting(opened), trouble=trouble)  # fmt: skip


@blueprint.get("/card")
@needs(Permission.DESK)
def card() -> ResponseReturnValue:
    """The card of the call on the desk; nothing when that one is shown already, or while another is being written
    up: a form that somebody fills in isn't taken from under his hands."""
    with reading() as opened:
        offer = _lying(opened)
        if str(offer.id if offer else 0) == request.args.get("shown"):
            return "", 204
        if request.args.get("dirty"):
            return "", 204, {"HX-Trigger": "newer"}
        answer = render_template("_card.html", **_card_of(opened, offer))
    if offer is not None:
        with writing() as opened:
            audit.note(opened, "call.card", by=me().login, at=now(), about=("call", offer.call_id))
    return answer


@blueprint.post("/put-away")
@needs(Permission.DESK)
def put_away() -> ResponseReturnValue:
    """The ended call is written up: clear the desk."""
    with writing() as opened:
        wrapped_up(opened, number_in(request.form.get("offer", "")) or 0, me().id, at=now())
    if "HX-Request" not in request.headers:
        return redirect(url_for("desk.page"), 303)
    with reading() as opened:
        answer = make_response(render_template("_card.html", **_card_of(opened, _lying(opened))))
    answer.headers["HX-Trigger"] = "desk-line"
    return answer


def _lying(opened: Session) -> Offer | None:
    """What lies on the desk until it is said to be written up."""
    offer = on_desk(opened, me().id, at=now())
    return None if offer is None or offer.wrapped_up_at is not None else offer


def _card_of(opened: Session, offer: Offer | None) -> dict[str, object]:
    if offer is None:
        return {"offer": None}
    call = opened.get_one(Call, offer.call_id)
    call.steps  # noqa: B018 (read while the session is open)
    return {"offer": offer, "call": call, "earlier": earlier(opened, call), "region": region(call.caller),
            "offered": suggested(opened, call, at=now()), "typed": {},
            "flag": opened.get(CallerFlag, call.caller),
            "place": places.rung_in(opened, call.id) if call.direction == "out" else None,
            "departments": in_service(opened, on=local_day(now())), "categories": standing(opened)}  # fmt: skip
