"""Searching: a form for everybody, answers while one types for browsers that can."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin_ui.paging import number_in, wish
from admin_ui.public import noting
from admin_ui.public.finding import LONGEST, find, wanted
from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import reading, today
from admin_ui.public.pages.categories import tops
from admin_ui.public.shelf import counts_by_category
from hotline.directory.departments import in_service
from knowledge_base.categories import now_called

blueprint = Blueprint("search", __name__, url_prefix="/search")
limiter.limit(of("public_limit"))(blueprint)


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the words in the body, and show them in the address only without what points to a person."""
    words, department, category = (request.form.get(name, "") for name in ("q", "department", "category"))
    return redirect(url_for("search.page", q=wanted(words), department=department or None,
                            category=category[:LONGEST] or None), 303)  # fmt: skip


@blueprint.get("")
def page() -> ResponseReturnValue:
    """What was found, to be read, kept and sent on; noted, for it is what somebody asked."""
    given, department, category = request.args.get("q", ""), number_in(wish("department")), wish("category")
    words = wanted(given)
    if words != " ".join(given.split()):
        return redirect(url_for("search.page", q=words, department=department, category=category or None), 303)
    with reading() as session:
        category = now_called(session, category)
        found = find(session, words, on=today(), department=department, category=category, full=True)
        departments = in_service(session, on=today())
        categories = tops(session, counts_by_category(session, on=today()))
        shown = render_template("public/search.html", found=found, departments=departments, categories=categories,
                                department=department, category=category)  # fmt: skip
    if request.method == "GET":
        noting.searched(found, department=department)
    return shown


@blueprint.post("/typed")
def typed() -> ResponseReturnValue:
    """What is found for words that are still being typed, in the department and place that the form narrows it to."""
    words, department, category = _asked()
    with reading() as session:
        found = find(session, words, on=today(), department=department, category=category)
        return render_template("public/_found.html", found=found, typed=True, settling=bool(words),
                               department=department, category=category)  # fmt: skip


@blueprint.post("/settled")
def settled() -> ResponseReturnValue:
    """Who typed has stopped: this was his question, searched for by its meaning too. The page asks this by itself after
    a pause, and shows the answer where it's another than before."""
    words, department, category = _asked()
    with reading() as session:
        found = find(session, words, on=today(), department=department, category=category, full=True)
        shown = render_template("public/_found.html", found=found, typed=True)
    noting.searched(found, department=department)
    return ("", 204) if found.told == request.form.get("told") or not words else shown


def _asked() -> tuple[str, int | None, str]:
    """Words, department and category as the form has them."""
    given = request.form.get
    return wanted(given("q", "")), number_in(given("department", "")), given("category", "").strip()[:LONGEST]
