"""The tree of categories, kept by the city's office."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in
from admin_ui.views.entry_steps import said
from hotline.accounts.roles import Permission
from knowledge_base import categories, keeping_categories
from knowledge_base.transitions import LifeError

blueprint = Blueprint("categories", __name__, url_prefix="/categories")


@blueprint.get("")
@needs(Permission.CATEGORIES)
def listed() -> ResponseReturnValue:
    return _page()


@blueprint.post("/add")
@needs(Permission.CATEGORIES)
def add() -> ResponseReturnValue:
    above, name = said("above", 80), said("name", 80)
    path = f"{above}{categories.STROKE}{name}" if above and name else name
    return _kept(lambda s, at: keeping_categories.add(s, path, remark=said("remark", 200), by=me(), at=at,
                                                      place=number_in(said("place", 9)) or 0))  # fmt: skip


@blueprint.post("/rename")
@needs(Permission.CATEGORIES)
def rename() -> ResponseReturnValue:
    return _kept(lambda s, at: keeping_categories.rename(
        s, said("path", 80), said("to", 90), why=said("why"), by=me(), at=at))  # fmt: skip


@blueprint.post("/retire")
@needs(Permission.CATEGORIES)
def retire() -> ResponseReturnValue:
    return _kept(lambda s, at: keeping_categories.retire(s, said("path", 80), why=said("why"), by=me(), at=at))


def _kept(step: Callable[[Session, datetime], object]) -> ResponseReturnValue:
    try:
        with writing() as session:
            step(session, now())
    except LifeError as error:
        return _page(trouble=str(error)), 422
    flash(gettext("已完成"), "success")
    return redirect(url_for("categories.listed"), 303)


def _page(*, trouble: str = "") -> str:
    with reading() as session:
        rows = categories.standing(session)
        return render_template("categories.html", rows=rows, leaves=set(categories.leaves(rows)), trouble=trouble,
                               counts=keeping_categories.counts(session), typed=request.form)  # fmt: skip
