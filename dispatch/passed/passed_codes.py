"""The query code of a matter that 12345 passed to us: 12345 tells it to its caller.

It is worked out from the foreign number with the house's secret, for nobody keeps codes: whoever sends the same once
more, since our answer was lost, gets the same code again."""

import hashlib
import hmac
from collections.abc import Iterator

from sqlalchemy.orm import Session

from dispatch.tickets import codes
from dispatch.tickets.tickets import Ticket
from hotline.settings import Settings

TRIES = 20
"""So many codes one number can have: where one is taken already the next is."""


def mint(session: Session, number: str, *, settings: Settings) -> str:
    """A free code for a matter; empty in the case, next to impossible, that all are taken: then he is verified."""
    return next((code for code in _codes(number, settings) if codes.is_free(session, code, settings=settings)), "")


def of(ticket: Ticket, *, settings: Settings) -> str:
    """The code that a ticket of theirs has; empty where it has none."""
    own = (code for code in _codes(ticket.foreign_number, settings)
           if codes.digest(code, settings=settings) == ticket.code_digest)  # fmt: skip
    return next(own, "")


def _codes(number: str, settings: Settings) -> Iterator[str]:
    key, least = settings.secret_key.get_secret_value().encode(), 10 ** (codes.DIGITS - 1)
    for n in range(TRIES):
        drawn = hmac.new(key, f"12345:{number}:{n}".encode(), hashlib.sha256).digest()
        yield str(int.from_bytes(drawn) % (9 * least) + least)
