"""Many calls at once, as the exchange makes them: one process, one epoll loop, each answer at once."""

import itertools
import secrets
import select
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

_ENVIRONMENT = """agi_network: yes
agi_network_script: incoming
agi_request: agi://127.0.0.1:{port}/incoming
agi_channel: PJSIP/trunk-{number:08x}
agi_language: zh
agi_type: PJSIP
agi_uniqueid: exchange1-1795400000.{number}
agi_version: 22.10.0
agi_callerid: {caller}
agi_calleridname: unknown
agi_callingpres: 0
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: unknown
agi_rdnis: unknown
agi_context: ask
agi_extension: s
agi_priority: 3
agi_enhanced: 0.0
agi_accountcode: {call_id}
agi_threadid: 140{number:012d}
agi_arg_1: {call_id}
agi_arg_2: {caller}
agi_arg_3: 96128

"""
_ANSWER = b"200 result=1\n"
_COMMANDS = 2  # the incoming script sets two variables


@dataclass
class Call:
    """One conversation with the server."""

    connection: socket.socket
    began: float
    commands: int = 0


@dataclass
class Heard:
    """What the callers of one round saw; times in seconds from `connect`."""

    burst: list[float] = field(default_factory=list)  # first commands of the calls that all began at once
    first: list[float] = field(default_factory=list)  # first commands of all calls after those
    whole: list[float] = field(default_factory=list)  # from connect to the server's close
    unanswered: list[float] = field(default_factory=list)  # how long those waited in vain whom the end cut off
    broken: int = 0  # closed before both variables were set
    seconds: float = 0.0


class Callers:
    """`sessions` callers; each calls again as soon as his call is over (closed loop), until the time is up."""

    def __init__(self, port: int, sessions: int) -> None:
        self.port, self.sessions = port, sessions
        self.heard = Heard()
        self._poll = select.epoll()
        self._calls: dict[int, Call] = {}
        self._numbers = itertools.count(1)
        self._run = f"20261123{time.time_ns() // 10**9 % 10**6:06d}"

    def run(self, seconds: float, *, grace: float) -> Heard:
        """Call for `seconds`; whoever is still connected `grace` seconds later is cut off."""
        began = time.perf_counter()
        until = began + seconds
        for _ in range(self.sessions):
            self._dial()
        while self._calls and time.perf_counter() < until + grace:
            for number, _ in self._poll.poll(0.1):
                self._hear(number, again=time.perf_counter() < until)
        self.heard.seconds = time.perf_counter() - began
        self._cut_off()
        return self.heard

    def _dial(self) -> None:
        number = next(self._numbers)
        call_id = f"{self._run}-{secrets.token_hex(6)}"
        words = _ENVIRONMENT.format(port=self.port, number=number, call_id=call_id, caller=13800000000 + number)
        connection = socket.socket()
        call = Call(connection, time.perf_counter())
        connection.connect(("127.0.0.1", self.port))
        connection.send(words.encode())
        connection.setblocking(False)
        self._calls[connection.fileno()] = call
        self._poll.register(connection.fileno(), select.EPOLLIN)

    def _hear(self, number: int, *, again: bool) -> None:
        call = self._calls[number]
        try:
            heard = call.connection.recv(4096)
        except ConnectionError:
            heard = b""
        if not heard:
            self._over(number, call, again=again)
            return
        if not call.commands:
            taken = self.heard.burst if len(self.heard.burst) < self.sessions else self.heard.first
            taken.append(time.perf_counter() - call.began)
        lines = heard.count(b"\n")
        call.commands += lines
        call.connection.send(_ANSWER * lines)

    def _over(self, number: int, call: Call, *, again: bool) -> None:
        if call.commands == _COMMANDS:
            self.heard.whole.append(time.perf_counter() - call.began)
        else:
            self.heard.broken += 1
        del self._calls[number]
        call.connection.close()
        if again:
            self._dial()

    def _cut_off(self) -> None:
        now = time.perf_counter()
        for call in self._calls.values():
            if not call.commands:
                self.heard.unanswered.append(now - call.began)
            call.connection.close()
        self._calls.clear()
        self._poll.close()


def wait_for(port: int, seconds: float = 20) -> None:
    """Until somebody listens there. Looked up, not tried: a connection that closes without a word makes
    panoramisk's server spin for ever."""
    end, wanted = time.monotonic() + seconds, f":{port:04X} 00000000:0000 0A"
    while wanted not in Path("/proc/net/tcp").read_text(encoding="ascii"):
        if time.monotonic() > end:
            raise TimeoutError(f"nobody listens on port {port}")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


