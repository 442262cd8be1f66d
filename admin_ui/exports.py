"""A list as a CSV file that a spreadsheet opens: with a mark of its encoding, and no cell that runs."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from admin_ui.house import me, now
from hotline import audit
from hotline.times import local

MOST_ROWS = 20_000
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(session: Session, name: str, header: Sequence[object], rows: Iterable[Sequence[Any]]) -> Response:
    """The file, and a line in the audit trail that it was taken out of the house."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow([str(h) for h in header])
    count = 0
    for row in rows:
        sheet.writerow([harmless(cell) for cell in row])
        count += 1
    moment = now()
    audit.note(session, "exported", by=me().login, at=moment, about=("list", name), rows=count)
    file = f"{name}-{local(moment):%Y%m%d-%H%M}.csv"
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv",
                    headers={"Content-Disposition": f'attachment; filename="{file}"'})  # fmt: skip


def harmless(cell: Any) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else f"{local(cell):%Y-%m-%d %H:%M}" if hasattr(cell, "tzinfo") else str(cell)
    return "'" + text if text.startswith(_RUNS) else text
