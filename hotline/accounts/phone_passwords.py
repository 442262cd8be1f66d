"""Passwords of the telephones in browsers: made when a desk asks for one, and over with its session. They stand in the
exchanges' own stores alone; here is only whose they are, and until when."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.accounts.accounts import Account
from hotline.database import Base
from hotline.settings import Settings


class PhonePassword(Base):
    """The last one that was told of a telephone: to whom, in which epoch of his account, and until when it holds."""

    __tablename__ = "phone_password"
    extension: Mapped[str] = mapped_column(String(10), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    epoch: Mapped[int]
    mark: Mapped[str] = mapped_column(String(16))
    ends_at: Mapped[datetime]


def tell(session: Session, account: Account, *, after: str = "", settings: Settings, at: datetime) -> str:
    """Note that a new one is told, which holds as long as a session without a click; its mark. `after`: the mark of the
    last one that the same desk was told; empty is returned where another desk has been told one since."""
    last = session.get(PhonePassword, account.extension)
    if after and last is not None and last.mark != after:
        return ""
    mark = secrets.token_hex(8)
    session.merge(PhonePassword(extension=account.extension, account_id=account.id, epoch=account.epoch, mark=mark,
                                ends_at=at + timedelta(minutes=settings.session_minutes)))  # fmt: skip
    return mark


def over(session: Session, *, at: datetime) -> Sequence[PhonePassword]:
    """Those that hold no longer: their time has come, or their operator's sessions were ended, or his telephone is
    another one."""
    another = (PhonePassword.epoch != Account.epoch, PhonePassword.extension != Account.extension)
    query = select(PhonePassword).join(Account, Account.id == PhonePassword.account_id)
    return session.scalars(query.where(or_(PhonePassword.ends_at <= at, Account.active.is_(False), *another))).all()


def forget(session: Session, told: PhonePassword) -> None:
    """The exchanges have forgotten it; one that was told meanwhile stays."""
    same = (PhonePassword.extension == told.extension, PhonePassword.mark == told.mark)
    session.execute(delete(PhonePassword).where(*same))
