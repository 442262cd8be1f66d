"""How values are shown to citizens: days, hours, telephones that a tap dials, codes as plain words."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request
from flask_babel import gettext
from markupsafe import Markup

from admin_ui.public import words
from admin_ui.showing import day, moment
from hotline.phones import dialled, is_reachable, is_service, normalise


def install(app: Flask) -> None:
    """Give the public templates their words."""
    app.jinja_env.filters.update(moment=moment, day=day, dial=dial, hours=hours, link=link, last_of_path=last_of_path,
                                 county=county)  # fmt: skip
    app.jinja_env.globals.update(again=again, plain=words)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def dial(phone: str) -> Markup | str:
    """A telephone number as a link that dials it; any other text as it is."""
    number = dialled(normalise(phone))
    if not (is_reachable(number) or is_service(number)):
        return phone
    return Markup('<a class="tel" href="tel:{}">{}</a>').format(number, phone.strip())


def link(address: str) -> Markup | str:
    """A web site as a link, if it is one."""
    if not re.fullmatch(r"https?://[^\s<>\"]+", address):
        return address
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(address, address)


def hours(spans: Iterable[Mapping[str, Any]]) -> list[str]:
    """Opening hours, a line for each season and days: 周一至周五 08:30–12:00，14:30–18:00."""
    lines: dict[tuple[str, str], list[str]] = {}
    for span in spans:
        key = str(span.get("season") or ""), str(span.get("days") or "")
        lines.setdefault(key, []).append(f"{span.get('open', '')}–{span.get('close', '')}")
    return [" ".join(filter(None, (_season(season), _days(days), gettext("，").join(times))))
            for (season, days), times in lines.items()]  # fmt: skip


def again(**changed: Any) -> str:
    """This page's address with some of its query changed."""
    kept = {k: v for k, v in {**request.args.to_dict(), **changed}.items() if v not in ("", None)}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def county(code: str) -> str:
    """The name of a county by its code; the city's own code and unknown ones stay as they are."""
    return str(words.COUNTIES.get(code, code))


def last_of_path(path: str) -> str:
    """The name of a place in the tree, without those above it."""
    return path.rpartition("/")[2]


def _season(season: str) -> str:
    return str(words.SEASONS.get(season, season))


def _days(days: str) -> str:
    numbers = [int(n) for n in days.split("-") if n in {"1", "2", "3", "4", "5", "6", "7"}]
    names = [str(words.WEEKDAYS[n - 1]) for n in numbers]
    if len(names) == 2:
        return str(gettext("%(first)s至%(last)s", first=names[0], last=names[1]))
    return names[0] if names else days
