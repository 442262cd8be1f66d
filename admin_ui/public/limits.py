"""How often one address may ask, leave a question, or try a number and its code; counted in the house's Redis, or in
memory while that is away."""

import hashlib
import hmac
import logging
import unicodedata
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from flask import Flask, Response, request
from flask_limiter import Limiter

from admin_ui.limits import storage
from admin_ui.public.lobby import lobby
from hotline.settings import Settings


def address() -> str:
    """Who asks: an IPv4 address, or the network that an IPv6 customer is given whole."""
    given = request.remote_addr or ""
    try:
        known = ip_address(given)
    except ValueError:
        return given or "unknown"  # never nothing: what has no key is not counted
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or known.exploded[:19])
    return str(known)


def number_asked_for() -> str:
    """The ticket number that is tried, as it is looked for, and whether or not there is one: nobody learns which there
    are, and no other way to write it is another number."""
    given = typed("number").upper()
    key = lobby().settings.secret_key.get_secret_value().encode()
    return hmac.new(key, given.encode(), hashlib.sha256).hexdigest()[:24]


def typed(field: str) -> str:
    """What was typed, without blanks and in plain digits."""
    given = unicodedata.normalize("NFKC", request.form.get(field, "")[:60])
    return "".join(given.split())


limiter = Limiter(address, in_memory_fallback_enabled=True)


def of(setting: str) -> Callable[[], str]:
    """The limit that a setting holds, read when it is asked."""
    return lambda: str(getattr(lobby().settings, setting))


def install(app: Flask, settings: Settings) -> None:
    """Count against the house's Redis, and say in the answer when one may try again."""
    app.config.update(storage(settings), RATELIMIT_KEY_PREFIX="public", RATELIMIT_HEADERS_ENABLED=True)
    app.after_request(_when_to_come_back)
    limiter.init_app(app)
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)  # it would write down who asked too often


def _when_to_come_back(response: Response) -> Response:
    """Only who is refused is told to wait."""
    if response.status_code != 429:
        response.headers.pop("Retry-After", None)
    return response
