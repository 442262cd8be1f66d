"""接通率 of any 24 hours: the lowest is found, wherever it begins."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from admin_ui.curves import MOST, curve
from dispatch.figures import asked_hours
from dispatch.figures.asked_hours import Sums, number_of, windows
from dispatch.figures.board import board
from dispatch.figures.figures import Share
from hotline.times import day_begins, local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

BEGINS = datetime(2026, 11, 22, 16, tzinfo=UTC)  # midnight in Yuxi


def test_each_window_counts_its_24_hours_and_no_other() -> None:
    first = number_of(BEGINS)
    hours = {first - 25: Sums(5, 0), first - 23: Sums(10, 4), first: Sums(10, 10), first + 30: Sums(4, 2)}
    found = windows(hours, BEGINS, BEGINS + timedelta(hours=48))
    assert len(found) == 48
    assert (found[0].begins, found[0].ends) == (BEGINS - timedelta(hours=23), BEGINS + timedelta(hours=1))
    assert [found[n].share for n in (0, 1, 23, 24, 30, 47)] == [
        Share(14, 20), Share(10, 10), Share(10, 10), Share(0, 0), Share(2, 4), Share(2, 4)]  # fmt: skip
    lowest = asked_hours.lowest(found)
    assert lowest is not None
    assert (lowest.share, lowest.begins) == (Share(2, 4), found[30].begins)
    assert windows(hours, BEGINS, BEGINS - timedelta(hours=5)) == []


@pytest.mark.parametrize("many", [0, 1, 5, MOST * 3])
def test_a_curve_shows_its_lowest_point_however_many_there_are(many: int) -> None:
    values = [None if n % 7 == 3 else 99.0 - (n == many // 2) * 30 for n in range(many)]
    shown = curve(values, aim=95)
    heights = [float(point.partition(",")[2]) for point in shown.points.split()]
    given = [value for value in values if value is not None]
    assert shown.low == (60 if 69.0 in given else 90)
    assert max(heights, default=0) == (round(110 - 100 * (min(given) - shown.low) / (100 - shown.low), 1) if given else 0)
    assert len(heights) <= MOST


def test_the_last_24_hours_are_counted_to_the_minute_and_who_waits_counts_nowhere(session: Session) -> None:
    for n, (ago, answered, ended) in enumerate([(timedelta(hours=24, minutes=1), True, True), (timedelta(hours=23, minutes=59), True, True),
                                                (timedelta(hours=2), False, True), (timedelta(minutes=3), False, False)]):  # fmt: skip
        call = town.call(session, f"call-{n}", at=NOON - ago)
        call.queued_at = call.began_at
        call.answered_at = call.began_at + timedelta(seconds=9) if answered else None
        call.ended_at = call.began_at + timedelta(seconds=99) if ended else None
    session.flush()
    shown = board(session, day=local_day(NOON), at=NOON)
    assert shown.now.window.share == Share(1, 2)
    assert (shown.answered, shown.now.waiting) == (Share(0, 1), 1)
    assert shown.lowest is not None
    assert shown.lowest.share == Share(1, 2)
    tomorrow = board(session, day=local_day(later(days=1)), at=NOON)
    assert (tomorrow.windows, tomorrow.wait, tomorrow.talk, tomorrow.wrap_up, tomorrow.longest) == ([], None, None, None, None)
    assert tomorrow.columns[0].begins == day_begins(local_day(later(days=1)))
