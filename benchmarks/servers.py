"""The FastAGI servers that are compared, each in its own process with a database of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.callers import free_port, wait_for
from benchmarks.report import PROJECT
from cli.installation import installation
from cli.up import prepare_database

COMMANDS = {
    "ours": ["-m", "cli.main", "agi"],
    "panoramisk": ["-m", "benchmarks.agi_panoramisk", "{port}"],
    "panoramisk_threads": ["-m", "benchmarks.agi_panoramisk", "{port}", "threads"],
    "process": ["-m", "benchmarks.agi_process", "{port}", "bare"],
    "process_whole": ["-m", "benchmarks.agi_process", "{port}", "whole"],
}


@dataclass
class Server:
    """One of them, running."""

    name: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def rows(self) -> dict[str, int]:
        """How many rows its calls have left."""
        import sqlite3

        with sqlite3.connect(self.folder / "hotline.db") as database:
            return {
                table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("call", "call_step", "recording")
            }


@contextmanager
def running(name: str) -> Iterator[Server]:
    """Start it with a fresh, migrated database; afterwards nothing of it is left."""
    folder, port = Path(tempfile.mkdtemp(prefix=f"bench-{name}-")), free_port()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HOTLINE_")}
    own = {"HOTLINE_FOLDER": str(folder), "HOTLINE_AGI_PORT": str(port), "PYTHONPATH": str(PROJECT)}
    here = installation(kept | own)
    prepare_database(here).close()
    command = [sys.executable, *(word.format(port=port) for word in COMMANDS[name])]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=dict(here.environment), stdout=log, stderr=log)
    try:
        wait_for(port)
        yield Server(name, port, folder, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
