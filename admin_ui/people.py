"""Whose login it is: a page names people, not accounts."""

from flask import g
from flask_babel import gettext
from sqlalchemy import select

from admin_ui.house import reading
from dispatch.tickets.urging import HE_HIMSELF
from dispatch.tickets.web_questions import WEB
from hotline.accounts.accounts import Account


def who(login: str | None) -> str:
    """The name of the person with this login, asked for once a request, or who else takes steps; the login itself where
    it is nobody's."""
    if not login:
        return ""
    if "people" not in g:
        with reading() as session:
            rows = session.execute(select(Account.login, Account.name))
            g.people = {str(login): str(name) for login, name in rows} | {
                "hotline": gettext("系统"), WEB: gettext("网上提问"), HE_HIMSELF: gettext("来电人")}
    return str(g.people.get(login, login))
