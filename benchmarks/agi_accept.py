"""Measures the accept path: connect to first command, ours beside panoramisk, one client on this machine."""

import argparse
import asyncio
import json
import multiprocessing
import os
import select
import signal
import socket
import sys
import time

ENVIRONMENT = (
    b"agi_network: yes\nagi_network_script: incoming\nagi_request: agi://127.0.0.1/incoming\n"
    b"agi_channel: PJSIP/trunk-00000001\nagi_language: zh\nagi_type: PJSIP\nagi_uniqueid: n-1.1\n"
    b"agi_version: 22\nagi_callerid: 13800138000\nagi_calleridname: x\nagi_callingpres: 0\n"
    b"agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 96128\nagi_rdnis: unknown\n"
    b"agi_context: incoming\nagi_extension: s\nagi_priority: 9\nagi_enhanced: 0.0\n"
    b"agi_accountcode: 20261123145802-0123456789ab\nagi_threadid: 1\n\n"
)
SCRIPT = [("ANSWER",), ("SET VARIABLE", "A", "1"), ("GET VARIABLE", "CALLID")]
ANSWER = b"200 result=1 (20261123145802-0123456789ab)\n"


def ours(port: int, work_ms: float, interval: float) -> None:
    from agi.server import Server

    sys.setswitchinterval(interval)

    def incoming(line) -> None:  # type: ignore[no-untyped-def]
        spin(work_ms)
        for name, *words in SCRIPT:
            line.command(name, *words)

    Server(
        {"incoming": incoming},
        address=("127.0.0.1", port),
        max_sessions=600,
        reuse_port=True,
        at_once=int(os.environ.get("ATONCE", "1")),
    ).run(1)


def panoramisk(port: int, work_ms: float, _interval: float) -> None:
    from panoramisk.fast_agi import Application

    async def incoming(request) -> None:  # type: ignore[no-untyped-def]
        spin(work_ms)
        for name, *words in SCRIPT:
            await request.send_command(" ".join([name, *(f'"{word}"' for word in words)]))

    async def run() -> None:
        application = Application(loop=asyncio.get_running_loop())
        application.add_route("incoming", incoming)
        server = await asyncio.start_server(application.handler, "127.0.0.1", port, backlog=1024)
        await server.serve_forever()

    asyncio.run(run())


def spin(milliseconds: float) -> None:
    until = time.perf_counter() + milliseconds / 1000
    while milliseconds and time.perf_counter() < until:
        pass


class Callers:
    """Many callers in one epoll loop: cheap enough not to be what is measured."""

    def __init__(self, port: int, sessions: int) -> None:
        self.address = ("127.0.0.1", port)
        self.poll = select.epoll()
        self.open: dict[int, tuple[socket.socket, float]] = {}
        self.first: list[float] = []
        self.refused = 0
        for _ in range(sessions):
            self.dial()

    def dial(self) -> None:
        began = time.perf_counter()
        connection = socket.socket()
        connection.connect(self.address)
        connection.setblocking(False)
        connection.send(ENVIRONMENT)
        self.open[connection.fileno()] = (connection, began)
        self.poll.register(connection.fileno(), select.EPOLLIN)

    def hear(self, number: int, again: bool) -> None:
        connection, began = self.open[number]
        try:
            heard = connection.recv(4096)
        except ConnectionError:
            heard = b""
        if heard:
            if began:
                self.first.append(time.perf_counter() - began)
                self.open[number] = (connection, 0.0)
            connection.send(ANSWER)
            return
        self.refused += bool(began)
        del self.open[number]
        connection.close()
        if again:
            self.dial()

    def run(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while self.open:
            for number, _ in self.poll.poll(5):
                self.hear(number, time.perf_counter() < until)


def measure(port: int, sessions: int, seconds: float) -> dict[str, float]:
    began = time.perf_counter()
    callers = Callers(port, sessions)
    callers.run(seconds)
    took = time.perf_counter() - began
    # without the burst in which all begin at once, where there are enough others
    first = sorted(callers.first[2 * sessions :] or callers.first)
    p50, p99 = first[len(first) // 2], first[int(len(first) * 0.99)]
    return {
        "rps": round(len(callers.first) / took),
        "p50_ms": round(p50 * 1000, 1),
        "p99_ms": round(p99 * 1000, 1),
        "refused": callers.refused,
    }


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--work-ms", type=float, default=0)
    options.add_argument("--interval", type=float, default=0.005)
    options.add_argument("--processes", type=int, default=1)
    options.add_argument("--sessions", type=int, nargs="*", default=[50, 200, 500])
    chosen = options.parse_args()
    for port, (name, target, count) in enumerate(
        [("ours", ours, chosen.processes), ("panoramisk", panoramisk, 1)], 14730
    ):
        context = multiprocessing.get_context("spawn")
        arguments = (port, chosen.work_ms, chosen.interval)
        servers = [context.Process(target=target, args=arguments, daemon=True) for _ in range(count)]
        for server in servers:
            server.start()
        time.sleep(4)
        for sessions in chosen.sessions:
            print(name, sessions, json.dumps(measure(port, sessions, chosen.seconds)), flush=True)
        for server in servers:
            os.kill(server.pid or 0, signal.SIGTERM)
            server.join(5)


if __name__ == "__main__":
    main()
