"""On which day in Yuxi a moment lies, as both databases can tell it."""

from datetime import date
from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.expression import FunctionElement


class LocalDay(FunctionElement[date]):
    """The day of a moment. China has one time, eight hours ahead, the whole year since 1992."""

    inherit_cache = True
    type = Date()


def local_day_of(moment: InstrumentedAttribute[Any]) -> LocalDay:
    """The day in Yuxi of a column's moment."""
    return LocalDay(moment)


@compiles(LocalDay, "postgresql")
def _postgresql(element: LocalDay, compiler: Any, **how: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **how)} AT TIME ZONE INTERVAL '8 hours' AS date)"


@compiles(LocalDay, "sqlite")
def _sqlite(element: LocalDay, compiler: Any, **how: Any) -> str:
    return f"date({compiler.process(element.clauses, **how)}, '+8 hours')"
