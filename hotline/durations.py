"""How long something lasted, as both databases can tell it."""

from typing import Any

from sqlalchemy import ColumnElement, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class Seconds(FunctionElement[float]):
    """The seconds from one moment to another, to the thousandth."""

    inherit_cache = True
    type = Float()


def seconds(begun: ColumnElement[Any] | Any, ended: ColumnElement[Any] | Any) -> Seconds:
    """The seconds from one column's moment to another's."""
    return Seconds(begun, ended)


@compiles(Seconds, "postgresql")
def _postgresql(element: Seconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"ROUND(EXTRACT(EPOCH FROM {ended} - {begun}), 3)"


@compiles(Seconds, "sqlite")
def _sqlite(element: Seconds, compiler: Any, **how: Any) -> str:
    begun, ended = (compiler.process(clause, **how) for clause in element.clauses)
    return f"ROUND((julianday({ended}) - julianday({begun})) * 86400, 3)"
