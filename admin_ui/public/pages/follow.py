"""How a matter stands, for who has both its number and its query code. Both travel in the body, never in an address;
whatever is wrong, the answer is the same."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin_ui.public import form_tokens
from admin_ui.public.limits import limiter, number_asked_for, of, typed
from admin_ui.public.lobby import lobby, now, reading, writing
from dispatch.tickets import progress, urging
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.web_questions import WEB
from hotline import audit

blueprint = Blueprint("follow", __name__, url_prefix="/follow")
UNKEPT = {"Cache-Control": "no-store"}


@blueprint.get("")
@limiter.limit(of("public_limit"))
def form() -> ResponseReturnValue:
    return _form(), 200, UNKEPT


@blueprint.post("")
@limiter.limit(of("public_follow_limit"))
@limiter.limit(of("public_number_limit"), key_func=number_asked_for)
def look() -> ResponseReturnValue:
    """What the caller would hear by telephone: the state, and by when an answer is promised. What can't be found keeps
    the number that he typed, whatever is wrong; the code he types anew."""
    number, code = typed("number"), typed("code")
    with reading() as session:
        standing = progress.by_number(session, number.upper(), code, settings=lobby().settings)
        adds = standing is not None and urging.may_supplement(session.get_one(Ticket, standing.ticket_id))
    if standing is None:
        return _form("wrong", number=number), 422, UNKEPT
    with writing() as session:
        audit.note(session, "progress.seen", by=WEB, at=now(), about=("ticket", standing.number))
    mark = "" if standing.answered else form_tokens.give_for(lobby().settings, standing.ticket_id)
    return render_template("public/follow.html", standing=standing, mark=mark, adds=adds), 200, UNKEPT


@blueprint.post("/urge")
@limiter.limit(of("public_follow_limit"))
def urge() -> ResponseReturnValue:
    """催单 by who looked his matter up just now."""
    ticket_id = form_tokens.matter_of(request.form.get("mark", ""), lobby().settings)
    if ticket_id is None:
        return _form("stale"), 422, UNKEPT
    with writing() as session:
        taken = urging.urge_himself(session, ticket_id, settings=lobby().settings, at=now())
    return render_template("public/urged.html", taken=taken), 200, UNKEPT


@blueprint.post("/add")
@limiter.limit(of("public_follow_limit"))
def add() -> ResponseReturnValue:
    """补充 by who looked his matter up just now; what isn't taken is shown to him again, to be told by telephone."""
    ticket_id = form_tokens.matter_of(request.form.get("mark", ""), lobby().settings)
    words = request.form.get("words", "").strip()[: urging.LONGEST]
    if ticket_id is None:
        return _form("stale", words=words), 422, UNKEPT
    with writing() as session:
        taken = urging.supplement_himself(session, ticket_id, words=words, settings=lobby().settings, at=now())
    return render_template("public/added.html", taken=taken, words=words), 200 if taken else 422, UNKEPT


def _form(trouble: str = "", *, number: str = "", words: str = "") -> str:
    return render_template("public/follow.html", standing=None, trouble=trouble, number=number, words=words)
