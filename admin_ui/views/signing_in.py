"""Signing in and out."""

from contextlib import suppress
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user

from admin_ui.guards import public, signed_in_first
from admin_ui.house import house, me, now, reading, writing
from admin_ui.limits import limiter
from admin_ui.phones import PhonesError
from admin_ui.sessions import Person
from admin_ui.views.desk_readiness import become
from dispatch.calls.desk import Readiness
from hotline.accounts import accounts
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission

blueprint = Blueprint("signing_in", __name__)


@blueprint.get("/sign-in")
@public
def form() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_asked_for())
    return render_template("sign_in.html", login="")


@blueprint.post("/sign-in")
@public
@limiter.limit(lambda: house().settings.sign_in_limit)
def sign_in() -> ResponseReturnValue:
    """One answer for a wrong login, a wrong password and a locked account."""
    login = request.form.get("login", "").strip()[:60]
    password = request.form.get("password", "")[: accounts.LONGEST_PASSWORD]
    with reading() as looked:
        fits = accounts.password_fits(looked, login, password)
    with writing() as opened:
        account = accounts.sign_in(opened, login, fits=fits, settings=house().settings, at=now())
    if account is None:
        flash(gettext("账号或密码不正确，或账号已被锁定。连续输错%(times)s次将锁定%(minutes)s分钟。",
                      times=house().settings.lockout_attempts, minutes=house().settings.lockout_minutes), "danger")
        return render_template("sign_in.html", login=login), 422
    session.clear()
    login_user(Person(account))
    return redirect(_asked_for(), 303)


@blueprint.post("/sign-out")
@signed_in_first
def sign_out() -> ResponseReturnValue:
    """An operator who leaves takes his phone out of the queue: nobody rings where no card is seen. All his
    sessions end, and the password of a telephone in the browser: what was copied of this one opens nothing any more."""
    if me().may(Permission.DESK) and me().extension:
        with suppress(PhonesError):
            become(Readiness.AWAY)
    with writing() as opened:
        accounts.sign_out(opened, opened.get_one(Account, me().id), at=now())
    logout_user()
    session.clear()
    return redirect(url_for("signing_in.form"), 303)


def _asked_for() -> str:
    """Where somebody wanted to go before he was asked who he is."""
    return _inside(request.args.get("next", "")) or url_for("home.start")


def _inside(address: str) -> str:
    """The address when it is a path of our own, else nothing."""
    parts = urlsplit(address)
    plain = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address.rstrip("?") if plain and "\\" not in address else ""
