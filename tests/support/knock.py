"""Somebody at the exchange's door with any bytes whatever, and all that he is answered."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress

from tests.support.telephone import Message, read

STRANGER, COLLEAGUE = "127.0.0.9", "127.0.0.3"
_MANY = iter(range(10**9))


def request(method: str, user: str, *headers: str, source: str = STRANGER, body: str = "", agent: str = "friendly-scanner") -> bytes:
    """A request about `user` from somebody who says that he is that."""
    one = f"{next(_MANY)}x{time.time_ns():x}"
    lines = [f"{method} sip:{'' if method == 'REGISTER' else user + '@'}127.0.0.1 SIP/2.0", f"Via: SIP/2.0/UDP {source};branch=z9hG4bK{one};rport",
             f"From: <sip:{user}@127.0.0.1>;tag={one}", f"To: <sip:{user}@127.0.0.1>", f"Call-ID: {one}", f"CSeq: 1 {method}",
             f"Contact: <sip:{user}@{source}>", "Max-Forwards: 70", f"User-Agent: {agent}", *headers, f"Content-Length: {len(body)}", "", body]  # fmt: skip
    return "\r\n".join(lines).encode()


BROKEN = {
    "nothing": b"\0" * 4, "a line": b"OPTIONS\r\n\r\n", "no head": b"\r\n\r\n\r\n", "no via": b"OPTIONS sip:8001@h SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n",
    "a long name": request("REGISTER", "a" * 20_000), "a long header": request("OPTIONS", "8001", "X: " + "y" * 50_000),
    "a thousand headers": request("OPTIONS", "8001", *("X: y" for _ in range(1000))), "a negative length": request("INVITE", "8001").replace(b"Length: 0", b"Length: -1"),
    "a huge length": request("INVITE", "8001").replace(b"Length: 0", b"Length: 99999999999"), "zeros": request("OPTIONS", "80\x0001"),
    "bytes": bytes(range(256)) * 20, "an answer": b"SIP/2.0 200 OK\r\n\r\n", "a huge number": request("INVITE", "8001").replace(b"CSeq: 1 ", b"CSeq: 99999999999 "),
    "brackets": request("INVITE", "8001").replace(b"<", b"<<<<").replace(b">", b""), "formats": request("OPTIONS", "%s%n%x", agent="%s%n" * 50),
    "a sql": request("REGISTER", "8001' OR 1=1--"), "a shell": request("REGISTER", "$(id)`id`"), "an xml": request("INVITE", "8001", body="<" * 9000),
}  # fmt: skip


def knock(port: int, *contents: bytes, source: str = STRANGER, seconds: float = 0.4, most: int = 10_000,
          enough: Callable[[Message], bool] = lambda one: False) -> list[Message]:  # fmt: skip
    """Send these from an address, all at once, and wait that long for whatever comes back, or for so many answers, or
    for one that is enough."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind((source, 0))
        for content in contents:
            link.sendto(content, ("127.0.0.1", port))
        return _answers(link, time.monotonic() + seconds, most, enough)


def _answers(link: socket.socket, end: float, most: int, enough: Callable[[Message], bool]) -> list[Message]:
    came: list[Message] = []
    with suppress(TimeoutError, ConnectionRefusedError):
        while len(came) < most and not any(map(enough, came[-1:])) and (left := end - time.monotonic()) > 0:
            link.settimeout(left)
            came.append(read(link.recv(65536)))
    return came
