"""One real exchange for all tests here, a FastAGI stand-in that can be dead, mute or willing, and ears."""

import csv
import socketserver
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan, Phone
from cli.sip import free_port
from recordings import audio, sides
from tests.exchange import talking
from tests.journeys import ears as found
from tests.journeys.trouble import Breakable
from tests.support.remains import nothing_is_left

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")
LIMIT = 30.0  # seconds that a busy machine may take for what is done at once on an idle one
QUIET = 60  # of 32767: below this a window counts as silence


def _tcp_port() -> int:
    import socket

    return free_port(socket.SOCK_STREAM)


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> ExchangePlan:
    rtp = 20000 + free_port() % 40 * 200
    return ExchangePlan(
        folder=tmp_path_factory.mktemp("exchange"),
        ami_secret="only-for-tests",
        phones=(Phone("8001", "first-phone"), Phone("8002", "second-phone"), Phone("8003", browser=True)),
        sip_port=free_port(),
        ami_port=_tcp_port(),
        http_port=_tcp_port(),
        rtp_from=rtp,
        rtp_to=rtp + 199,
        agi=f"127.0.0.1:{_tcp_port()}",
        trunk_contact=f"sip:127.0.0.1:{free_port()}",
        trunk_addresses=("127.0.0.1", "127.0.0.2"),
        phone_networks=("127.0.0.1/32", "127.0.0.3/32"),
        node="test",
        queue_seconds=5,
        skill_seconds=20,
        message_silence=2,
        message_seconds=8,
    )


@pytest.fixture(scope="session")
def exchange(plan: ExchangePlan) -> Iterator[Exchange]:
    exchange = Exchange(plan)
    exchange.start()
    yield exchange
    exchange.stop()


@pytest.fixture
def nobody_signed_in(exchange: Exchange) -> Iterator[None]:
    yield
    for number in ("8001", "8002"):
        exchange.cli(f"queue remove member PJSIP/{number} from hotline")


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        given: dict[str, str] = {}
        while line := self.rfile.readline().decode(errors="replace").strip():
            key, _, value = line.partition(":")
            given[key] = value.strip()
        server = self.server
        assert isinstance(server, _Server)
        server.asked.append(given)
        commands = server.says.get(given["agi_network_script"])
        if commands is None:
            server.closing.wait()
            return
        for command in commands:
            self.wfile.write(command.encode() + b"\n")
            self.rfile.readline()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, says: dict[str, list[str] | None]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.says, self.asked, self.closing = says, list[dict[str, str]](), threading.Event()


@contextmanager
def fastagi(plan: ExchangePlan, **says: list[str] | None) -> Iterator[list[dict[str, str]]]:
    """A server whose scripts give these commands; a script that is None accepts and never answers."""
    server = _Server(int(plan.agi.rpartition(":")[2]), says)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.asked
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def agi(plan: ExchangePlan) -> Callable[..., object]:
    return lambda **says: fastagi(plan, **says)


@dataclass(frozen=True)
class Heard:
    """A recording: seconds, and the longest stretch of silence in it (seconds)."""

    seconds: float
    silence: float


def _wait_until_closed(path: Path, seconds: float = LIMIT) -> None:
    """A recording's head gets its length when the exchange closes it, a moment after the call."""
    end = time.monotonic() + seconds
    while not all(audio.is_closed(one) for one in sides.files(path)) and time.monotonic() < end:
        time.sleep(0.1)
    sides.join(path)


def until(look: Callable[[], bool], seconds: float = LIMIT) -> None:
    """Wait until that is so."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


def nobody_left(exchange: Exchange, seconds: float = LIMIT) -> None:
    """Wait until the exchange has no channel any more."""
    until(lambda: "0 active channels" in exchange.cli("core show channels count"), seconds)


def listen(path: Path, until: float | None = None) -> Heard:
    """Measure a recording (its first `until` seconds)."""
    samples = loudness(path).max(axis=1)
    seconds = len(samples) / 8000
    longest = run = 0
    for quiet in _windows(samples if until is None else samples[: int(until * 8000)]) < QUIET:
        run = run + 1 if quiet else 0
        longest = max(longest, run)
    return Heard(seconds, longest / 10)


def loudness(path: Path) -> NDArray[np.int64]:
    """How loud each sample is of each side, or of the only one."""
    _wait_until_closed(path)
    with wave.open(str(path)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").reshape(-1, sound.getnchannels())
    return np.abs(samples.astype(int))


def hears(path: Path, prompt: str) -> bool:
    """Whether a fixed prompt is heard whole in a recording."""
    _wait_until_closed(path)
    with path.open("rb") as recording:
        both = found.samples(recording).sum(axis=1)
    return found.Ears(cast(Any, None), both).hears_file(found.PROMPTS / f"{prompt}.alaw")  # no house: it is no text's


def _windows(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    """The loudest of each tenth of a second."""
    found: NDArray[np.int64] = samples[: len(samples) // 800 * 800].reshape(-1, 800).max(axis=1)
    return found


@dataclass(frozen=True)
class Spool:
    """What the exchange left on the disk."""

    folder: Path

    def calls(self) -> set[Path]:
        return set(sides.in_folder(self.folder / "spool/calls"))

    def slips(self) -> dict[str, dict[str, str]]:
        found = sorted((self.folder / "spool/messages").glob("*.txt"))
        return {path.stem: dict(line.split("=", 1) for line in path.read_text().splitlines()) for path in found}

    def message(self, callid: str) -> Path:
        return self.folder / f"spool/messages/{callid}.wav"

    def events(self, callid: str) -> list[str]:
        """The rows of a call, once the last of them is written."""
        until(lambda: any('"LINKEDID_END"' in row for row in self._rows(callid)))
        return self._rows(callid)

    def _rows(self, callid: str) -> list[str]:
        rows = (self.folder / "spool/cel/cel.csv").read_text().splitlines()
        return [row for row in rows if callid in row]

    def rang(self, callid: str) -> float:
        """Seconds from the caller's coming to his being answered."""
        moments = self._moments(callid)
        return moments["ANSWER"] - moments["CHAN_START"]

    def asked(self, callid: str) -> float:
        """Seconds from answer to his being led to people."""
        moments = self._moments(callid)
        return moments["ASKED"] - moments["ANSWER"]

    def lived(self, callid: str) -> float:
        """Seconds from answer to hang-up of the caller's own channel."""
        moments = self._moments(callid)
        return moments["HANGUP"] - moments["ANSWER"]

    def _moments(self, callid: str) -> dict[str, float]:
        """When what happened to the caller's own channel; who comes or is rung has no call's number at first."""
        his = {row[3] for row in csv.reader(self.events(callid)) if row[3] == row[4]}
        noted = csv.reader((self.folder / "spool/cel/cel.csv").read_text().splitlines())
        return {row[0]: float(row[1]) for row in noted if row[3] in his}


class Ears:
    """What came into the spool since this test began."""

    def __init__(self, folder: Path) -> None:
        self.spool = Spool(folder)
        self._calls, self._slips = self.spool.calls(), set(self.spool.slips())

    def calls(self, many: int = 1, seconds: float = LIMIT) -> list[Path]:
        return self._wait(lambda: sorted(self.spool.calls() - self._calls), many, seconds)

    def slips(self, many: int = 1, seconds: float = LIMIT) -> list[dict[str, str]]:
        return self._wait(
            lambda: [slip for callid, slip in self.spool.slips().items() if callid not in self._slips], many, seconds
        )

    def hear(self, path: Path, until: float | None = None) -> Heard:
        return listen(path, until)

    def side(self, path: Path, side: str) -> float:
        """Seconds in which something is heard on that side."""
        return float((_windows(loudness(path)[:, sides.SIDES.index(side)]) >= QUIET).sum() / 10)

    @staticmethod
    def _wait(look: Callable[[], list[T]], many: int, seconds: float) -> list[T]:
        end = time.monotonic() + seconds
        while len(found := look()) < many and time.monotonic() < end:
            time.sleep(0.1)
        return found


@pytest.fixture
def ears(exchange: Exchange) -> Ears:
    return Ears(exchange.plan.folder)


@pytest.fixture(scope="session")
def new_ears(exchange: Exchange) -> Callable[[], Ears]:
    return lambda: Ears(exchange.plan.folder)


@pytest.fixture(scope="session")
def voice() -> Path:
    """Sound a caller can speak: our own tune, 27 s."""
    return ROOT / "asterisk-conf/sounds/moh/tune.alaw"


@pytest.fixture(scope="session")
def tone_at() -> float:
    """Seconds from answer to the end of the tone, when nobody is signed in and FastAGI is gone."""
    sounds = ROOT / "asterisk-conf/sounds/hotline"
    return 0.5 + sum((sounds / f"{name}.alaw").stat().st_size / 8000 for name in ("greeting", "leave_question", "tone"))


@pytest.fixture(scope="session")
def house() -> Iterator[Breakable]:
    """A whole house behind an exchange of its own."""
    with talking.a_house() as house:
        yield house


@pytest.fixture
def leaves_nothing(house: Breakable) -> Iterator[None]:
    """Whatever a call was like: half a minute after a lost farewell nothing of it is left."""
    with nothing_is_left(talking.place(house), within=45):
        yield
