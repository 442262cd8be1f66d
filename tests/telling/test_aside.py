"""Work beside the process's own: one thread at a time, and what it is at is finished before the process ends."""

import threading
from collections.abc import Callable

from hotline.telling.aside import Aside
from tests.dispatch.town import until


class Slow:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.begun, self.done, self.asked = 0, 0, False
        self.go = threading.Event()

    def __call__(self, ending: Callable[[], bool]) -> None:
        self.begun += 1
        self.go.wait(10)
        self.asked = ending()
        self.done += 1


def test_a_waking_while_it_runs_begins_nothing_and_one_after_it_does() -> None:
    work = Slow()
    beside = Aside("slow", work)
    for _ in range(3):
        beside.wake()
    until(lambda: work.begun == 1)
    work.go.set()
    until(lambda: work.done == 1)
    until(lambda: (beside.wake(), work.begun == 2)[1])
    assert beside.end(seconds=5)


def test_what_it_is_at_is_finished_and_nothing_begins_any_more() -> None:
    work = Slow()
    beside = Aside("slow", work)
    beside.wake()
    until(lambda: work.begun == 1)
    assert not beside.end(seconds=0.05)
    work.go.set()
    assert beside.end(seconds=5)
    beside.wake()
    assert (work.begun, work.done, work.asked) == (1, 1, True)


def test_a_fault_ends_one_waking_and_not_the_next() -> None:
    tried: list[int] = []

    def breaks(_ending: Callable[[], bool]) -> None:
        tried.append(1)
        raise RuntimeError

    beside = Aside("breaks", breaks)
    until(lambda: (beside.wake(), len(tried) >= 2)[1])
    assert beside.end(seconds=5)
