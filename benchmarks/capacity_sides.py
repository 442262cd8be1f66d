"""The two whose limits are compared: the whole house, and an exchange that does the same by its dialplan alone."""

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from benchmarks.house import House, house
from cli import sip
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.installation import installation
from cli.sip_scenario import Say, Wait
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import desk
from dispatch.calls.calls import Call
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now
from recordings.recordings import Kind, Recording, State
from tests.journeys.conftest import environment
from tests.journeys.trouble import TUNE

PHONES: Final = 300
HELD_BY_FASTAGI: Final = 0.99  # the rest had hung up before a busy exchange asked
NOTED_WITHIN: Final = 30.0  # seconds after the last call
REACHED_WITHIN: Final = 90.0
DIALPLAN: Final = Path(__file__).with_name("bare.conf")
ROOM: Final = {"PHONES": str(PHONES), "RTP_FROM": "12000", "RTP_TO": "19999"}


@dataclass
class Side:
    """One exchange under test."""

    exchange: Exchange
    ours: dict[str, int] = field(default_factory=dict)  # processes besides the exchange, by name

    @property
    def plan(self) -> ExchangePlan:
        return self.exchange.plan

    def recordings(self, since: datetime) -> list[float]:
        """Seconds of each recording that was begun since then, shortest first."""
        files = (self.plan.folder / "spool/calls").glob("*.caller.wav")
        found = (path.stat() for path in files)
        return sorted((one.st_size - 44) / 16000 for one in found if one.st_mtime >= since.timestamp())

    def answered(self) -> int:
        """How many have spoken with somebody for whom they had waited, since the exchange started."""
        found = re.search(r", C:(\d+)", self.exchange.cli("queue show hotline"))
        return int(found[1]) if found else 0

    def faults(self, calls: int, since: datetime) -> str:
        """What is wrong with the bookkeeping of these calls, in words; an exchange alone keeps none."""
        return ""

    @contextmanager
    def operators(self) -> Iterator[None]:
        """All phones are signed in, answer after half a second, and speak."""
        port = sip.free_port()
        for phone in self.plan.phones:
            sip.register(phone.number, phone.password, exchange=self.plan.sip_port, port=port)
            self.sign_on(phone.number)
        with sip.answer(Say(TUNE), Wait(60), port=port, ring=0.5):
            self._until_reached()
            yield

    def sign_on(self, number: str) -> None:
        """This phone takes calls of the queue."""
        self.exchange.cli(f"queue add member PJSIP/{number} to hotline")

    def _until_reached(self) -> None:
        """All phones answered the exchange's question whether they are there: it asks each half minute."""
        end = time.monotonic() + REACHED_WITHIN
        while (gone := self.exchange.cli("queue show hotline").count("(Unavailable)")) and time.monotonic() < end:
            time.sleep(0.5)
        if gone:
            raise TimeoutError(f"{gone} phones are not reached")


@dataclass
class Ours(Side):
    """The whole house: each call must be there, once, ended, and begun by FastAGI."""

    database: Database | None = None
    settings: Settings | None = None

    def sign_on(self, number: str) -> None:
        """At his desk too: the house takes out of the queue who is not ready there."""
        assert self.database is not None
        assert self.settings is not None
        with self.database.writing() as session:
            account = session.scalars(select(Account).where(Account.extension == number)).one()
            desk.set_readiness(session, account, desk.Readiness.READY, at=now())
            login = account.login
        with closing(Telephone(self.settings)) as telephone:
            telephone.sign_on(number, login)

    def faults(self, calls: int, since: datetime) -> str:
        end = time.monotonic() + NOTED_WITHIN
        while (rows := self._rows(since)) != (calls, 0) and time.monotonic() < end:
            time.sleep(0.2)
        if rows != (calls, 0):
            return f"{rows[0]} rows for {calls} calls, {rows[1]} not ended"
        asked = self._counted(Call.taken_from == "agi", Call.began_at >= since)
        return "" if asked >= HELD_BY_FASTAGI * calls else f"FastAGI took {asked} of {calls} calls"

    def recordings(self, since: datetime) -> list[float]:
        """As they were taken in; the worker fetches them from where the exchange writes."""
        assert self.database is not None
        of_calls = select(Recording.seconds).join(Call, Call.id == Recording.call_id)
        whole = (Call.began_at >= since, Recording.kind == Kind.CALL, Recording.state == State.COMPLETE)
        end = time.monotonic() + NOTED_WITHIN
        while True:
            with self.database.reading() as session:
                found = sorted(seconds or 0.0 for seconds in session.scalars(of_calls.where(*whole)))
            if len(found) >= self._rows(since)[0] or time.monotonic() > end:
                return found
            time.sleep(0.5)

    def _rows(self, since: datetime) -> tuple[int, int]:
        return self._counted(Call.began_at >= since), self._counted(Call.began_at >= since, Call.ended_at.is_(None))

    def _counted(self, *which: object) -> int:
        assert self.database is not None
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Call).where(*which)) or 0  # type: ignore[arg-type]


class BareExchange(Exchange):
    """The same exchange with the peer's dialplan."""

    def _mounts(self) -> list[tuple[Path, str]]:
        return [*super()._mounts(), (DIALPLAN, "/etc/asterisk/extensions.conf:ro")]


@contextmanager
def ours() -> Iterator[Side]:
    with house(operators=PHONES, **ROOM) as place:
        yield ours_in(place)


def ours_in(place: House) -> Ours:
    """A house that runs, as one of the two."""
    return Ours(Exchange(place.here.plan()), place.pids(), database=place.database, settings=place.here.settings)


@contextmanager
def bare() -> Iterator[Side]:
    """Nothing beside the exchange runs, and it keeps no record of what happened to a call."""
    folder = Path(tempfile.mkdtemp(prefix="bare-"))
    exchange = BareExchange(installation(environment(folder, **ROOM)).plan())
    try:
        exchange.start()
        exchange.cli("module unload cel_custom.so")
        yield Side(exchange)
    finally:
        exchange.stop()
        shutil.rmtree(folder, ignore_errors=True)
