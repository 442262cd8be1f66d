"""A mark on each form handed out: when it was, and which one, signed; so that no session or cookie is needed."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from dispatch.tickets.codes import DIGITS
from hotline.settings import Settings

QUICKEST = timedelta(seconds=3)
"""Nobody reads and fills in a form faster; a program does."""
LONGEST = timedelta(hours=12)
LOOKED_UP = timedelta(minutes=30)


@dataclass(frozen=True)
class FormToken:
    """One form: the moment it was handed out at, and its own number."""

    given_at: datetime
    nonce: str


def give(settings: Settings, *, at: datetime) -> str:
    """The mark for a form that is handed out now."""
    return str(_signer(settings).dumps([int(at.timestamp()), secrets.token_hex(12)]))


def read(mark: str, settings: Settings, *, at: datetime) -> FormToken | None:
    """The form that a mark belongs to; None when it isn't ours or was handed out too long ago."""
    try:
        given, nonce = _signer(settings).loads(mark)
    except (BadSignature, ValueError, TypeError):
        return None
    token = FormToken(datetime.fromtimestamp(given, tz=at.tzinfo), str(nonce))
    return token if token.given_at <= at <= token.given_at + LONGEST else None


def code_of(token: FormToken, settings: Settings) -> str:
    """The query code that belongs to a form: the same form sent twice gets the same one."""
    key = settings.secret_key.get_secret_value().encode()
    drawn = int.from_bytes(hmac.new(key, b"web code " + token.nonce.encode(), hashlib.sha256).digest())
    return str(drawn % (9 * 10 ** (DIGITS - 1)) + 10 ** (DIGITS - 1))


def give_for(settings: Settings, ticket_id: int) -> str:
    """The mark for what may be done with a matter that was looked up with its code just now."""
    return str(_looked_up(settings).dumps(ticket_id))


def matter_of(mark: str, settings: Settings) -> int | None:
    """The matter that it belongs to; None when it isn't ours or too long ago."""
    try:
        return int(_looked_up(settings).loads(mark, max_age=int(LOOKED_UP.total_seconds())))
    except (BadSignature, ValueError, TypeError):
        return None


def _looked_up(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key.get_secret_value(), salt="looked up with its code")


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="public form")
