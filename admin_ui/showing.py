"""How values are shown: moments by the clock in Yuxi, numbers masked, codes as words."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request
from flask_babel import gettext, ngettext
from flask_login import current_user
from markupsafe import Markup

from admin_ui import browser_phones, languages, words
from admin_ui.badge import unread
from admin_ui.house import house
from admin_ui.navigation import navigation
from admin_ui.people import who
from admin_ui.refusals import said
from hotline.accounts.roles import Permission
from hotline.logs import mask, mask_within
from hotline.times import local, now
from knowledge_base import direct


def moment(at: datetime | None) -> Markup | str:
    """Day and minute, with the whole moment for machines."""
    if at is None:
        return "—"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), local(at).strftime("%Y-%m-%d %H:%M"))


def day(on: date | None) -> str:
    return "—" if on is None else f"{on:%Y-%m-%d}"


def clock(at: datetime | None) -> str:
    return "—" if at is None else f"{local(at):%H:%M:%S}"


def spell(seconds: float | None) -> str:
    """A length of time as m:ss."""
    return "—" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def left(at: datetime | None) -> str:
    """How long until a deadline, or since it, in the largest unit that fits."""
    if at is None:
        return ""
    minutes = int((at - now()).total_seconds() // 60)
    span = abs(minutes)
    amount = (ngettext("%(num)s天", "%(num)s天", span // 1440) if span >= 1440 else
              ngettext("%(num)s小时", "%(num)s小时", span // 60) if span >= 60 else
              ngettext("%(num)s分钟", "%(num)s分钟", span))  # fmt: skip
    return str(gettext("还剩%(span)s", span=amount) if minutes >= 0 else gettext("逾期%(span)s", span=amount))


def word(code: Any, table: str) -> str:
    """The word for a code; the code itself where there is none."""
    return str(getattr(words, table).get(code, code if code is not None else "—"))


def can(permission: str) -> bool:
    """Whether the person who looks has a permission."""
    return bool(current_user.is_authenticated and current_user.account.may(Permission(permission)))


def again(at: str = "", **changed: Any) -> str:
    """This page's address, or another's, with this page's query and some of it changed."""
    query = {**request.args.to_dict(), **changed}
    kept = {k: v for k, v in query.items() if v not in ("", None)}
    return f"{at or request.path}?{urlencode(kept)}"


def late(at: datetime | None) -> bool:
    """Whether a deadline has passed."""
    return at is not None and at < now()


def install(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.filters.update(moment=moment, day=day, clock=clock, spell=spell, left=left, late=late, word=word,
                                 mask=mask, mask_within=mask_within, said=said, direct=direct.number_of,
                                 who=who)  # fmt: skip
    app.jinja_env.globals.update(can=can, again=again, words=words, navigation=navigation, unread=unread,
                                 browser_phone=browser_phones.mine)  # fmt: skip
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: languages.of_the_page(house().settings))
