"""What a house takes while it is used, looked at again and again: what is more in the last third of the time than in the first."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread

from tests.support.processes import descriptors, resident, sockets, threads
from tests.support.remains import Console, channels

Sample = dict[tuple[str, str], float]  # of which process, what: how much
ALLOWED = {"megabytes": (0.05, 4.0), "threads": (0.1, 3.0), "sockets": (0.1, 3.0), "descriptors": (0.1, 3.0), "channels": (0.1, 3.0)}
"""Of each a share, and so much besides: calls come evenly, yet at two moments there is never the same number."""


def sample(console: Console, pids: Mapping[str, int]) -> Sample:
    """All of it now."""
    taken: Sample = {("exchange", "channels"): channels(console)}
    for name, pid in pids.items():
        taken |= {(name, "megabytes"): resident(pid), (name, "threads"): threads(pid),
                  (name, "sockets"): sockets(pid), (name, "descriptors"): descriptors(pid)}  # fmt: skip
    return taken


@contextmanager
def watched(console: Console, pids: Mapping[str, int], *, every: float) -> Iterator[dict[float, Sample]]:
    """What is taken in here, each so many seconds: by the seconds that have passed."""
    samples, over, began = dict[float, Sample](), Event(), time.monotonic()

    def look() -> None:
        while not over.wait(every):
            samples[time.monotonic() - began] = sample(console, pids)

    looking = Thread(target=look)
    looking.start()
    try:
        yield samples
    finally:
        over.set()
        looking.join()


def thirds(samples: Sequence[Sample]) -> dict[tuple[str, str], tuple[float, float]]:
    """The median of each in the first third and in the last; the warm-up is no longer among the samples."""
    many = len(samples) // 3
    return {what: (median(one[what] for one in samples[:many]), median(one[what] for one in samples[-many:])) for what in samples[0]}


def grown(found: Mapping[tuple[str, str], tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """What is more than it may be."""
    return {" ".join(what): (first, last) for what, (first, last) in found.items() if last > most(what[1], first)}


def most(what: str, first: float) -> float:
    """How much there may be in the last third."""
    share, besides = ALLOWED[what]
    return first * (1 + share) + besides


def words(found: Mapping[tuple[str, str], tuple[float, float]]) -> str:
    """Memory of each process, and how many were there, for people."""
    sizes = ", ".join(f"{name} {first:.0f} → {last:.0f}" for (name, what), (first, last) in found.items() if what == "megabytes")
    first, last = found["exchange", "channels"]
    return f"MB {sizes}; channels {first:.0f} → {last:.0f}"
