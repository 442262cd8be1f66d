"""What a request needs of the house: settings, sessions, the person who asks, and the moment."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import cast

from flask import current_app
from flask_login import current_user
from sqlalchemy.orm import Session

from admin_ui.fan_out import FanOut
from admin_ui.phones import BrowserPhones, Phones
from dispatch.transfers.transfer_line import TransferLine
from hotline import times
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.settings import Settings
from knowledge_base.search.live import LiveIndex

Part = tuple[str, bool, str]
"""A part of the machine: its name, whether it is well, and how in words."""


@dataclass(frozen=True)
class House:
    """The parts that the application was made of."""

    settings: Settings
    database: Database
    phones: Phones
    parts: Callable[[], Sequence[Part]]
    fan_out: FanOut
    index: LiveIndex = field(default_factory=partial(LiveIndex, name="web"))
    line: TransferLine | None = None
    browser_phones: BrowserPhones = field(default_factory=BrowserPhones)


def house() -> House:
    """The parts of the application that answers this request."""
    return cast(House, current_app.extensions["house"])


def me() -> Account:
    """Who asks; only behind a guard that lets no stranger in."""
    return cast(Account, current_user.account)


def reading() -> AbstractContextManager[Session]:
    return house().database.reading()


def writing() -> AbstractContextManager[Session]:
    return house().database.writing()


def now() -> datetime:
    return times.now()
