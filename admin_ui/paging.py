"""One page of a long list, and what the query string asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from admin_ui.stretches import stretch
from hotline.times import day_begins, day_ends, moment_of

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Rows = Select[*tuple[Any, ...]]
SIZE = 30
MOST = 10_000
"""Rows of a list that are counted and leafed through: who looks for one further down narrows the list."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of many; `more`: there are more than `total`."""

    rows: Sequence[T]
    total: int
    number: int
    last: int
    more: bool = False


def page_of(session: Session, *parts: Select[T], size: int = SIZE) -> Page[T]:
    """The page that ?page= asks for, the last one when it asks too far; of several parts, one after the other."""
    counts = [count_of(session, part) for part in parts]
    page: Page[T] = _page(sum(counts), size)
    rows, skipped = list[T](), (page.number - 1) * size
    for part, count in zip(parts, counts, strict=True):
        if len(rows) < size and skipped < count:
            rows += stretch(session, part, first=skipped, most=size - len(rows)).rows(session)
        skipped = max(0, skipped - count)
    return replace(page, rows=rows)


def page_of_rows(session: Session, query: Rows, *, size: int = SIZE) -> Page[Any]:
    """The same of a query that has several columns."""
    page: Page[Any] = _page(count_of(session, query), size)
    return replace(page, rows=session.execute(query.offset((page.number - 1) * size).limit(size)).all())


def page_in(found: Sequence[T], *, size: int = SIZE) -> Page[T]:
    """The same of what was found already."""
    last = max(1, -(-len(found) // size))
    number = min(max(1, wish_number("page") or 1), last)
    return Page(found[(number - 1) * size : number * size], len(found), number, last)


def count_of(session: Session, query: Rows) -> int:
    """How many rows a query has; one more than MOST where there are more."""
    some = query.order_by(None).limit(MOST + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _page(count: int, size: int) -> Page[Any]:
    total = min(count, MOST)
    last = max(1, -(-total // size))
    return Page((), total, min(max(1, wish_number("page") or 1), last), last, more=count > MOST)


def wish(name: str, most: int = 80) -> str:
    """A text of the query string, without blanks around it."""
    return request.args.get(name, "").strip()[:most]


def wish_number(name: str) -> int | None:
    """A number of the query string; None when it is none."""
    return number_in(wish(name, 20))


def number_in(given: str) -> int | None:
    """The number that a text is; None when it is none, or larger than any of our keys."""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else None


def wish_code(name: str, codes: type[E]) -> E | None:
    """One of the codes; None when it is none of them."""
    return code_in(wish(name), codes)


def code_in(given: Any, codes: type[E]) -> E | None:
    """The code that a text is; None when it is none of them."""
    return codes(given) if given in set(codes) else None


def wish_day(name: str) -> date | None:
    return day_in(wish(name, 10))


def wish_moment(name: str) -> datetime | None:
    """A moment of the query string, by the clock in Yuxi; None when it is none."""
    try:
        at = moment_of(wish(name, 25))
    except ValueError:
        return None
    return at if MINYEAR < at.year < MAXYEAR else None


def wish_days() -> tuple[datetime | None, datetime | None]:
    """When the day `since` of the query string begins and the day `until` ends; None where there is none."""
    since, until = wish_day("since"), wish_day("until")
    return day_begins(since) if since else None, day_ends(until) if until else None


def on_wished_days(query: Select[T], moment: InstrumentedAttribute[Any]) -> Select[T]:
    """Only the rows whose moment lies on these days."""
    since, until = wish_days()
    if since:
        query = query.where(moment >= since)
    return query.where(moment < until) if until else query


def day_in(given: str) -> date | None:
    """The day that a text is; None when it is none, or one of the calendar's first or last year, whose beginning or
    end may have no moment in UTC."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return None
    return day if MINYEAR < day.year < MAXYEAR else None
