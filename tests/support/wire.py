"""A wire between one telephone and the exchange that loses, delays, doubles and overtakes what it carries, sound and signs."""

import heapq
import itertools
import random
import re
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from tests.support.sound import hurry

HERE = "127.0.0.1"
Address = tuple[str, int]
Sign = Callable[[str], bool]


@dataclass(frozen=True)
class Weather:
    """What becomes of packets: shares of them, and seconds."""

    lost: float = 0.0
    doubled: float = 0.0
    overtaken: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0


CLEAR = Weather()


@dataclass
class End:
    """A socket, and where what comes into it goes on: out of `over`, to `goal`."""

    link: socket.socket
    over: "End | None" = None
    goal: Address | None = None
    outward: bool = True
    sound: bool = False

    @property
    def port(self) -> int:
        return int(self.link.getsockname()[1])


class Wire:
    """One call's way to the exchange at `port`. A telephone calls `wire.port` instead; its sound goes this way too."""

    def __init__(self, port: int, *, signs: Weather = CLEAR, sound: Weather = CLEAR, seed: int = 96128) -> None:
        self.signs, self.sound = signs, sound
        self.mute_out = self.mute_back = False
        self.carried, self.dropped = list[str](), list[str]()
        self._losing: list[tuple[Sign, int]] = []
        self._chance, self._late = random.Random(seed), itertools.count()
        self._selector, self._waiting = selectors.DefaultSelector(), list[tuple[float, int, End, bytes]]()
        self._over, self._address = threading.Event(), HERE
        self._near, self._far = self._pair(sound=False)
        self._far.goal = None
        self._near.goal = (HERE, port)
        self._near_sound, self._far_sound = self._pair(sound=True)
        self.port = self._near.port
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(2)
        for end in (self._near, self._far, self._near_sound, self._far_sound):
            end.link.close()
        self._selector.close()

    def lose(self, sign: Sign, times: int = 1) -> None:
        """The next so many signs that are like that never arrive."""
        self._losing.append((sign, times))

    def move(self, address: str) -> None:
        """From now on the telephone stands at another address; what still comes to the old one is lost."""
        self._address = address
        for end in (self._far, self._far_sound):
            self._selector.unregister(end.link)
            end.link.close()
            end.link = self._bound(address)
            self._selector.register(end.link, selectors.EVENT_READ, end)

    def _pair(self, *, sound: bool) -> tuple[End, End]:
        near, far = End(self._bound(HERE), sound=sound), End(self._bound(HERE), outward=False, sound=sound)
        near.over, far.over = far, near
        for end in (near, far):
            self._selector.register(end.link, selectors.EVENT_READ, end)
        return near, far

    @staticmethod
    def _bound(address: str) -> socket.socket:
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        link.bind((address, 0))
        link.setblocking(False)
        return link

    def _carry(self) -> None:
        hurry()
        while not self._over.is_set():
            due = self._waiting[0][0] - time.monotonic() if self._waiting else 0.05
            for key, _ in self._selector.select(min(0.05, max(0.0, due))):
                self._take_in(key.data)
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, _, end, content = heapq.heappop(self._waiting)
                self._deliver(end, content)

    def _take_in(self, end: End) -> None:
        try:
            content, origin = end.link.recvfrom(65536)
        except (OSError, ValueError):
            return
        assert end.over is not None
        if end.outward and not (end.sound and end.over.goal):
            end.over.goal = origin
        if self._vanishes(end, content):
            return
        weather = self.sound if end.sound else self.signs
        for _ in range(1 + (self._chance.random() < weather.doubled)):
            wait = weather.delay + self._chance.random() * weather.jitter + 0.05 * (self._chance.random() < weather.overtaken)
            heapq.heappush(self._waiting, (time.monotonic() + wait, next(self._late), end, content))

    def _vanishes(self, end: End, content: bytes) -> bool:
        if end.sound and (self.mute_out if end.outward else self.mute_back):
            return True
        if not end.sound and self._is_lost(content.decode("latin-1")):
            return True
        return self._chance.random() < (self.sound if end.sound else self.signs).lost

    def _is_lost(self, text: str) -> bool:
        for place, (sign, times) in enumerate(self._losing):
            if times and sign(text):
                self._losing[place] = (sign, times - 1)
                self.dropped.append(text)
                return True
        return False

    def _deliver(self, end: End, content: bytes) -> None:
        assert end.over is not None
        if not end.sound:
            content = self._readdressed(end, content.decode("latin-1")).encode("latin-1")
        try:
            if end.goal:
                end.over.link.sendto(content, end.goal)
        except (OSError, ValueError):
            return

    def _readdressed(self, end: End, text: str) -> str:
        """The same sign as the other side must see it: answers, requests and sound come back this way."""
        self.carried.append(text.split("\r\n", 1)[0])
        head, gap, body = text.partition("\r\n\r\n")
        address = self._address if end.outward else HERE
        ours = self._far if end.outward else self._near
        head = re.sub(r"(?im)^(Contact: *<?sip:(?:[^@>\s]*@)?)[\d.]+:\d+", rf"\g<1>{address}:{ours.port}", head)
        if found := re.search(r"(?m)^m=audio (\d+)", body):
            (self._far_sound if end.outward else self._near_sound).goal = (HERE, int(found[1])) if found[1] != "0" else None
            sound = (self._far_sound if end.outward else self._near_sound).port
            body = re.sub(r"(?m)^m=audio [1-9]\d*", f"m=audio {sound}", body)
            body = re.sub(r"(?m)^(c=IN IP4 )127\.[\d.]+", rf"\g<1>{address}", body)
            head = re.sub(r"(?im)^(Content-Length:) *\d+", rf"\g<1> {len(body)}", head)
        return head + gap + body
