"""How a matter stands: told to who has the code and the telephone, and to nobody who only guesses."""

import pytest
from sqlalchemy.orm import Session

from dispatch.calls import calls
from dispatch.calls.calls import Step
from dispatch.tickets import progress
from dispatch.tickets.states import State
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, CODE, later

CONTACT = "08772012345"


GUESSES = [
    (CODE, CALLER, "", True),
    (CODE, CONTACT, "", True),
    (CODE, "13900000000", "8888", True),
    (CODE, "13900000000", "2345", True),
    (CODE, "", "8888", True),
    (CODE, "13900000000", "", False),
    (CODE, "13900000000", "0000", False),
    (CODE, "13900000000", "888", False),
    (CODE, "", "", False),
    ("87654321", CALLER, "8888", False),
    ("", CALLER, "8888", False),
    (CODE[:-1], CALLER, "8888", False),
]


def test_a_code_opens_from_its_own_telephone_or_with_the_last_four_digits_of_it(session: Session, settings: Settings) -> None:
    row = town.ticket(session, settings, contact=CONTACT)
    standing = progress.Standing(row.id, row.number, State.TO_DISPATCH, row.promised_by, sent_to=(CALLER, CONTACT))
    for code, caller, four, told in GUESSES:
        found = progress.look_up(session, code, caller=caller, four=four, settings=settings)
        assert (code, caller, four, found) == (code, caller, four, standing if told else None)


@pytest.mark.parametrize("four", ["", "0000"])
def test_a_matter_without_any_telephone_opens_to_nobody(session: Session, settings: Settings, four: str) -> None:
    town.ticket(session, settings, of=town.call(session, "anonymous", caller=""))
    assert progress.look_up(session, CODE, caller="", four=four, settings=settings) is None


def test_a_ticket_without_a_code_is_opened_by_none(session: Session, settings: Settings) -> None:
    town.ticket(session, settings, code="")
    assert progress.look_up(session, "", caller=CALLER, four="8888", settings=settings) is None


def test_six_wrong_codes_within_the_hour_lock_the_number_and_only_that(session: Session) -> None:
    town.call(session)
    for minute in range(6):
        assert not progress.locked(session, CALLER, at=later(minutes=minute))
        calls.note(session, CALL, Step.CODE_WRONG, at=later(minutes=minute))
        session.flush()
    assert progress.locked(session, CALLER, at=later(minutes=6))
    assert not progress.locked(session, "13900000000", at=later(minutes=6))
    assert progress.locked(session, CALLER, at=later(minutes=59))
    assert not progress.locked(session, CALLER, at=later(minutes=60)), "the first of the six is an hour old"


def test_wrong_codes_of_several_calls_from_one_number_add_up(session: Session) -> None:
    for number in range(6):
        town.call(session, f"call-{number}")
        calls.note(session, f"call-{number}", Step.CODE_WRONG, at=NOON)
    session.flush()
    assert progress.locked(session, CALLER, at=NOON)
