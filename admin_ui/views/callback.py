"""One call-back that an operator makes: taken, rung from his phone, verified, told, written up."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in
from admin_ui.phones import PhonesError
from admin_ui.views import ticket
from dispatch.answering.decision import Channel
from dispatch.callbacks import by_person, contacting, corrections, in_his_call, missed
from dispatch.callbacks.callbacks import TOLD, Attempt, Callback
from dispatch.calls import endings
from dispatch.tickets import reach
from dispatch.tickets.steps import ReferralError
from hotline import audit
from hotline.accounts.roles import Permission

blueprint = Blueprint("callback", __name__, url_prefix="/callbacks/<int:callback_id>")
SOLVED = {"yes": True, "no": False}
Deed = Callable[[Session, Callback, datetime], None]


@blueprint.get("")
@needs(Permission.DESK)
def page(callback_id: int) -> ResponseReturnValue:
    with writing() as session:
        found = _found(session, callback_id)
        audit.note(session, "callback.read", by=me().login, at=now(), about=found.about)
    return show(callback_id)


def show(callback_id: int, trouble: str = "") -> str:
    """The page; the reply stands on it only for who holds the call-back and has verified the citizen."""
    with reading() as session:
        found = _found(session, callback_id)
        attempt = by_person.running(session, found)
        tried = session.scalars(select(Attempt).where(Attempt.callback_id == found.id).order_by(Attempt.dialled_at))
        mine = found.holder_id == me().id
        if found.ticket is None:
            row = missed.of(session, found.id) or abort(404)
            return render_template("missed_caller.html", callback=found, row=row, attempt=attempt, mine=mine,
                                   tried=tried.all(), rang=missed.calls_of(session, row), trouble=trouble,
                                   now=now())  # fmt: skip
        reply = _reply(session, found) if mine and attempt is not None and attempt.verified else ""
        return render_template("callback.html", callback=found, ticket=found.ticket, attempt=attempt, mine=mine,
                               tried=tried.all(), reply=reply, trouble=trouble, now=now(),
                               answered=contacting.answered(session, found.ticket) if reply else None,
                               seen=_mark(reply), not_told=_not_told(session, attempt))  # fmt: skip


@blueprint.post("/take")
@needs(Permission.DESK)
def take(callback_id: int) -> ResponseReturnValue:
    with reading() as session:
        _found(session, callback_id)
    try:
        with writing() as session:
            by_person.take(session, callback_id, by=me(), settings=house().settings, at=now())
    except ReferralError as error:
        return show(callback_id, str(error)), 422
    return _back(callback_id)


@blueprint.post("/in-call")
@needs(Permission.DESK)
def in_call(callback_id: int) -> ResponseReturnValue:
    """He is on the line with this operator, and is told in this call."""
    with reading() as session:
        found = session.get(Callback, callback_id)
        if found is None or found.ticket is None or not reach.ticket(session, found.ticket.number, account=me()):
            abort(404)
        number = found.ticket.number
    try:
        with writing() as session:
            in_his_call.take(session, callback_id, by=me(), settings=house().settings, at=now())
    except ReferralError as error:
        return ticket.show(number, trouble=str(error)), 422
    return _back(callback_id)


@blueprint.post("/put-back")
@needs(Permission.DESK)
def put_back(callback_id: int) -> ResponseReturnValue:
    return _done(callback_id, lambda s, callback, at: by_person.put_back(s, callback, by=me(), at=at))


@blueprint.post("/ring")
@needs(Permission.DESK)
def ring(callback_id: int) -> ResponseReturnValue:
    """Noted and committed, then the exchange is asked; refused, nobody was rung."""
    placed: list[tuple[Attempt, str]] = []

    def deed(session: Session, callback: Callback, at: datetime) -> None:
        attempt = by_person.ring(session, callback, by=me(), settings=house().settings, at=at)
        placed.append((attempt, callback.number))

    answer = _done(callback_id, deed)
    for attempt, number in placed:
        try:
            house().phones.connect(attempt, number, extension=me().extension)
        except PhonesError as error:
            with writing() as session:
                endings.refused(session, attempt.id, settings=house().settings, at=now())
            return show(callback_id, str(error)), 422
    return answer


@blueprint.post("/verify")
@needs(Permission.DESK)
def verify(callback_id: int) -> ResponseReturnValue:
    fits: list[bool] = []

    def deed(session: Session, callback: Callback, at: datetime) -> None:
        code = "".join(c for c in request.form.get("code", "") if c.isdigit())[:8]
        fits.append(by_person.verify(session, callback, code=code, matter="matter" in request.form, by=me(),
                                     settings=house().settings, at=at))  # fmt: skip

    answer = _done(callback_id, deed)
    return answer if fits != [False] else (show(callback_id, "查询码与该工单不符"), 422)


@blueprint.post("/write-up")
@needs(Permission.DESK)
def write_up(callback_id: int) -> ResponseReturnValue:
    given = request.form.get("outcome", "")

    def deed(session: Session, callback: Callback, at: datetime) -> None:
        if given == TOLD and "seen" in request.form and request.form["seen"] != _mark(_reply(session, callback)):
            raise ReferralError("要告知的内容刚有变动，请把页面上现在的内容告知来电人后再记录")
        by_person.write_up(session, callback, outcome=given, words=request.form.get("words", ""), at=at, by=me(),
                           solved=SOLVED.get(request.form.get("solved", "")), grade=_grade("grade"),
                           operator_grade=_grade("operator_grade"), settings=house().settings)  # fmt: skip

    return _done(callback_id, deed)


def _done(callback_id: int, deed: Deed) -> ResponseReturnValue:
    """Do it for who holds the call-back, and go back to its page."""
    with reading() as session:
        _found(session, callback_id)
    try:
        with writing() as session:
            token = number_in(request.form.get("token", "")) or 0
            deed(session, by_person.held(session, callback_id, token=token, by=me()), now())
    except ReferralError as error:
        return show(callback_id, str(error)), 422
    return _back(callback_id)


def _back(callback_id: int) -> ResponseReturnValue:
    return redirect(url_for("callback.page", callback_id=callback_id), 303)


def _grade(name: str) -> int | None:
    given = number_in(request.form.get(name, ""))
    return given if given in range(1, 6) else None


def _reply(session: Session, callback: Callback) -> str:
    return corrections.owed_words(session, callback.replied, settings=house().settings, at=now(),
                                  channel=Channel.OPERATOR).text  # fmt: skip


def _mark(reply: str) -> str:
    """Of what the operator has before him: he tells this and nothing else, and this is the evidence."""
    return hashlib.sha256(reply.encode()).hexdigest()


def _not_told(session: Session, attempt: Attempt | None) -> tuple[str, ...]:
    """What may have become of it if it wasn't told."""
    rang_us = attempt is not None and in_his_call.is_such(session, attempt)
    return in_his_call.NOT_TOLD if rang_us else by_person.OUTCOMES[1:]


def _found(session: Session, callback_id: int) -> Callback:
    """Only what a person tells, or has told, has a page of its own."""
    found = session.get(Callback, callback_id)
    return found if found is not None and in_his_call.handled(session, found) else abort(404)
