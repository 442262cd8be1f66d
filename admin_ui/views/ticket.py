"""One ticket: what it says, when it is due and why, what was done, and what the one who looks may do now."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
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
from hotline import audit
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
        return render_template("ticket.html", ticket=found, trouble=trouble, typed=typed or {},
                               **_matter(session, found), **_what_goes_with_it(session, found),
                               **_what_was_done(session, found), **_what_may_be_done(session, found))  # fmt: skip


def _matter(session: Session, ticket: Ticket) -> dict[str, Any]:
    """What it is, and what of its caller the one who looks may know."""
    return {
        "sound": reach.recording(session, ticket.recording_id, account=me()) if ticket.recording_id else None,
        "guarded": guarded(ticket), "shows_caller": reach.sees_caller(session, ticket, account=me()),
        "calls": sorted(case_calls.of(session, ticket)), "unwritten": UNWRITTEN, "inside": reach.inside(me()),
        "told_him": caller_told.of(session, ticket) if reach.inside(me()) else [], "repeatable": outcomes.repeatable,
        "own_department": None if reach.inside(me()) else me().department_id,
        "own_rules": rules.of(ticket, settings=house().settings),
    }  # fmt: skip


def _what_goes_with_it(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Other tickets that are the same matter, shares of other departments, files."""
    asked, files = shares.of(session, ticket), ticket_files.of(session, ticket, account=me())
    return {
        "main": followed(session, ticket), "merged": merging.of(session, ticket), "likely": _likely(session, ticket),
        "proposed": merging.proposed(ticket), "shares": asked, "assembled": shares.assembled(asked),
        "files": files, "gone": ticket_files.gone(files, settings=house().settings),
        "file_types": house().settings.attachment_types, "file_megabytes": house().settings.attachment_megabytes,
    }  # fmt: skip


def _what_was_done(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Its history, and what came of it."""
    return {
        "steps": colleague_notes.read_by(ticket, me()),
        "urged": urging.urged(ticket), "supervised": supervision.standing(session, ticket.id),
        "letters": supervision.letters_of(session, ticket.id),
        "drafted": drafting.drafted_from(session, ticket) if me().may(Permission.WRITE_ENTRY) else None,
    }  # fmt: skip


def _what_may_be_done(session: Session, ticket: Ticket) -> dict[str, Any]:
    """The steps that the one who looks may take, and what he chooses from for them."""
    today = local_day(now())
    return {
        "doable": doable(ticket, me(), at=now()), "joinable": ticket.state in shares.JOINABLE,
        "may_note": colleague_notes.may_write(ticket, me()), "may_add": ticket_files.may_add(ticket, me()),
        "may_draft": me().may(Permission.WRITE_ENTRY) and drafting.fit_to_draft(ticket),
        "may_confide": secrecy.may_be_asked(ticket, me()),
        "may_urge": me().may(Permission.REFER) and urging.open_to_caller(ticket),
        "call_backs": _call_backs(session, ticket), "told_now": _told_now(session, ticket),
        "contact": _contact(session, ticket), "templates": reply_templates.of(session, me()),
        "heirs": heirs(session, ticket.department, on=today) if ticket.department else [],
        "county_names": [(code, COUNTIES.get(code, code)) for code in counties.offices(session)],
        "departments": [d for d in counties.choice(session, me(), on=today) if not complains_of(session, ticket, d)],
    }  # fmt: skip


def _contact(session: Session, ticket: Ticket) -> tuple[CallerContact | None, list[Liaison]] | None:
    """The talk with the caller that is still to be written up, also once the answer is signed; and by whose telephones
    there may be one."""
    if not me().may(Permission.HANDLE) or ticket.department_id != me().department_id:
        return None
    running, may = contacting.running(session, ticket), contacting.may(session, ticket, account=me())
    return (running, duty_list(session, ticket.department_id or 0) if may else []) if running or may else None


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

