"""Finding an answer at the desk, and noting that it was told: by its own key, for opening isn't telling."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish
from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from dispatch.calls import calls, tellings
from dispatch.calls.calls import Step
from dispatch.calls.on_desk import answered_by
from dispatch.calls.suggestions import offered_all
from hotline.accounts.roles import Permission
from hotline.times import local_day
from knowledge_base import asked
from knowledge_base.asked import LONGEST, Found
from knowledge_base.categories import LONGEST_PATH
from knowledge_base.search.match import Match, Verdict, hardly, to_show, verdict

blueprint = Blueprint("desk_answers", __name__, url_prefix="/desk")
MOST_FOUND = 8
WENT = {Verdict.SURE: Found.SHOWN, Verdict.UNSURE: Found.UNSURE, Verdict.NOTHING: Found.NOTHING}


@blueprint.get("/search")
@needs(Permission.DESK)
def search() -> ResponseReturnValue:
    """Entries for what the operator types, each with what he may say of it. Once he pauses, the list asks (`full`) for
    what the meaning of the words adds, and is shown anew where it's another than before."""
    words, full = wish("q"), bool(wish("full"))
    with reading() as session:
        matches = _found(session, words, wish, full=full)
        found = [match.entry_id for match in to_show(matches)]
        told = f"{hardly(matches):d}:" + ",".join(map(str, found))
        if full and told == request.args.get("told"):
            return "", 204
        return render_template("_entries.html", offered=offered_all(session, found, at=now()), words=words,
                               call_id=wish("call_id"), told=told, settling=bool(words) and not full,
                               hardly=hardly(matches),
                               department=wish("department"), category=wish("category"))  # fmt: skip


@blueprint.post("/asked")
@needs(Permission.DESK)
def settled() -> ResponseReturnValue:
    """What the operator searched for in a call of his own, once he typed no more, and how it went."""
    given = request.form.get
    words = given("q", "").strip()[:LONGEST]
    with reading() as session:
        call = answered_by(session, wish("call_id"), me().id, at=now()) or abort(404)
        matches = _found(session, words, lambda name: given(name, ""), full=True) if words else []
    if words:
        with writing() as session:
            asked.note(session, words, channel=Channel.OPERATOR, way=asked.way_of(words), found=WENT[verdict(matches)],
                       score=matches[0].score if matches else 0.0, call_id=call.id,
                       department_id=number_in(given("department", "")), at=now())  # fmt: skip
    return "", 204


def _found(session: Session, words: str, given: Callable[[str], str], *, full: bool) -> Sequence[Match]:
    """The matches in the department and the place of the tree that the operator narrows it to."""
    index = house().index.at(session, on=local_day(now()))
    return index.search(words, most=MOST_FOUND, department=number_in(given("department")),
                        category=given("category")[:LONGEST_PATH], full=full)  # fmt: skip


@blueprint.post("/told")
@needs(Permission.DESK)
def told() -> ResponseReturnValue:
    """Note the answer as told in a call of one's own, if it may still be given and is still the one on the screen;
    that only the department was named (always sayable) stands in the timeline."""
    given, version = number_in(request.form.get("entry_id", "")), request.form.get("version_id", "")
    heard = "partly" if request.form.get("heard") == "partly" else "whole"
    with writing() as session:
        call = answered_by(session, request.form.get("call_id", ""), me().id, at=now()) or abort(404)
        offer = offered(session, given, channel=Channel.OPERATOR, at=now()) if given is not None else None
        if offer is not None and request.form.get("heard") == "contact":
            calls.note(session, call.id, Step.DIRECTED, at=now(), entry=offer.entry.id, name=offer.department.name,
                       reason=offer.decision.reason, by=me().login)  # fmt: skip
            _note_found(session, call.id, offer.entry.id)
            return render_template("_told.html", heard="contact", at=now())
        if offer is None or not isinstance(offer.decision, Answer) or str(offer.version.id) != version:
            return render_template("_told.html", trouble=gettext("该答复刚有变动，请重新打开后再告知"))
        tellings.tell(session, call.id, offer.decision, channel=Channel.OPERATOR, entry_id=offer.entry.id,
                      entry_version_id=offer.version.id, by=me().login, heard=heard, at=now())  # fmt: skip
        _note_found(session, call.id, offer.entry.id)
    return render_template("_told.html", heard=heard, at=now())


def _note_found(session: Session, call_id: str, entry_id: int) -> None:
    """The operator took this entry for the words that he had searched for."""
    words = request.form.get("words", "").strip()[:LONGEST]
    place = number_in(request.form.get("place", ""))
    if words:
        asked.note(session, words, channel=Channel.OPERATOR, way=asked.way_of(words), found=Found.CHOSEN,
                   entry_id=entry_id, place=place, call_id=call_id, at=now())  # fmt: skip
