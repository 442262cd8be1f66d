"""How long who waits may have to wait: told only when it is known, and with his place in four seconds."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from dispatch.calls import desk
from dispatch.line.pace import Pace, pace
from dispatch.line.standing import LAST, LONGEST, MINUTES, joined, prompts, spoken
from hotline.accounts.roles import Role
from hotline.settings import Settings
from hotline.voice import alaw
from hotline.voice.prompts import sound_path, texts
from tests.dispatch import town
from tests.dispatch.town import later

AT = later(hours=2)
SOUNDS = {name: sound_path(name).read_bytes() for name in texts() if name.startswith(("place_", "wait_", "key_"))}


def talked(session: Session, *minutes: float, ago: float = 5, ready: int = 1) -> None:
    """So long talks ended some minutes ago, and so many operators take calls."""
    for n in range(max(1, ready)):
        account = town.somebody(session, Role.OPERATOR, login=f"o{n}", extension=f"800{n}")
        there = desk.set_readiness(session, account, desk.Readiness.READY if n < ready else desk.Readiness.PAUSED, at=AT)
        there.phone_up = True
    for n, length in enumerate(minutes):
        ended = AT - timedelta(minutes=ago)
        town.call(session, f"talk-{n}")
        row = desk.offer(session, f"talk-{n}", account, at=ended - timedelta(minutes=length))
        assert row is not None
        row.answered_at, row.ended_at, row.outcome = ended - timedelta(minutes=length), ended, "done"
    session.flush()


def test_it_is_what_talks_of_the_last_hour_lasted_for_each_who_takes_calls(session: Session, settings: Settings) -> None:
    talked(session, 2, 3, 4, 3, 3, ready=2)
    assert pace(session, settings=settings, at=AT) == Pace(180, 2)
    assert [Pace(180, 2).minutes(place) for place in (1, 2, 3, 4)] == [2, 3, 5, 6]
    assert Pace(20, 1).minutes(1) == 0


@pytest.mark.parametrize("why", ["too few", "long ago", "nobody takes calls"])
def test_unknown_it_is_not_said(session: Session, settings: Settings, why: str) -> None:
    talked(session, *[3] * (4 if why == "too few" else 5), ago=61 if why == "long ago" else 5, ready=0 if why == "nobody takes calls" else 1)
    assert pace(session, settings=settings, at=AT) is None
    assert prompts(3, None, key="key_place") == [("place_3", "key_place"), ("place_3",)]


@pytest.mark.parametrize(("seconds", "said"), [(5, "wait_0"), (50, "wait_3"), (250, "wait_15"), (900, "wait_over")])
def test_a_time_is_rounded_up_to_one_that_there_are_words_for(seconds: int, said: str) -> None:
    assert prompts(3, Pace(seconds, 1), key="key_message")[0] == ("place_3", said, "key_message")


@pytest.mark.parametrize("key", ["key_message", "key_place"])
def test_place_and_time_are_said_in_four_seconds_whatever_they_are(key: str) -> None:
    for place in range(1, LAST + 1):
        for minutes in (None, 0, *MINUTES, 99):
            known = None if minutes is None else Pace(minutes * 60 / place, 1)
            sound = spoken(place, known, key=key, sounds=SOUNDS)
            both = ("place_3", "wait_3") if known and place < LAST else ("place_3",)
            assert len(sound) / alaw.RATE <= LONGEST, (place, minutes)
            assert len(sound) >= 0.8 * len(joined([SOUNDS[name] for name in both])), (place, minutes)
