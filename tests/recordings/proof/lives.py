"""How long each call lasted, and each leg of those who met a caller, as the exchange itself noted it."""

import csv
from dataclasses import dataclass

from dispatch.transfers.transfers import PREFIX
from tests.journeys.conftest import House
from tests.recordings.proof.staircase import STEP

CUT_OFF = 2.1  # seconds that an exchange which is killed takes with it: its files are written two seconds at a time
BY_THE_EDGE = 0.5  # seconds by which a recording may be shorter or longer than its call
AT_ONCE = 0.3  # seconds until what is said after the answer is on the line


@dataclass(frozen=True)
class Life:
    """How long a call lasted from its answer on, between which of its seconds what was said may be gone, and by how many
    its recording may be shorter or longer."""

    seconds: float
    spared: tuple[float, float]
    off: float = BY_THE_EDGE

    @classmethod
    def of(cls, seconds: float, *, lost: float = BY_THE_EDGE, off: float = BY_THE_EDGE) -> "Life":
        """One whose last seconds may be gone."""
        return cls(seconds, (seconds - lost - AT_ONCE, seconds), off)

    def spares(self, moment: float) -> bool:
        """Whether the half second that was said then may be gone."""
        return moment + STEP > self.spared[0] and moment < self.spared[1]

    @property
    def steps(self) -> int:
        """How many half seconds can be said in it."""
        return int((self.seconds - AT_ONCE) / STEP)

    @property
    def shortest(self) -> float:
        """How long its recording is at least."""
        return self.seconds - max(self.off, self.spared[1] - self.spared[0])

    @property
    def longest(self) -> float:
        """And at most."""
        return self.seconds + self.off


@dataclass(frozen=True)
class Lives:
    """When each began, by the call's id or the leg's channel; of each that is over, what it lived; and how many of the
    last seconds may be lost."""

    began: dict[str, float]
    of: dict[str, Life]
    lost: float = BY_THE_EDGE


def lives(house: House, *, set_by: float = 0.0, off: float = BY_THE_EDGE) -> Lives:
    """Of all that ended by itself; `set_by`: seconds by which the exchange's clock was set meanwhile."""
    began, ended = _noted(house)
    whole = {key: Life.of(ended[key] - since - set_by, off=off) for key, since in began.items() if key in ended}
    return Lives(began, whole)


def cut_off(house: House, at: float, *, off: float = BY_THE_EDGE) -> Lives:
    """Of all that was under way, or had been, when the exchange was killed."""
    began, ended = _noted(house)
    whole = {key: Life.of(ended[key] - since, off=off) for key, since in began.items() if key in ended}
    killed = {
        key: Life.of(at - since, lost=CUT_OFF, off=off)
        for key, since in began.items()
        if since < at and not ended.get(key, at) < at
    }
    return Lives(began, whole | killed, lost=CUT_OFF)


def _noted(house: House) -> tuple[dict[str, float], dict[str, float]]:
    """The moments at which each recording began and ended: a call's, and a liaison's, when it was answered; an
    operator's when he left his caller for the room in which they meet."""
    began, ended, of = dict[str, float](), dict[str, float](), dict[str, str]()
    for kind, moment, call_id, channel, linked, *_ in csv.reader(house.noted().splitlines()):
        is_call = channel == linked and not channel.startswith(PREFIX)
        key, begins = (
            (call_id if is_call else channel),
            "ANSWER" if is_call or channel.startswith(PREFIX) else "BRIDGE_EXIT",
        )
        if kind == begins and key not in of:
            began[key], of[key] = float(moment), channel
        elif kind == "HANGUP" and of.get(key) == channel:
            ended[key] = float(moment)
    return began, ended
