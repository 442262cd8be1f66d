"""The tree of categories, kept by the city's office."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in, wish
from admin_ui.typed import said
from hotline.accounts.roles import Permission
from knowledge_base import categories, keeping_categories
from knowledge_base.categories import Category
from knowledge_base.transitions import LifeError

blueprint = Blueprint("categories", __name__, url_prefix="/categories")


@blueprint.get("")
@needs(Permission.CATEGORIES)
def listed() -> ResponseReturnValue:
    return _page()


@blueprint.get("/export.csv")
@needs(Permission.CATEGORIES)
def export() -> ResponseReturnValue:
    """What is filtered of the tree, as a file."""
    header = (gettext("类别"), gettext("末级"), gettext("条目数"), gettext("排序"), gettext("备注"))
    with writing() as session:
        rows, counts = categories.standing(session), keeping_categories.counts(session)
        leaves = set(categories.leaves(rows))
        return csv_of(session, "categories", header, (
            (r.path, gettext("是") if r.path in leaves else gettext("否"), counts.get(r.path, 0), r.place, r.remark)
            for r in _wanted(rows)))  # fmt: skip


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
        return render_template("categories.html", rows=_wanted(rows), every=rows, typed=request.form, trouble=trouble,
                               leaves=set(categories.leaves(rows)), counts=keeping_categories.counts(session),
                               )  # fmt: skip


def _wanted(rows: list[Category]) -> list[Category]:
    """The places whose path or remark holds what the query asks for."""
    words = wish("q")
    return [r for r in rows if words in r.path or words in r.remark]
