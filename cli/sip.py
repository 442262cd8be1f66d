"""People on phones, played by SIPp: callers, operators' phones, citizens who are called back."""

import contextlib
import csv
import itertools
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.priority import go_first
from cli.sip_scenario import Press, Step, Touch, Wait, fill

SCENARIOS = Path(__file__).resolve().parent.parent / "tests/journeys/sipp"
CALLER, CITIZEN, REGISTER = (SCENARIOS / f"{name}.xml" for name in ("caller", "citizen", "register"))
HERE = "127.0.0.1"  # where all of them are
MEDIA, PLACES = 28200, 1100  # four ports a place
_taken = itertools.count()


class SipError(Exception):
    """SIPp is missing, or a phone could not sign in."""


@dataclass(frozen=True)
class SippResult:
    """How the calls went: numbers of calls, SIPp's own words, seconds from start to end."""

    ok: int
    failed: int
    log: str
    seconds: float


class Sipp:
    """One running SIPp; leave its `with` block and it is gone."""

    def __init__(self, template: Path, steps: tuple[Step, ...], options: list[str], *, numbers: Sequence[str] = (),
                 **values: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sipp-")
        self._began = time.monotonic()
        path = Path(self._folder.name)
        if numbers:  # one for each call, as [field0]
            (path / "numbers.csv").write_text("SEQUENTIAL\n" + "".join(f"{number};\n" for number in numbers))
            options = [*options[:-1], "-inf", "numbers.csv", options[-1]]
        # Bytes above 127 go out as they are: a test may be rude.
        (path / "scenario.xml").write_text(fill(template, steps, path, **values), encoding="latin-1")
        command = ["sipp", "-sf", "scenario.xml", "-nostdin", "-i", HERE, "-mi", HERE]
        command += ["-trace_err", "-error_file", "errors.log", "-trace_stat", "-stf", "stat.csv", "-fd", "1", *options]
        try:
            with (path / "out.log").open("wb") as out:
                self.child = subprocess.Popen(command, cwd=path, stdout=out, stderr=out, start_new_session=True)
        except FileNotFoundError as error:
            raise SipError("SIPp is not installed. Run `make setup`.") from error
        go_first(self.child.pid)  # a telephone has a processor of its own

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._began

    def result(self, seconds: float = 120) -> SippResult:
        """Wait for the end (at most `seconds`, then it is stopped) and tell how it went."""
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
        return self._read()

    def stop(self) -> SippResult:
        """End it now."""
        if self.child.poll() is None:
            self.child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(3)
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
        return self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._folder.cleanup()

    def _read(self) -> SippResult:
        path = Path(self._folder.name)
        rows = _rows(path / "stat.csv")
        last = rows[-1] if rows else {}
        log = _text(path / "errors.log") or _text(path / "out.log")[-3000:]
        ok, failed = int(last.get("SuccessfulCall(C)", 0)), int(last.get("FailedCall(C)", 0))
        return SippResult(ok, failed, log, self.age)


def call(
    *steps: Step,
    to: str = "96128",
    port: int,
    caller: str = "13887712345",
    callers: Sequence[str] = (),
    name: str = "",
    calls: int = 1,
    rate: float = 10.0,
    together: int = 500,
    scenario: Path = CALLER,
    host: str = HERE,
) -> Sipp:
    """Start `calls` calls to `to` at the exchange on `port`; each does the steps, then hangs up. `callers`: a number
    for each call, one call each."""
    origin = f"{name} <sip:{'[field0]' if callers else caller}@{HERE}>".strip()
    options = ["-s", to, "-m", str(len(callers) or calls), "-r", f"{rate:g}", "-l", str(together)]
    options += ["-p", str(free_port()), *_media(), f"{host}:{port}"]
    return Sipp(scenario, steps or (Wait(5),), options, numbers=callers, FROM=origin)


def citizens(many: int, group: str) -> list[str]:
    """Mobile numbers of as many people, none near another: a machine rings from one number, or a range."""
    return [f"139{group}{n * 101:07d}" for n in range(many)]


def place(
    *steps: Step, port: int, seconds: float = 120, **how: str | int | float | Path | Sequence[str]
) -> SippResult:
    """`call`, waited for."""
    with call(*steps, port=port, **how) as sipp:  # type: ignore[arg-type]
        return sipp.result(seconds)


def answer(*steps: Step, port: int, ring: float = 1.0, calls: int = 0, scenario: Path = CITIZEN) -> Sipp:
    """Somebody at `port` who answers after `ring` seconds and does the steps (default: holds an hour)."""
    options = ["-p", str(port), "-aa", *(["-m", str(calls)] if calls else [])]
    touched = tuple(Touch(s.keys, s.then) if isinstance(s, Press) else s for s in steps)
    sipp = Sipp(scenario, touched or (Wait(3600),), [*options, *_media()], RING=str(max(1, round(ring * 1000))))
    _wait_until_open(sipp, port)
    return sipp


def register(number: str, password: str, *, exchange: int, port: int, expires: int = 3600, host: str = HERE) -> None:
    """Sign the phone `number`, reachable at `port`, in at the exchange; SipError when it is refused."""
    options = ["-s", number, "-m", "1", "-p", str(port), f"{host}:{exchange}"]
    with Sipp(REGISTER, (), options, NUMBER=number, PASSWORD=password, EXPIRES=str(expires)) as sipp:
        result = sipp.result(10)
    if not result.ok:
        raise SipError(f"Phone {number} could not sign in: {result.log}")


def phone(number: str, password: str, *steps: Step, exchange: int, ring: float = 1.0) -> Sipp:
    """An operator's phone: signed in, answers whatever rings until it is stopped.

    It can't stop by itself after so many calls: SIPp counts the exchange's OPTIONS as calls.
    """
    for _ in range(2):
        with contextlib.suppress(SipError):  # another may have taken the port between its two uses
            return _signed_in(number, password, steps, exchange, ring)
    return _signed_in(number, password, steps, exchange, ring)


def _signed_in(number: str, password: str, steps: Sequence[Step], exchange: int, ring: float) -> Sipp:
    port = free_port()
    register(number, password, exchange=exchange, port=port)
    return answer(*steps, port=port, ring=ring)


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port of this machine that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _media() -> list[str]:
    """Media ports of its own, so that several SIPp run side by side; none that the system gives away by itself."""
    start = os.getpid() * 37 % PLACES  # two processes that start phones begin at different places
    for step in range(PLACES):
        lowest = MEDIA + (start + next(_taken) + step) % PLACES * 4
        if all(_is_free(port) for port in range(lowest, lowest + 4)):
            return ["-mp", str(lowest)]
    raise SipError("No media ports are free")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_open(sipp: Sipp, port: int, seconds: float = 10) -> None:
    while sipp.age < seconds and sipp.child.poll() is None:
        if not _is_free(port):
            return
        time.sleep(0.02)
    raise SipError(f"SIPp did not open port {port}: {sipp.stop().log}")


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(path).splitlines(), delimiter=";")) if path.exists() else []


def _text(path: Path) -> str:
    return path.read_bytes().decode(errors="replace") if path.exists() else ""
