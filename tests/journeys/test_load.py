"""A thousand calls at fifty a second, and forty long ones side by side: none is lost, each is recorded whole."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cli import sip
from cli.sip_scenario import Press, Say, Wait
from dispatch.calls import Call, CallStep, Outcome
from recordings.recordings import Kind, Recording, State
from tests.journeys.trouble import TUNE, Breakable, breakable

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
MANY, EACH_SECOND, TOGETHER = 1000, 50, 40
NOT_BEHIND = 10  # seconds after the last call, on a machine that is also busy playing the callers


@pytest.fixture(scope="module")
def house() -> Iterator[Breakable]:
    with breakable(wide=True) as house:
        yield house


def settled(house: Breakable, caller: str, many: int) -> list[tuple[Call, Recording]]:
    """The calls of a number with their recordings, once all have ended and been taken in."""

    def found(session: Session) -> list[tuple[Call, Recording]] | None:
        done = (Call.caller == caller, Call.ended_at.is_not(None), Recording.state != State.RUNNING)
        query = select(Call, Recording).join(Recording, Recording.call_id == Call.id)
        rows = session.execute(query.where(*done, Recording.kind == Kind.CALL)).all()
        return [(call, recording) for call, recording in rows] if len(rows) >= many else None

    return house.eventually(found, 90)


def _open(caller: str) -> Select[int]:
    return select(func.count()).select_from(Call).where(Call.caller == caller, Call.ended_at.is_(None))


def test_a_thousand_calls_at_fifty_a_second_are_a_thousand_rows(house: Breakable) -> None:
    caller = "13900001000"
    keys = (Wait(0.6), Press("0", 2.0))
    result = sip.place(*keys, port=house.port, caller=caller, calls=MANY, rate=float(EACH_SECOND), together=800)
    over = time.monotonic()
    house.eventually(lambda session: True if session.scalar(_open(caller)) == 0 else None, NOT_BEHIND)
    print(f"the last is noted as ended {time.monotonic() - over:.1f} s after the last")
    assert (result.ok, result.failed) == (MANY, 0), result.log[-2000:]
    rows = settled(house, caller, MANY)
    print(f"{MANY} calls in {result.seconds:.1f} s, all settled {time.monotonic() - over:.1f} s after the last")
    # Whoever hung up before a loaded exchange heard his key asked for nobody: its own records say who did.
    places = house.places()
    asked = {call.id for call, _ in rows if places[call.id] in {"queue", "message"}}
    assert len(asked) > 0.9 * MANY
    assert {call.id for call, _ in rows if call.outcome == Outcome.ABANDONED} == asked
    assert Counter(recording.state for _, recording in rows) == {State.COMPLETE: MANY}
    # A row that a busy database kept waiting beyond the caller's patience is made from the exchange's own records.
    taken = Counter(call.taken_from for call, _ in rows)
    assert taken["agi"] + taken["records"] == MANY
    assert taken["agi"] > 0.99 * MANY
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Call).where(Call.caller == caller)) == MANY
        ids = select(Call.id).where(Call.caller == caller)
        counted = select(CallStep.kind, func.count()).where(CallStep.call_id.in_(ids)).group_by(CallStep.kind)
        lines = {row[0]: row[1] for row in session.execute(counted)}
    assert lines == {"began": MANY, "queued": len(asked), "ended": MANY}


def test_forty_calls_side_by_side_are_recorded_as_long_as_they_last(house: Breakable) -> None:
    caller = "13900000040"
    talk = (Say(TUNE), Wait(30))
    result = sip.place(*talk, port=house.port, caller=caller, calls=TOGETHER, rate=20.0)
    assert (result.ok, result.failed) == (TOGETHER, 0), result.log[-2000:]
    rows = settled(house, caller, TOGETHER)
    assert len(rows) == TOGETHER
    off = [(recording.seconds or 0.0) - house.lived(call.id) for call, recording in rows]
    print(f"recorded minus lived: {min(off):.2f} to {max(off):.2f} s")
    assert max(map(abs, off)) < 0.5, sorted(off)
