"""What wakes the sweeps goes on when the clock is set; Celery's own sleeps until it is as late again."""

from datetime import timedelta

import pytest
import time_machine
from celery import Celery
from celery.beat import Scheduler

from dispatch.sweeps.beat import Beat
from hotline import clock
from tests.conftest import NOON


@pytest.fixture
def app() -> Celery:
    made = Celery("test", broker="memory://")
    made.conf.beat_schedule = {name: {"task": name, "schedule": seconds} for name, seconds in (("sweep", 2.0), ("tell", 3.0))}
    return made


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock that nobody sets, to be put on by hand."""
    seconds = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: seconds[0])
    return seconds


def sent(kind: type[Scheduler], app: Celery, lasting: list[float], *, jump: timedelta) -> list[str]:
    """What was sent in ten seconds, after the clock jumped amid them."""
    told: list[str] = []
    with time_machine.travel(NOON, tick=False) as day:
        scheduler = kind(app)
        scheduler.apply_entry = lambda entry, producer=None: told.append(entry.name)
        for second in range(10):
            while scheduler.tick() == 0:
                pass
            day.shift(1)
            lasting[0] += 1
            if second == 4:
                told.clear()
                day.shift(jump)
    return told


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_clock_that_is_set_keeps_nobody_waiting(app: Celery, lasting: list[float], hours: int) -> None:
    told = sent(Beat, app, lasting, jump=timedelta(hours=hours))
    assert set(told) == {"sweep", "tell"}
    assert told.count("sweep") <= 3


def test_celerys_own_would_wait_for_an_hour(app: Celery, lasting: list[float]) -> None:
    assert sent(Scheduler, app, lasting, jump=timedelta(hours=-1)) == []
