"""Sounds that any key stops are played by the exchange in one go: on a line of ours to the real exchange."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from agi.errors import SoundMissing
from agi.line import ALL_KEYS, Line, silence
from agi.reply import Reply
from cli.exchange_plan import ExchangePlan
from cli.sip import place
from cli.sip_scenario import Press, Wait

pytestmark = pytest.mark.journey
LIMIT = 30.0


@contextmanager
def served(plan: ExchangePlan, script: Callable[[Line], object], made: type[Line] = Line) -> Iterator[list[object]]:
    """A FastAGI that has one call's caller told something by this script as soon as it is answered; what it came to."""
    came: list[object] = []

    def serve(door: socket.socket) -> None:
        for deed in (lambda line: line.set("WARNED", "yes"), script):
            connection, _ = door.accept()
            with connection:
                line = made(connection)
                line.guard(LIMIT)
                came.append(deed(line))

    host, _, port = plan.agi.rpartition(":")
    with socket.create_server((host, int(port))) as door, ThreadPoolExecutor(1) as thread:
        door.settimeout(LIMIT)
        done = thread.submit(serve, door)
        yield came
        done.result(LIMIT)


@pytest.mark.usefixtures("ears")
@pytest.mark.parametrize("key", "0*#")
def test_a_key_stops_them_all_and_is_told(plan: ExchangePlan, key: str) -> None:
    with served(plan, lambda line: line.play(silence(25), ALL_KEYS)) as came:
        result = place(Wait(2), Press(key, then=1), port=plan.sip_port)
    assert (result.ok, result.failed, came) == (1, 0, [None, key]), result.log


@pytest.mark.usefixtures("ears")
@pytest.mark.parametrize("key", "0*#")
def test_a_key_is_waited_for_while_silence_is_sent(plan: ExchangePlan, key: str) -> None:
    def script(line: Line) -> object:
        line.send_silence()
        return line.listen(1.5), line.listen(20)

    with served(plan, script) as came:
        result = place(Wait(3), Press(key, then=1), port=plan.sip_port)
    assert (result.ok, result.failed, came) == (1, 0, [None, ("", key)]), result.log


def test_one_that_is_not_there_is_told_and_the_others_are_heard(plan: ExchangePlan, ears: Any) -> None:
    def script(line: Line) -> object:
        with pytest.raises(SoundMissing, match="hotline/none"):
            line.play(["silence/1", "hotline/none", "hotline/goodbye"], ALL_KEYS)
        return line.play(silence(2), ALL_KEYS)

    with served(plan, script) as came:
        result = place(Wait(8), port=plan.sip_port)
    assert (result.ok, result.failed, came) == (1, 0, [None, ""]), result.log
    (recording,) = ears.calls()
    assert ears.side(recording, "house") > 1


class Late(Line):
    """A script that is late with each thing it says, as where a hundred others want their turn."""

    def command(self, name: str, *arguments: object, within: float | None = None) -> Reply:
        time.sleep(0.1)
        return super().command(name, *arguments, within=within)


@pytest.mark.parametrize("waits", [False, True])
def test_between_them_the_recording_does_not_stand_still(plan: ExchangePlan, ears: Any, waits: bool) -> None:
    """Of a caller who sends nothing, however late we are: twelve times nothing is asked of us, or a key is waited for."""
    sounds = [*["silence/1"] * 12, "hotline/goodbye"]

    def script(line: Line) -> object:
        line.send_silence()
        return [line.listen(1) for _ in range(12)] if waits else line.play(sounds, ALL_KEYS)

    with served(plan, script, Late):
        result = place(Wait(18), port=plan.sip_port)
    assert (result.ok, result.failed) == (1, 0), result.log
    (recording,) = ears.calls()
    assert ears.hear(recording).seconds == pytest.approx(ears.spool.lived(recording.stem), abs=0.3)
