"""A PostgreSQL that takes its tables for many times as long as they are: its planner decides as it would then."""

import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import text

from hotline.database import Database

PAGE, SEGMENT = 8192, 131_072
OURS = text("SELECT oid::regclass::text AS name, pg_relation_filepath(oid) AS file, relpages AS pages FROM pg_class "
            "LEFT JOIN pg_index ON indexrelid = oid "
            "WHERE coalesce(indrelid, oid)::regclass::text = ANY(:grow) AND relkind IN ('r', 'i') AND relpages > 0")
LONGER = text("UPDATE pg_class SET relpages = relpages * :times, reltuples = reltuples * :times, "
              "relallvisible = relallvisible * :times WHERE oid = CAST(:name AS regclass)")  # fmt: skip
ROWS = text("SELECT relname, reltuples FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")


def stretch(database: Database, data: Path, grow: Iterable[str], *, times: int) -> dict[str, int]:
    """Take what is in these tables for a sample of as many times as much: files and figures grow, and the new pages are
    holes in which nothing stands. `data`: the folder of the cluster. Gives how many rows each table is said to have."""
    with database.engine.connect() as connection:
        plainly = connection.execution_options(isolation_level="AUTOCOMMIT")
        plainly.exec_driver_sql("VACUUM ANALYZE")
        for row in plainly.execute(OURS, {"grow": list(grow)}).all():
            assert row.pages * times < SEGMENT, f"{row.name} would need a second file"
            os.truncate(data / row.file, row.pages * times * PAGE)
            plainly.execute(LONGER, {"times": times, "name": row.name})
        return {row.relname: round(row.reltuples) for row in plainly.execute(ROWS)}
