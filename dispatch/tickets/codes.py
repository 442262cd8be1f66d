"""Query codes: eight random digits that open a ticket's progress; kept only as keyed digests."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.tickets.tickets import Ticket
from hotline.database import Base
from hotline.settings import Settings

DIGITS = 8


class PooledCode(Base):
    """A code that was minted ahead and lies in the exchange's own store, for when the database is away."""

    __tablename__ = "pooled_code"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    node: Mapped[str] = mapped_column(String(40))
    minted_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def digest(code: str, *, settings: Settings) -> str:
    """What the database keeps of a code."""
    return hmac.new(settings.secret_key.get_secret_value().encode(), code.encode(), hashlib.sha256).hexdigest()


def mint() -> str:
    """A new code; never beginning with 0, so that nobody drops a digit."""
    return str(secrets.randbelow(9 * 10 ** (DIGITS - 1)) + 10 ** (DIGITS - 1))


def mint_free(session: Session, *, settings: Settings) -> str:
    """A code that no ticket has and that lies in no exchange's store."""
    while True:
        if is_free(session, code := mint(), settings=settings):
            return code


def is_free(session: Session, code: str, *, settings: Settings) -> bool:
    """Whether no ticket has a code, and it lies in no exchange's store."""
    kept = digest(code, settings=settings)
    taken = session.scalar(select(Ticket.id).where(Ticket.code_digest == kept))
    return taken is None and session.get(PooledCode, kept) is None


def mint_for_pool(session: Session, *, node: str, settings: Settings, at: datetime) -> str:
    """A code for the exchange's store, its digest noted."""
    code = mint_free(session, settings=settings)
    session.add(PooledCode(digest=digest(code, settings=settings), node=node, minted_at=at))
    return code


def use(session: Session, code: str, *, settings: Settings, at: datetime) -> None:
    """Note that a pooled code was given to a caller."""
    row = session.get(PooledCode, digest(code, settings=settings))
    if row is not None:
        row.used_at = at
