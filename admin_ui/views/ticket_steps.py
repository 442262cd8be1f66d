"""The steps of a ticket, each behind its own permission."""

from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me
from admin_ui.paging import code_in, number_in
from admin_ui.typed import said
from admin_ui.views.ticket_taking import take
from dispatch.tickets import (
    asides,
    colleague_notes,
    counties,
    disputes,
    extensions,
    facts,
    intake,
    referrals,
    secrecy,
    succeeding,
    supervising,
    urging,
)
from dispatch.tickets.intake import Matter
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, Urgency
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day

blueprint = Blueprint("ticket_steps", __name__, url_prefix="/tickets/<number>")


def _matter() -> Matter:
    klass = said("klass", 12)
    if klass not in set(Klass):
        raise ReferralError(gettext("请选择类别"))
    return Matter(klass=Klass(klass), title=said("title", 120), summary=said("summary", 4000),
                  confidential="confidential" in request.form, complained_of=said("complained_of", 120),
                  urgency=code_in(said("urgency", 8), Urgency) or Urgency.NORMAL)  # fmt: skip


def _department(session: Session) -> Department:
    chosen = number_in(said("department", 12))
    found = session.get(Department, chosen) if chosen is not None else None
    if found is None:
        raise ReferralError(gettext("请选择承办单位"))
    return found


@blueprint.post("/dispatch")
@needs(Permission.DISPATCH)
def dispatch(number: str) -> ResponseReturnValue:
    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        to = _department(session)
        intake.describe(session, ticket, _matter(), by=me(), settings=house().settings, at=at)
        referrals.dispatch(session, ticket, to=to, by=me(), settings=house().settings, at=at, why=said("why"))

    return take(number, deed)


@blueprint.post("/impose")
@needs(Permission.OVERSEE)
def impose(number: str) -> ResponseReturnValue:
    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        to = _department(session)
        intake.describe(session, ticket, _matter(), by=me(), settings=house().settings, at=at)
        referrals.impose(session, ticket, to=to, why=said("why"), by=me(), settings=house().settings, at=at)

    return take(number, deed)


@blueprint.post("/supervise")
@needs(Permission.SUPERVISE)
def supervise(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: supervising.by_hand(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("/accept")
@needs(Permission.HANDLE)
def accept(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: referrals.accept(s, ticket, by=me(), at=at))


@blueprint.post("/return")
@needs(Permission.HANDLE)
def give_back(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: referrals.give_back(
        s, ticket, why=said("why"), by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/hand-down")
@needs(Permission.HAND_DOWN)
def hand_down(number: str) -> ResponseReturnValue:
    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        intake.describe(session, ticket, _matter(), by=me(), settings=house().settings, at=at)
        counties.hand_down(session, ticket, county=said("county", 6), why=said("why"), by=me(),
                           settings=house().settings, at=at)  # fmt: skip

    return take(number, deed)


@blueprint.post("/hand-up")
@needs(Permission.DISPATCH)
def hand_up(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: counties.hand_up(s, ticket, why=said("why"), by=me(),
                                                                settings=house().settings, at=at))


@blueprint.post("/reply")
@needs(Permission.HANDLE)
def reply(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: referrals.reply(
        s, ticket, text=said("reply", 4000), personal="personal" in request.form, by=me(), at=at))  # fmt: skip


@blueprint.post("/sign")
@needs(Permission.SIGN)
def sign(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: referrals.sign(
        s, ticket, no_secrets="no_secrets" in request.form, by=me(), at=at))  # fmt: skip


@blueprint.post("/decline")
@needs(Permission.SIGN)
def decline(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: referrals.decline(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("/send-back")
@needs(Permission.CHECK)
def send_back(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: referrals.send_back(
        s, ticket, why=said("why"), by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/pass")
@needs(Permission.CHECK)
def pass_reply(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: referrals.pass_reply(
        s, ticket, by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/settle")
@needs(Permission.DECIDE)
def settle(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: disputes.settle(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("/redo-again")
@needs(Permission.DECIDE)
def redo_again(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: disputes.redo_again(
        s, ticket, why=said("why"), by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/ask-facts")
@needs(Permission.HANDLE)
def ask_facts(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: facts.ask(
        s, ticket, why=said("why"), by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/give-facts")
@needs(Permission.REFER)
def give_facts(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: facts.give(
        s, ticket, words=said("why"), by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/withdraw")
@needs(Permission.REFER)
def withdraw(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: asides.withdraw(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("/void")
@needs(Permission.DECIDE)
def void(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: asides.void(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("/not-accept")
@needs(Permission.DISPATCH)
def not_accept(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: asides.not_accept(
        s, ticket, why=said("why"), where=said("where", 200), by=me(),
        settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/pass-on")
@needs(Permission.DISPATCH)
def pass_on(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: asides.pass_on(
        s, ticket, number=said("foreign", 40), why=said("why"), by=me(), at=at))  # fmt: skip


@blueprint.post("/succeed")
@needs(Permission.DISPATCH)
def succeed(number: str) -> ResponseReturnValue:
    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        to = succeeding.chosen(session, ticket, number_in(said("heir", 12)), on=local_day(at))
        succeeding.succeed(session, ticket, to=to, why=said("why"), by=me(), settings=house().settings, at=at)

    return take(number, deed)


@blueprint.post("/take-away")
@needs(Permission.DISPATCH)
def take_away(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: succeeding.take_away(
        s, ticket, why=said("why"), by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/ask-extension")
@needs(Permission.HANDLE)
def ask_extension(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: extensions.ask(
        s, ticket, days=number_in(said("days", 3)) or 0, why=said("why"), by=me(), settings=house().settings,
        at=at))  # fmt: skip


@blueprint.post("/extend")
@needs(Permission.OVERSEE)
def extend(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: extensions.grant(
        s, ticket, why=said("why"), by=me(), settings=house().settings, at=at))  # fmt: skip


@blueprint.post("/refuse-extension")
@needs(Permission.OVERSEE)
def refuse_extension(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: extensions.refuse(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("/colleague-note")
@needs(Permission.TICKETS)
def colleague_note(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: colleague_notes.write(
        s, ticket, words=said("words", 501), by=me(), at=at))  # fmt: skip


@blueprint.post("/urge")
@needs(Permission.REFER)
def urge(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: urging.urge(s, ticket, words=said("words"), by=me(), at=at))


@blueprint.post("/confide")
@needs(Permission.REFER)
def confide(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: secrecy.ask(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("/supplement")
@needs(Permission.REFER)
def supplement(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: urging.supplement(s, ticket, words=said("words"), by=me(), at=at))
