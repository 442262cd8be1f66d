"""How often one address may try to sign in; counted in Redis, or in memory while that is away."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from hotline.settings import Settings

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
