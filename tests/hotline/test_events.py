"""Events over the broker, embedded (Valkey) and classic (Redis): they arrive whole, and a broker away fails nobody."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from hotline.events import Bus, Event

RANG = Event("ringing", call_id="20261123120000-0123456789ab", account_id=7, sequence=3, detail={"words": "来电"})


def _heard(bus: Bus, first: threading.Event) -> Iterator[Event]:
    for event in bus.listen(patience=0.1):
        first.set()  # subscribed: what is published from now on arrives
        if event is not None:
            yield event


def test_what_one_process_publishes_another_hears_whole_and_in_order(broker_address: str) -> None:
    heard: list[Event] = []
    subscribed, done = threading.Event(), threading.Event()

    def listen() -> None:
        for event in _heard(Bus(broker_address), subscribed):
            heard.append(event)
            if len(heard) == 3:
                done.set()
                return

    threading.Thread(target=listen, daemon=True).start()
    assert subscribed.wait(5)
    others = [Event("ticket", detail={"number": f"96128-20261123-000{n}"}) for n in range(2)]
    assert Bus(broker_address).publish(RANG, *others)
    assert done.wait(5)
    assert heard == [RANG, *others]


def test_without_a_broker_who_publishes_is_told_and_goes_on(tmp_path: Path) -> None:
    assert Bus(f"unix://{tmp_path}/nobody.sock").publish(RANG) is False


@pytest.mark.timeout(20)
def test_a_broker_that_stands_still_holds_up_nobody_for_longer_than_a_second(broker_address: str) -> None:
    with redis.Redis.from_url(broker_address) as client:
        pid = int(client.info("server")["process_id"])  # type: ignore[index]
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert Bus(broker_address).publish(RANG, RANG) is False
        assert time.monotonic() - began < 3
    finally:
        os.kill(pid, signal.SIGCONT)
    assert Bus(broker_address).publish(RANG)
