"""The whole house for a benchmark: in a folder of its own, on ports of its own, and gone afterwards."""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.callers import wait_for
from cli.installation import Installation, installation, secret
from cli.supervisor import Supervisor
from cli.up import prepare_database, running
from hotline.accounts import accounts
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.times import now
from tests.journeys import town
from tests.journeys.conftest import KEPT_SOUNDS, environment

OPERATORS = 6  # as many as there are phones


@dataclass
class House:
    """A running system."""

    here: Installation
    database: Database
    supervisor: Supervisor

    def secret_of(self, extension: str) -> str:
        return secret(self.here.settings.folder, f"phone_{extension}")

    def pids(self) -> dict[str, int]:
        """Our processes by name."""
        return {child.name: child.process.pid for child in self.supervisor.children if child.process is not None}


@contextmanager
def house(*, operators: int = OPERATORS, **settings: str) -> Iterator[House]:
    """Start it all, with so many operators; afterwards nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    here = installation(environment(folder, **{"RTP_FROM": "12000", "RTP_TO": "19999", **settings}))
    stop = threading.Event()
    try:
        database = prepare_database(here)
        _settle(database, operators)
        if KEPT_SOUNDS.is_dir():
            shutil.copytree(KEPT_SOUNDS, here.settings.sounds, dirs_exist_ok=True)
        with running(here) as supervisor:
            tending = threading.Thread(target=_tend, args=(supervisor, stop))
            tending.start()
            try:
                wait_for(here.settings.agi_port, 90)
                wait_for(here.settings.web_port, 90)
                yield House(here, database, supervisor)
            finally:
                stop.set()
                tending.join()
        database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(database: Database, operators: int) -> None:
    with database.writing() as session:
        town.settle(session, at=now())
        known = set(session.scalars(select(Account.extension)))
        for number in range(1, operators + 1):
            if f"{8000 + number}" not in known:
                accounts.add(session, f"operator{number}", name="某人", role=Role.OPERATOR, password=town.PASSWORD,
                             extension=f"{8000 + number}", at=now(), by="bench")  # fmt: skip


def _tend(supervisor: Supervisor, stop: threading.Event) -> None:
    while not stop.is_set():
        supervisor.tend()
        time.sleep(0.2)
