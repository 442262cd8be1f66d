"""A list as a CSV file that a spreadsheet opens: with a mark of its encoding, and no cell that runs."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from flask import Response, request, stream_with_context
from sqlalchemy import Select
from sqlalchemy.orm import Session

from admin_ui.house import me, now, reading, writing
from admin_ui.stretches import stretches
from hotline import audit
from hotline.logs import mask_within
from hotline.times import local

T = TypeVar("T")
Row_co = TypeVar("Row_co", covariant=True)
Cells = Iterable[Sequence[Any]]
MOST_ROWS = 20_000
MOST_ASKED = 20
_MARK = "\ufeff"
_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


class Held(Protocol[Row_co]):
    """Some rows of a long list, by their keys; what they hold is read when it is needed."""

    @property
    def keys(self) -> Sequence[Any]: ...

    def rows(self, session: Session) -> Sequence[Row_co]: ...


def csv_of(session: Session, name: str, header: Sequence[object], rows: Cells) -> Response:
    """The file of a list that is short, and a line in the audit trail that it was taken out of the house."""
    moment, lines = now(), list(rows)
    _noted(session, name, rows=len(lines), at=moment)
    return _file(_MARK + _text([header, *lines]), name, at=moment)


def csv_in_stretches(name: str, header: Sequence[object], cells: Callable[[Session, Sequence[T]], Cells],
                     *parts: Select[T]) -> Response:
    """The file of a list that grows with the years, at most MOST_ROWS of it: which rows, and the line in the audit
    trail, before the first byte leaves; what they hold a stretch at a time, so that a file takes the memory of one,
    and no session is open while the network takes it."""
    with reading() as session:
        found = stretches(session, *parts, most=MOST_ROWS)
    return csv_of_stretches(name, header, cells, found)


def csv_of_stretches(name: str, header: Sequence[object], cells: Callable[[Session, Sequence[T]], Cells],
                     found: Sequence[Held[T]]) -> Response:  # fmt: skip
    """The same of a list whose rows are known already, by keys of its own."""
    moment = now()
    with writing() as session:
        _noted(session, name, rows=sum(len(one.keys) for one in found), at=moment)
    return _file(stream_with_context(_content(header, cells, found)), name, at=moment)


def _content(header: Sequence[object], cells: Callable[[Session, Sequence[T]], Cells],
             found: Sequence[Held[T]]) -> Iterator[str]:
    yield _MARK + _text([header])
    for one in found:
        with reading() as session:
            text = _text(cells(session, one.rows(session)))
        yield text


def _noted(session: Session, name: str, *, rows: int, at: datetime) -> None:
    """What was asked for tells whose rows they were; a number in it is masked as elsewhere."""
    given = [(key[:40], mask_within(value)[:80]) for key, value in request.args.items() if value and key != "page"]
    asked = dict(given[:MOST_ASKED])
    audit.note(session, "exported", by=me().login, at=at, about=("list", name), rows=rows, asked=asked)


def _file(content: str | Iterator[str], name: str, *, at: datetime) -> Response:
    file = f"{name}-{local(at):%Y%m%d-%H%M}.csv"
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{file}"'})


def _text(rows: Cells) -> str:
    held = io.StringIO()
    csv.writer(held).writerows([harmless(cell) for cell in row] for row in rows)
    return held.getvalue()


def harmless(cell: Any) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else f"{local(cell):%Y-%m-%d %H:%M}" if hasattr(cell, "tzinfo") else str(cell)
    return "'" + text if text.startswith(_RUNS) else text
