"""What is sent must come from our own pages: the browser says from where, and no session is needed to know it."""

from urllib.parse import urlsplit

from flask import Flask, abort, request


def install(app: Flask) -> None:
    """Refuse what another site's page has a visitor's browser send."""
    app.before_request(_refuse_strangers)


def _refuse_strangers() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin")
    if origin and (origin == "null" or urlsplit(origin).netloc != request.host):
        abort(403)
