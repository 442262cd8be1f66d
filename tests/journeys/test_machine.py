"""A caller asks the machine: answered where the department has given leave, directed where it has not."""

import pytest
from sqlalchemy import select

from cli import sip
from cli.sip_scenario import Press, Wait
from dispatch.calls import Outcome
from dispatch.tellings import Telling
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import EntryVersion
from recordings.recordings import Recording, State
from tests.journeys import town
from tests.journeys.conftest import House

pytestmark = pytest.mark.journey


def _ask(house: House, caller: str, code: str, *after: Press) -> None:
    """Dial, self-service, the department's number, its first question, yes."""
    steps = (Wait(2), Press("1", 3), Press(code, 8), Press("1", 6), Press("1", 12), *after)
    result = sip.place(*steps, port=house.port, caller=caller)
    assert result.failed == 0, result.log


def test_the_machine_answers_what_the_department_authorised(house: House) -> None:
    _ask(house, "13800000001", town.AUTHORISED, Press("1", 4))
    call = house.call_of("13800000001")
    assert call.outcome == Outcome.ANSWERED_BY_MACHINE
    assert house.kinds(call) == ["began", "department", "candidate", "told", "rated", "ended"]
    with house.database.reading() as session:
        telling = session.scalars(select(Telling).where(Telling.call_id == call.id)).one()
        version = session.get_one(EntryVersion, telling.entry_version_id)
        leave = session.get_one(Authorisation, telling.authorisation_id)
    assert (telling.words, telling.heard, version.number) == (town.ANSWER, "whole", 1)
    assert (leave.document, telling.authorisation_version) == ("玉授〔2026〕101号", 1)
    _recorded_whole(house, call.id)


def test_a_department_that_authorised_its_summary_is_quoted_in_short(house: House) -> None:
    _ask(house, "13800000002", town.SHORT, Press("1", 4))
    call = house.call_of("13800000002")
    with house.database.reading() as session:
        assert session.scalars(select(Telling.words).where(Telling.call_id == call.id)).one() == town.SUMMARY


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (town.NEVER, "从未授权"),
        (town.EXPIRED, "已过有效期"),
        (town.REVOKED, "已撤销"),
        (town.EXCLUDED, "例外"),
    ],
)
def test_without_leave_the_machine_says_who_is_responsible_and_never_the_answer(house: House, code: str, why: str) -> None:
    caller = f"1380000010{code[-1]}"
    _ask(house, caller, code)
    call = house.call_of(caller)
    assert call.outcome == Outcome.DIRECTED
    assert "told" not in house.kinds(call)
    assert why in call.steps[-2].detail["reason"]
    with house.database.reading() as session:
        assert session.scalar(select(Telling).where(Telling.call_id == call.id)) is None


def _recorded_whole(house: House, call_id: str) -> None:
    query = select(Recording).where(Recording.call_id == call_id, Recording.state == State.COMPLETE)
    recording = house.eventually(lambda session: session.scalar(query))
    call = house.call_of("13800000001")
    assert call.ended_at is not None
    assert recording.seconds == pytest.approx((call.ended_at - recording.began_at).total_seconds(), abs=0.8)
