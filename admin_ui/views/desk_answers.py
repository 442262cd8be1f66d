"""Finding an answer at the desk, and noting that it was told: by its own key, for opening isn't telling."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish
from dispatch import calls, tellings
from dispatch.answers import offered
from dispatch.calls import Step
from dispatch.decision import Answer, Channel
from dispatch.on_desk import answered_by
from dispatch.suggestions import offered_all
from hotline.accounts.roles import Permission
from hotline.times import local_day

blueprint = Blueprint("desk_answers", __name__, url_prefix="/desk")
MOST_FOUND = 8
FAR_OFF = 30.0  # score below which an entry has nothing to do with what was typed


@blueprint.get("/search")
@needs(Permission.DESK)
def search() -> ResponseReturnValue:
    """Entries for what the operator types, each with what he may say of it."""
    words = wish("q")
    with reading() as session:
        index = house().index.at(session, on=local_day(now()))
        found = [match.entry_id for match in index.search(words, most=MOST_FOUND) if match.score >= FAR_OFF]
        return render_template("_entries.html", offered=offered_all(session, found, at=now()), words=words,
                               call_id=wish("call_id"))  # fmt: skip


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
            return render_template("_told.html", heard="contact", at=now())
        if offer is None or not isinstance(offer.decision, Answer) or str(offer.version.id) != version:
            return render_template("_told.html", trouble=gettext("该答复刚有变动，请重新打开后再告知"))
        tellings.tell(session, call.id, offer.decision, channel=Channel.OPERATOR, entry_id=offer.entry.id,
                      entry_version_id=offer.version.id, by=me().login, heard=heard, at=now())  # fmt: skip
    return render_template("_told.html", heard=heard, at=now())
