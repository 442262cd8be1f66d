"""The sound of a call, packet by packet: what a telephone says, and what comes to it."""

import socket
import struct
import threading
import time

import numpy as np

from hotline.voice import alaw

FRAME = 160
PACE = 0.02
SILENCE = b"\xd5" * FRAME
KEYS = dict(zip("123A456B789C*0#D", ((low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477, 1633)), strict=True))


class Voice:
    """Speaks a frame each 20 ms where it has somewhere to send it; counts and keeps what comes."""

    def __init__(self, address: str) -> None:
        self.address, self.goal = address, 0
        self.frames, self.came = list[bytes](), list[bytes]()
        self.silent = False
        self._number, self._over = 0, threading.Event()
        self._open()
        threading.Thread(target=self._speak, daemon=True).start()

    def _open(self) -> None:
        self.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.link.bind((self.address, 0))
        self.port = self.link.getsockname()[1]
        threading.Thread(target=self._listen, args=(self.link,), daemon=True).start()

    def to(self, port: int) -> None:
        """Where the sound goes from now on; 0: nowhere changes."""
        self.goal = port or self.goal

    def move(self, address: str) -> None:
        """Go on from another address and port."""
        before, self.address = self.link, address
        self._open()
        before.close()

    def say(self, sound: bytes) -> None:
        """Say this A-law next."""
        self.frames += [sound[at : at + FRAME].ljust(FRAME, b"\xd5") for at in range(0, len(sound), FRAME)]

    def close(self) -> None:
        self._over.set()
        self.link.close()

    def _speak(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            due += PACE
            frame = self.frames.pop(0) if self.frames else SILENCE
            if self.goal and not self.silent:
                self._send(struct.pack(">BBHII", 0x80, 8, self._number & 0xFFFF, self._number * FRAME, 0x96128) + frame)
            self._number += 1
            time.sleep(max(0.0, due - time.monotonic()))

    def _send(self, packet: bytes) -> None:
        try:
            self.link.sendto(packet, ("127.0.0.1", self.goal))
        except OSError:
            if not self._over.is_set():
                time.sleep(PACE)

    def _listen(self, link: socket.socket) -> None:
        try:
            while True:
                self.came.append(link.recv(2048))
        except OSError:
            return


def tone(hertz: tuple[float, ...], seconds: float) -> bytes:
    """Some frequencies at once, as A-law."""
    moments = np.arange(int(alaw.RATE * seconds)) / alaw.RATE
    return alaw.encode((0.3 * np.sum([np.sin(2 * np.pi * one * moments) for one in hertz], axis=0)).astype(np.float32))


def keys(pressed: str) -> bytes:
    """Keys as their two tones, with pauses: what an old telephone sends."""
    return b"".join(tone(KEYS[key], 0.12) + SILENCE * 5 for key in pressed)
