"""The telephone in the page: whose it is, and where the exchanges hear it."""

import re

from flask import request
from flask_login import current_user

from admin_ui.house import house
from hotline.accounts.roles import Permission

_HOST = re.compile(r"([\w.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?", re.ASCII)


def mine() -> str:
    """The number of the telephone that whoever asks has in the page; empty where he has none, or takes no calls."""
    if not (current_user.is_authenticated and current_user.account.may(Permission.DESK)):
        return ""
    extension: str = current_user.account.extension
    return extension if extension in house().browser_phones.numbers else ""


def addresses() -> list[str]:
    """Where the exchanges hear it. What a browser says of the host comes into a header: nothing but a host is taken."""
    host = _HOST.fullmatch(request.host)
    return [one.replace("{host}", host[1] if host else "localhost") for one in house().browser_phones.addresses]
