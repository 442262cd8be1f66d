"""Default deny: a route that does not say who may use it is used by nobody."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from admin_ui import way_back
from hotline.accounts.roles import Permission

V = TypeVar("V", bound=Callable[..., Any])


class Open(Enum):
    """Who may use a route for which no permission is asked."""

    PUBLIC = "public"  # anybody, signed in or not
    SIGNED_IN = "signed in"  # every role
    FIRST = "signed in first"  # every role, be it with a temporary password


Mark = Permission | Open


def needs(permission: Permission) -> Callable[[V], V]:
    """Mark a view: only accounts with this permission."""
    return lambda view: _marked(view, permission)


def public(view: V) -> V:
    """Mark a view: anybody."""
    return _marked(view, Open.PUBLIC)


def signed_in(view: V) -> V:
    """Mark a view: whoever has signed in."""
    return _marked(view, Open.SIGNED_IN)


def signed_in_first(view: V) -> V:
    """Mark a view: whoever has signed in, be it with the temporary password that somebody else has seen."""
    return _marked(view, Open.FIRST)


def mark_of(app: Flask, endpoint: str) -> Mark | None:
    """The mark of an endpoint; None when there is none."""
    return getattr(app.view_functions.get(endpoint), "mark", None)


def refuse_unmarked(app: Flask) -> None:
    """Have every request pass the guard, before anything else looks at it."""
    app.before_request_funcs.setdefault(None, []).append(lambda: _guard(app))


def _guard(app: Flask) -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: Flask says 404
    mark = mark_of(app, request.endpoint)
    if mark is Open.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if not isinstance(mark, Open) and (mark is None or not current_user.account.may(mark)):
        abort(403)
    if current_user.account.must_change and mark is not Open.FIRST:
        return redirect(url_for("password.change"))
    return None


def _to_sign_in() -> ResponseReturnValue:
    if "HX-Request" in request.headers:  # a fragment must not be replaced by a whole page
        return "", 401, {"HX-Redirect": way_back.by_sign_in()}
    if request.method != "GET":
        return redirect(way_back.by_sign_in())
    return redirect(url_for("signing_in.form", next=request.full_path))


def _marked(view: V, mark: Mark) -> V:
    view.mark = mark  # type: ignore[attr-defined]
    return view
