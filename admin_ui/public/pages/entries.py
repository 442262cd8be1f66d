"""One question with its answer, as its department published it."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.public import noting
from admin_ui.public.carrying import opened, searched_before
from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import lobby, now, reading, today
from admin_ui.public.offices import today as doing_its_work
from admin_ui.public.shelf import Item, is_hot
from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from dispatch.line import dialling
from dispatch.line.dialling import Dialling

blueprint = Blueprint("entries", __name__, url_prefix="/entries")
limiter.limit(of("public_limit"))(blueprint)
UNKEPT = {"Cache-Control": "no-store"}
OPINIONS = "30 per hour"
"""An opinion teaches the search: nobody gives many."""


@blueprint.get("/<int:entry_id>")
def page(entry_id: int) -> ResponseReturnValue:
    """The published answer, as far as the decision lets the web show it."""
    with reading() as session:
        offer = offered(session, entry_id, channel=Channel.WEB, at=now())
        if offer is None or not isinstance(offer.decision, Answer):
            abort(404)
        item, words = Item(offer.entry, offer.version), searched_before()
        shown = render_template(
            "public/entry.html", item=item, answer=offer.decision.text, attachments=offer.version.attachments,
            offices=doing_its_work(session, offer.department, on=today()), pinned=is_hot(offer.entry, at=now()),
            words=words, said=request.args.get("said", ""), dialled=_dialled(session, entry_id),
        )  # fmt: skip
    return (shown, 200, UNKEPT) if words else shown


def _dialled(session: Session, entry_id: int) -> Dialling | None:
    """How one hears the answer by telephone; None where the machine doesn't give it now."""
    settings, at = lobby().settings, now()
    offer = offered(session, entry_id, channel=Channel.MACHINE, at=at, grace_days=settings.update_grace_days)
    said = offer is not None and isinstance(offer.decision, Answer)
    return dialling.directly(session, entry_id, settings=settings, at=at) if said else None


@blueprint.post("/<int:entry_id>/asked")
def asked(entry_id: int) -> ResponseReturnValue:
    """The question whether this was it, for words that the browser kept from what it was shown while he typed."""
    words = opened(request.form.get("mark", ""))
    return (render_template("public/_opinion.html", entry_id=entry_id, words=words) if words else ""), 200, UNKEPT


@blueprint.post("/<int:entry_id>/opinion")
@limiter.limit(OPINIONS)
def opinion(entry_id: int) -> ResponseReturnValue:
    """Whether this was what the citizen meant by his words."""
    words, right = opened(request.form.get("mark", "")), request.form.get("right") == "yes"
    with reading() as session:
        if offered(session, entry_id, channel=Channel.WEB, at=now()) is None:
            abort(404)
    noting.chosen(words, entry_id, right=right)
    there = url_for("entries.page", entry_id=entry_id, said="yes" if right else "other")
    return redirect(there + "#opinion", 303)
