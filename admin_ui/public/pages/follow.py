"""How a matter stands, for who has both its number and its query code. Both travel in the body, never in an address;
whatever is wrong, the answer is the same."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin_ui.public import form_tokens
from admin_ui.public.limits import limiter, number_asked_for, of, typed
from admin_ui.public.lobby import lobby, now, reading, writing
from dispatch.tickets import progress, urging
from dispatch.tickets.web_questions import WEB
from hotline import audit

blueprint = Blueprint("follow", __name__, url_prefix="/follow")
UNKEPT = {"Cache-Control": "no-store"}


@blueprint.get("")
@limiter.limit(of("public_limit"))
def form() -> ResponseReturnValue:
    return render_template("public/follow.html", standing=None, trouble=False), 200, UNKEPT


@blueprint.post("")
@limiter.limit(of("public_follow_limit"))
@limiter.limit(of("public_number_limit"), key_func=number_asked_for)
def look() -> ResponseReturnValue:
    """What the caller would hear by telephone: the state, and by when an answer is promised."""
    number, code = typed("number"), typed("code")
    with reading() as session:
        standing = progress.by_number(session, number.upper(), code, settings=lobby().settings)
    if standing is None:
        return render_template("public/follow.html", standing=None, trouble=True), 422, UNKEPT
    with writing() as session:
        audit.note(session, "progress.seen", by=WEB, at=now(), about=("ticket", standing.number))
    mark = "" if standing.answered else form_tokens.give_for(lobby().settings, standing.ticket_id)
    return render_template("public/follow.html", standing=standing, mark=mark, trouble=False), 200, UNKEPT


@blueprint.post("/urge")
@limiter.limit(of("public_follow_limit"))
def urge() -> ResponseReturnValue:
    """催单 by who looked his matter up just now."""
    ticket_id = form_tokens.matter_of(request.form.get("mark", ""), lobby().settings)
    if ticket_id is None:
        return render_template("public/follow.html", standing=None, trouble=True), 422, UNKEPT
    with writing() as session:
        taken = urging.urge_himself(session, ticket_id, settings=lobby().settings, at=now())
    return render_template("public/urged.html", taken=taken), 200, UNKEPT
