"""Changing one's own password; whoever was given a temporary one comes here first."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_user

from admin_ui.guards import signed_in_first
from admin_ui.house import house, me, now, reading, writing
from admin_ui.limits import limiter
from admin_ui.sessions import Person
from hotline.accounts import accounts
from hotline.accounts.accounts import Account, AccountError

blueprint = Blueprint("password", __name__)


@blueprint.get("/password")
@signed_in_first
def change() -> ResponseReturnValue:
    return render_template("password.html", shortest=accounts.SHORTEST_PASSWORD)


@blueprint.post("/password")
@signed_in_first
@limiter.limit(lambda: house().settings.sign_in_limit)
def changed() -> ResponseReturnValue:
    """Set the new password; every other session of this person ends, this one goes on."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    try:
        account = _change(old, new, again)
    except AccountError as error:
        flash(str(error), "danger")
        return render_template("password.html", shortest=accounts.SHORTEST_PASSWORD), 422
    login_user(Person(account))
    flash(gettext("密码已修改，其他设备上的登录已失效"), "success")
    return redirect(url_for("home.start"), 303)


def _change(old: str, new: str, again: str) -> Account:
    if new != again:
        raise AccountError(gettext("两次输入的新密码不一致"))
    if new == old:
        raise AccountError(gettext("新密码不能与原密码相同"))
    with reading() as looked:
        fits = accounts.password_fits(looked, me().login, old)
    with writing() as session:
        account = accounts.sign_in(session, me().login, fits=fits, settings=house().settings, at=now())
        if account is not None:
            accounts.change_password(session, account, new, at=now(), by=account.login)
    if account is None:
        raise AccountError(gettext("原密码不正确"))
    return account
