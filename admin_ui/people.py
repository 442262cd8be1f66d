"""Whose login it is: a page names people, not accounts."""

from flask import g
from flask_babel import gettext
from sqlalchemy import select

from admin_ui.house import reading
from hotline.accounts.accounts import Account


def who(login: str | None) -> str:
    """The name of the person with this login, asked for once a request; the login itself where it is nobody's."""
    if not login:
        return ""
    if "people" not in g:
        with reading() as session:
            rows = session.execute(select(Account.login, Account.name))
            g.people = {str(login): str(name) for login, name in rows} | {"hotline": str(gettext("系统"))}
    return str(g.people.get(login, login))
