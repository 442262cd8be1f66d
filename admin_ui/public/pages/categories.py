"""The tree of categories: its places, and what stands there."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.paging import wish_number
from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import reading, today
from admin_ui.public.shelf import beneath, counts_by_category, on_shelf, page_of
from knowledge_base.categories import Category, now_called

blueprint = Blueprint("categories", __name__, url_prefix="/categories")
limiter.limit(of("public_limit"))(blueprint)


@dataclass(frozen=True)
class Place:
    """A place in the tree with all that stands there and below it."""

    path: str
    count: int


@blueprint.get("")
def listed() -> ResponseReturnValue:
    with reading() as session:
        counts = counts_by_category(session, on=today())
        branches = [(top, below(session, counts, top.path)) for top in tops(session, counts)]
        return render_template("public/categories.html", branches=branches)


@blueprint.get("/<path:path>")
def page(path: str) -> ResponseReturnValue:
    """What stands at a place of the tree; the name that it had before leads to it."""
    with reading() as session:
        if (now := now_called(session, path)) != path:
            return redirect(url_for("categories.page", path=now, page=wish_number("page")))
        places = below(session, counts_by_category(session, on=today()), path)
        shown = page_of(session, on_shelf(today()).where(beneath(path)), number=wish_number("page") or 1)
        if not shown.rows:
            abort(404)
        return render_template("public/category.html", path=path, places=places, shown=shown)


def tops(session: Session, counts: dict[str, int]) -> list[Place]:
    """The first branches of the tree that lead to something."""
    return below(session, counts, "")


def below(session: Session, counts: dict[str, int], path: str) -> list[Place]:
    """The places right below one that lead to something, in the office's order."""
    start = f"{path}/" if path else ""
    sums: dict[str, int] = {}
    for leaf, count in counts.items():
        if leaf.startswith(start):
            child = start + leaf.removeprefix(start).partition("/")[0]
            sums[child] = sums.get(child, 0) + count
    order = {c.path: c.place for c in session.scalars(select(Category))}
    return [Place(p, sums[p]) for p in sorted(sums, key=lambda p: (order.get(p, 10_000), -sums[p], p))]
