"""How long something lasted, and in which hour it began, as both databases can tell it."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class Seconds(FunctionElement[float]):
    """The seconds from one moment to another, to the thousandth."""

    inherit_cache = True
    type = Float()


class TotalSeconds(FunctionElement[float]):
    """The seconds from one moment to another of all rows together, of those that have both."""

    inherit_cache = True
    type = Float()


class MostSeconds(FunctionElement[float]):
    """The seconds from one moment to another of the row where they are most."""

    inherit_cache = True
    type = Float()


class Hour(FunctionElement[int]):
    """The hour in which a moment lies, counted from 1970. The clocks of Yuxi show the same minutes as UTC's."""

    inherit_cache = True
    type = Integer()


def seconds(begun: ColumnElement[Any] | Any, ended: ColumnElement[Any] | Any) -> Seconds:
    """The seconds from one column's moment to another's."""
    return Seconds(begun, ended)


def total_seconds(begun: ColumnElement[Any] | Any, ended: ColumnElement[Any] | Any) -> TotalSeconds:
    """The seconds from one column's moment to another's, summed."""
    return TotalSeconds(begun, ended)


def most_seconds(begun: ColumnElement[Any] | Any, ended: ColumnElement[Any] | Any) -> MostSeconds:
    """The most seconds from one column's moment to another's."""
    return MostSeconds(begun, ended)


def hour_of(moment: ColumnElement[Any] | Any) -> Hour:
    """The hour of a column's moment."""
    return Hour(moment)


@compiles(Seconds, "postgresql")
def _postgresql(element: Seconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"(ROUND(DATE_PART('epoch', {ended} - {begun}) * 1000) / 1000)"


@compiles(Seconds, "sqlite")
def _sqlite(element: Seconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"ROUND((julianday({ended}) - julianday({begun})) * 86400, 3)"


@compiles(TotalSeconds, "postgresql")
def _total_postgresql(element: TotalSeconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"COALESCE(DATE_PART('epoch', SUM({ended} - {begun})), 0)"


@compiles(TotalSeconds, "sqlite")
def _total_sqlite(element: TotalSeconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"COALESCE(SUM((julianday({ended}) - julianday({begun})) * 86400), 0)"


@compiles(MostSeconds, "postgresql")
def _most_postgresql(element: MostSeconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"COALESCE(DATE_PART('epoch', MAX({ended} - {begun})), 0)"


@compiles(MostSeconds, "sqlite")
def _most_sqlite(element: MostSeconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"COALESCE(MAX((julianday({ended}) - julianday({begun})) * 86400), 0)"


@compiles(Hour, "postgresql")
def _hour_postgresql(element: Hour, compiler: Any, **how: Any) -> str:
    return f"FLOOR(DATE_PART('epoch', {compiler.process(element.clauses, **how)}) / 3600)::integer"


@compiles(Hour, "sqlite")
def _hour_sqlite(element: Hour, compiler: Any, **how: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **how)}) AS INTEGER) / 3600"
