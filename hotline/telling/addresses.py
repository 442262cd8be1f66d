"""An e-mail address is confirmed before anything is sent there: a code by mail, told back on the page.

A typing error would send a department's reminders to a stranger, and let it believe that it is told."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.database import Base
from hotline.settings import Settings
from hotline.telling import outbox
from hotline.telling.notices import Wish, WishError
from hotline.telling.outbox import Channel, Delivery

TOPIC = "address"
HOLDS, MOST_TRIES, MOST_A_DAY = timedelta(minutes=30), 5, 5
DIGITS = 6


class AddressCode(Base):
    """The code that was sent last to an address that a person wishes to be told at; its digest alone."""

    __tablename__ = "address_code"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)


def waits(wish: Wish) -> bool:
    """Whether somebody wishes to be told at an address that he hasn't confirmed."""
    return bool(wish.by_email) and wish.email != wish.confirmed


def sent(session: Session, wish: Wish, *, at: datetime) -> bool:
    """Whether a code that still holds went to his address."""
    kept = session.get(AddressCode, wish.account_id)
    return kept is not None and kept.address == wish.email and at <= kept.sent_at + HOLDS


def send(session: Session, wish: Wish, *, settings: Settings, at: datetime) -> None:
    """Owe a new code to his address; WishError when he has had as many as a day allows."""
    query = select(func.count()).select_from(Delivery).where(
        Delivery.account_id == wish.account_id, Delivery.topic == TOPIC, Delivery.owed_at > at - timedelta(days=1))
    if (session.scalar(query) or 0) >= MOST_A_DAY:
        raise WishError("24小时内发送验证码的次数已达上限，请稍后再试")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    session.merge(AddressCode(account_id=wish.account_id, address=wish.email, sent_at=at, tries=0,
                              digest=_digest(wish.email, code, settings)))  # fmt: skip
    outbox.owe(session, key=f"address:{wish.account_id}:{at.isoformat()}", channel=Channel.EMAIL, place=wish.email,
               topic=TOPIC, account_id=wish.account_id, values={"code": code}, urgent=True, at=at)  # fmt: skip


def confirm(session: Session, wish: Wish, code: str, *, by: Account, settings: Settings, at: datetime) -> str:
    """He tells the code: empty when it is right, and he is told there from now on; else, in words, what is wrong."""
    kept = session.get(AddressCode, wish.account_id, with_for_update=True)
    if kept is None or not sent(session, wish, at=at) or kept.tries >= MOST_TRIES:
        return "验证码已失效，请重新发送"
    kept.tries += 1
    if not hmac.compare_digest(kept.digest, _digest(wish.email, "".join(code.split()), settings)):
        return "验证码不正确"
    wish.confirmed = wish.email
    session.delete(kept)
    audit.note(session, "telling.confirmed", by=by.login, at=at, about=("account", wish.account_id))
    return ""


def _digest(address: str, code: str, settings: Settings) -> str:
    key = settings.secret_key.get_secret_value().encode()
    return hmac.new(key, f"{address}:{code}".encode(), hashlib.sha256).hexdigest()
