"""Call-backs that are owed, how those tried went, and which of them wait for a person."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import page_of, wish, wish_code
from dispatch.callbacks import Attempt, Callback, State
from dispatch.worklist import to_call
from hotline.accounts.roles import Permission

blueprint = Blueprint("callbacks", __name__, url_prefix="/callbacks")


@blueprint.get("")
@needs(Permission.DESK)
def listed() -> ResponseReturnValue:
    state = wish_code("state", State)
    query = select(Callback).options(selectinload(Callback.ticket), selectinload(Callback.holder))
    query = query.order_by(Callback.due_at.desc(), Callback.id.desc())
    if state is not None:
        query = query.where(Callback.state == state)
    if wish("by_person") == "1":
        query = query.where(Callback.by_person.is_(True))
    if wish("mine") == "1":
        query = query.where(to_call(me()))
    with reading() as session:
        page = page_of(session, query)
        tried = session.scalars(select(Attempt).where(Attempt.callback_id.in_([c.id for c in page.rows]))
                                .order_by(Attempt.dialled_at)).all()  # fmt: skip
        return render_template("callbacks.html", page=page, tried=tried, now=now(), me=me())
