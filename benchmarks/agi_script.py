"""One call in one process, by pyst2 as it comes: `bare` writes its rows with sqlite3, `whole` with our own code."""

import os
import sqlite3
import sys
from datetime import UTC, datetime

from asterisk.agi import AGI

_CALL = """INSERT OR IGNORE INTO call (id, direction, node, uniqueid, caller, dialled, began_at, taken_from)
           VALUES (?, 'in', 'exchange1', ?, ?, ?, ?, 'agi')"""
_STEP = "INSERT INTO call_step (call_id, at, kind, detail) VALUES (?, ?, 'began', '{}')"
_RECORDING = """INSERT INTO recording (call_id, kind, state, path, began_at, sha256)
                VALUES (?, 'call', 'running', ?, ?, '')"""


def bare(agi: AGI) -> None:
    """The same three rows, with as little as a careful author of such scripts would load."""
    call_id, caller, dialled = (agi.env[f"agi_arg_{number}"] for number in (1, 2, 3))
    folder, at = os.environ["HOTLINE_FOLDER"], datetime.now(UTC).isoformat(" ")[:26]
    with sqlite3.connect(f"{folder}/hotline.db", timeout=5, isolation_level=None) as database:
        database.execute("PRAGMA synchronous=normal")
        database.execute("BEGIN IMMEDIATE")
        database.execute(_CALL, (call_id, agi.env["agi_uniqueid"], caller, dialled, at))
        database.execute(_STEP, (call_id, at))
        database.execute(_RECORDING, (call_id, f"{folder}/spool/calls/{call_id}.wav", at))
        database.execute("COMMIT")


def whole(agi: AGI) -> None:
    """The same rows by the same functions as in our server."""
    from dispatch.calls import calls
    from hotline.database import Database
    from hotline.settings import read_settings
    from hotline.times import now
    from recordings import recordings

    settings, told = read_settings(os.environ), agi.env
    with Database(settings.database_address).writing() as session:
        calls.begin(session, told["agi_arg_1"], caller=told["agi_arg_2"], dialled=told["agi_arg_3"],
                    node=settings.exchange_node, uniqueid=told["agi_uniqueid"], at=now())  # fmt: skip
        recordings.expect(session, told["agi_arg_1"], kind=recordings.Kind.CALL, spool=settings.spool, at=now())


def main() -> None:
    agi = AGI()
    (whole if sys.argv[1] == "whole" else bare)(agi)
    agi.set_variable("SELFSERVICE", "yes")
    agi.set_variable("STAFFED", "yes")


if __name__ == "__main__":
    main()
