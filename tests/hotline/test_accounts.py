"""Signing in, and being locked out."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from hotline.accounts import accounts
from hotline.accounts.accounts import Account, AccountError
from hotline.accounts.roles import GRANTS, Permission, Role, may
from hotline.settings import Settings
from tests.conftest import NOON, PASSWORD, person
from tests.support import haste


def _sign_in(session: Session, login: str, password: str, settings: Settings, at: datetime = NOON) -> Account | None:
    fits = accounts.password_fits(session, login, password)
    return accounts.sign_in(session, login, fits=fits, settings=settings, at=at)


def test_the_right_password_signs_in(session: Session, settings: Settings) -> None:
    account = person(session, Role.OPERATOR)
    assert _sign_in(session, "operator", PASSWORD, settings) is account


def test_five_wrong_passwords_lock_the_account_for_fifteen_minutes(session: Session, settings: Settings) -> None:
    person(session, Role.OPERATOR)
    for _ in range(5):
        assert _sign_in(session, "operator", "wrong", settings) is None
    assert _sign_in(session, "operator", PASSWORD, settings, NOON + timedelta(minutes=14)) is None
    assert _sign_in(session, "operator", PASSWORD, settings, NOON + timedelta(minutes=15))


def test_nobody_signs_in_as_somebody_who_does_not_exist(session: Session, settings: Settings) -> None:
    assert _sign_in(session, "nobody", PASSWORD, settings) is None


def test_a_short_or_endless_password_and_a_taken_login_are_refused(session: Session) -> None:
    person(session, Role.OPERATOR)
    with pytest.raises(AccountError, match="已存在"):
        person(session, Role.OPERATOR)
    with pytest.raises(AccountError, match="至少"):
        accounts.hash_password("short")
    with pytest.raises(AccountError, match="最多"):  # signing in takes no more of it
        accounts.hash_password("x" * 201)


def test_a_new_password_ends_the_sessions_of_the_account(session: Session) -> None:
    account = person(session, Role.OPERATOR)
    accounts.change_password(session, account, "another long one", at=NOON, by="operator")
    assert account.epoch == 1


def test_every_role_is_granted_something_and_an_administrator_sees_no_content() -> None:
    assert set(GRANTS) == set(Role)
    content = {Permission.CALLS, Permission.TICKETS, Permission.HEAR, Permission.UNMASK, Permission.AUDIT}
    assert not any(may(Role.ADMINISTRATOR, permission) for permission in content)
    assert not any(may(Role.AUDITOR, p) for p in set(Permission) - {Permission.AUDIT, Permission.FIGURES, Permission.LEDGER})


def test_a_password_is_kept_so_that_guessing_it_is_slow() -> None:
    """OWASP's second choice for argon2id, and one pass more: 19 MiB, three passes."""
    assert haste.SLOW().hash(PASSWORD).startswith("$argon2id$v=19$m=19456,t=3,p=1$")
