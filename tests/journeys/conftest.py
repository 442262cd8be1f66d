"""The whole house on this machine, as `hotline up` runs it, with a few departments and people of its own."""

import csv
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import IO, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.installation import Installation, installation
from cli.ready import not_ready
from cli.supervisor import Child, Supervisor
from cli.up import prepare_database, running
from dispatch.calls.calls import Call, CallStep
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now
from hotline.voice import orders
from tests.journeys import town
from tests.support import blank
from tests.support.certificates import certificate
from tests.support.said import SPOKEN

T = TypeVar("T")
LIMIT = 40.0  # seconds that a busy machine may take for what is done at once on an idle one
STORES = ("DATABASE_URL", "REDIS_URL")  # JOURNEYS_DATABASE_URL and JOURNEYS_REDIS_URL put the house on others
CALLERS = re.compile(r"(?<![\da-f])13[89]\d{8}(?![\da-f])")  # all who call in journeys; a call's id may hold eleven such digits
PROJECT = Path(__file__).parent.parent.parent
KEPT_SOUNDS = PROJECT / ".voice" / "sounds"  # the same words in the same voice are the same sound


@dataclass
class House:
    """A running system, and how tests look into it."""

    here: Installation
    database: Database
    supervisor: Supervisor

    @property
    def settings(self) -> Settings:
        return self.here.settings

    @property
    def port(self) -> int:
        return self.settings.sip_port

    def child(self, name: str) -> Child:
        return next(child for child in self.supervisor.children if child.name == name)

    def call_of(self, caller: str, *, ended: bool = True, seconds: float = LIMIT) -> Call:
        """The one call of this number today, with its timeline; waits until it has ended."""
        today = (Call.caller == caller, Call.direction == "in", Call.began_at > now() - timedelta(days=1))

        def found(session: Session) -> Call | None:
            calls = session.scalars(select(Call).where(*today)).all()
            assert len(calls) <= 1, f"{len(calls)} rows for one call"
            if not calls or (ended and calls[0].outcome is None):
                return None
            list(calls[0].steps)
            return calls[0]

        return self.eventually(found, seconds)

    def kinds(self, call: Call) -> list[str]:
        with self.database.reading() as session:
            rows = session.scalars(select(CallStep).where(CallStep.call_id == call.id).order_by(CallStep.id))
            return [str(row.kind) for row in rows]

    def lived(self, call_id: str) -> float:
        """Seconds from answer to hang-up, as the exchange itself noted them."""
        return self.lives()[call_id]

    def lives(self) -> dict[str, float]:
        """Seconds from answer to hang-up of every call that was answered, as the exchange itself noted them."""
        began, ends = self.answered(), [row for row in self._records() if row[0] == "HANGUP"]
        return {row[2]: float(row[1]) - began[row[2]] for row in ends if row[2] in began}

    def answered(self) -> dict[str, float]:
        """The moment of each call's answer; who is led from one place to another is answered there anew."""
        rows = [row for row in self._records() if row[0] == "ANSWER"]
        return {row[2]: float(row[1]) for row in reversed(rows)}

    def places(self) -> dict[str, str]:
        """Where each caller was when he hung up, as the exchange itself noted it."""
        return {row[2]: row[10] for row in self._records() if row[0] == "HANGUP"}

    def noted(self) -> str:
        """All that the exchange itself noted of calls."""
        files = sorted((self.settings.spool / "cel").glob("*.csv*"))
        return "".join(path.read_text(errors="replace") for path in files)

    def _records(self) -> Iterator[list[str]]:
        """The exchange's rows about the channels that calls came in on."""
        rows = csv.reader(self.noted().splitlines())
        yield from (row for row in rows if row[3] == row[4])

    def eventually(self, look: Callable[[Session], T | None], seconds: float = LIMIT) -> T:
        """What `look` finds in the database, as soon as it finds something."""
        end = time.monotonic() + seconds
        while True:
            with self.database.reading() as session:
                found = look(session)
            if found is not None:
                return found
            assert time.monotonic() < end, f"not within {seconds} s: {look}"
            time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment of its own for one house: ports that nobody uses, and a short folder."""
    ami, agi, web, public, http = free_ports(5)
    rtp = 20000 + os.getpid() % 40 * 200
    own = {
        "FOLDER": str(folder), "AMI_PORT": str(ami), "AGI_PORT": str(agi), "WEB_PORT": str(web),
        "PUBLIC_PORT": str(public), "EXCHANGE_HTTP_PORT": str(http), "SIP_PORT": str(sip.free_port()),
        "RTP_FROM": str(rtp), "RTP_TO": str(rtp + 199), "TRUNK_CONTACT": f"sip:127.0.0.1:{sip.free_port()}",
        "VOICE_FOLDER": str(PROJECT / ".voice"), "DISK_RESERVE_MEGABYTES": "16",
        "CALLBACK_HOURS": "00:00-24:00", "LIAISON_B_SECONDS": "5", "SKILL_SECONDS": "5",
        **more,
    }  # fmt: skip
    elsewhere = {name: os.environ[f"JOURNEYS_{name}"] for name in STORES if f"JOURNEYS_{name}" in os.environ}
    own = elsewhere | own
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    return inherited | {f"HOTLINE_{name}": value for name, value in own.items()}


BROWSER_PHONE = "8006"
TRUNKS = """[tls]
certificate = "exchange.crt"
key = "exchange.key"
port = {}
browser_port = {}

[phones]
browser = ["{}"]
"""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all journeys: each caller has a number of his own; one telephone lives in a browser. Short messages
    would leave it, but go to its log; who picks up is asked once whether it is he."""
    folder = tmp_path_factory.mktemp("trunks")
    certificate(folder)
    (folder / "trunks.toml").write_text(TRUNKS.format(*free_ports(2), BROWSER_PHONE))
    with a_house(TRUNKS_FILE=str(folder / "trunks.toml"), TELLING="log", SMS_GATEWAY="http://127.0.0.1:9", CALLBACK_HELLOS="1") as house:
        yield house


@contextmanager
def a_house(settle: Callable[..., None] = town.settle, **more: str) -> Iterator[House]:
    """A house of its own with these settings, running until the end; `settle` puts into it what it knows."""
    folder = Path(tempfile.mkdtemp(prefix="hl-"))
    here = installation(environment(folder, **more))
    database = prepared(here)
    with database.writing() as session:
        settle(session, at=now())
    turn, began = _turn_to_speak(here.settings), now()
    try:
        with running(here) as supervisor:
            threading.Thread(target=_tend, args=(supervisor,), daemon=True).start()
            house = House(here, database, supervisor)
            until_spoken(house)
            house.eventually(lambda _: True if not not_ready(here.settings, database, since=began) else None, 90)
            _keep_sounds(here.settings)
            turn.close()
            yield house
            names_nobody(here.settings)
    finally:
        turn.close()
        _keep_sounds(here.settings)
        shutil.rmtree(folder, ignore_errors=True)


def prepared(here: Installation) -> Database:
    """A house's database up to date, and its first words; both begin as copies, for they take each house long."""
    shutil.copytree(SPOKEN, here.settings.sounds, dirs_exist_ok=True)
    if not here.settings.database_url:
        blank.copied(here.settings.folder).close()
    return prepare_database(here)


def names_nobody(settings: Settings) -> None:
    """No caller's number stands in any log of the house."""
    for path in (settings.folder / "log").glob("*.log"):
        assert not CALLERS.search(path.read_text(errors="replace")), f"{path.name} names a caller"


def _tend(supervisor: Supervisor) -> None:
    while True:
        supervisor.tend()
        time.sleep(0.2)


def _turn_to_speak(settings: Settings) -> IO[str]:
    """Houses that open at the same moment would all speak the same words: each waits until the one before it has spoken,
    which took it a minute of both cores, and finds what was said. Closed, it is the next one's turn."""
    KEPT_SOUNDS.mkdir(parents=True, exist_ok=True)
    turn = (KEPT_SOUNDS.parent / "turn").open("w")
    flock(turn, LOCK_EX)
    shutil.copytree(KEPT_SOUNDS, settings.sounds, dirs_exist_ok=True)
    return turn


def _keep_sounds(settings: Settings) -> None:
    shutil.copytree(settings.sounds, KEPT_SOUNDS, dirs_exist_ok=True)


def until_spoken(house: House) -> None:
    """Wait until what the town's callers may hear has a voice."""
    with house.database.writing() as session:
        names = [n for text in town.SPOKEN for n in orders.order(session, text, voice=house.settings.voice, urgent=True, at=now())]
    house.eventually(lambda session: True if not orders.unmade(session, names) else None, 150)
