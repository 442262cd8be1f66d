"""The sound of a call, packet by packet: what a telephone says, and what comes to it."""

import os
import socket
import struct
import threading
import time
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from hotline.voice import alaw

FRAME, ALAW, EVENT = 160, 8, 101
LOUD = 1000 / 32768  # a tone counts as heard
PACE = 0.02
SILENCE = b"\xd5" * FRAME
KEYS = dict(zip("123A456B789C*0#D", ((low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477, 1633)), strict=True))


Frame = tuple[int, bytes]  # payload type, content


class Voice:
    """Speaks a frame each 20 ms where it has somewhere to send it; keeps what comes."""

    def __init__(self, address: str) -> None:
        self.address, self.goal = address, 0
        self.frames, self.came = list[Frame](), list[bytes]()
        self.silent = False
        self._number = self._moment = 0
        self._over = threading.Event()
        self._open()
        threading.Thread(target=self._speak, daemon=True).start()

    def _open(self) -> None:
        self.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.link.bind((self.address, 0))
        self.port = self.link.getsockname()[1]
        threading.Thread(target=self._listen, args=(self.link,), daemon=True).start()

    def to(self, port: int) -> None:
        """Where the sound goes from now on; 0: nothing changes."""
        self.goal = port or self.goal

    def say(self, sound: bytes, payload: int = ALAW) -> None:
        """Say this A-law (or what else the payload is) next."""
        self.frames += [(payload, sound[at : at + FRAME].ljust(FRAME, SILENCE[:1])) for at in range(0, len(sound), FRAME)]

    def press(self, key: str) -> None:
        """A key as an event of RFC 4733: 120 ms, its end told three times."""
        number = "0123456789*#".index(key)
        spans = [(span, False) for span in range(1, 7)] + [(6, True)] * 3
        self.frames += [(EVENT, struct.pack(">BBH", number, 0x80 * over | 10, span * FRAME)) for span, over in spans]
        self.say(SILENCE * 10)

    def heard(self, since: int = 0) -> int:
        """How many packets came since there were so many."""
        return len(self.came) - since

    def received(self) -> NDArray[np.float32]:
        """All that was said to him, between -1 and 1."""
        return alaw.decode(b"".join(packet[12:] for packet in self.came if packet[1] & 0x7F == ALAW))

    def close(self) -> None:
        self._over.set()
        self.link.close()

    def _speak(self) -> None:
        hurry()
        due, began = time.monotonic(), 0
        while not self._over.is_set():
            due += PACE
            payload, frame = self.frames.pop(0) if self.frames else (ALAW, SILENCE)
            first = payload == EVENT and not began
            began = (began or self._moment) if payload == EVENT else 0
            if self.goal and not self.silent:
                marked = payload | (0x80 if first else 0)
                self._send(struct.pack(">BBHII", 0x80, marked, self._number & 0xFFFF, began or self._moment, 0x96128) + frame)
            self._number, self._moment = self._number + 1, self._moment + FRAME
            time.sleep(max(0.0, due - time.monotonic()))

    def _send(self, packet: bytes) -> None:
        with suppress(OSError):
            self.link.sendto(packet, ("127.0.0.1", self.goal))

    def _listen(self, link: socket.socket) -> None:
        with suppress(OSError):
            while True:
                self.came.append(link.recv(2048))


def hurry() -> None:
    """Let this thread go before others, by root only: a telephone has a processor of its own."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -10)


def tone(hertz: tuple[float, ...], seconds: float) -> bytes:
    """Some frequencies at once, as A-law."""
    moments = np.arange(int(alaw.RATE * seconds)) / alaw.RATE
    return alaw.encode((0.3 * np.sum([np.sin(2 * np.pi * one * moments) for one in hertz], axis=0)).astype(np.float32))


def lasts(samples: NDArray[np.float32], hertz: float) -> float:
    """For how many seconds a tone is in a sound, on whichever of its sides."""
    pieces = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME, samples.shape[1])
    turning = np.exp(-2j * np.pi * hertz * np.arange(FRAME) / alaw.RATE)
    loud = np.abs(np.einsum("nfs,f->ns", pieces, turning)) / FRAME > LOUD
    return float(loud.any(axis=1).sum()) * FRAME / alaw.RATE


def keys(pressed: str) -> bytes:
    """Keys as their two tones, with pauses: what an old telephone sends."""
    return b"".join(tone(KEYS[key], 0.12) + SILENCE * 5 for key in pressed)
