"""Leaving a question on the web: a ticket with its number and query code, shown once."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from admin_ui.public import form_tokens, questions
from admin_ui.public.finding import wanted
from admin_ui.public.form_tokens import QUICKEST, FormToken
from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import lobby, now, writing
from admin_ui.public.questions import LONGEST_TITLE, Question
from dispatch.tickets import web_questions
from dispatch.tickets.lodging import Lodged

blueprint = Blueprint("ask", __name__, url_prefix="/ask")
UNKEPT = {"Cache-Control": "no-store"}


def _lodged(response: Response) -> bool:
    return response.status_code == 200


@blueprint.get("")
@limiter.limit(of("public_limit"))
def form() -> ResponseReturnValue:
    return _form(Question(), mark=_fresh()), 200, UNKEPT


@blueprint.post("/about")
@limiter.limit(of("public_limit"))
def about() -> ResponseReturnValue:
    """The form, with what was searched for already in it; the words come in the body."""
    title = wanted(request.form.get("q", ""))[:LONGEST_TITLE]
    return _form(Question(title=title), mark=_fresh()), 200, UNKEPT


@blueprint.post("")
@limiter.limit(of("public_limit"))
@limiter.limit(of("public_ask_limit"), deduct_when=_lodged)
def send() -> ResponseReturnValue:
    """Take the question down once, however often the same form is sent; what is wrong is said beside its field."""
    question, mark = questions.read(request.form), request.form.get("mark", "")[:300]
    token = form_tokens.read(mark, lobby().settings, at=now())
    if token is None:
        return _form(question, mark=_fresh(), trouble="stale"), 422, UNKEPT
    if request.form.get("website"):  # nobody sees this field but programs
        return _form(question, mark=mark, trouble="refused"), 422, UNKEPT
    if now() - token.given_at < QUICKEST:
        return _form(question, mark=mark, trouble="quick"), 422, UNKEPT
    wrong = questions.wrong(question)
    if wrong:
        return _form(question, mark=mark, wrong=wrong), 422, UNKEPT
    done = _lodge(question, token)
    shown = render_template("public/asked.html", ticket=done.ticket, code=done.code, contact=question.contact)
    return shown, 200, UNKEPT


def _lodge(question: Question, token: FormToken) -> Lodged:
    settings = lobby().settings
    code = form_tokens.code_of(token, settings)
    try:
        with writing() as session:
            return web_questions.lodge(session, questions.matter(question), code=code, settings=settings, at=now())
    except IntegrityError:  # the same form was sent twice in the same moment: the other one was first
        with writing() as session:
            return web_questions.lodge(session, questions.matter(question), code=code, settings=settings, at=now())


def _form(question: Question, *, mark: str, wrong: dict[str, str] | None = None, trouble: str = "") -> str:
    return render_template("public/ask.html", question=question, mark=mark, wrong=wrong or {}, trouble=trouble)


def _fresh() -> str:
    return form_tokens.give(lobby().settings, at=now())
