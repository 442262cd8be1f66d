"""A telephone of few lines that does what SIPp has no words for: each message is a test's own, to the byte."""

import hashlib
import itertools
import re
import socket
import time
from dataclasses import dataclass, field
from typing import Self

from tests.support.sound import Voice

_calls = itertools.count(1)
CODECS = {8: "PCMA/8000", 0: "PCMU/8000", 9: "G722/8000", 18: "G729/8000", 101: "telephone-event/8000"}


@dataclass(frozen=True)
class Message:
    """One SIP message, in or out."""

    first: str
    headers: dict[str, list[str]]
    body: str

    @property
    def status(self) -> int:
        """Of an answer; 0 of a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of a request, or of what is answered."""
        return self["cseq"].split()[-1]

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, [""])[0]

    @property
    def media(self) -> int:
        """The port that its sound is to go to; 0 where it names none."""
        found = re.search(r"^m=audio (\d+)", self.body, re.MULTILINE)
        return int(found[1]) if found else 0


def read(content: bytes) -> Message:
    """A message as it came."""
    head, _, body = content.decode(errors="replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return Message(first, headers, body)


def signed(asked: Message, method: str, target: str, name: str, password: str) -> str:
    """The header by which who is asked for a password shows that he knows it."""
    given = dict(re.findall(r'(\w+)="?([^",]+)', asked["www-authenticate"]))
    first, second = _md5(f"{name}:{given['realm']}:{password}"), _md5(f"{method}:{target}")
    proof = _md5(f"{first}:{given['nonce']}:00000001:abc:auth:{second}")
    return (f'Authorization: Digest username="{name}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{target}", '
            f'response="{proof}", qop=auth, nc=00000001, cnonce="abc", opaque="{given["opaque"]}", algorithm=MD5')  # fmt: skip


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Telephone:
    """One call of one caller; `exchange` is the port that he sends to."""

    exchange: int
    caller: str = "13887712345"
    called: str = "96128"
    address: str = "127.0.0.1"
    codecs: tuple[int, ...] = (8, 101)
    at: int = 0  # the port that it is rung at; 0: any
    heard: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.bind((self.address, self.at))
        self.port = self._link.getsockname()[1]
        self.voice = Voice(self.address)
        self.call_id = f"{next(_calls)}-{self.port}-{time.time_ns()}@{self.address}"
        self._turn, self._theirs, self._target = 0, "", f"sip:{self.called}@127.0.0.1:{self.exchange}"
        self._branch, self._answered, self._up = "", False, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._up:  # a test broke off: nobody waits for him
            self.ask("BYE")
        self.voice.close()
        self._link.close()

    def offer(self, *, way: str = "sendrecv", version: int = 1, port: int | None = None) -> str:
        """What he can hear and how his sound goes, as SDP."""
        lines = ["v=0", f"o=caller 1 {version} IN IP4 {self.address}", "s=-", f"c=IN IP4 {self.address}", "t=0 0",
                 f"m=audio {self.voice.port if port is None else port} RTP/AVP {' '.join(map(str, self.codecs))}",
                 *(f"a=rtpmap:{number} {CODECS[number]}" for number in self.codecs), "a=ptime:20", f"a={way}"]  # fmt: skip
        return "".join(f"{line}\r\n" for line in lines)

    def ask(self, method: str, body: str = "", *headers: str, kind: str = "application/sdp", turn: int = 0, fresh: bool = False) -> None:
        """Send a request within the call (the first INVITE begins it); `fresh`: dial once more, as if nothing had been."""
        if fresh:
            self._theirs, self._target = "", f"sip:{self.called}@127.0.0.1:{self.exchange}"
        if method not in {"ACK", "CANCEL"}:
            self._turn += 1
        self._up = (self._up or (method == "ACK" and self._answered)) and method != "BYE"
        if method != "CANCEL":
            self._branch = f"z9hG4bK{time.time_ns():x}"
        self.send(f"{method} {self._first if method == 'CANCEL' else self._target} SIP/2.0", method, body, *headers, kind=kind, turn=turn or self._turn)
        if method == "INVITE":
            self._first = self._target

    def send(self, first: str, method: str, body: str, *headers: str, kind: str, turn: int) -> None:
        lines = [first, f"Via: SIP/2.0/UDP {self.address}:{self.port};branch={self._branch};rport",
                 f"From: <sip:{self.caller}@{self.address}>;tag=ours{self.port}",
                 f"To: <sip:{self.called}@127.0.0.1>{'' if method == 'CANCEL' else self._theirs}", f"Call-ID: {self.call_id}",
                 f"CSeq: {turn} {method}", f"Contact: <sip:{self.caller}@{self.address}:{self.port}>", "Max-Forwards: 70",
                 *headers, *([f"Content-Type: {kind}"] if body else []), f"Content-Length: {len(body)}", "", body]  # fmt: skip
        self.raw("\r\n".join(lines).encode())

    def raw(self, content: bytes) -> None:
        """Exactly these bytes."""
        self._last = content
        self._link.sendto(content, ("127.0.0.1", self.exchange))

    def again(self) -> None:
        """The last bytes once more."""
        self.raw(self._last)

    def answer(self, to: Message, status: str = "200 OK", body: str = "") -> None:
        """Answer what the exchange asked."""
        kept = [f"{name}: {value}" for name in ("Via", "From", "Call-ID", "CSeq") for value in to.headers.get(name.lower(), [])]
        kept += [f"To: {to['to']}" + ("" if ";tag=" in to["to"] else f";tag=ours{self.port}")]
        contact = [f"Contact: <sip:{self.caller}@{self.address}:{self.port}>"]
        kept += contact + (["Content-Type: application/sdp"] if body else [])
        self._link.sendto("\r\n".join([f"SIP/2.0 {status}", *kept, f"Content-Length: {len(body)}", "", body]).encode(), ("127.0.0.1", self.exchange))

    def hears(self, *wanted: int | str, seconds: float = 8) -> Message:
        """The next message that is one of these answers (200; 1 for any of its hundred) or requests (BYE)."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._link.settimeout(left)
            try:
                message = read(self._link.recv(65536))
            except TimeoutError:
                break
            self.heard.append(message)
            self._note(message)
            if {message.status, message.status // 100, message.first.split()[0]} & set(wanted):
                return message
        raise AssertionError(f"{wanted} did not come within {seconds} s, but {[m.first for m in self.heard]}")

    def rings(self, body: str | None = None, *headers: str) -> Message:
        """Dial, be answered, and say so; his sound goes where the answer says."""
        self.ask("INVITE", self.offer() if body is None else body, *headers)
        return self.taken()

    def taken(self) -> Message:
        """The answer to an INVITE, acknowledged."""
        answer = self.hears(200)
        self.ask("ACK")
        self.voice.to(answer.media)
        return answer

    def leaves(self) -> None:
        """Hang up, and be told that it was heard."""
        self.ask("BYE")
        while self.hears(200, 481).method != "BYE":
            pass

    def _note(self, message: Message) -> None:
        self._answered = self._answered or (message.status == 200 and message.method == "INVITE")
        self._up = self._up and message.first[:4] != "BYE "
        if message.status > 100 and message.method == "INVITE":
            if tag := re.search(r";tag=[^;>]+", message["to"]):
                self._theirs = tag[0]
            if contact := re.search(r"<(sip:[^>]+)>", message["contact"]):
                self._target = contact[1]
