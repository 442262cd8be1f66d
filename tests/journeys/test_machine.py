"""A caller asks the machine: answered where the department has given leave, directed where it has not."""

from contextlib import ExitStack

import pytest
from sqlalchemy import select

from cli import sip
from cli.sip_scenario import Press, Wait
from dispatch.calls import Call, Outcome
from dispatch.tellings import Telling
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import EntryVersion
from recordings.recordings import Recording, State
from tests.journeys import town
from tests.journeys.conftest import House

pytestmark = pytest.mark.journey
SATISFIED = Press("1", 4)
WITHOUT_LEAVE = [
    (town.NEVER, "从未授权"),
    (town.EXPIRED, "已过有效期"),
    (town.REVOKED, "已撤销"),
    (town.EXCLUDED, "例外"),
]


def _number(code: str) -> str:
    return f"13800000{code}"


@pytest.fixture(scope="module")
def asked(house: House) -> House:
    """Six citizens ring at once, each asks another department its first question, and hears it out."""
    with ExitStack() as calls:
        lines = []
        for code in town.UNITS:
            steps = (Wait(2), Press("1", 3), Press(code, 9), Press("1", 7), Press("1", 13), SATISFIED)
            lines.append(calls.enter_context(sip.call(*steps, port=house.port, caller=_number(code))))
        for line in lines:
            result = line.result(90)
            assert result.failed == 0, result.log
    return house


def test_the_machine_answers_what_the_department_authorised(asked: House) -> None:
    call = asked.call_of(_number(town.AUTHORISED))
    assert call.outcome == Outcome.ANSWERED_BY_MACHINE
    assert asked.kinds(call) == ["began", "department", "candidate", "told", "rated", "ended"]
    with asked.database.reading() as session:
        telling = session.scalars(select(Telling).where(Telling.call_id == call.id)).one()
        version = session.get_one(EntryVersion, telling.entry_version_id)
        leave = session.get_one(Authorisation, telling.authorisation_id)
    assert (telling.words, telling.heard, version.number) == (town.ANSWER, "whole", 1)
    assert (leave.document, telling.authorisation_version) == ("玉授〔2026〕101号", 1)


def test_a_department_that_authorised_its_summary_is_quoted_in_short(asked: House) -> None:
    call = asked.call_of(_number(town.SHORT))
    with asked.database.reading() as session:
        assert session.scalars(select(Telling.words).where(Telling.call_id == call.id)).one() == town.SUMMARY


@pytest.mark.parametrize(("code", "why"), WITHOUT_LEAVE)
def test_without_leave_the_machine_says_who_is_responsible_and_never_the_answer(
    asked: House, code: str, why: str
) -> None:
    call = asked.call_of(_number(code))
    assert call.outcome == Outcome.DIRECTED
    assert "told" not in asked.kinds(call)
    assert why in call.steps[-2].detail["reason"]
    with asked.database.reading() as session:
        assert session.scalar(select(Telling).where(Telling.call_id == call.id)) is None


def test_every_call_is_recorded_from_its_first_word_to_its_last(asked: House) -> None:
    for code in town.UNITS:
        call = asked.call_of(_number(code))
        recording = _kept(asked, call)
        assert recording.seconds == pytest.approx(_spoken_seconds(call), abs=0.5)


def _kept(house: House, call: Call) -> Recording:
    query = select(Recording).where(Recording.call_id == call.id, Recording.state == State.COMPLETE)
    return house.eventually(lambda session: session.scalar(query))


def _spoken_seconds(call: Call) -> float:
    """From the answer, which follows the row within a tenth of a second, to the hang-up."""
    assert call.ended_at is not None
    return (call.ended_at - call.began_at).total_seconds()
