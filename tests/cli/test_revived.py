"""An exchange that died is started again, one that was stopped is not, and one that dies at once is given time; one whose
clock was set is started anew."""

from dataclasses import dataclass, field

import pytest

from cli import revived
from cli.engine import ExchangeError
from cli.revived import PAUSE, SURE, Revived
from cli.supervisor import Supervisor


@dataclass
class Stage:
    """An exchange that lives or doesn't, and a clock."""

    at: float = 100.0
    dead: bool = False
    starts: list[float] = field(default_factory=list)
    comes_back: bool = True
    set_by: float = 0.0  # seconds

    def has_died(self) -> bool:
        return self.dead

    def start(self) -> None:
        self.starts.append(self.at)
        if not self.comes_back:
            raise ExchangeError("no image")
        self.dead = False

    def jumped(self) -> float:
        by, self.set_by = self.set_by, 0.0
        return by


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setattr(revived, "monotonic", lambda: made.at)
    return made


def watched(stage: Stage, seconds: float) -> list[float]:
    """When it was started, looked at twice a second for so long."""
    supervisor, began = Supervisor(), stage.at
    supervisor.exchanges.append(Revived(stage, clock=stage))
    while stage.at < began + seconds:
        supervisor.tend()
        stage.at += 0.5
    return [moment - began for moment in stage.starts]


def test_who_lives_is_left_alone(stage: Stage) -> None:
    assert watched(stage, 30) == []


def test_who_died_is_started_once_it_is_sure(stage: Stage) -> None:
    stage.dead = True
    assert watched(stage, 30) == [SURE]


def test_who_does_not_come_back_is_tried_again_after_a_pause(stage: Stage) -> None:
    stage.dead, stage.comes_back = True, False
    assert watched(stage, 25) == [SURE, SURE + PAUSE, SURE + 2 * PAUSE]


@pytest.mark.parametrize(("by", "anew"), [(-3600, True), (-11, True), (-9, False), (59, False), (3600, True)])
def test_one_whose_clock_was_set_is_started_anew_once_when_its_calls_cannot_bear_it(stage: Stage, by: float, anew: bool) -> None:
    stage.set_by = by
    assert watched(stage, 30) == ([0.0] if anew else [])


def test_a_supervisor_that_stops_starts_nobody(stage: Stage) -> None:
    supervisor = Supervisor()
    supervisor.exchanges.append(Revived(stage))
    supervisor.stop()
    stage.dead = True
    for _ in range(5):
        supervisor.tend()
        stage.at += 1
    assert stage.starts == []
