"""The whole house under calls of every kind for half an hour: nothing grows, nobody is lost, each call stands in the books once."""

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from benchmarks.capacity_sides import PHONES, ROOM, Ours, ours_in
from benchmarks.house import house as a_house
from benchmarks.report import RESULTS
from cli.sip import SippResult
from dispatch.calls.calls import Call
from recordings.recordings import Kind, Recording, State
from tests.journeys import soaking
from tests.journeys.conftest import House, names_nobody, until_spoken
from tests.support import growth
from tests.support.remains import channels

MINUTES = float(os.environ.get("HOTLINE_SOAK_MINUTES", "30"))
AT_ONCE = os.environ.get("HOTLINE_SOAK_CALLS")  # in place of a share of what was measured
SHARE, MEASURED = 0.6, RESULTS / "capacity.json"
WARM = min(660.0, MINUTES * 60 / 3)  # seconds in which pools fill, caches settle, and who called begins to be forgotten again
EVERY = 5.0  # seconds from one look to the next
AS_WISHED = 0.98 if not AT_ONCE else 0.9
OFF_BY = 0.5  # seconds that a recording may be longer or shorter than its call

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.alone, pytest.mark.timeout(MINUTES * 60 + 900)]
Record = Callable[[str, object], None]


@pytest.fixture
def side() -> Iterator[tuple[House, Ours]]:
    with a_house(operators=PHONES, **ROOM) as place:
        house = House(place.here, place.database, place.supervisor)
        until_spoken(house)
        soaking.offer_a_message(house)
        yield house, ours_in(place)
        names_nobody(house.settings)


def at_once() -> dict[str, float]:
    if AT_ONCE:
        return dict.fromkeys(soaking.KINDS, float(AT_ONCE) / len(soaking.KINDS))
    if not MEASURED.exists():
        pytest.skip("not run: what the machine holds has not been measured (make bench-capacity)")
    return soaking.together(MEASURED, SHARE)


def test_half_an_hour_at_60_percent_of_what_the_machine_holds_grows_nothing_and_loses_nobody(side: tuple[House, Ours], record_property: Record) -> None:
    house, ours = side
    wanted = at_once()
    pids = ours.ours | {"exchange": ours.exchange.process}
    with ours.operators(), growth.watched(ours.exchange, pids, every=EVERY) as samples:
        people, went = soaking.place(house.port, wanted, MINUTES * 60)
    found = growth.thirds([one for passed, one in samples.items() if WARM <= passed <= MINUTES * 60])
    many = sum(map(len, people.values()))
    record_property("figures", f"{many} calls, about {sum(wanted.values()):.0f} at once; {growth.words(found)}")
    nobody_is_lost(people, went)
    assert ours.answered() >= AS_WISHED * len(people["queued"])
    booked(house, people)
    record_property("recordings", recorded_whole(house, many))
    assert channels(ours.exchange) == 0
    assert {child.name: child.process.pid for child in house.supervisor.children if child.process} == ours.ours, "a process died and was started again"
    assert growth.grown(found) == {}


def nobody_is_lost(people: dict[str, list[str]], went: dict[str, SippResult]) -> None:
    for name, result in went.items():
        assert (result.ok, result.failed) == (len(people[name]), 0), f"{name}: {result.log[-2000:]}"


def booked(house: House, people: dict[str, list[str]]) -> None:
    """One row for each caller, ended; and nearly all as what they wished: callers press their keys by the clock."""
    house.eventually(lambda session: None if session.scalar(select(Call.id).where(Call.outcome.is_(None)).limit(1)) else True, 60)
    with house.database.reading() as session:
        rows = session.execute(select(Call.caller, Call.outcome, Call.ended_at)).all()
    assert sorted(caller for caller, _, _ in rows) == sorted(caller for called in people.values() for caller in called)
    assert all(ended for _, _, ended in rows)
    became = {caller: outcome for caller, outcome, _ in rows}
    for name, called in people.items():
        ended = Counter(became[caller] for caller in called)
        assert ended[soaking.KINDS[name].outcome] >= AS_WISHED * len(called), f"{name}: {ended}"


def recorded_whole(house: House, many: int) -> str:
    """One recording for each, complete, as long as its call was by the exchange's own records; the worst of each kind, in words."""
    complete = (Recording.kind == Kind.CALL, Recording.state == State.COMPLETE)
    house.eventually(lambda session: True if session.scalar(select(func.count()).select_from(Recording).where(*complete)) == many else None, 120)
    with house.database.reading() as session:
        rows = session.execute(select(Call.id, Call.outcome, Recording.seconds).join(Recording, Recording.call_id == Call.id).where(*complete)).all()
    lives = house.lives()
    assert {call_id for call_id, _, _ in rows} == lives.keys()
    off: dict[str, list[float]] = {}
    for call_id, outcome, seconds in rows:
        off.setdefault(str(outcome), []).append((seconds or 0.0) - lives[call_id])
    found = "recorded minus lived: " + ", ".join(f"{outcome} {min(apart):.2f} to {max(apart):.2f} s" for outcome, apart in sorted(off.items()))
    assert max(abs(apart) for kind in off.values() for apart in kind) < OFF_BY, found
    return found
