"""`make bench-pages`: every list of the staff's pages with a million calls and 200,000 tickets in PostgreSQL."""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_ui.app import create_app
from benchmarks import report
from benchmarks.pages_asked import EXPORTS, Ask, asks
from benchmarks.picture import bars
from cli.fill.command import told
from cli.fill.size import Size
from dispatch.calls import Call
from dispatch.tickets import Ticket
from hotline.database import Database
from hotline.migrating import migrate
from hotline.settings import Settings
from hotline.times import local_day, now
from tests.support import servers

PASSWORD = "for the benchmark only"
LIMIT = 150  # ms that no list and no search may take, of 95 in a hundred
DAYS = 1095


@contextmanager
def filled(size: Size) -> Iterator[str]:
    """A server of its own with so much in it; its address."""
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder, servers.postgresql(Path(folder)) as address:
        database = Database(address)
        migrate(database)
        with database.writing() as session:
            told(session, size, prefix="96128", password=PASSWORD)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        database.close()
        yield address


def asked(session: Session) -> tuple[Ask, ...]:
    """The pages, with names that stand in this database."""
    call = session.scalars(select(Call).where(Call.direction == "in", Call.caller != "")
                           .order_by(Call.began_at.desc()).offset(500).limit(1)).one()  # fmt: skip
    ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).offset(100).limit(1)).one()
    day = local_day(call.began_at)
    return asks(day=f"{day}", month=f"{day - timedelta(days=30)}", words="玉兴路17号", caller=call.caller,
                call_id=call.id, ticket=ticket.number)  # fmt: skip


class People:
    """One browser for each who asks, signed in."""

    def __init__(self, app: Flask) -> None:
        self._app, self._clients = app, dict[str, FlaskClient]()

    def ask(self, who: str, path: str) -> tuple[float, int]:
        """Milliseconds until the page is there, and its bytes."""
        client = self._clients.get(who) or self._signed_in(who)
        began = time.perf_counter()
        answer = client.get(path)
        content = answer.get_data()
        took = 1000 * (time.perf_counter() - began)
        assert answer.status_code == 200, (who, path, answer.status)
        return took, len(content)

    def _signed_in(self, who: str) -> FlaskClient:
        client = self._app.test_client()
        assert client.post("/sign-in", data={"login": who, "password": PASSWORD}).status_code == 303, who
        self._clients[who] = client
        return client


def measured(people: People, pages: Sequence[Ask], rounds: int) -> list[dict[str, Any]]:
    """Each page `rounds` times, all in turn, after two times that don't count."""
    times: dict[Ask, list[float]] = defaultdict(list)
    for turn in range(-2, rounds):
        for page in pages:
            took, _ = people.ask(page.who, page.path)
            times[page] += [took] if turn >= 0 else []
        print(f"round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
    return [_figures(page, times[page]) for page in pages]


def exported(people: People) -> list[dict[str, Any]]:
    """Each file three times."""
    pages = [Ask(who, name, "export", path) for who, name, path in EXPORTS]
    return [_figures(page, [people.ask(page.who, page.path)[0] for _ in range(3)]) for page in pages]


def _figures(page: Ask, times: list[float]) -> dict[str, Any]:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {"list": page.list, "what": page.what, "who": page.who, "path": page.path, "worst": round(ordered[-1], 1),
            "p50": round(statistics.median(ordered), 1), "p95": round(p95, 1)}  # fmt: skip


def show(found: dict[str, Any]) -> None:
    """The table and the picture in docs/benchmarks.md: of each list its slowest page."""
    lists: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found["pages"]:
        lists[row["list"]].append(row)
    rows: list[list[object]] = []
    for name, pages in lists.items():
        slowest = max(pages, key=lambda row: float(row["p95"]))
        middle = round(statistics.median(row["p50"] for row in pages), 1)
        rows.append([name, len(pages), middle, slowest["p95"], f"{slowest['what']} ({slowest['who']})"])
    slow = sorted(found["pages"], key=lambda row: -float(row["p95"]))[:4]
    drawn = {f"{row['list']}: {row['what']}"[:18]: {"p50": row["p50"], "p95": row["p95"]} for row in slow}
    (report.PICTURES / "bench-pages.svg").write_text(bars("The slowest pages", "ms", drawn), encoding="utf-8")
    files = report.table(["file (at most 20,000 rows)", "p50 (ms)", "worst (ms)"],
                         [[row["list"], row["p50"], row["worst"]] for row in found["exports"]])  # fmt: skip
    head = ["list", "pages asked", "p50 (ms)", "slowest page's p95 (ms)", "which"]
    counted = ", ".join(f"{count:,} rows of {name}" for name, count in found["rows"].items())
    report.put("pages", f"![The slowest pages](pictures/bench-pages.svg)\n\n{report.table(head, rows)}\n\n{files}\n\n"
                        f"With {counted}. {report.measured_on('pages')}")  # fmt: skip


def run(address: str, rounds: int) -> dict[str, Any]:
    """All pages and files of one database."""
    database = Database(address)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(folder=Path(folder), secret_key="s" * 40, database_url=address), database)
        app.config.update(WTF_CSRF_ENABLED=False)
        people = People(app)
        with database.reading() as session:
            pages = asked(session)
            rows = {m.__tablename__: session.scalar(select(func.count()).select_from(m)) or 0 for m in (Call, Ticket)}
        found = {"pages": measured(people, pages, rounds), "exports": exported(people), "rows": rows}
    database.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--address", help="a database that was filled before, instead of a new one")
    parser.add_argument("--trial", action="store_true", help="write nothing")
    chosen = parser.parse_args()
    if chosen.address:
        before = report.load()
        found = run(chosen.address, chosen.rounds)
    else:
        with filled(Size(chosen.calls, chosen.tickets, DAYS, now())) as address:
            before = report.load()
            found = run(address, chosen.rounds)
    slow = [row for row in found["pages"] if row["p95"] >= LIMIT]
    for row in sorted(found["pages"] + found["exports"], key=lambda r: -float(r["p95"])):
        print(json.dumps(row, ensure_ascii=False), file=sys.stderr)
    print(f"{len(slow)} of {len(found['pages'])} pages take {LIMIT} ms or more", file=sys.stderr)
    if not chosen.trial:
        report.write("pages", found, "sqlalchemy", "flask", "psycopg", load_before=before)
        show(found)


if __name__ == "__main__":
    main()
