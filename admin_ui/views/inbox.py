"""The inbox: what the person who looks was told, and how he wants to be told besides."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import signed_in
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, on_wished_days, page_of, wish, wish_code
from admin_ui.words import TOPICS
from dispatch.clocks.unplanned import CALENDAR
from dispatch.figures.reporting import REPORT
from dispatch.tickets import reach
from dispatch.tickets.shares import Share
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission
from hotline.telling import addresses, notices
from hotline.telling.notices import Notice, Topic, Wish, WishError
from hotline.telling.outcomes import TEMPLATE
from knowledge_base.lapsing import ENTRY
from knowledge_base.sweep_notices import SWEEP

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
@signed_in
def listed() -> ResponseReturnValue:
    with reading() as session:
        page = page_of(session, _wanted())
        return render_template("inbox.html", page=page, titles=_titles(session, page.rows))


@blueprint.get("/export.csv")
@signed_in
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    header = (gettext("时间"), gettext("事由"), gettext("对象"), gettext("标题"), gettext("期限"), gettext("已读"))
    return csv_in_stretches("inbox", header, _rows, _wanted())


@blueprint.get("/<int:notice_id>")
@signed_in
def opened(notice_id: int) -> ResponseReturnValue:
    """Go to what a notice tells of; it is read by that."""
    with writing() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or notice.account_id != me().id:
            abort(404)
        notices.read(session, me().id, [notice.id], at=now())
        return redirect(_place(notice))


@blueprint.post("/read")
@signed_in
def read() -> ResponseReturnValue:
    """Mark what was ticked as read, or all."""
    ticked = [number for one in request.form.getlist("notice") if (number := number_in(one)) is not None]
    with writing() as session:
        notices.read(session, me().id, None if "all" in request.form else ticked, at=now())
    kept: dict[str, Any] = {name: wish(name) for name in ("state", "topic", "since", "until") if wish(name)}
    return redirect(url_for("inbox.listed", **kept), 303)


@blueprint.get("/wishes")
@signed_in
def wishes() -> ResponseReturnValue:
    with reading() as session:
        return _form(notices.wish_of(session, me().id))


@blueprint.post("/wishes")
@signed_in
def want() -> ResponseReturnValue:
    """Keep how he wants to be told; what can't be done stays in the form, with the reason above it."""
    wanted = _given()
    try:
        with writing() as session:
            kept = notices.want(session, wanted, by=me(), at=now())
            if addresses.waits(kept) and not addresses.sent(session, kept, at=now()):
                addresses.send(session, kept, settings=house().settings, at=now())
    except WishError as error:
        return _form(wanted, str(error)), 422
    flash(gettext("提醒方式已保存"), "success")
    return redirect(url_for("inbox.wishes"), 303)


@blueprint.post("/wishes/code")
@signed_in
def send_code() -> ResponseReturnValue:
    """Send a new code to the address that waits to be confirmed."""
    try:
        with writing() as session:
            wish = notices.wish_of(session, me().id)
            if addresses.waits(wish):
                addresses.send(session, wish, settings=house().settings, at=now())
    except WishError as error:
        flash(str(error), "danger")
    return redirect(url_for("inbox.wishes"), 303)


@blueprint.post("/wishes/confirm")
@signed_in
def confirm() -> ResponseReturnValue:
    """He tells the code that was sent to his address."""
    with writing() as session:
        wish = notices.wish_of(session, me().id)
        wrong = addresses.confirm(session, wish, request.form.get("code", "")[:20], by=me(),
                                  settings=house().settings, at=now())  # fmt: skip
    flash(wrong or gettext("邮箱已验证"), "danger" if wrong else "success")
    return redirect(url_for("inbox.wishes"), 303)


def _rows(session: Session, found: Sequence[Notice]) -> Iterator[tuple[object, ...]]:
    titles = _titles(session, found)
    for n in found:
        yield n.at, TOPICS[Topic(n.topic)], n.thing, titles.get(n.thing, ""), n.due_at, n.read_at


def _titles(session: Session, found: Sequence[Notice]) -> dict[str, str]:
    """What the tickets that these tell of are about, by number: those alone that he may read by now, or owes a share
    of, unless its matter complains of somebody."""
    shared = select(Share.id).where(Share.ticket_id == Ticket.id, reach.shares_of(me())).exists()
    may = or_(reach.tickets_of(me()), and_(Ticket.complained_of == "", shared))
    numbers = [one.thing for one in found if one.kind == "ticket"]
    query = select(Ticket.number, Ticket.title).where(Ticket.number.in_(numbers), may)
    return {str(number): str(title) for number, title in session.execute(query)}


def _wanted() -> Select[Notice]:
    query = select(Notice).where(Notice.account_id == me().id).order_by(Notice.id.desc())
    topic = wish_code("topic", Topic)
    if wish("state") in ("unread", "read"):
        query = query.where(Notice.read_at.is_(None) if wish("state") == "unread" else Notice.read_at.is_not(None))
    if topic is not None:
        query = query.where(Notice.topic == topic)
    return on_wished_days(query, Notice.at)


def _place(notice: Notice) -> str:
    if notice.kind == "passed_matter":
        return url_for("passed.listed", open=1)
    if notice.kind == REPORT:
        return url_for("monthly_reports.page", month=notice.thing)
    if notice.kind == TEMPLATE:  # who can't register it knows all there is to know
        return url_for("ways_out.page" if me().may(Permission.TELLING) else "inbox.listed")
    if notice.kind == CALENDAR:
        return url_for("calendar.listed")
    if notice.kind == "ticket":
        return url_for("ticket.page", number=notice.thing)
    if notice.kind == "call":
        return url_for("call.page", call_id=notice.thing)
    if notice.kind == SWEEP and notice.topic == Topic.UNMANNED:
        return url_for("departments.page", department_id=notice.thing)
    if notice.kind == ENTRY:
        return url_for("knowledge.page", entry_id=notice.thing)
    if notice.kind == SWEEP:
        return url_for("review.queue", show="sweep", department=notice.thing)
    return url_for("updates.page")


def _given() -> Wish:
    given, topics = request.form, set(Topic)
    said = {name: given.get(name, "").strip() for name in ("email", "mobile", "quiet")}
    loud = set(given.getlist("topic")) & topics
    return Wish(account_id=me().id, email=said["email"][:120], mobile=said["mobile"][:24], quiet=said["quiet"][:20],
                by_email="by_email" in given, by_sms="by_sms" in given, digest="digest" in given,
                muted=sorted(str(topic) for topic in topics - loud))  # fmt: skip


def _form(wish: Wish, trouble: str = "") -> str:
    return render_template("wishes.html", wish=wish, trouble=trouble, house_settings=house().settings,
                           waits=not trouble and addresses.waits(wish))  # fmt: skip
