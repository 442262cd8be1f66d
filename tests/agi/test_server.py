"""The FastAGI server over real sockets: full, broken, mute, drained, and always towards a person."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from agi.errors import LineError
from agi.line import Line
from agi.server import Server

ENVIRONMENT = (
    b"agi_network: yes\nagi_network_script: incoming\nagi_callerid: 13800138000\n"
    b"agi_accountcode: 20261123145802-0123456789ab\n\n"
)


def calling(server: Server, environment: bytes = ENVIRONMENT) -> socket.socket:
    connection = socket.create_connection(server.address, timeout=5)
    connection.sendall(environment)
    return connection


def heard(connection: socket.socket) -> bytes:
    try:
        return connection.recv(4096)
    except ConnectionError:
        return b""


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def answering(line: Line) -> None:
    line.answer()


def breaking(line: Line) -> None:
    line.answer()
    raise RuntimeError("no answer for 13800138000")


class Unspeakable(LineError):
    """Even to say what is wrong goes wrong."""

    def __str__(self) -> str:
        raise RuntimeError


def failing(_line: Line) -> None:
    raise Unspeakable


@pytest.fixture
def server() -> Iterator[Server]:
    scripts = {"incoming": answering, "broken": breaking}
    with Server(scripts, address=("127.0.0.1", 0), max_sessions=3, environment_within=0.5).start() as running:
        yield running


def test_a_call_is_served_by_its_script_and_counted(server: Server) -> None:
    with calling(server) as call:
        assert heard(call) == b"ANSWER\n"
        assert server.counts().active == 1
        call.sendall(b"200 result=0\n")
        assert heard(call) == b""
    until(lambda: server.counts().served == 1)
    assert server.counts().active == 0


def test_a_script_that_breaks_leaves_the_caller_to_the_dialplan_and_its_log_names_no_number(server: Server) -> None:
    with capture_logs([merge_contextvars]) as logs, calling(server, ENVIRONMENT.replace(b"incoming", b"broken")) as call:
        assert heard(call) == b"ANSWER\n"
        call.sendall(b"200 result=0\n")
        assert heard(call) == b""
        until(lambda: server.counts().failed == 1)
    (entry,) = (log for log in logs if log["event"] == "script failed")
    assert entry["call_id"] == "20261123145802-0123456789ab"
    assert entry["fault"] == "RuntimeError"
    assert "138" not in repr(logs).replace(entry["call_id"], "")


def test_each_line_of_the_log_has_the_id_of_its_call_also_where_one_thread_serves_one_after_the_other() -> None:
    def asked(script: bytes, number: int) -> None:
        told = ENVIRONMENT.replace(b"incoming", script).replace(b"0123456789ab", b"%012d" % number)
        with calling(server, told) as call:
            while heard(call):
                call.sendall(b"200 result=1\n")

    scripts = {"incoming": answering, "failing": failing}
    with capture_logs([merge_contextvars]) as logs, Server(scripts, address=("127.0.0.1", 0), max_sessions=1).start() as server:
        for number, script in enumerate((b"incoming", b"failing", b"unknown", b"incoming")):
            asked(script, number)
            until(lambda: server.counts().active == 0)
        with calling(server, b"nothing\n\n") as mute:
            assert heard(mute) == b""
    found = [(log["event"], str(log.get("call_id"))[-1:]) for log in logs if log["event"] != "listening"]
    assert found[:4] == [("script ended", "0"), ("session failed", "1"), ("no such script", "2"), ("script ended", "3")]
    assert {call for _, call in found[4:]} == {""}


def test_an_unknown_script_leaves_the_caller_to_the_dialplan(server: Server) -> None:
    with calling(server, ENVIRONMENT.replace(b"incoming", b"../etc/passwd")) as call:
        assert heard(call) == b""
    until(lambda: server.counts().failed == 1)


def test_a_caller_who_hangs_up_is_no_failure(server: Server) -> None:
    with calling(server) as call:
        heard(call)
        call.sendall(b"HANGUP\n200 result=-1\n")
        assert heard(call) == b""
    until(lambda: server.counts().served == 1)
    assert server.counts().failed == 0


def test_a_full_server_closes_the_next_call_at_once_and_takes_the_one_after(server: Server) -> None:
    calls = [calling(server) for _ in range(3)]
    assert [heard(call) for call in calls] == [b"ANSWER\n"] * 3
    began = time.monotonic()
    for _ in range(20):
        with calling(server) as refused:
            assert heard(refused) == b""
    assert time.monotonic() - began < 1
    assert server.counts().refused == 20
    calls[0].close()
    until(lambda: server.counts().active == 2)
    with calling(server) as taken:
        assert heard(taken) == b"ANSWER\n"
    for call in calls:
        call.close()


@pytest.mark.parametrize("said", [b"", b"agi_network: yes\n"])
def test_a_peer_that_does_not_describe_its_call_is_let_go(server: Server, said: bytes) -> None:
    with calling(server, said) as mute:
        began = time.monotonic()
        mute.settimeout(10)
        assert heard(mute) == b""
        assert time.monotonic() - began < 8
    until(lambda: server.counts().active == 0)


def test_peers_that_say_nothing_take_no_place_from_callers(server: Server) -> None:
    mute = [calling(server, b"") for _ in range(5)]
    with calling(server) as call:
        assert heard(call) == b"ANSWER\n"
    for peer in mute:
        peer.close()


def test_garbage_breaks_nothing(server: Server) -> None:
    for garbage in (b"\x00\xff" * 4000 + b"\n\n", b"\n\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"a" * 200_000):
        with calling(server, b"") as peer:
            try:
                peer.sendall(garbage)
                heard(peer)
            except ConnectionError:
                continue
    until(lambda: server.counts().active == 0)
    with calling(server) as call:
        assert heard(call) == b"ANSWER\n"


def test_draining_lets_the_open_call_end_and_takes_no_other(server: Server) -> None:
    call = calling(server)
    assert heard(call) == b"ANSWER\n"
    drained: list[bool] = []
    thread = threading.Thread(target=lambda: drained.append(server.drain(5)))
    thread.start()
    time.sleep(0.1)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(server.address, timeout=1)
    call.sendall(b"200 result=0\n")
    assert heard(call) == b""
    thread.join(5)
    assert drained == [True]
    assert server.counts().served == 1


def test_stopping_cuts_the_open_calls_and_does_not_hang(server: Server) -> None:
    call = calling(server)
    assert heard(call) == b"ANSWER\n"
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 2
    assert heard(call) == b""


PROGRAM = """
from agi.server import Server
server = Server({"incoming": lambda line: line.answer()}, address=("127.0.0.1", 0), max_sessions=4)
print(server.address[1], flush=True)
server.run(drain_within=5)
print("drained", flush=True)
"""


def test_sigterm_drains_the_process() -> None:
    program = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        until(lambda: _accepts(port))
        with socket.create_connection(("127.0.0.1", port), timeout=5) as call:
            call.sendall(ENVIRONMENT)
            assert heard(call) == b"ANSWER\n"
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            assert process.poll() is None
            call.sendall(b"200 result=0\n")
            assert heard(call) == b""
        try:
            assert "drained" in process.communicate(timeout=30)[0]
        finally:
            process.kill()
        assert process.returncode == 0


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_thousand_calls_leave_no_thread_and_no_descriptor_behind() -> None:
    with Server({"incoming": answering}, address=("127.0.0.1", 0), max_sessions=32).start() as server:
        descriptors = len(os.listdir("/proc/self/fd"))
        threads = threading.active_count()

        def call_many() -> None:
            for _ in range(50):
                with calling(server) as call:
                    assert heard(call) == b"ANSWER\n"
                    call.sendall(b"200 result=0\n")
                    assert heard(call) == b""

        callers = [threading.Thread(target=call_many) for _ in range(20)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(30)
        until(lambda: server.counts().served == 1000)
        assert threading.active_count() == threads
        assert len(os.listdir("/proc/self/fd")) <= descriptors
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("agi-")]


def test_a_script_that_keeps_its_turn_holds_nobody_up() -> None:
    free = threading.Event()

    def stuck(line: Line) -> None:
        free.wait(10)
        line.answer()

    scripts = {"incoming": answering, "stuck": stuck}
    with Server(scripts, address=("127.0.0.1", 0), max_sessions=8).start() as server:
        held = [calling(server, ENVIRONMENT.replace(b"incoming", b"stuck")) for _ in range(3)]
        until(lambda: server.counts().active == 3)
        began = time.monotonic()
        with calling(server) as call:
            assert heard(call) == b"ANSWER\n"
            call.sendall(b"200 result=0\n")
            assert heard(call) == b""
        assert time.monotonic() - began < 1.5
        free.set()
        assert [heard(call) for call in held] == [b"ANSWER\n"] * 3
        for call in held:
            call.close()
        until(lambda: server.counts().active == 0)


def test_many_turns_pass_by_a_script_that_keeps_its_own() -> None:
    free = threading.Event()

    def stuck(_line: Line) -> None:
        free.wait(20)

    def talking(line: Line) -> None:
        for _ in range(10):
            line.answer()

    with (
        Server({"incoming": talking, "stuck": stuck}, address=("127.0.0.1", 0), max_sessions=24).start() as server,
        calling(server, ENVIRONMENT.replace(b"incoming", b"stuck")),
    ):
        until(lambda: server.counts().active == 1)

        def talk() -> None:
            with calling(server) as call:
                while heard(call):
                    call.sendall(b"200 result=0\n")

        callers = [threading.Thread(target=talk) for _ in range(20)]
        began = time.monotonic()
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(20)
        assert time.monotonic() - began < 3, "two hundred turns stood in line behind one"
        free.set()


def test_an_exchange_that_goes_mute_in_a_call_loses_only_that_call() -> None:
    with Server({"incoming": answering}, address=("127.0.0.1", 0), max_sessions=4, answer_within=0.3).start() as server:
        with calling(server) as mute, calling(server) as other:
            assert heard(mute) == heard(other) == b"ANSWER\n"
            other.sendall(b"200 result=0\n")
            assert heard(other) == b""
            until(lambda: server.counts().failed == 1)
        assert server.counts().served == 1
