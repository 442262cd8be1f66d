"""The lists of the read API: filtered, in a fixed order, a page at a time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from admin_ui.public import permits
from admin_ui.public.inquiry.wishes import Wish
from admin_ui.public.permits import Permit
from admin_ui.public.shelf import PUBLISHED, Item, beneath, items, on_shelf, standing
from hotline.directory.departments import Department, in_charge, in_service
from hotline.times import day_begins
from knowledge_base.categories import now_called
from knowledge_base.entries import Entry, EntryVersion

T = TypeVar("T")
TOP = 20


def faqs(session: Session, wish: Wish, *, on: date) -> tuple[list[Item], int]:
    """The FAQs in force that fit the wish, in the order of their ids, and how many there are."""
    fits = [*standing(on), *_faq_filters(session, wish, on=on)]
    count = select(func.count()).select_from(Entry).join(EntryVersion, PUBLISHED).where(*fits)
    query = on_shelf(on).where(*fits).order_by(None).order_by(Entry.id)
    return items(session, query.offset((wish.page - 1) * wish.size).limit(wish.size)), session.scalar(count) or 0


def top_faqs(session: Session, *, on: date) -> list[Item]:
    """The FAQs that are asked most."""
    return items(session, on_shelf(on).limit(TOP))


def services(session: Session, wish: Wish, *, on: date) -> tuple[list[Permit], int]:
    """The licence items that fit the wish."""
    fit = _meant(session, wish, on=on)
    rows = [p for p in permits.shown(session) if _is_of(p.department, wish, fit) and _since(p.confirmed_on, wish)]
    return _page(rows, wish)


def facilities(session: Session, wish: Wish, *, on: date) -> tuple[list[Department], int]:
    """The departments in service that fit the wish, in the order of their codes."""
    fit = _meant(session, wish, on=on)
    rows = [d for d in in_service(session, on=on) if _is_of(d, wish, fit) and _since(d.confirmed_on, wish)]
    return _page(rows, wish)


def last_change(session: Session, *, on: date, at: datetime) -> datetime:
    """When the list of FAQs last changed: something was published or ended, or a day began."""
    found = [day_begins(on)]
    for column in (EntryVersion.published_at, EntryVersion.ended_at):
        moment = session.scalar(select(func.max(column)).where(column <= at))
        found += [moment] if moment is not None else []
    return max(found)


def _faq_filters(session: Session, wish: Wish, *, on: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.category:
        found.append(beneath(now_called(session, wish.category)))
    if wish.updated_since is not None:
        found.append(EntryVersion.published_at >= wish.updated_since)
    if wish.department:
        ids = _meant(session, wish, on=on)
        found.append(Entry.department_id.in_(ids) if ids else false())
    return found


def _meant(session: Session, wish: Wish, *, on: date) -> set[int]:
    """The departments of an id, a three-digit code or one of the two names; what is no more means who does its work."""
    given = wish.department
    same = [Department.code == given, Department.name == given, Department.short_name == given]
    if given.isascii() and given.isdigit() and len(given) <= 9:
        same.append(Department.id == int(given))
    return {in_charge(session, d, on=on).id for d in session.scalars(select(Department).where(or_(*same)))}


def _is_of(department: Department, wish: Wish, fit: set[int]) -> bool:
    return (not wish.department or department.id in fit) and (
        not wish.category or wish.category == department.category)  # fmt: skip


def _since(confirmed: date | None, wish: Wish) -> bool:
    if wish.updated_since is None:
        return True
    return confirmed is not None and day_begins(confirmed) >= wish.updated_since


def _page(rows: Sequence[T], wish: Wish) -> tuple[list[T], int]:
    first = (wish.page - 1) * wish.size
    return list(rows[first : first + wish.size]), len(rows)
