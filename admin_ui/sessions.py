"""Who is signed in: an account and the epoch it signed in under; another epoch ends the session."""

from datetime import timedelta

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin

from admin_ui.house import house
from hotline.accounts.accounts import Account
from hotline.settings import Settings

BACKGROUND = "HX-Trigger-Kind"
"""A request that a page makes by itself carries this header, and doesn't keep the session alive."""


class Person(UserMixin):  # type: ignore[misc]
    """The signed-in account as flask-login wants it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.id}:{self.account.epoch}"


def load(mark: str) -> Person | None:
    """The person of a session, if the account is active and still in the epoch of signing in."""
    given, _, epoch = mark.partition(":")
    if not given.isdigit():
        return None
    with house().database.reading() as opened:
        account = opened.get(Account, int(given))
    if account is None or not account.active or str(account.epoch) != epoch:
        return None
    return Person(account)


def install(app: Flask, settings: Settings) -> None:
    """Cookies and their life: HttpOnly, same-site, Secure behind HTTPS, over after minutes without a click."""
    app.config.update(
        SESSION_COOKIE_NAME="hotline", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.web_secure, SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_minutes),
    )  # fmt: skip
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(load)
    app.before_request_funcs.setdefault(None, []).append(_keep_alive)


def _keep_alive() -> None:
    if "_user_id" in session and BACKGROUND not in request.headers and request.endpoint != "desk_events.events":
        session.permanent = session.modified = True
