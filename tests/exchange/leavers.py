"""People on real telephones who hang up at a moment that others name: who calls, and who is rung."""

import itertools
import queue
import re
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.phones import normalise
from tests.journeys.trouble import Breakable
from tests.support.sound import SILENCE, Voice, tone
from tests.support.telephone import Message, Telephone, read, signed

WITHIN = 0.25  # seconds from when something begins that lasts until he hangs up in its midst
LONGEST = 150.0  # seconds of a call that nobody ends
MIDST = ", in its midst"
SAYS = 2.0  # seconds into each recording
MOST = 400  # people who go one way
ANYTHING = (1, 2, 3, 4, 5, 6, "BYE", "INVITE", "UPDATE", "OPTIONS", "NOTIFY", "INFO")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Line:
    """A line of the house's own: its name and password, and what else is told over it of who rings."""

    name: str
    password: str
    tells: Callable[[str], str] = lambda number: f"X-Rings: {number}"


@dataclass(frozen=True)
class Way:
    """What somebody presses when he hears which sound (the n-th item the n-th time; a blank is a second), or when he comes to
    an application of the dialplan; he speaks into each recording. `reaches`: for which scripts FastAGI can't be reached (False), or
    doesn't answer (None); "": for all others. `until`: the context, or the step, from where on others go the same way.
    `rung`: he doesn't call, he is rung by what this does with his number. `meanwhile`: what others do with him. `goes`: what
    he meets ("": that he has picked up), and how many seconds later he goes by himself. `line`: the house's, from which he rings."""

    presses: Mapping[str, str | list[str]] = field(default_factory=dict)
    reaches: Mapping[str, bool | None] = field(default_factory=dict)
    until: str = ""
    called: str = "96128"
    numbers: tuple[str, ...] = ()  # of those who go this way; else each has one that nobody had before
    rung: Callable[[Breakable, str], None] | None = None
    meanwhile: Callable[[Breakable, str], None] | None = None
    goes: Mapping[str, float] = field(default_factory=dict)
    line: Callable[[Breakable], Line] | None = None


class Going:
    """A way, and those who go it, until one has come to its end."""

    def __init__(self, way: Way, *, endless: bool = False) -> None:
        self.way, self.whole, self._endless = way, threading.Event(), endless
        self._numbers = iter(way.numbers or (f"139{n * 100103 % 10**8:08d}" for n in _numbers))
        self._people = 0

    def number(self) -> str:
        """Of the next one."""
        self._people += 1
        assert self._people <= MOST, f"{self.way} has no end"
        return next(self._numbers)

    def over(self) -> None:
        """Somebody has come to its end."""
        if not self._endless:
            self.whole.set()

    def again(self) -> None:
        """There is more to meet."""
        self.whole.clear()


class Leaver(ABC):
    """One of them in one call, in a thread of its own."""

    voice: Voice
    sip_call: str

    def __init__(self, going: Going, number: str = "") -> None:
        self.way, self.number, self._going = going.way, number or going.number(), going
        self.channel, self.call_id, self.stage, self.outcome = "", "", "", ""
        self.beside = False  # it is another's stage
        self.came: list[tuple[str, bool]] = []  # steps of the dialplan, and whether he had hung up before
        self.goes_at, self.left_at = float("inf"), float("inf")
        self.over = threading.Event()
        self._times: dict[str, int] = {}

    @property
    def was_there(self) -> bool:
        """Whether that was the last that he, or who was with him, came to before he hung up."""
        return self.beside or (bool(self.stage) and (self.stage.removesuffix(MIDST) == self.last or self.last.startswith("ask,")))

    @property
    def last(self) -> str:
        """The last step of the dialplan that was begun for him before he hung up."""
        return next((stage for stage, gone in reversed(self.came) if not gone), "")

    def goes(self, stage: str = "", after: float = 0.0) -> None:
        """He hangs up, at that stage if at any."""
        self.stage, self.goes_at = self.stage or stage, time.monotonic() + after

    def is_held(self, stage: str) -> bool:
        """He, or somebody with him, is held at a step: whether he goes there, and hasn't gone and isn't to go at another.
        Where he was to go in the midst of what is over by now he goes here instead."""
        too_late = self.stage.endswith(MIDST) and self.last == stage
        if self.over.is_set() or (self.stage and not too_late):
            return False
        self.beside = self.last != stage
        self.stage, self.goes_at = stage, time.monotonic()
        return True

    def again(self) -> None:
        """Somebody after him is to go the same way."""
        self._going.again()

    def comes_to(self, stage: str, *, gone: bool) -> None:
        """A step of the dialplan."""
        self.came.append((stage, gone))
        if self.way.until and f"{stage},".startswith(f"{self.way.until},") and not self.stage:
            if self.way.meanwhile:
                self.goes()
            else:
                self._going.over()

    def meets(self, what: str) -> None:
        """He hears a sound, or comes to an application: he does what he does there."""
        if what == "Record":
            self.voice.say(tone((700.0,), SAYS))
            self._press("#")
        if what in self.way.goes and not self.stage:
            self.goes(after=self.way.goes[what])
        if not self.stage and (keys := self.way.presses.get(what)) is not None:
            at = self._times[what] = self._times.get(what, -1) + 1
            self._press(keys if isinstance(keys, str) else keys[at] if at < len(keys) else "")

    def _press(self, keys: str) -> None:
        for key in keys:
            if key == " ":
                self.voice.say(SILENCE * 50)
            else:
                self.voice.press(key)

    def call(self) -> None:
        """From the first word to the end; once another has come to the end of this way he has nothing more to do."""
        self._begins()
        end = time.monotonic() + LONGEST
        while not self.outcome:
            if (message := self._comes()) is not None:
                self._minds(message)
            now = time.monotonic()
            enough = self._going.whole.is_set() and not self.stage
            if not self.outcome and (now > min(end, self.goes_at) or enough):
                self.outcome = "left" if enough or now > self.goes_at else "never ended"
                self._leaves()
        self.left_at = time.time()
        self.over.set()
        self._puts_away()
        if not self.stage and not self.way.meanwhile:
            self._going.over()

    @abstractmethod
    def _begins(self) -> None: ...

    @abstractmethod
    def _comes(self) -> Message | None: ...

    @abstractmethod
    def _minds(self, message: Message) -> None: ...

    @abstractmethod
    def _leaves(self) -> None: ...

    @abstractmethod
    def _puts_away(self) -> None: ...


class Caller(Leaver):
    """Who calls the hotline, or from it."""

    def __init__(self, house: Breakable, going: Going) -> None:
        super().__init__(going)
        self._line = self.way.line(house) if self.way.line else None
        self._phone = Telephone(house.port, self._line.name if self._line else self.number, self.way.called)
        self.voice, self.sip_call = self._phone.voice, self._phone.call_id
        self._answered, self._asked = False, 0

    def _begins(self, *headers: str) -> None:
        self._asked += 1
        self._phone.ask("INVITE", self._phone.offer(), *headers, fresh=True)

    def _comes(self) -> Message | None:
        try:
            return self._phone.hears(*ANYTHING, seconds=0.02)
        except AssertionError:
            return None

    def _minds(self, message: Message) -> None:
        if message.first.startswith("BYE "):
            self._phone.answer(message)
            self.outcome = "was hung up on"
        elif message.status == 200 and message.method == "INVITE":
            self._phone.ask("ACK")
            self.voice.to(message.media)
            self._answered = True
        elif message.status == 401 and self._line:
            self._takes_no()
            proof = signed(message, "INVITE", f"sip:{self.way.called}@127.0.0.1:{self._phone.exchange}", self._line.name, self._line.password)
            self._begins(proof, self._line.tells(self.number))
        elif message.status >= 300 and message.method == "INVITE":
            self._takes_no()
            self.outcome = f"was refused with {message.status}"

    def _takes_no(self) -> None:
        phone = self._phone
        phone.send(f"ACK sip:{phone.called}@127.0.0.1:{phone.exchange} SIP/2.0", "ACK", "", kind="", turn=self._asked)

    def _leaves(self) -> None:
        """By BYE, or before he is answered by CANCEL; should he be answered in the same moment, by BYE then."""
        if not self._answered:
            self._phone.ask("CANCEL")
            final = self._phone.hears(200, 4, 5)
            while final.method == "CANCEL":
                final = self._phone.hears(200, 4, 5)
            if final.status != 200:
                self._takes_no()
                return
            self._phone.ask("ACK")
        self._phone.leaves()

    def _puts_away(self) -> None:
        self._phone.__exit__()


@dataclass(frozen=True)
class Post:
    """A message, and where it came from."""

    message: Message
    source: tuple[str, int]


class Board:
    """Where all whom the exchange rings are reached, each by his number; who is expected by nobody is engaged."""

    def __init__(self, port: int) -> None:
        self.port, self._link = port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.bind(("127.0.0.1", port))
        self.expected: dict[str, Callable[[str], queue.SimpleQueue[Post]]] = {}  # told what his telephone calls it
        self._calls: dict[str, queue.SimpleQueue[Post]] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                content, source = self._link.recvfrom(65536)
                with self._lock:
                    self._hands_on(Post(read(content), source))

    def _hands_on(self, post: Post) -> None:
        call, number = post.message["call-id"], re.search(r"sip:(\w+)@", post.message.first)
        if call not in self._calls and post.message.method == "INVITE" and number:
            if (expects := self.expected.get(normalise(number[1]) or number[1])) is None:
                self.answer(post, "486 Busy Here")
                return
            self._calls[call] = expects(call)
        if call in self._calls:
            self._calls[call].put(post)
        elif post.message.first.startswith(("OPTIONS ", "BYE ")):
            self.answer(post)

    def forget(self, number: str, call: str) -> None:
        """He has gone: whatever still comes for him meets nobody."""
        with self._lock:
            self.expected.pop(number, None)
            gone = self._calls.pop(call, None)
        while gone is not None and not gone.empty():
            if (post := gone.get()).message.first.startswith("INVITE "):
                self.answer(post, "486 Busy Here")

    def answer(self, to: Post, status: str = "200 OK", *headers: str, tag: str = "engaged", body: str = "") -> None:
        """Answer what the exchange asked."""
        asked = to.message
        kept = [f"{name}: {value}" for name in ("Via", "Record-Route", "From", "Call-ID", "CSeq") for value in asked.headers.get(name.lower(), [])]
        self.send(f"SIP/2.0 {status}", *kept, f"To: {asked['to']}" + ("" if ";tag=" in asked["to"] else f";tag={tag}"), *headers, body=body, to=to)

    def send(self, first: str, *headers: str, to: Post, body: str = "") -> None:
        kind = ["Content-Type: application/sdp"] if body else []
        self._link.sendto("\r\n".join([first, *headers, *kind, f"Content-Length: {len(body)}", "", body]).encode(), to.source)

    def close(self) -> None:
        self._link.close()


class Rung(Leaver):
    """Who is rung, and picks up at once."""

    def __init__(self, house: Breakable, board: Board, going: Going, number: str = "") -> None:
        super().__init__(going, number)
        self._house, self._board, self.voice, self.sip_call = house, board, Voice("127.0.0.1"), ""
        self._came, self._invite, self._confirmed = queue.SimpleQueue[Post](), list[Post](), False

    def expects(self, sip_call: str) -> queue.SimpleQueue[Post]:
        """His telephone rings: where its messages are to go."""
        self.sip_call = sip_call
        return self._came

    def _begins(self) -> None:
        if self.way.rung is not None:
            self.way.rung(self._house, self.number)

    def _comes(self) -> Message | None:
        try:
            post = self._came.get(timeout=0.02)
        except queue.Empty:
            return None
        self._post = post
        return post.message

    def _minds(self, message: Message) -> None:
        if message.first.startswith("INVITE "):
            self._invite = [self._post]
            self.voice.to(message.media)
            self._board.answer(self._post, "200 OK", self._contact, tag=self._tag, body=self._offer())
        elif message.first.split()[0] in {"BYE", "CANCEL"}:
            self._board.answer(self._post, tag=self._tag)
            self.outcome = "was hung up on"
        elif message.first.startswith("ACK "):
            self._confirmed = True
            self.meets("")
        elif not message.status:
            self._board.answer(self._post, tag=self._tag)

    @property
    def _contact(self) -> str:
        return f"Contact: <sip:{self.number}@127.0.0.1:{self._board.port}>"

    @property
    def _tag(self) -> str:
        return f"rung{self.voice.port}"

    def _offer(self) -> str:
        lines = ["v=0", "o=rung 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio {self.voice.port} RTP/AVP 8 101",
                 "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=ptime:20", "a=sendrecv"]  # fmt: skip
        return "".join(f"{line}\r\n" for line in lines)

    def _leaves(self) -> None:
        """By BYE, once it was confirmed that he picked up; nobody meets a step of the dialplan before."""
        end = time.monotonic() + 8
        while self._invite and not self._confirmed and time.monotonic() < end:
            if (message := self._comes()) is not None:
                self._minds(message)
        for invite in self._invite:
            asked = invite.message
            target = re.findall(r"<(sip:[^>]+)>", asked["contact"])[0]
            via = f"Via: SIP/2.0/UDP 127.0.0.1:{self._board.port};branch=z9hG4bK{time.time_ns():x};rport"
            self._board.send(f"BYE {target} SIP/2.0", via, f"From: {asked['to']};tag={self._tag}", f"To: {asked['from']}", f"Call-ID: {self.sip_call}",
                             "CSeq: 1 BYE", "Max-Forwards: 70", self._contact, to=invite)  # fmt: skip
            end = time.monotonic() + 8
            while (message := self._comes()) is None or message.first.startswith("ACK "):
                assert time.monotonic() < end, "nobody told him that his farewell was heard"

    def _puts_away(self) -> None:
        if self.way.rung is not None:
            self._board.forget(self.number, self.sip_call)
        self.voice.close()
