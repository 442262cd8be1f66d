"""Keeping accounts: locking one, opening it again, and a temporary password that must be changed."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account, AccountError, hash_password

_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read out as something else
TEMPORARY = 14


def temporary_password() -> str:
    """A password to be told once: 14 letters and digits, about 69 bits."""
    return "".join(secrets.choice(_PLAIN) for _ in range(TEMPORARY))


def lock(session: Session, account: Account, *, by: Account, at: datetime) -> None:
    """Nobody signs in with the account any more, and its sessions end; one's own can't be locked."""
    if account.id == by.id:
        raise AccountError("不能停用自己的账号")
    account.active, account.epoch = False, account.epoch + 1
    audit.note(session, "account.locked", by=by.login, at=at, about=("account", account.id))


def unlock(session: Session, account: Account, *, by: Account, at: datetime) -> None:
    """The account may be used again, wrong passwords forgotten."""
    account.active, account.failures, account.locked_until = True, 0, None
    audit.note(session, "account.unlocked", by=by.login, at=at, about=("account", account.id))


def reset(session: Session, account: Account, *, by: Account, at: datetime) -> str:
    """A new temporary password, which ends every session of the account and must be changed at once."""
    password = temporary_password()
    account.password_hash, account.must_change = hash_password(password), True
    account.epoch, account.failures, account.locked_until = account.epoch + 1, 0, None
    audit.note(session, "account.reset", by=by.login, at=at, about=("account", account.id))
    return password
