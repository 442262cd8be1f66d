"""`make bench-pages`: every list of the staff's pages with a million calls and 200,000 tickets in PostgreSQL."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_ui.app import create_app
from benchmarks import report
from benchmarks.pages_asked import Named, asks, files
from benchmarks.pages_asking import PASSWORD, People, exported, measured
from benchmarks.pages_beats import idle
from benchmarks.pages_shown import LIMIT, show, slowest_of
from cli.fill.command import told
from cli.fill.size import Size
from dispatch.callbacks import corrections
from dispatch.callbacks.callbacks import Callback
from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Ticket
from hotline.database import Database
from hotline.heap import set_aside
from hotline.migrating import migrate
from hotline.settings import Settings
from hotline.times import local_day, now
from knowledge_base.search.live import stop_all
from tests.support import servers

DAYS = 1095
Seconds = dict[str, float]


@contextmanager
def part(name: str, seconds: Seconds) -> Iterator[None]:
    """A part of the whole; notes how long it took."""
    began = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - began, 1)
    print(f"{name}: {seconds[name]} s", file=sys.stderr, flush=True)


@contextmanager
def filled(size: Size, seconds: Seconds) -> Iterator[str]:
    """A server of its own with so much in it; its address."""
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder, servers.postgresql(Path(folder)) as address:
        database = Database(address)
        migrate(database)
        with part("filling", seconds), database.writing() as session:
            told(session, size, prefix="96128", password=PASSWORD)
        with part("tidying", seconds), database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
        database.close()
        yield address


def named(session: Session) -> Named:
    """What stands in this database."""
    call = session.scalars(select(Call).where(Call.direction == "in", Call.caller != "")
                           .order_by(Call.began_at.desc()).offset(500).limit(1)).one()  # fmt: skip
    ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).offset(100).limit(1)).one()
    owed = select(Callback.id).where(Callback.by_person, Callback.ticket_id.is_not(None)).order_by(Callback.id).limit(1)
    wrong = session.scalars(corrections.wrong_and_told().limit(1)).one()
    day = local_day(call.began_at)
    return Named(f"{day}", f"{day - timedelta(days=30)}", f"{day - timedelta(days=365)}", "玉兴路17号", call.caller,
                 call.id, ticket.number, session.scalars(owed).one(), wrong.id)  # fmt: skip


def run(address: str, rounds: int, seconds: Seconds, slowest: int | None) -> dict[str, Any]:
    """All pages and files of one database, and the worker's beat; or only so many pages, the slowest of last time."""
    database = Database(address)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(folder=Path(folder), secret_key="s" * 40, database_url=address)
        app = create_app(settings, database)
        app.config.update(WTF_CSRF_ENABLED=False)
        people = People(app)
        set_aside()  # as the server does once it has loaded
        with database.reading() as session:
            there = named(session)
            pages = slowest_of(asks(there), slowest) if slowest else asks(there)
            rows = {m.__tablename__: session.scalar(select(func.count()).select_from(m)) or 0 for m in (Call, Ticket)}
        found: dict[str, Any] = {"rows": rows, "seconds": seconds}
        with part("pages", seconds):
            found["pages"] = measured(people, pages, rounds)
        if not slowest:
            with part("files", seconds):
                found["exports"] = exported(people, files(there))
            with part("beats", seconds):
                found["beats"] = idle(settings, database)
    stop_all()  # an index that still follows would ask on
    database.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--address", help="a database that was filled before, instead of a new one")
    parser.add_argument("--slowest", type=int, help="only so many pages, the slowest of last time; writes nothing")
    parser.add_argument("--trial", action="store_true", help="write nothing")
    chosen = parser.parse_args()
    seconds: Seconds = {}
    if chosen.address:
        before = report.load()
        found = run(chosen.address, chosen.rounds, seconds, chosen.slowest)
    else:
        with filled(Size(chosen.calls, chosen.tickets, DAYS, now()), seconds) as address:
            before = report.load()
            found = run(address, chosen.rounds, seconds, chosen.slowest)
    slow = [row for row in found["pages"] if row["p95"] >= LIMIT]
    for row in sorted(found["pages"] + found.get("exports", []), key=lambda r: -float(r["p95"])):
        print(json.dumps(row, ensure_ascii=False), file=sys.stderr)
    print(f"{len(slow)} of {len(found['pages'])} pages take {LIMIT} ms or more", file=sys.stderr)
    if not chosen.trial and not chosen.slowest:
        report.write("pages", found, "sqlalchemy", "flask", "psycopg", load_before=before)
        show(found)


if __name__ == "__main__":
    main()
