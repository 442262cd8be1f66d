"""Messages that left the house, or should have: by which way, where they stand and why; for who runs the system."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import count_of, on_wished_days, page_of, wish, wish_code
from admin_ui.typed import said
from admin_ui.words import DELIVERIES, TOLD, WAYS_OUT
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.logs import mask
from hotline.telling import outcomes, wording
from hotline.telling.outbox import Channel, Delivery, State

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.get("")
@needs(Permission.TELLING)
def listed() -> ResponseReturnValue:
    with reading() as session:
        counts = {state: count_of(session, select(Delivery.id).where(Delivery.state == state)) for state in State}
        return render_template("deliveries.html", page=page_of(session, _wanted()), counts=counts, place=place)


@blueprint.get("/export.csv")
@needs(Permission.TELLING)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; places stay masked, and no text is in it."""
    header = (gettext("编号"), gettext("产生时间"), gettext("方式"), gettext("接收方"), gettext("事由"),
              gettext("对象"), gettext("状态"), gettext("次数"), gettext("原因"), gettext("结束时间"))  # fmt: skip
    return csv_in_stretches("deliveries", header, lambda _, found: (
        (r.id, r.owed_at, WAYS_OUT[Channel(r.channel)], place(r), TOLD.get(r.topic, r.topic), f"{r.kind} {r.thing}",
         DELIVERIES[State(r.state)], r.attempts, r.ground, r.ended_at) for r in found), _wanted())  # fmt: skip


@blueprint.get("/<int:delivery_id>")
@needs(Permission.TELLING)
def page(delivery_id: int) -> ResponseReturnValue:
    """Each attempt of one message; its text takes a reason."""
    with reading() as session:
        row = _row(session, delivery_id)
        return render_template("delivery.html", row=row, tries=list(row.tries), place=place(row))


@blueprint.post("/<int:delivery_id>/text")
@needs(Permission.TELLING)
def text(delivery_id: int) -> ResponseReturnValue:
    """The text and the whole address, for a reason that is written down; a query code is shown to nobody."""
    why = said("why")
    with writing() as session:
        row = _row(session, delivery_id)
        if not why:
            return render_template("_delivery_text.html", row=row, trouble=gettext("请说明查看理由")), 422
        audit.note(session, "delivery.read", by=me().login, at=now(), about=("delivery", row.id), reason=why)
        message = wording.message(session, [row], settings=house().settings)
        return render_template("_delivery_text.html", row=row, message=message)


@blueprint.post("/<int:delivery_id>/again")
@needs(Permission.TELLING)
def again(delivery_id: int) -> ResponseReturnValue:
    """Have a message tried anew, by hand."""
    with writing() as session:
        done = outcomes.again(session, _row(session, delivery_id), by=me().login, at=now())
    if done:
        flash(gettext("已重新排队发送"), "success")
    else:
        flash(gettext("该消息无需重发，或内容已清除"), "warning")
    return redirect(url_for("deliveries.page", delivery_id=delivery_id), 303)


def place(row: Delivery) -> str:
    """Where a message goes, so that nobody is known by it."""
    match Channel(row.channel):
        case Channel.SMS | Channel.PHONE:
            return mask(row.place)
        case Channel.EMAIL:
            name, _, host = row.place.partition("@")
            return f"{name[:1]}***@{host}"
        case Channel.WEBHOOK:
            return str(gettext("接口%(id)s", id=row.place))


def _row(session: Session, delivery_id: int) -> Delivery:
    return session.get(Delivery, delivery_id) or abort(404)


def _wanted() -> Select[Delivery]:
    query = select(Delivery).order_by(Delivery.id.desc())
    for name, codes, column in (("state", State, Delivery.state), ("channel", Channel, Delivery.channel)):
        if (chosen := wish_code(name, codes)) is not None:
            query = query.where(column == chosen)
    query = on_wished_days(query, Delivery.owed_at)
    return query.where(Delivery.thing == wish("thing")) if wish("thing") else query
