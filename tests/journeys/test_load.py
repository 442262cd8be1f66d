"""A thousand calls at fifty a second, and forty long ones side by side, some handed on: none is lost, each is recorded
whole."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from cli import sip
from cli.priority import NEXT, threads
from cli.sip_scenario import Say, Signal, Told, Wait
from cli.supervisor import Child
from dispatch.calls.calls import Call, CallStep, Outcome
from dispatch.transfers.transfers import PREFIX
from hotline.accounts.roles import Role
from hotline.times import now
from recordings.recordings import Kind, Recording, State
from tests.journeys import handing, prompter, town
from tests.journeys.trouble import TUNE, Breakable, breakable, operator
from tests.support.slow_disk import DiskWatch

pytestmark = [pytest.mark.journey, pytest.mark.alone, pytest.mark.timeout(300)]
MANY, EACH_SECOND, TOGETHER, HANDED = 1000, 50, 40, 6
SOON = 1.0  # seconds in which a disk takes what is written: FastAGI gives up after 1.4
STEPS_UP = 1.5
SIDE_BY_SIDE = 5  # seconds that all of them are there, once the last is in the room with a liaison
CALLERS_ALONE = 5  # seconds that the first and the last call take, with whoever places them: 45 a second at least
NOT_BEHIND = 10  # seconds after the last call, on a machine that is also busy playing the callers


@pytest.fixture(scope="module")
def house() -> Iterator[Breakable]:
    with breakable(wide=True, TRUNK_CHANNELS="500") as house:
        with house.database.writing() as session:
            handing.open_office(session)
            for number in range(3, HANDED + 1):  # the town has two
                town.person(session, f"operator{number}", Role.OPERATOR, now(), extension=f"800{number}")
        yield house


@pytest.mark.skipif(os.getuid() != 0, reason="only root may let a process go before others")
def test_who_says_what_is_heard_next_goes_next_to_the_exchange(house: Breakable) -> None:
    agi, worker = ({os.getpriority(os.PRIO_PROCESS, thread) for thread in threads(pid_of(house.child(name)))} for name in ("agi", "worker"))
    assert agi == {NEXT}
    assert min(worker) > NEXT


def pid_of(child: Child) -> int:
    assert child.process
    return child.process.pid


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
    with DiskWatch(house.settings.folder) as disk:
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
    # Of the same few, gone by then, the exchange's records alone tell; and of those who came while the disk took nothing.
    deaf = sum(one for one in disk.waits if one > SOON)
    assert taken["agi"] >= 0.99 * MANY - EACH_SECOND * deaf, f"{taken}, the disk deaf for {deaf:.1f} s"
    recorded_whole(rows, lives)
    assert sorted(call.caller for call, _ in rows) == people
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Call).where(of("1"))) == MANY
        ids = select(Call.id).where(of("1"))
        counted = select(CallStep.kind, func.count()).where(CallStep.call_id.in_(ids)).group_by(CallStep.kind)
        lines = {row[0]: row[1] for row in session.execute(counted)}
    assert lines == {"began": MANY, "queued": len(asked), "ended": MANY}


def test_forty_calls_side_by_side_six_of_them_handed_to_a_department_are_recorded_as_long_as_they_last(house: Breakable) -> None:
    side_by_side(house, TOGETHER, "2")


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_as_many_calls_side_by_side_as_this_machine_carries_are_recorded_whole(house: Breakable, record_property: Callable[[str, object], None]) -> None:
    """More and more, callers and telephones on the same machine, until one is lost or isn't recorded whole."""
    carried, many, fault = 0, TOGETHER, ""
    for level in range(7):
        try:
            side_by_side(house, many, f"{3 + level}")
        except AssertionError as told:
            fault = str(told).splitlines()[0][:120]
            break
        carried, many = many, round(many * STEPS_UP)
    record_property("figures", f"{carried} at once, {HANDED} of them handed to a department; {many} were too many: {fault}")
    assert carried >= TOGETHER, fault


def side_by_side(house: Breakable, many: int, group: str) -> None:
    """So many calls at once, six of which an operator hands to a department; the others wait and speak, since all
    operators talk. Each is one row, and recorded as long as it lasted; so is what each liaison said and heard."""
    people = sip.citizens(many, group)
    handed, others = people[:HANDED], people[HANDED:]
    with ExitStack() as stack:
        for number in range(1, HANDED + 1):
            stack.enter_context(operator(house, number))
        stack.enter_context(handing.liaisons(house, TUNE))
        talk = (Wait(1.5), Signal("0", 2), Say(TUNE), Told())
        talking = stack.enter_context(sip.call(*talk, port=house.port, callers=handed, rate=20.0))
        ids = [handing.hand_on(house, caller) for caller in handed]
        wait = (Wait(1.5), Signal("0", 4), Say(TUNE), Told())
        waiting = stack.enter_context(sip.call(*wait, port=house.port, callers=others, rate=20.0))
        for call_id in ids:
            handing.together(house, call_id)
        time.sleep(SIDE_BY_SIDE)
        for sipp, steps, callers in ((waiting, wait, others), (talking, talk, handed)):
            prompter.go_on(sipp, len(steps) - 1, len(callers))
            result = sipp.result(90)
            assert (result.ok, result.failed) == (len(callers), 0), result.log[-2000:]
    rows = settled(house, group, many)
    ended = Counter((call.outcome, call.taken_from) for call, _ in rows)
    assert ended == {(Outcome.ABANDONED, "agi"): many - HANDED, (Outcome.ANSWERED_BY_OPERATOR, "agi"): HANDED}
    recorded_whole(rows, house.lives())
    liaisons_recorded_whole(house, ids)


def liaisons_recorded_whole(house: Breakable, ids: list[str]) -> None:
    """Of each call that was handed on the operator and the liaison have a recording; a liaison's is as long as he was there."""
    query = select(Recording).where(Recording.call_id.in_(ids), Recording.kind == Kind.LEG, Recording.state == State.COMPLETE)
    rows = house.eventually(lambda session: found if len(found := session.scalars(query).all()) == 2 * len(ids) else None, 30)
    lives = handing.legs(house)
    off = [(row.seconds or 0.0) - lives[row.leg] for row in rows if row.leg.startswith(PREFIX)]
    assert len(off) == len(ids)
    assert max(map(abs, off)) < 0.5, off


def recorded_whole(rows: list[tuple[Call, Recording]], lives: dict[str, float]) -> None:
    """One recording for each call, complete and as long as the call."""
    assert len({call.id for call, _ in rows}) == len(rows)
    assert Counter(recording.state for _, recording in rows) == {State.COMPLETE: len(rows)}
    off = sorted((recording.seconds or 0.0) - lives[call.id] for call, recording in rows)
    print(f"recorded minus lived: {off[0]:.2f} to {off[-1]:.2f} s")
    assert max(map(abs, off)) < 0.5, off
