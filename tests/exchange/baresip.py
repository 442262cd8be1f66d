"""baresip, a telephone nobody here wrote: as a carrier that calls over TLS and SRTP, as a caller, as an operator's phone."""

import json
import socket
import subprocess
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TONE = 1000.0  # Hz: what it says


@dataclass(frozen=True)
class Called:
    """What it wrote, and what it heard."""

    log: str
    heard: Path | None


@contextmanager
def calling(folder: Path, to: str, *, authority: Path, seconds: int = 60) -> Iterator[None]:
    """Call as long as the block lasts, say a tone, and keep what is heard; `called` tells afterwards."""
    _write(folder, "<sip:carrier@127.0.0.1;transport=tls>;regint=0;mediaenc=srtp-mand", seconds,
           ["srtp"], [f"sip_cafile {authority}", "sip_verify_server yes"])  # fmt: skip
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(["baresip", "-4", "-f", folder, "-e", f"/dial {to}", "-t", str(seconds)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            yield
        finally:
            running.terminate()
            running.wait(20)


def called(folder: Path) -> Called:
    """What came of it."""
    return Called((folder / "log").read_text(errors="replace"), _heard(folder))


@dataclass
class Desk:
    """A running baresip, told what to do over its own wire."""

    folder: Path
    wire: socket.socket

    def do(self, command: str, what: str = "") -> None:
        """One of its commands: dial, sndcode, hold, resume, hangup."""
        said = json.dumps({"command": command, "params": what})
        self.wire.sendall(f"{len(said)}:{said},".encode())

    @property
    def heard(self) -> Path | None:
        """What came to it, as it wrote it down."""
        return _heard(self.folder)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def desk(folder: Path, account: str, *, seconds: int = 60) -> Iterator[Desk]:
    """A telephone with that account that answers whatever rings, and says a tone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        door = probe.getsockname()
    _write(folder, f"{account};answermode=auto", seconds, ["ctrl_tcp"], [f"ctrl_tcp_listen {door[0]}:{door[1]}"])
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(["baresip", "-4", "-f", folder], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            with _connected(door) as wire:
                yield Desk(folder, wire)
        finally:
            running.terminate()
            running.wait(10)


def _connected(door: tuple[str, int], seconds: float = 10) -> socket.socket:
    end = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(door)
        except OSError:
            assert time.monotonic() < end, "baresip did not start"
            time.sleep(0.1)


def _write(folder: Path, account: str, seconds: int, modules: list[str], more: list[str]) -> None:
    """Its configuration, and what it says."""
    _say(folder / "said.wav", seconds)
    (folder / "accounts").write_text(f"{account};audio_codecs=PCMA\n")
    (folder / "config").write_text("\n".join([
        "sip_listen 127.0.0.1:0", "call_max_calls 1", *more,
        f"audio_source aufile,{folder / 'said.wav'}", "audio_player aufile,/dev/null", "audio_alert none",
        "ausrc_srate 8000", "auplay_srate 8000", f"snd_path {folder}", "rtp_ports 19100-19198",
        "module_path /usr/lib/baresip/modules", *(f"module {name}.so" for name in ("g711", "aufile", "sndfile", *modules)),
        "module_tmp account.so", "module_app menu.so", "",
    ]))  # fmt: skip


def _heard(folder: Path) -> Path | None:
    return next(iter(folder.glob("dump*-dec.wav")), None)


def _say(path: Path, seconds: int) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes((8000 * np.sin(2 * np.pi * TONE * np.arange(8000 * seconds) / 8000)).astype("<i2").tobytes())


def tone_share(path: Path, wanted: float = TONE) -> float:
    """How much of a recording's sound is the tone, on the side that has most of it."""
    with wave.open(str(path)) as sound:
        sides = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").reshape(-1, sound.getnchannels()).T
    power = np.abs(np.fft.rfft(sides.astype(float))) ** 2
    hertz = np.fft.rfftfreq(sides.shape[1], 1 / 8000)
    return float((power[:, np.abs(hertz - wanted) < 10].sum(axis=1) / np.maximum(1.0, power.sum(axis=1))).max())
