"""A thousand calls at fifty a second, and forty long ones side by side: none is lost, each is recorded whole."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from cli import sip
from cli.sip_scenario import Say, Signal, Wait
from dispatch.calls import Call, CallStep, Outcome
from recordings.recordings import Kind, Recording, State
from tests.journeys.trouble import TUNE, Breakable, breakable

pytestmark = [pytest.mark.journey, pytest.mark.alone, pytest.mark.timeout(300)]
MANY, EACH_SECOND, TOGETHER = 1000, 50, 40
CALLERS_ALONE = 5  # seconds that the first and the last call take, with whoever places them: 45 a second at least
NOT_BEHIND = 10  # seconds after the last call, on a machine that is also busy playing the callers


@pytest.fixture(scope="module")
def house() -> Iterator[Breakable]:
    with breakable(wide=True) as house:
        yield house


def of(group: str) -> ColumnElement[bool]:
    return Call.caller.startswith(f"139{group}")


def settled(house: Breakable, group: str, many: int) -> list[tuple[Call, Recording]]:
    """The calls of a group with their recordings, once all have ended and been taken in."""

    def found(session: Session) -> list[tuple[Call, Recording]] | None:
        done = (of(group), Call.ended_at.is_not(None), Recording.state != State.RUNNING)
        query = select(Call, Recording).join(Recording, Recording.call_id == Call.id)
        rows = session.execute(query.where(*done, Recording.kind == Kind.CALL)).all()
        return [(call, recording) for call, recording in rows] if len(rows) >= many else None

    return house.eventually(found, 90)


def _open(group: str) -> Select[int]:
    return select(func.count()).select_from(Call).where(of(group), Call.ended_at.is_(None))


def test_a_thousand_calls_at_fifty_a_second_are_a_thousand_rows(house: Breakable) -> None:
    keys = (Wait(0.2), Signal("0", 1.3))
    people = sip.citizens(MANY, "1")
    result = sip.place(*keys, port=house.port, callers=people, rate=float(EACH_SECOND), together=800)
    over = time.monotonic()
    house.eventually(lambda session: True if session.scalar(_open("1")) == 0 else None, NOT_BEHIND)
    print(f"the last is noted as ended {time.monotonic() - over:.1f} s after the last")
    assert (result.ok, result.failed) == (MANY, 0), result.log[-2000:]
    assert result.seconds < MANY / EACH_SECOND + CALLERS_ALONE, "fewer than fifty a second"
    rows = settled(house, "1", MANY)
    print(f"{MANY} calls in {result.seconds:.1f} s, all settled {time.monotonic() - over:.1f} s after the last")
    # Each by the exchange's own records: who asked for somebody before he hung up, and how long he was there.
    places, lives = house.places(), house.lives()
    asked = {call_id for call_id, place in places.items() if place in {"queue", "message"}}
    taken = Counter(call.taken_from for call, _ in rows)
    print(f"{len(asked)} asked for a person; rows from {taken}")
    assert {call.id: call.outcome for call, _ in rows} == {
        call_id: Outcome.ABANDONED if call_id in asked else Outcome.HUNG_UP for call_id in places
    }
    assert len(asked) >= 0.99 * MANY  # the rest hung up before a busy exchange had come to their key
    assert taken["agi"] >= 0.99 * MANY, taken  # of the same few, gone by then, the exchange's records alone tell
    recorded_whole(rows, lives)
    assert sorted(call.caller for call, _ in rows) == people
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Call).where(of("1"))) == MANY
        ids = select(Call.id).where(of("1"))
        counted = select(CallStep.kind, func.count()).where(CallStep.call_id.in_(ids)).group_by(CallStep.kind)
        lines = {row[0]: row[1] for row in session.execute(counted)}
    assert lines == {"began": MANY, "queued": len(asked), "ended": MANY}


def test_forty_calls_side_by_side_are_recorded_as_long_as_they_last(house: Breakable) -> None:
    talk = (Wait(1.5), Signal("0", 11), Say(TUNE), Wait(18))
    result = sip.place(*talk, port=house.port, callers=sip.citizens(TOGETHER, "2"), rate=20.0)
    assert (result.ok, result.failed) == (TOGETHER, 0), result.log[-2000:]
    rows = settled(house, "2", TOGETHER)
    # Nobody is at the desk: each is still speaking after the tone when he hangs up, and that is a message.
    assert Counter((call.outcome, call.taken_from) for call, _ in rows) == {(Outcome.MESSAGE_LEFT, "agi"): TOGETHER}
    recorded_whole(rows, house.lives())


def recorded_whole(rows: list[tuple[Call, Recording]], lives: dict[str, float]) -> None:
    """One recording for each call, complete and as long as the call."""
    assert len({call.id for call, _ in rows}) == len(rows)
    assert Counter(recording.state for _, recording in rows) == {State.COMPLETE: len(rows)}
    off = sorted((recording.seconds or 0.0) - lives[call.id] for call, recording in rows)
    print(f"recorded minus lived: {off[0]:.2f} to {off[-1]:.2f} s")
    assert max(map(abs, off)) < 0.5, off
