"""Webhooks: other systems of the office that are told of a ticket's steps; their addresses are the administrator's."""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base
from hotline.settings import Settings
from hotline.telling import outbox
from hotline.telling.carriers.http import signature
from hotline.telling.outbox import Channel

FRESH = 300  # seconds that a signature holds


class WebhookError(Exception):
    """An address that can't be told anything; the text is fit for a person."""


class Webhook(Base):
    """One address; of one department's tickets, or of all. An `exchange` (12345) passes us matters, and is told of
    these alone."""

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(300))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    active: Mapped[bool] = mapped_column(default=True)
    exchange: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]


def add(session: Session, name: str, url: str, *, department_id: int | None = None, exchange: bool = False,
        by: str, at: datetime) -> Webhook:
    """A new address; WebhookError when it is none."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or len(url) > 300:
        raise WebhookError("请填写以https://开头的地址，不含用户名和密码")
    if not name.strip():
        raise WebhookError("请填写名称")
    row = Webhook(name=name.strip()[:60], url=url.strip(), active=True, made_at=at,
                  department_id=None if exchange else department_id, exchange=exchange)  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(session, "webhook.added", by=by, at=at, about=("webhook", row.id), url=row.url)
    return row


def switch(session: Session, row: Webhook, *, on: bool, by: str, at: datetime) -> None:
    """Have an address told again, or no more."""
    row.active = on
    audit.note(session, "webhook.switched", by=by, at=at, about=("webhook", row.id), on=on)


def secret_of(webhook_id: int, settings: Settings) -> str:
    """What an address checks our signature with: its own, derived from the house's secret and kept nowhere."""
    key = settings.secret_key.get_secret_value().encode()
    return hmac.new(key, f"webhook:{webhook_id}".encode(), hashlib.sha256).hexdigest()


def sender(session: Session, webhook_id: int, signed: str, *, moment: str, body: bytes, settings: Settings,
           at: datetime) -> Webhook | None:
    """The exchange that signed a message to us, a moment ago; None where nobody did that we know."""
    row = session.get(Webhook, webhook_id)
    ours = "sha256=" + signature(secret_of(webhook_id, settings), moment, body)
    fresh = moment.isascii() and moment.isdigit() and len(moment) <= 12 and abs(int(moment) - at.timestamp()) <= FRESH
    known = hmac.compare_digest(ours.encode(), signed.encode()) and fresh
    return row if row is not None and known and row.active and row.exchange else None


def tell(session: Session, topic: str, *, key: str, about: tuple[str, object], department_id: int | None,
         urgent: bool = False, at: datetime) -> None:
    """Owe a step to each address that wants it: what happened, and to which ticket; nothing else leaves the house."""
    wanted = or_(Webhook.department_id.is_(None), Webhook.department_id == department_id)
    for row in session.scalars(select(Webhook).where(Webhook.active.is_(True), ~Webhook.exchange, wanted)):
        outbox.owe(session, key=key, channel=Channel.WEBHOOK, place=str(row.id), topic=topic, about=about,
                   values={"number": str(about[1])}, urgent=urgent, at=at)  # fmt: skip
