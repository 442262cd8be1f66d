"""A caller is handed to a department: its first liaison is busy, the second is another's telephone, the section's hears what it
is about and meets him; then the caller rates his operator and the department, each by a key of its own."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from cli import sip
from cli.exchange import Exchange
from cli.sip_scenario import Signal, Told, Touch, Wait
from dispatch.callbacks.telephone import Telephone
from dispatch.calls.calls import Call, CallStep, Outcome, Step
from dispatch.tickets.tickets import Klass
from dispatch.transfers.transfer_line import TransferLine
from dispatch.transfers.transfer_rules import whispered
from dispatch.transfers.transfers import Transfer, TransferAttempt, attempts_of
from hotline.times import now
from hotline.voice import orders
from recordings.recordings import Recording, State
from tests.journeys import ears, handing, prompter, town
from tests.journeys.conftest import House
from tests.journeys.liaisons import BUSY, WRONG, scenario
from tests.journeys.test_queue import operator, signs_on

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
CALLER, OFFICE = "13911770101", town.EXCLUDED
PHONES = (f"0877-96050{BUSY}", f"0877-96050{WRONG}", "0877-9605001")
OPERATORS, DEPARTMENTS = 2, 4  # grades


@pytest.fixture(scope="module")
def handed(house: House, tmp_path_factory: pytest.TempPathFactory) -> Call:
    """His call, once it is over."""
    with house.database.writing() as session:
        words = whispered(handing.open_office(session, OFFICE, *PHONES), klass=Klass.CONSULT, summary=handing.MATTER)
        names = orders.order(session, words, voice=house.settings.voice, urgent=True, at=now())
    house.eventually(lambda session: True if not orders.unmade(session, names) else None, 60)
    telephone, trunk = Telephone(house.settings), int(house.settings.trunk_contact.rpartition(":")[2])
    liaison = (Wait(2), Touch("1", 3), Touch("1", 0.2), Wait(60))
    caller = (Wait(1), Signal("0", 0), Told(), Signal(str(OPERATORS), 0), Told(), Signal(str(DEPARTMENTS), 0), Told())
    with ExitStack() as there:
        there.callback(telephone.close)
        signs_on(house, telephone, 1, there)
        there.enter_context(sip.answer(*liaison, port=trunk, scenario=scenario(tmp_path_factory.mktemp("liaisons"))))
        line = there.enter_context(prompter.call(house, CALLER, *caller))
        call_id = handing.hand_on(house, CALLER, OFFICE)
        handing.together(house, call_id)
        _leave_him(house, TransferLine(telephone.link, house.settings), call_id)
        time.sleep(1.5)  # until he is asked
        for place, of in ((2, "operator"), (4, "department")):
            prompter.go_on(line, place)
            house.eventually(lambda _, of=of: True if of in {step["of"] for step in rated(house, call_id)} else None, 10)
            time.sleep(0.5)
        result = line.result(30)
        assert result.failed == 0, result.log
    return house.call_of(CALLER)


def _leave_him(house: House, line: TransferLine, call_id: str) -> None:
    """The operator leaves, and the liaison hangs up."""
    ends = line.ends(call_id, extension=operator(house, 1).extension)
    assert ends is not None
    line.hang_up([ends.operator], call_id=call_id)
    assert call_id in Exchange(house.here.plan()).cli("confbridge list"), "two still talk"
    line.hang_up([tried(house, call_id)[-1].id], call_id=call_id)


def rated(house: House, call_id: str) -> list[dict[str, object]]:
    with house.database.reading() as session:
        return [step.detail for step in session.scalars(select(CallStep).where(CallStep.call_id == call_id, CallStep.kind == Step.RATED))]


def tried(house: House, call_id: str) -> Sequence[TransferAttempt]:
    with house.database.reading() as session:
        return attempts_of(session, call_id)


def heard(house: House, attempt: TransferAttempt) -> ears.Ears:
    """What was said to a liaison and by him."""
    query = select(Recording).where(Recording.leg == attempt.id, Recording.state == State.COMPLETE)
    return ears.listen(house, Path(house.eventually(lambda session: session.scalar(query), 15).path))


def test_each_liaison_has_an_outcome_of_his_own(house: House, handed: Call) -> None:
    rows = tried(house, handed.id)
    assert [(row.position, row.outcome) for row in rows] == [("A", "busy"), ("B", "wrong_person"), ("section", "answered")]
    assert [row.picked_up_at is not None for row in rows] == [False, True, True]
    noted = [step.detail["tried"] for step in handed.steps if step.kind == Step.TRANSFER_TRIED]
    assert noted == ["busy", "wrong_person", "answered"]
    assert handed.outcome == Outcome.ANSWERED_BY_OPERATOR


def test_who_takes_the_call_hears_what_it_is_about_and_who_is_the_wrong_person_does_not(house: House, handed: Call) -> None:
    _, wrong, section = tried(house, handed.id)
    with house.database.reading() as session:
        words = session.scalars(select(Transfer.words).where(Transfer.call_id == handed.id)).one()
    assert handing.MATTER in words
    assert CALLER[-4:] not in words
    told, declined = heard(house, section), heard(house, wrong)
    assert told.hears(words)
    told.prompt("liaison_join")
    assert not declined.hears(words)


def test_operator_and_department_are_rated_apart(house: House, handed: Call) -> None:
    assert rated(house, handed.id) == [{"of": "operator", "grade": OPERATORS}, {"of": "department", "grade": DEPARTMENTS}]
    assert handed.operator_id == operator(house, 1).id
