"""What each form speaks of, as previewing, applying and exporting need it: one subject a form, each in a module."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge_base.forms.columns import Form

Key = tuple[int, str]
"""Department and the text of the form's key column: what makes a row speak of a thing that is there already. A thing
may have two: as it is called, and as its draft calls it."""

NOBODYS = 0
"""In the place of the department, where a row is a department itself."""
Cells = dict[str, str]
Fault = tuple[str, str]
Old = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """A thing as the knowledge base holds it. `mark` changes when anybody changes the thing; `closed` says why it may
    not be changed now; what is `gone` was given up before it ever counted, and may begin anew; `values` is what its
    columns hold, fit or not; `more` is the subject's own."""

    id: int
    department_id: int
    cells: Cells
    mark: str
    closed: str = ""
    gone: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """An accepted row: the values of its cells, and the thing that it changes, if there is one. `changed`: the columns
    that say something else than that thing does, of a new one all; `left`: those that say the same."""

    number: int
    department_id: int
    values: Mapping[str, Any]
    known: Known | None
    changed: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    def changes(self, *columns: str) -> bool:
        """Whether one of these says something new: nobody is held to what he didn't change."""
        return not self.changed.isdisjoint(columns)

    def beside(self, known: Known | None) -> "Given":
        """The row with the thing that it changes: what it leaves alone stays as it stands, fit or not."""
        stands = {key: known.values[key] for key in self.left if key in known.values} if known else {}
        return replace(self, known=known, values={**self.values, **stands})


@dataclass(frozen=True)
class Hand:
    """Who hands in, and when; a liaison for the own department only."""

    by: str
    at: datetime
    today: date
    only: int | None

    @property
    def office(self) -> bool:
        return self.only is None


@dataclass(frozen=True)
class Written:
    """What was done for one row, and how to take it back."""

    id: int
    new: bool
    old: Old


@dataclass(frozen=True)
class Undone:
    """A row to be taken back: the thing as it is now, and how it was."""

    known: Known
    new: bool
    old: Old


@dataclass(frozen=True)
class Subject:
    """The deeds of one form.

    `known` finds what departments have (all of them without any given), locked against others when it will be
    changed; `ground` gathers what the rules look at, once a file; `refusals` are the rules that concern more than one
    cell or the database; `write` puts rows in and says how to take them back, in their order; `take_back` does so, and
    says which things it had to leave;
    `stays` gives a row's cells as they will stand, and why in words, when it leaves out what this hand can't take
    away; `renamed` gives them as the ground calls things now; `together` are the rules between the rows that are left,
    with each row that doesn't fit beside the others."""

    form: Form
    known: Callable[[Session, Collection[int] | None, bool], dict[Key, Known]]
    ground: Callable[[Session, Collection[int]], Any]
    refusals: Callable[[Given, Any, Hand], list[Fault]]
    write: Callable[[Session, Sequence[Given], Any, Hand], list[Written]]
    take_back: Callable[[Session, Sequence[Undone], Hand], Collection[int] | None]
    stays: Callable[[Cells, Known, Hand], tuple[Cells, str]] = lambda cells, *_: (cells, "")
    renamed: Callable[[Cells, Any], Cells] = lambda cells, _: cells
    together: Callable[[Iterable[Given], Any], dict[int, list[Fault]]] = lambda *_: {}


def digest(*parts: object, length: int = 20) -> str:
    """A mark of these parts."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, default=str).encode()).hexdigest()[:length]
