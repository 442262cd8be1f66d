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
        found = {getattr(row, own.key): row for row in session.scalars(self.part.where(own.in_(self.keys)))}
        return [found[key] for key in self.keys if key in found]


def stretches(session: Session, *parts: Select[T], most: int) -> list[Stretch[T]]:
    """The first rows of several parts, one after the other, in stretches that are short enough for a session each."""
    left, found = most, list[Stretch[T]]()
    for part in parts:
        keys = session.scalars(part.with_only_columns(_key(part)).limit(left)).all()
        found += [Stretch(part, keys[first : first + AT_ONCE]) for first in range(0, len(keys), AT_ONCE)]
        left -= len(keys)
    return found


def _key(part: Select[Any]) -> InstrumentedAttribute[Any]:
    """The column by which a list's rows are known."""
    kind = part.column_descriptions[0]["entity"]
    (column,) = inspect(kind).primary_key
    own: InstrumentedAttribute[Any] = inspect(kind).get_property_by_column(column).class_attribute
    return own
