"""A house to break: its own exchange, a relay before the exchange's events, and what callers lived through."""

import contextlib
import dataclasses
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.installation import installation, secret
from cli.ready import not_ready
from cli.sip import Sipp, SippResult
from cli.sip_scenario import Say, Wait
from cli.sip_scenario import Step as Doing
from cli.supervisor import Supervisor
from cli.up import running
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import desk
from dispatch.calls.calls import Call, Outcome
from dispatch.tickets.codes import digest
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.times import now
from recordings.recordings import Kind, Recording, State
from tests.journeys import ears, prompter, town
from tests.journeys.conftest import LIMIT, House, environment, free_ports, names_nobody, prepared

TUNE = Path(__file__).parents[2] / "asterisk-conf/sounds/moh/tune.alaw"
LONGEST_SILENCE = 4.0
QUIET = 32768 * 10 ** (-50 / 20)  # -50 dBFS


class Relay:
    """A wire to the exchange's events that can be cut, or fall silent as if the other side had been stopped."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self._flows, self._whole = threading.Event(), True
        self._flows.set()
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._take_in, daemon=True).start()

    def cut(self) -> None:
        """Both ends see the connection close; new ones are closed at once."""
        self._whole = False
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def stall(self) -> None:
        """Connections stay open and nothing comes through any more."""
        self._flows.clear()

    def mend(self) -> None:
        """All is well again; what stood still before is cut."""
        if not self._flows.is_set():
            self.cut()
        self._whole = True
        self._flows.set()

    def _take_in(self) -> None:
        while True:
            near, _ = self.door.accept()
            if not self._whole:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # the exchange is gone
                near.close()
                continue
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                self._flows.wait()
                sink.sendall(content)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@dataclass
class Breakable(House):
    """A running system whose parts can be broken."""

    exchange: Exchange
    relay: Relay

    def pid(self, name: str) -> int:
        process = self.child(name).process
        assert process is not None
        return process.pid

    def revived(self, name: str, before: int) -> None:
        """Wait until a part that died runs again."""
        self.eventually(lambda _: True if self.child(name).alive() and self.pid(name) != before else None)

    def codes(self) -> set[str]:
        """The query codes that lie at the exchange."""
        rows = (line.partition(":") for line in self.exchange.cli("database show codes").splitlines())
        return {value.strip() for key, _, value in rows if key.strip().startswith("/codes/")}

    def ring(self, caller: str, *steps: Doing) -> Sipp:
        return prompter.call(self, caller, *steps)


@contextmanager
def breakable(*, wide: bool = False, disk: Path | None = None, around: Mapping[str, str] | None = None,
              exchange_of: Callable[[ExchangePlan], Exchange] = Exchange, **more: str) -> Iterator[Breakable]:  # fmt: skip
    """A house for one file of tests; `wide` gives it room for hundreds of callers at a time; `disk`: where its folder
    is made; `around`: what else stands in its processes' environment; `exchange_of`: another kind of exchange."""
    folder = Path(tempfile.mkdtemp(prefix="hl-", dir=disk))
    (ami,) = free_ports(1)
    relay = Relay(ami)
    rtp = {"RTP_FROM": "12000", "RTP_TO": "15999"} if wide else {}
    here = installation(environment(folder, AMI_PORT=str(relay.port), **{**rtp, **more}) | dict(around or {}))
    exchange = exchange_of(dataclasses.replace(here.plan(), ami_port=ami, message_silence=8))
    database = prepared(here)
    with database.writing() as session:
        town.settle(session, at=now())
    over, began = threading.Event(), now()
    try:
        exchange.start()
        with running(here, exchange=False) as supervisor:
            threading.Thread(target=_tend, args=(supervisor, over), daemon=True).start()
            house = Breakable(here, database, supervisor, exchange, relay)
            house.eventually(lambda _: True if len(house.codes()) >= 100 else None, 90)
            house.eventually(lambda _: None if "FastAGI" in not_ready(here.settings, database, since=began) else True, 90)
            yield house
            names_nobody(here.settings)
    finally:
        over.set()
        exchange.stop()
        database.close()
        shutil.rmtree(folder, ignore_errors=True)


def _tend(supervisor: Supervisor, over: threading.Event) -> None:
    while not over.wait(0.2):
        supervisor.tend()


@contextmanager
def operator(house: Breakable, number: int = 1, *, voice: Path = TUNE) -> Iterator[None]:
    """An operator at his desk who takes whatever rings, and speaks."""
    telephone = Telephone(house.settings)
    extension = f"800{number}"
    with house.database.writing() as session:
        account = session.scalars(select(Account).where(Account.extension == extension)).one()
        desk.set_readiness(session, account, desk.Readiness.READY, at=now())
    password = secret(house.settings.folder, f"phone_{extension}")
    with sip.phone(extension, password, Say(voice), Wait(60), exchange=house.port):
        telephone.sign_on(extension, account.login)
        try:
            yield
        finally:
            with house.database.writing() as session:
                desk.set_readiness(session, account, desk.Readiness.AWAY, at=now())
            house.exchange.cli(f"queue remove member PJSIP/{extension} from {house.settings.queue}")
            telephone.close()


@contextmanager
def calling(house: Breakable, **callers: tuple[Doing, ...]) -> Iterator[dict[str, Sipp]]:
    """Several people call at the same time; each has a number of his own."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(house.ring(number_of(name), *steps)) for name, steps in callers.items()}


def number_of(name: str) -> str:
    """A telephone number that belongs to a name alone."""
    return f"138{int.from_bytes(name.encode(), 'big') % 99999989:08d}"


def all_ended(sipps: dict[str, Sipp]) -> dict[str, SippResult]:
    results = {name: sipp.result(120) for name, sipp in sipps.items()}
    for name, result in results.items():
        assert (result.ok, result.failed) == (1, 0), f"{name}: {result.log}"
    return results


def accounted(house: Breakable, name: str, *outcomes: Outcome, within: float = 0.5, seconds: float = LIMIT) -> Call:
    """The one row of somebody's call: ended, its outcome, nothing doubled, and the recording as long as the call."""
    call = _settled(house, number_of(name), outcomes, seconds)
    recording = house.eventually(
        lambda session: session.scalar(
            select(Recording).where(
                Recording.call_id == call.id, Recording.kind == Kind.CALL, Recording.state != State.RUNNING
            )
        ),
        seconds,
    )
    kinds = house.kinds(call)
    assert call.outcome in outcomes, f"{name}: {call.outcome} after {kinds}"
    assert (call.dialled, call.ended_at is not None) == (house.settings.number, True)
    assert (kinds.count("began"), kinds.count("ended")) == (1, 1), f"{name}: {kinds}"
    assert max(kinds.count(kind) for kind in ("queued", "message", "referred", "answered")) <= 1, f"{name}: {kinds}"
    assert recording.state == State.COMPLETE, f"{name}: {recording.state}"
    lived = house.lived(call.id)
    assert recording.seconds is not None
    assert abs(recording.seconds - lived) < within, f"{name}: {recording.seconds} s recorded of {lived} s"
    return call


def _settled(house: Breakable, caller: str, outcomes: tuple[Outcome, ...], seconds: float) -> Call:
    """The call once its outcome is one of these, or the time is over: who was blind sees that a call is gone before the
    exchange's own records tell what became of it."""
    end = time.monotonic() + seconds
    while (call := house.call_of(caller, seconds=seconds)).outcome not in outcomes and time.monotonic() < end:
        time.sleep(0.2)
    return call


def heard_somebody(house: Breakable, *calls: Call) -> None:
    """No caller heard nothing (below -50 dBFS) for four seconds."""
    for call in calls:
        began, seconds = silence(ears.opened(house, house.settings.spool / f"calls/{call.id}.wav"))
        assert seconds < LONGEST_SILENCE, (
            f"{call.caller}: {seconds} s of silence from {began} s on; {house.kinds(call)}"
        )


def silence(recording: IO[bytes]) -> tuple[float, float]:
    """Where the longest stretch of silence of a recording begins, and how many seconds it lasts."""
    heard = np.abs(ears.samples(recording)).max(axis=1) * 32768
    loud = heard[: len(heard) // 800 * 800].reshape(-1, 800).max(axis=1) >= QUIET
    edges = np.flatnonzero(np.concatenate(([True], loud, [True])))
    longest = int(np.diff(edges).argmax())
    return float(edges[longest] / 10), float((np.diff(edges)[longest] - 1) / 10)


def ticket_of(house: Breakable, call: Call, seconds: float = LIMIT) -> Ticket:
    """The ticket of the message left in a call, with its recording complete."""

    def found(session: Session) -> Ticket | None:
        tickets = session.scalars(select(Ticket).where(Ticket.call_id == call.id)).all()
        assert len(tickets) <= 1
        return tickets[0] if tickets else None

    ticket = house.eventually(found, seconds)
    with house.database.reading() as session:
        sound = session.get_one(Recording, ticket.recording_id)
    assert (sound.kind, sound.state) == (Kind.MESSAGE, State.COMPLETE)
    assert (ticket.caller, ticket.contact) == (call.caller, call.caller)
    return ticket


def opened_by(house: Breakable, before: set[str], tickets: list[Ticket]) -> None:
    """The codes that the exchange gave out since `before` are those that open these tickets, and no others."""
    spoken = {digest(code, settings=house.settings) for code in before - house.codes()}
    assert {ticket.code_digest for ticket in tickets} == spoken
