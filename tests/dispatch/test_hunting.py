"""Whom to ring next: the order of a hunt as a table, and what holds for every list."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from dispatch.transfers.hunter import hours_of
from dispatch.transfers.hunting import (
    Duty,
    Nobody,
    Outcome,
    OutOfHours,
    Patience,
    Ring,
    Skip,
    Step,
    next_step,
    outcome_of,
)
from hotline.calendar import keeping
from hotline.calendar.days import WorkingDays
from hotline.calendar.office import office_hours
from hotline.directory.liaisons import Position
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

MORNING = later(hours=-2)
HOURS = office_hours([], WorkingDays(), otherwise="08:30-12:00,14:30-18:00", season="05-01/09-30")
PATIENCE = Patience(a=20, b=15, section=30)
A, B = Duty(Position.A, "甲", "08779601011"), Duty(Position.B, "乙", "08779601012")
SECTION, SAME = Duty(Position.SECTION, "", "08779601013"), Duty(Position.SECTION, "甲", "08779601011")
NONE = Duty(Position.A, "丙", "")


def after(duties: Sequence[Duty], tried: Sequence[Duty] = (), *, at: datetime = MORNING, wait: int = 120) -> Step:
    return next_step(duties, tried, HOURS, patience=PATIENCE, until=at + timedelta(seconds=wait), at=at)


@pytest.mark.parametrize(
    ("duties", "tried", "step"),
    [
        ((A, B, SECTION), (), Ring(A, 20)),
        ((A, B, SECTION), (A,), Ring(B, 15)),
        ((A, B, SECTION), (A, B), Ring(SECTION, 30)),
        ((A, B, SECTION), (A, B, SECTION), Nobody()),
        ((A, SAME), (A,), Nobody()),  # whoever else has the number: it was rung
        ((NONE, B), (), Skip(NONE)),
        ((NONE, B), (NONE,), Ring(B, 15)),
        ((), (), Nobody()),
    ],
)
def test_the_list_is_gone_through_in_its_order(duties: Sequence[Duty], tried: Sequence[Duty], step: Step) -> None:
    assert after(duties, tried) == step


def test_out_of_hours_nobody_is_rung_even_in_the_middle_of_a_hunt() -> None:
    assert after((A, B), at=NOON) == OutOfHours("不在办公时间")
    assert after((A, B), (A,), at=later(hours=-48)) == OutOfHours("周末，不办公")


def test_a_county_rests_on_its_own_holidays_and_the_city_and_other_counties_answer(session: Session, settings: Settings) -> None:
    keeping.keep(session, NOON.date(), NOON.date(), works=False, reason="县庆", county_code="530426", by="office", at=NOON)
    session.flush()
    why = {county: hours_of(session, town.unit(session, code, f"{county}单位", county=county), settings).closed(MORNING)
           for code, county in (("201", "530426"), ("202", "530427"), ("203", ""))}  # fmt: skip
    assert why == {"530426": "县庆，不办公", "530427": "", "": ""}


def test_nobody_is_rung_for_longer_than_the_caller_waits() -> None:
    assert after((A, B), wait=12) == Ring(A, 12)
    assert after((A, B), wait=4) == Nobody()


DUTIES = st.lists(
    st.builds(Duty, st.sampled_from(Position), st.sampled_from("甲乙丙丁"), st.sampled_from(["", "1", "2", "3", "4"])),
    max_size=8,
)


@given(DUTIES, st.integers(0, 200))
def test_every_hunt_ends_rings_no_number_twice_and_passes_nobody_over(duties: list[Duty], wait: int) -> None:
    until, at, tried, rung = MORNING + timedelta(seconds=wait), MORNING, [], []
    for _ in range(len(duties) + 1):
        match next_step(duties, tried, HOURS, patience=PATIENCE, until=until, at=at):
            case Skip(duty):
                tried.append(duty)
            case Ring(duty, seconds):
                tried.append(duty)
                rung.append(duty.number)
                at += timedelta(seconds=seconds)
            case _:
                break
    else:
        pytest.fail("the hunt does not end")
    assert at <= until
    assert len(rung) == len(set(rung))
    order = list(dict.fromkeys(duty.number for duty in duties if duty.number))
    assert rung == order[: len(rung)]
    if at + timedelta(seconds=5) <= until:  # there was time for one more
        assert rung == order


@pytest.mark.parametrize(
    ("cause", "picked_up", "outcome"),
    [
        (17, False, Outcome.BUSY), (21, False, Outcome.BUSY), (1, False, Outcome.NUMBER_INVALID),
        (28, False, Outcome.NUMBER_INVALID), (19, False, Outcome.NO_ANSWER), (0, False, Outcome.NO_ANSWER),
        (16, False, Outcome.NO_ANSWER), (34, False, Outcome.FAILED), (16, True, Outcome.NO_ANSWER),
        (17, True, Outcome.NO_ANSWER),
    ],
)  # fmt: skip
def test_why_a_channel_is_gone_tells_how_the_attempt_ended(cause: int, picked_up: bool, outcome: Outcome) -> None:
    assert outcome_of(cause, picked_up=picked_up) == outcome
