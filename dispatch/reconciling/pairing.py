"""The names that a store has beside the rows that speak of them, both in the order of their bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import collate, select

from hotline.database import Database
from recordings.recordings import Recording, State

MANY = 10_000


@dataclass(frozen=True)
class Row:
    """What a row says of where its sound is kept."""

    id: int
    name: str
    size: int | None
    call_id: str


@dataclass(frozen=True)
class Name:
    """What a store has."""

    name: str
    size: int


def stored(database: Database) -> Iterator[Row]:
    """All that was put away, in the order of the names; a stretch at a time, for a transaction that stays open keeps
    the database from tidying up."""
    last: str | None = ""
    name = collate(Recording.stored, _order(database))
    while last is not None:
        query = select(Recording.id, Recording.stored, Recording.stored_size, Recording.call_id).where(
            Recording.state == State.COMPLETE, name > last
        )
        with database.reading() as session:
            rows = [Row(*row) for row in session.execute(query.order_by(name).limit(MANY))]
        yield from rows
        last = rows[-1].name if rows else None


def side_by_side(names: Iterator[tuple[str, int]], rows: Iterator[Row]) -> Iterator[tuple[Name | None, Row | None]]:
    """Names and rows, both in order, paired where they are the same; alone where they aren't."""
    name, row = next(names, None), next(rows, None)
    while name or row:
        if row is None or (name and name[0] < row.name):
            yield (Name(*name) if name else None), None
            name = next(names, None)
        elif name is None or row.name < name[0]:
            yield None, row
            row = next(rows, None)
        else:
            yield Name(*name), row
            name, row = next(names, None), next(rows, None)


def _order(database: Database) -> str:
    """Byte by byte, as stores list their names, whatever the database's own order of letters."""
    return "C" if database.engine.dialect.name == "postgresql" else "BINARY"
