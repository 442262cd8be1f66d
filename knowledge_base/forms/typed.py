"""What was typed into a page's fields, read by the columns of a form: one rule for both."""

from collections.abc import Iterable, Mapping
from typing import Any

from knowledge_base.forms import values
from knowledge_base.forms.columns import Column

Values = dict[str, Any]
Faults = dict[str, str]
"""Why a field can't be taken, in words, by its key."""


def understood(columns: Iterable[Column], typed: Mapping[str, str]) -> tuple[Values, Faults]:
    """The values of the fields, and for each that can't be taken why."""
    found: Values = {}
    faults: Faults = {}
    for column in columns:
        try:
            found[column.key] = values.read(column, typed.get(column.key, ""))
        except values.Unfit as why:
            faults[column.key] = str(why)
    return found, faults


def texts(columns: Iterable[Column], held: object) -> dict[str, str]:
    """What a thing has under the columns' keys, as it is typed."""
    return {c.key: values.show(c, getattr(held, c.key)) for c in columns}


def changes(columns: Iterable[Column], held: object, new: Values) -> dict[str, list[str]]:
    """Old and new text of each column whose value differs from the thing's."""
    pairs = {c.key: [values.show(c, getattr(held, c.key)), values.show(c, new[c.key])] for c in columns if c.key in new}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
