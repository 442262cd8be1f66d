"""One number rings without end, and a whole range of numbers at the same time: who watches is told of both, a machine takes no
place, and who rings from elsewhere is received like anybody."""

from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.sip import SippResult
from cli.sip_scenario import Wait
from dispatch.calls.calls import Call, Outcome
from dispatch.line import rush
from dispatch.line.rush import Flood
from tests.journeys.conftest import House

pytestmark = pytest.mark.journey
MACHINE, ELSEWHERE = "13911770201", "13911880201"
MANY, RINGS, A_SECOND = 40, 46, 6.0  # of which a range may have as many before it is one; some may not be counted on a busy machine
RANGE = [f"139117703{number:02}" for number in range(RINGS)]
BRIEFLY = Wait(0.3)


@pytest.fixture(scope="module")
def rung(house: House) -> dict[str, SippResult]:
    """How their calls went."""
    assert (house.settings.flood_calls, house.settings.flood_range_calls, house.settings.flood_a_minute) == (10, MANY, 30)
    with (
        sip.call(BRIEFLY, port=house.port, caller=MACHINE, calls=RINGS, rate=A_SECOND) as machine,
        sip.call(BRIEFLY, port=house.port, callers=RANGE, rate=A_SECOND) as crowd,
    ):
        house.eventually(lambda session: True if len(calls_of(session, MACHINE)) > house.settings.flood_a_minute else None)
        with sip.call(Wait(2), port=house.port, caller=ELSEWHERE) as other:
            lines = {MACHINE: machine, "range": crowd, ELSEWHERE: other}
            return {name: line.result() for name, line in lines.items()}


def calls_of(session: Session, caller: str) -> list[Call]:
    return list(session.scalars(select(Call).where(Call.caller == caller)))


def flood_of(house: House, number: str) -> Flood:
    """What the supervisor is told of a number, once all its calls are counted."""
    return house.eventually(lambda session: session.scalar(select(Flood).where(Flood.number == number, Flood.calls >= MANY)))


def test_who_rings_faster_than_a_person_can_is_turned_away_but_noted(house: House, rung: dict[str, SippResult]) -> None:
    received = house.settings.flood_a_minute
    assert rung[MACHINE].ok + rung[MACHINE].failed == RINGS, rung[MACHINE].log
    assert received <= rung[MACHINE].ok <= received + RINGS - MANY, "whoever is not counted is received"
    flood = flood_of(house, MACHINE)
    assert (flood.calls, flood.sent_away) == (MANY, True)
    rows = house.eventually(lambda session: found if len(found := calls_of(session, MACHINE)) == RINGS and all(row.outcome for row in found) else None)
    assert Counter((row.outcome, row.queued_at) for row in rows) == {(Outcome.HUNG_UP, None): RINGS}
    assert sum(row.id in house.answered() for row in rows) == rung[MACHINE].ok


def test_a_range_is_shown_and_nobody_in_it_is_turned_away(house: House, rung: dict[str, SippResult]) -> None:
    assert (rung["range"].ok, rung["range"].failed) == (RINGS, 0), rung["range"].log
    flood = flood_of(house, RANGE[0][:-2] + "*")
    assert (flood.calls, flood.sent_away) == (MANY, False)
    with house.database.reading() as session:
        assert session.scalar(select(Flood).where(Flood.number.in_(RANGE))) is None, "each rang once"
        assert rush.unseen(session) >= 2


def test_who_rings_from_elsewhere_meanwhile_is_received(house: House, rung: dict[str, SippResult]) -> None:
    assert (rung[ELSEWHERE].ok, rung[ELSEWHERE].failed) == (1, 0), rung[ELSEWHERE].log
    call = house.call_of(ELSEWHERE)
    assert house.lived(call.id) == pytest.approx(2, abs=1)
    with house.database.reading() as session:
        assert session.scalar(select(Flood).where(Flood.number.in_((ELSEWHERE, ELSEWHERE[:-2] + "*")))) is None
