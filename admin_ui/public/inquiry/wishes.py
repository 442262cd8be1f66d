"""What a program asks for: filters, pages and moments, each refused in words when it can't be read."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Response, abort, request

from hotline.times import moment_of

SIZE, MOST = 100, 500
LARGEST = 1_000_000
LONGEST_NAME = 80
PLAIN = re.compile(r"[^\x00-\x1f\x7f]+")
KNOWN = frozenset({"department", "category", "updated_since", "page", "page_size"})


@dataclass(frozen=True)
class Wish:
    """Filters of a list, and which page of it."""

    department: str = ""
    category: str = ""
    updated_since: datetime | None = None
    page: int = 1
    size: int = SIZE


def read() -> Wish:
    """The query of this request; 400 with the reason when something in it can't be read."""
    strange = sorted(set(request.args) - KNOWN)
    if strange:
        abort(400, f"unknown parameter: {', '.join(strange)[:80]}")
    if any(len(values) > 1 for _, values in request.args.lists()):
        abort(400, "each parameter may be given once")
    return Wish(
        department=_text("department", 100), category=_text("category", LONGEST_NAME),
        updated_since=_moment("updated_since"), page=_number("page", 1, LARGEST),
        size=_number("page_size", SIZE, MOST),
    )  # fmt: skip


def none() -> None:
    """400 where a query is given that nothing reads."""
    if request.args:
        abort(400, "this address takes no parameters")


def plain(name: str, given: str, most: int) -> None:
    """400 where a text is empty, too long, or holds characters that control something."""
    if not (1 <= len(given) <= most and PLAIN.fullmatch(given)):
        abort(400, f"{name}: 1 to {most} characters, no control characters")


def paged(response: Response, *, wish: Wish, total: int) -> Response:
    """Say how many there are, and where the pages before and after are."""
    response.headers["X-Total-Count"] = str(total)
    pages = {"prev": wish.page - 1, "next": wish.page + 1, "last": max(1, -(-total // wish.size))}
    there = {rel: page for rel, page in pages.items() if 1 <= page <= pages["last"]}
    links = (f'<?{urlencode({**request.args, "page": page})}>; rel="{rel}"' for rel, page in there.items())
    response.headers["Link"] = ", ".join(links)
    return response


def _text(name: str, most: int) -> str:
    given = request.args.get(name, "")
    if name in request.args:
        plain(name, given, most)
    return given


def _number(name: str, otherwise: int, most: int) -> int:
    given = request.args.get(name, str(otherwise))
    fits = given.isascii() and given.isdigit() and len(given) <= 9 and 1 <= int(given) <= most
    return int(given) if fits else abort(400, f"{name}: a number from 1 to {most}")


def _moment(name: str) -> datetime | None:
    if name not in request.args:
        return None
    try:
        return moment_of(request.args[name].replace(" ", "+"))  # a + that nobody encoded
    except ValueError:
        abort(400, f"{name}: a moment such as 2026-11-23T08:00:00+08:00")
