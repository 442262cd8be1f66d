"""How often one address may try to sign in, counted in Redis or in memory; and how large a view's files may be."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from hotline.settings import Settings

V = TypeVar("V", bound=Callable[..., Any])
limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True)


def install(app: Flask, settings: Settings) -> None:
    """Count against the house's Redis."""
    app.config.update(storage(settings), SIGN_IN_LIMIT=settings.sign_in_limit, RATELIMIT_KEY_PREFIX="web")
    limiter.init_app(app)


def storage(settings: Settings) -> dict[str, object]:
    """Where the counts are kept, as flask-limiter is told."""
    address = settings.redis_address
    if address.startswith("unix://"):
        address = "redis+" + address
    return {"RATELIMIT_STORAGE_URI": address,
            "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1}}  # fmt: skip


def takes(largest: int) -> Callable[[V], V]:
    """Mark a view: it takes requests of so many bytes, more than others do."""

    def mark(view: V) -> V:
        view.largest = largest  # type: ignore[attr-defined]
        return view

    return mark


def let_larger_in(app: Flask) -> None:
    """Heed the marks; after the guard, so that no stranger's file is read, and before anything looks at the form."""

    def let() -> None:
        largest = getattr(app.view_functions.get(request.endpoint or ""), "largest", None)
        if largest is not None:
            request.max_content_length = largest

    app.before_request_funcs.setdefault(None, []).append(let)
