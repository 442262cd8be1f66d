"""Whatever comes over the exchange's two wires: the door refuses it in its own words, and no call hangs on it."""

import itertools
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import example, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from agi.errors import LineError
from agi.line import Line
from ami_listener.messages import read
from hotline.exchange.errors import LinkError
from hotline.exchange.messages import Event, Frames

WORDS = st.sampled_from([b"200 result=", b"200 result=1 (", b"HANGUP\n", b"511 ", b"520-", b"520 End", b"100 Trying", b"endpos=", b"-1", b"(timeout)",
                         b"\n", b"\r\n", b"agi_network: yes\n", b"agi_arg_1: ", b"agi_callerid: ", b"\x00", b"\xff", b"9" * 40])  # fmt: skip
SAID = st.lists(WORDS | st.binary(max_size=40), max_size=20).map(b"".join)
HEADERS = st.sampled_from([b"Event: ", b"Hangup", b"UserEvent", b"Stage", b"AgentConnect", b"Cause: ", b"Uniqueid: liaison-", b"ChanVariable: CALLID=",
                           b"ActionID: ", b"Response: ", b":", b"\r\n", b"\r\n\r\n", b"\n", b"\xff", b"Device: PJSIP/8", b"Interface: PJSIP/8001"])  # fmt: skip
TOLD = st.lists(HEADERS | st.binary(max_size=40), max_size=40).map(b"".join)
VERBS = ("answer", "stream", "ask", "listen", "get", "set", "record", "run")
DESCRIBED = b"agi_network: yes\nagi_network_script: x\n\n"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
PATIENCE = 0.05
HERE = Path(__file__).parents[2]


def speaks(line: Line, verb: str) -> object:
    """One verb of a script, with what it needs."""
    match verb:
        case "ask":
            return line.ask(["x"], digits=3, timeout=1)
        case "record":
            return line.record("/tmp/x", limit=PATIENCE)
        case "collect":
            return line.collect("x", digits=3, timeout=PATIENCE)
        case "stored" | "set":
            return getattr(line, verb)("family", "key")
        case "run":
            return line.run("Record", "x", within=PATIENCE)
        case "listen":
            return line.listen(1)
        case "answer":
            return line.answer()
    return getattr(line, verb)("x")


def conversation(said: bytes, verbs: Sequence[str]) -> None:
    """An exchange that says just that and then closes: values, or an error of the line's own."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        began, line = monotonic(), None
        try:
            line = Line(ours, environment_within=PATIENCE, answer_within=PATIENCE)
            for verb in verbs:
                speaks(line, verb)
        except LineError:
            pass
        assert monotonic() - began < 5, "a call hangs"
        assert not any(map(CONTROL.search, line.env.values() if line else ())), "what is told of a call could end a line"


def told(content: bytes, cuts: Sequence[int]) -> None:
    """The manager's bytes, however they are cut: events are read, or the link is given up."""
    frames = Frames()
    places = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    try:
        for start, end in itertools.pairwise(places):
            for message in frames.feed(content[start:end]):
                if "Event" in message.headers:
                    read(Event(message).headers)
    except LinkError:
        pass


@trying(max_examples=150, deadline=None)
@given(said=SAID, described=st.booleans(), verbs=st.lists(st.sampled_from(VERBS), max_size=4))
@example(said=b"agi_arg_1: a\x00b\n\n", described=False, verbs=["get"])
def test_no_exchange_breaks_a_script(said: bytes, described: bool, verbs: list[str]) -> None:
    conversation((DESCRIBED if described else b"") + said, verbs)


@trying(max_examples=200, deadline=None)
@given(content=TOLD, cuts=st.lists(st.integers(0, 10**6), max_size=6))
def test_no_bytes_break_the_reading_of_events(content: bytes, cuts: list[int]) -> None:
    told(content, cuts)


@given(content=TOLD, cuts=st.lists(st.integers(0, 10**6), max_size=6))
def test_events_are_the_same_however_their_bytes_are_cut(content: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    frames = Frames()
    pieces = [m.response for a, b in itertools.pairwise(places) for m in frames.feed(content[a:b])]
    assert pieces == [message.response for message in Frames().feed(content)]


@pytest.mark.proof
@trying(max_examples=5_000, deadline=None)
@given(said=SAID, described=st.booleans(), verbs=st.lists(st.sampled_from(VERBS), max_size=6))
def test_five_thousand_exchanges_break_no_script(said: bytes, described: bool, verbs: list[str]) -> None:
    conversation((DESCRIBED if described else b"") + said, verbs)


@pytest.mark.proof
@trying(max_examples=20_000, deadline=None)
@given(content=TOLD, cuts=st.lists(st.integers(0, 10**6), max_size=6))
def test_twenty_thousand_streams_break_no_reading(content: bytes, cuts: list[int]) -> None:
    told(content, cuts)


@pytest.mark.proof
@pytest.mark.timeout(240)
@pytest.mark.parametrize("wire", ["agi", "ami"])
def test_bytes_that_were_bred_for_it_break_nothing(wire: str) -> None:
    pytest.importorskip("atheris", reason="atheris is there for Linux on x86_64 alone")
    command = [sys.executable, "-m", "tests.agi.fuzz_wires", wire, "-max_total_time=45", "-max_len=2000", "-timeout=10"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, errors="replace", timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    found = re.search(r"Done (\d+) runs", done.stderr)
    assert found
    assert int(found[1]) > 10_000
