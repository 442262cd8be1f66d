"""Where a citizen begins: what is urgent, the search, what is asked most, and the ways to browse."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import now, reading, today
from admin_ui.public.pages.categories import tops
from admin_ui.public.shelf import counts_by_category, hot, items, on_shelf

blueprint = Blueprint("home", __name__)
limiter.limit(of("public_limit"))(blueprint)
MOST_ASKED = 10


@blueprint.get("/")
def start() -> ResponseReturnValue:
    with reading() as session:
        pinned = hot(session, at=now(), on=today())
        asked = items(session, on_shelf(today()).limit(MOST_ASKED))
        categories = tops(session, counts_by_category(session, on=today()))
        return render_template("public/home.html", hot=pinned, asked=asked, categories=categories)
