"""The rows of a long list a stretch at a time: which they are is asked once, what they hold as it is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, inspect
from sqlalchemy.orm import InstrumentedAttribute, Session

T = TypeVar("T")
AT_ONCE = 500


@dataclass(frozen=True)
class Stretch(Generic[T]):
    """Some rows of one part of a list, by their keys. What has gone meanwhile, or is no longer of the list, is left
    out."""

    part: Select[T]
    keys: Sequence[Any]

    def rows(self, session: Session) -> list[T]:
        """The rows as they are now, in the order that the list had."""
        own = _key(self.part)
        asked = self.part.where(own.in_(self.keys)).order_by(None)
        found = {getattr(row, own.key): row for row in session.scalars(asked)}
        return [found[key] for key in self.keys if key in found]


def stretch(session: Session, part: Select[T], *, first: int = 0, most: int) -> Stretch[T]:
    """At most so many rows of one part of a list, from this one on, counted from 0. Their keys alone are asked for: an
    index may hold all that it takes to find them, and what is skipped is never read."""
    return Stretch(part, session.scalars(part.with_only_columns(_key(part)).offset(first).limit(most)).all())


def stretches(session: Session, *parts: Select[T], most: int) -> list[Stretch[T]]:
    """The first rows of several parts, one after the other, in stretches that are short enough for a session each."""
    left, found = most, list[Stretch[T]]()
    for part in parts:
        keys = stretch(session, part, most=left).keys
        found += [Stretch(part, keys[first : first + AT_ONCE]) for first in range(0, len(keys), AT_ONCE)]
        left -= len(keys)
    return found


def _key(part: Select[Any]) -> InstrumentedAttribute[Any]:
    """The column by which a list's rows are known."""
    kind = part.column_descriptions[0]["entity"]
    (column,) = inspect(kind).primary_key
    own: InstrumentedAttribute[Any] = inspect(kind).get_property_by_column(column).class_attribute
    return own
