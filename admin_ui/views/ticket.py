"""One ticket: what it says, when it is due and why, what was done, and what the one who looks may do now."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.words import COUNTIES
from dispatch.callbacks import contacting, in_his_call
from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.callbacks import State as Owed
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.clocks import rules
from dispatch.passed.passed_matters import SOURCE
from dispatch.tickets import (
    caller_told,
    case_calls,
    colleague_notes,
    counties,
    drafting,
    duplicates,
    merging,
    reach,
    referrals,
    reply_templates,
    secrecy,
    shares,
    supervision,
    ticket_files,
    urging,
)
from dispatch.tickets.complained_of import complains_of
from dispatch.tickets.duplicates import Likely
from dispatch.tickets.needs import doable
from dispatch.tickets.states import State
from dispatch.tickets.tickets import UNWRITTEN, Ticket, followed, guarded
from dispatch.tickets.web_questions import WEB
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import heirs
from hotline.directory.liaisons import Liaison, duty_list
from hotline.telling import outcomes
from hotline.times import local_day

blueprint = Blueprint("ticket", __name__, url_prefix="/tickets")


@blueprint.get("/<number>")
@needs(Permission.TICKETS)
def page(number: str) -> ResponseReturnValue:
    """Opening a ticket is noted; the department's first look at it is what lets it be accepted. A department that is
    asked for its share of it is led there."""
    with writing() as session:
        found = reach.ticket(session, number, account=me())
        if found is None:
            share_id = reach.share_in(session, number, account=me()) or abort(404)
            return redirect(url_for("shares.page", share_id=share_id))
        audit.note(session, "ticket.read", by=me().login, at=now(), about=("ticket", number))
        if me().may(Permission.HANDLE):
            referrals.opened(session, found, by=me(), at=now())
    return show(number, typed=_begun())


def _begun() -> Mapping[str, str]:
    """A reply that is begun with one of the department's own texts."""
    chosen = request.args.get("template", type=int)
    with reading() as session:
        row = reply_templates.one(session, chosen, me()) if chosen is not None else None
        return {"reply": row.text} if row is not None else {}


def show(number: str, *, trouble: str = "", typed: Mapping[str, str] | None = None) -> str:
    """The ticket's page, with what went wrong and what was typed when a step could not be taken."""
    with reading() as session:
        found = _within_reach(session, number)
        sound = reach.recording(session, found.recording_id, account=me()) if found.recording_id else None
        return render_template(
            "ticket.html", ticket=found, sound=sound, doable=doable(found, me(), at=now()), trouble=trouble,
            typed=typed or {}, supervised=supervision.standing(session, found.id),
            own_rules=rules.of(found, settings=house().settings),
            shows_caller=reach.sees_caller(session, found, account=me()), guarded=guarded(found),
            call_backs=_call_backs(session, found), told_now=_told_now(session, found),
            calls=sorted(case_calls.of(session, found)), shares=(asked := shares.of(session, found)),
            contact=_contact(session, found), merged=merging.of(session, found), main=followed(session, found),
            steps=colleague_notes.read_by(found, me()), may_note=colleague_notes.may_write(found, me()),
            likely=_likely(session, found), proposed=merging.proposed(found),
            assembled=shares.assembled(asked), joinable=found.state in shares.JOINABLE,
            drafted=drafting.drafted_from(session, found) if me().may(Permission.WRITE_ENTRY) else None,
            may_draft=me().may(Permission.WRITE_ENTRY) and drafting.fit_to_draft(found),
            may_confide=secrecy.may_be_asked(found, me()),
            urged=urging.urged(found), may_urge=me().may(Permission.REFER) and urging.open_to_caller(found),
            templates=reply_templates.of(session, me()),
            files=(handed_in := ticket_files.of(session, found, account=me())),
            gone=ticket_files.gone(handed_in, settings=house().settings),
            may_add=ticket_files.may_add(found, me()), file_types=house().settings.attachment_types,
            file_megabytes=house().settings.attachment_megabytes,
            own_department=None if reach.inside(me()) else me().department_id,
            heirs=heirs(session, found.department, on=local_day(now())) if found.department else [],
            told_him=caller_told.of(session, found) if reach.inside(me()) else [], repeatable=outcomes.repeatable,
            inside=reach.inside(me()), unwritten=UNWRITTEN, names=_names(session, found),
            county_names=[(code, COUNTIES.get(code, code)) for code in counties.offices(session)],
            departments=[d for d in counties.choice(session, me(), on=local_day(now()))
                         if not complains_of(session, found, d)],
        )  # fmt: skip


def _contact(session: Session, ticket: Ticket) -> tuple[CallerContact | None, list[Liaison]] | None:
    """The talk with the caller that is still to be written up, and by whose telephones there may be one."""
    if not me().may(Permission.HANDLE) or not contacting.may(session, ticket, account=me()):
        return None
    return contacting.running(session, ticket), duty_list(session, ticket.department_id or 0)


def _likely(session: Session, ticket: Ticket) -> list[Likely]:
    """The open tickets that may be the same matter, for those who write matters down or dispatch them."""
    asks = me().may(Permission.DISPATCH) or me().may(Permission.REFER)
    if not asks or ticket.state not in merging.RECEIVES:
        return []
    return duplicates.of(session, ticket, account=me(), settings=house().settings, at=now())


def _call_backs(session: Session, ticket: Ticket) -> list[Callback]:
    """The call-backs of the ticket that a person makes and that are still owed, for those who may make them."""
    if not me().may(Permission.DESK):
        return []
    owed = (Owed.DUE, Owed.CLAIMED, Owed.DIALLING)
    return list(session.scalars(select(Callback).where(
        Callback.ticket_id == ticket.id, Callback.by_person.is_(True), Callback.state.in_(owed))))  # fmt: skip


def _told_now(session: Session, ticket: Ticket) -> Callback | None:
    """The call-back that may be told in the call on one's own desk."""
    if not me().may(Permission.DESK) or ticket.state != State.TO_CALL_BACK:
        return None
    return in_his_call.owed(session, ticket.id, by=me(), at=now())


def _within_reach(session: Session, number: str) -> Ticket:
    return reach.ticket(session, number, account=me()) or abort(404)


def _names(session: Session, ticket: Ticket) -> dict[str, str]:
    """Who the logins in the history are."""
    logins = {step.by for step in ticket.steps}
    rows = session.execute(select(Account.login, Account.name).where(Account.login.in_(logins)))
    return {str(login): str(name) for login, name in rows} | {
        "hotline": gettext("系统"), SOURCE: gettext("12345"), WEB: gettext("网上提问"),
        urging.HE_HIMSELF: gettext("来电人")}
