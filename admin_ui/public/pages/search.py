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
    """What is found for words that are still being typed."""
    words = wanted(request.form.get("q", ""))
    with reading() as session:
        found = find(session, words, on=today())
        return render_template("public/_found.html", found=found, settling=bool(words))


@blueprint.post("/settled")
def settled() -> ResponseReturnValue:
    """Who typed has stopped: this was his question. The page asks this by itself after a pause."""
    with reading() as session:
        found = find(session, wanted(request.form.get("q", "")), on=today())
    noting.searched(found)
    return "", 204
