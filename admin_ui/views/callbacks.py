"""Call-backs that are owed, how those tried went, and which of them wait for a person."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import page_of, wish, wish_code
from admin_ui.words import CALLBACK_STATES
from dispatch.callbacks.callbacks import Attempt, Callback, State
from dispatch.tickets.worklist import to_call
from hotline.accounts.roles import Permission
from hotline.logs import mask

blueprint = Blueprint("callbacks", __name__, url_prefix="/callbacks")


@blueprint.get("")
@needs(Permission.DESK)
def listed() -> ResponseReturnValue:
    with reading() as session:
        page = page_of(session, _wanted())
        tried = session.scalars(select(Attempt).where(Attempt.callback_id.in_([c.id for c in page.rows]))
                                .order_by(Attempt.dialled_at)).all()  # fmt: skip
        return render_template("callbacks.html", page=page, tried=tried, now=now())


@blueprint.get("/export.csv")
@needs(Permission.DESK)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; numbers stay masked."""
    header = (gettext("应拨时间"), gettext("工单"), gettext("号码"), gettext("方式"), gettext("状态"),
              gettext("接线员"), gettext("已拨次数"))  # fmt: skip
    return csv_in_stretches("callbacks", header, _rows, _wanted())


def _rows(_session: Session, found: Sequence[Callback]) -> Iterator[tuple[object, ...]]:
    for c in found:
        yield (c.due_at, c.replied.number, mask(c.number), gettext("人工") if c.by_person else gettext("机器播报"),
               CALLBACK_STATES[State(c.state)], c.holder.name if c.holder else "", c.attempts)  # fmt: skip


def _wanted() -> Select[Callback]:
    state = wish_code("state", State)
    query = select(Callback).options(selectinload(Callback.ticket), selectinload(Callback.holder))
    query = query.where(Callback.ticket_id.is_not(None))  # who was missed is on a list of his own
    if state is not None:
        query = query.where(Callback.state == state)
    if wish("by_person") == "1":
        query = query.where(Callback.by_person.is_(True))
    if wish("mine") == "1":
        query = query.where(to_call(me()))
    return query.order_by(Callback.due_at.desc(), Callback.id.desc())
