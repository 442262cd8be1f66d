"""The rows that are waiting to be written, table by table, and the ids that they get."""

from collections import Counter
from typing import Any

from sqlalchemy import Table

from hotline.database import Base

Row = dict[str, Any]


class Paper:
    """Rows by table; whoever notes one of a counted table is told its id."""

    def __init__(self, last: dict[str, int]) -> None:
        self.last = Counter(last)
        self.rows: dict[str, list[Row]] = {}

    def put(self, model: type[Base], row: Row) -> None:
        """Note a row whose id is its own, or the database's affair."""
        self.rows.setdefault(model.__tablename__, []).append(row)

    def number(self, model: type[Base], row: Row) -> int:
        """Note a row and give it the next id."""
        name = model.__tablename__
        self.last[name] += 1
        row["id"] = self.last[name]
        self.rows.setdefault(name, []).append(row)
        return self.last[name]

    def taken(self) -> list[tuple[Table, list[Row]]]:
        """All rows noted so far, what others point to first; the paper is empty then."""
        taken = [(table, self.rows[table.name]) for table in Base.metadata.sorted_tables if table.name in self.rows]
        self.rows = {}
        return taken
