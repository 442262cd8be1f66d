"""The page that a form stood on: where somebody goes on who must sign in, or send it again, before it is taken."""

from flask import current_app, request, url_for


def by_sign_in() -> str:
    """To that page: by way of signing in for whoever has to, at once for whoever has."""
    return url_for("signing_in.form", next=stood_on())


def stood_on() -> str | None:
    """Its path, with what it was narrowed by; None where the browser doesn't say, or it is none of ours. A refusal is
    shown at the address that the form was sent to, which is no page to go to: the nearest one above is."""
    host, _, there = (request.referrer or "").partition("://")[2].partition("/")
    if host != request.host:
        return None
    ours = current_app.url_map.bind(host)
    path, asks, narrowed = f"/{there}".partition("?")
    while path and not ours.test(path, "GET"):
        path = path.rpartition("/")[0]
    return (path or "/") + asks + narrowed
