"""12345往来: what 12345 passed to us, and what went back; as a file without interface; what waits for a person."""

import io
from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin_ui.deeds import done
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.limits import takes
from admin_ui.paging import Page, page_of, wish
from admin_ui.people import who
from admin_ui.views.forms import XLSX
from admin_ui.words import DELIVERIES, STATES
from dispatch.passed import passed, passed_answers, passed_form
from dispatch.passed.passed_form import Line
from dispatch.passed.passed_matters import PassedMatter
from dispatch.tickets import reach
from dispatch.tickets.list_order import common
from dispatch.tickets.states import State
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.telling.outbox import Delivery
from hotline.telling.outbox import State as Delivered
from knowledge_base.forms.archive import LARGEST_FILE
from knowledge_base.forms.errors import FormError

ADDED = {"kind": ("催单或补充", ""), "words": ("内容", "")}
"""How fields of what a caller adds at 12345 are called."""
blueprint = Blueprint("passed", __name__, url_prefix="/passed")


@blueprint.get("")
@needs(Permission.EXCHANGE)
def listed() -> ResponseReturnValue:
    return _page()


@blueprint.get("/export.csv")
@needs(Permission.EXCHANGE)
def export() -> ResponseReturnValue:
    """What the list shows, with the answers, to be told to 12345 where there is no interface."""
    header = (gettext("12345的工单编号"), gettext("工单"), gettext("状态"), gettext("收到时间"), gettext("来源"),
              gettext("答复"), gettext("答复送达"), gettext("处理"))  # fmt: skip
    with reading() as session:
        wanted = _wanted(session)
    return csv_in_stretches("passed", header, _rows, wanted)


@blueprint.get("/empty.xlsx")
@needs(Permission.EXCHANGE)
def empty() -> Response:
    """The form to be filled in."""
    return send_file(io.BytesIO(passed_form.empty(at=now())), mimetype=XLSX, as_attachment=True,
                     download_name="12345转来事项.xlsx")  # fmt: skip


@blueprint.post("")
@needs(Permission.EXCHANGE)
@takes(LARGEST_FILE + 100_000)
def hand_in() -> ResponseReturnValue:
    """Take a file's rows in; what became of each is shown, and what was refused is kept."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise FormError(gettext("请先选择要上传的 Excel 文件"))
        found = passed_form.rows(file.read(), file.filename)
    except FormError as error:
        return _page(trouble=str(error)), 422
    with writing() as session:
        lines = list(passed_form.taken(session, found, by=me().login, settings=house().settings, at=now()))
        audit.note(session, "passed.handed_in", by=me().login, at=now(), about=("file", (file.filename or "")[:60]),
                   rows=len(lines))  # fmt: skip
    return _page(lines=lines)


@blueprint.post("/<int:row_id>/settle")
@needs(Permission.EXCHANGE)
def settle(row_id: int) -> ResponseReturnValue:
    """A person has seen to what could not be taken, or has told 12345 the answer."""
    why = request.form.get("why", "")[:500]
    return _done(row_id, lambda session, row: passed.settle(session, row, why=why, by=me(), at=now()))


@blueprint.post("/<int:row_id>/again")
@needs(Permission.EXCHANGE)
def again(row_id: int) -> ResponseReturnValue:
    """Tell 12345 once more what it was to hear last."""
    return _done(row_id, lambda session, row: passed.again(session, row, by=me(), at=now()))


def _done(row_id: int, deed: Callable[[Session, PassedMatter], None]) -> ResponseReturnValue:
    return done(lambda s: deed(s, s.get(PassedMatter, row_id) or abort(404)), "passed.listed")


def _page(*, trouble: str = "", lines: Sequence[Line] = ()) -> str:
    with reading() as session:
        page: Page[PassedMatter] = page_of(session, _wanted(session))
        return render_template("passed.html", page=page, trouble=trouble, lines=lines, inside=reach.inside(me()),
                               went=_went(session, page.rows), titles=passed_form.TITLES | ADDED)  # fmt: skip


def _wanted(session: Session) -> Select[PassedMatter]:
    text = wish("q")
    often = bool(text) and common(session, text)
    return passed.listed(text=text, common=often, open_only=wish("open") == "1")


def _went(session: Session, rows: Sequence[PassedMatter]) -> dict[str, Delivery]:
    """The last message that went back for each ticket, by its number."""
    numbers = [row.ticket.number for row in rows if row.ticket is not None]
    query = select(Delivery).where(Delivery.topic == passed_answers.TOPIC, Delivery.thing.in_(numbers))
    return {delivery.thing: delivery for delivery in session.scalars(query.order_by(Delivery.id))}


def _rows(session: Session, found: Sequence[PassedMatter]) -> Iterator[tuple[object, ...]]:
    went = _went(session, found)
    for row in found:
        t = row.ticket
        sent = went.get(t.number) if t is not None else None
        yield (row.foreign_number, t.number if t else "", STATES[State(t.state)] if t else gettext("未登记"), row.at,
               who(row.by), _answer(row), DELIVERIES[Delivered(sent.state)] if sent else "",
               row.settled_why)  # fmt: skip


def _answer(row: PassedMatter) -> str:
    """The reply, once the hotline has passed it."""
    ticket = row.ticket
    if ticket is None or not ticket.checked_by:
        return ""
    return passed_answers.answer(ticket)
