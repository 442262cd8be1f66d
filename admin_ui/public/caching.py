"""What a browser may keep of the public pages, how it asks whether that still holds, and how little travels."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

SMALLEST = 600  # bytes below which packing brings nothing
PACKED = frozenset({"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml",
                    "application/json"})  # fmt: skip
YEAR = 31_536_000


def install(app: Flask) -> None:
    """Give what is the same for everybody a mark to ask by; what belongs to one person is kept by nobody."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_finish)


def asset(name: str) -> str:
    """The address of a static file, with a mark of its content: it may be kept for ever."""
    return url_for("static", filename=name, v=_digest(str(Path(current_app.static_folder or "") / name)))


@cache
def _digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def _finish(response: Response) -> Response:
    if request.endpoint == "static":
        _keep_file(response)
    elif _same_for_all(response):
        if response.cache_control.max_age is None:
            response.cache_control.no_cache = True
        response.vary.update(("Accept-Encoding",) if response.is_json else ("Accept-Encoding", "Cookie"))
        response.add_etag()
    else:
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    _pack(response)
    response.make_conditional(request)
    return response


def _same_for_all(response: Response) -> bool:
    """Whether it may be kept: an answer to a question that changed nothing, for no one in particular."""
    whole = request.method in ("GET", "HEAD") and response.status_code == 200
    return whole and not response.cache_control.no_store and "Set-Cookie" not in response.headers


def _keep_file(response: Response) -> None:
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if "v" in request.args else "no-cache"
    response.vary.add("Accept-Encoding")


def _pack(response: Response) -> None:
    """Pack what is the same for everybody; a page with a secret on it never comes here."""
    fit = response.status_code == 200 and response.mimetype in PACKED and "Range" not in request.headers
    if not fit or request.accept_encodings.find("gzip") < 0 or request.accept_encodings["gzip"] <= 0:
        return
    response.direct_passthrough = False
    whole = response.get_data()
    if len(whole) < SMALLEST:
        return
    response.set_data(gzip.compress(whole, 6, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(f"{tag}-gz")
