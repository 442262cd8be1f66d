"""Telephones in browsers, as the exchanges know them: each is let in by the last password that was made for it."""

import json
from typing import Final

from dispatch import exchanges
from hotline.exchange import actions
from hotline.exchange.errors import LinkLost
from hotline.settings import Settings

STORE: Final = "browsers/auth"
"""Where an exchange has them in its own store; asterisk-conf/sorcery.conf says so to it."""


def let_in(settings: Settings, extension: str, password: str) -> None:
    """From now on this telephone signs in with this password and no other one, at each exchange that can be reached;
    LinkError when none can."""
    known = json.dumps({"auth_type": "userpass", "username": extension, "password": password})
    done, _ = exchanges.everywhere(settings, lambda link: actions.db_put(link, STORE, extension, known))
    if not done:
        raise LinkLost("no exchange can be reached")


def shut_out(settings: Settings, extension: str) -> bool:
    """No exchange lets this telephone in any more; False while one of them can't be reached."""
    done, all_of_them = exchanges.everywhere(settings, lambda link: actions.db_del(link, STORE, extension))
    return done == all_of_them
