"""Accounts: signing in with a password, and being locked out after too many wrong ones."""

from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.accounts.roles import Permission, Role, may
from hotline.database import Base
from hotline.settings import Settings

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200


class AccountError(Exception):
    """Something about an account that can't be; the text is fit for a person."""


class Account(Base):
    """A person who signs in."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[Role] = mapped_column(String(30))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    county_code: Mapped[str] = mapped_column(String(6), default="")
    extension: Mapped[str] = mapped_column(String(10), default="")
    skills: Mapped[str] = mapped_column(String(40), default="")  # elderly,dialect: what some callers need
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    must_change: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session of this person

    def may(self, permission: Permission) -> bool:
        return self.active and may(Role(self.role), permission)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)  # OWASP's second choice: 19 MiB


def hash_password(password: str) -> str:
    """The password's argon2id hash; AccountError when it is too short, or longer than what is taken of it
    where one signs in."""
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"密码至少需要{SHORTEST_PASSWORD}个字符")
    if len(password) > LONGEST_PASSWORD:
        raise AccountError(f"密码最多{LONGEST_PASSWORD}个字符")
    return _hasher().hash(password)


def add(session: Session, login: str, *, name: str, role: Role, password: str, department_id: int | None = None,
        county_code: str = "", extension: str = "", must_change: bool = False, at: datetime, by: str) -> Account:
    """A new account; AccountError when the login is taken or the password too short."""
    if by_login(session, login) is not None:
        raise AccountError(f"账号“{login}”已存在")
    account = Account(login=login, name=name, role=role, department_id=department_id, county_code=county_code,
                      extension=extension, password_hash=hash_password(password), must_change=must_change)
    session.add(account)
    session.flush()
    audit.note(session, "account.added", by=by, at=at, about=("account", account.id), login=login, role=role)
    return account


def by_login(session: Session, login: str) -> Account | None:
    return session.scalar(select(Account).where(Account.login == login))


def password_fits(session: Session, login: str, password: str) -> bool:
    """Whether this is the password of that login. Slow on purpose, and equally slow for logins that don't exist:
    ask it in a reading session, for a writing one would keep everybody waiting."""
    account = by_login(session, login)
    return _matches(account.password_hash if account else _stranger(), password) and account is not None


def sign_in(session: Session, login: str, *, fits: bool, settings: Settings, at: datetime) -> Account | None:
    """The account when its password fitted and it is not locked; None otherwise."""
    account = by_login(session, login)
    if account is None or not account.active or (account.locked_until is not None and at < account.locked_until):
        audit.note(session, "sign_in.refused", by=login[:60], at=at, about=("account", account.id if account else 0))
        return None
    if not fits:
        account.failures += 1
        if account.failures >= settings.lockout_attempts:
            account.locked_until, account.failures = at + timedelta(minutes=settings.lockout_minutes), 0
        audit.note(session, "sign_in.failed", by=login, at=at, about=("account", account.id))
        return None
    account.failures, account.locked_until = 0, None
    audit.note(session, "sign_in", by=login, at=at, about=("account", account.id))
    return account


def sign_out(session: Session, account: Account, *, at: datetime) -> None:
    """End every session of the account: a cookie can't be taken back, but it is of an epoch that is over."""
    account.epoch += 1
    audit.note(session, "sign_out", by=account.login, at=at, about=("account", account.id))


def change_password(session: Session, account: Account, password: str, *, at: datetime, by: str) -> None:
    """Set a new password and end every session of the account."""
    account.password_hash, account.must_change = hash_password(password), False
    account.epoch += 1
    audit.note(session, "account.password", by=by, at=at, about=("account", account.id))


@cache
def _stranger() -> str:
    return _hasher().hash("nobody has this password")


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
