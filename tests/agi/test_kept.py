"""What the server keeps of calls that are over: nothing but how often a number came within the last minutes."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agi.caller import Caller
from tests.agi.test_scripts import Hotline, a_house
from tests.support import blank

CALLS, WARM = 20, 10
OURS = ("agi", "dispatch", "hotline", "knowledge_base", "recordings", "socket", "sqlalchemy.orm.session", "sqlalchemy.orm.state")
TO_THE_ANSWER = {"choose_department": "101", "keypad_initials": "58", "choose_question": "1", "confirm_yes_no": "1", "satisfied_question": "1"}
DICTATES = {"MESSAGE_SILENCE": "5", "MESSAGE_SECONDS": "120"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Hotline]:
    (tmp_path / "spool/messages").mkdir(parents=True)
    database = blank.copied(tmp_path)
    before = a_house(database, tmp_path)
    before.knows()
    before.server.stop()
    house = a_house(database, tmp_path, keypad_initials=True)
    yield house
    house.server.stop()
    database.close()


def test_a_call_that_is_over_leaves_no_object_of_ours_in_the_process(house: Hotline) -> None:
    """Each asks the machine and leaves a question, from a number of his own; caches have filled before."""
    for turn in range(WARM):
        _call(house, turn)
    before = _living()
    for turn in range(WARM, WARM + CALLS):
        _call(house, turn)
    assert _living() - before < CALLS / 2


def _call(house: Hotline, turn: int) -> None:
    number, call_id = f"13{880000000 + turn * 101}", f"20261123120000-{turn:012x}"
    for script, presses in (("incoming", {}), ("self_service", TO_THE_ANSWER), ("leave_question", {})):
        caller = Caller(presses, number=number, call_id=call_id, variables=dict(DICTATES))
        assert caller.calls(house.server.address, script, number, "96128").variables


def _living() -> int:
    gc.collect()
    return sum(str(type(one).__module__).startswith(OURS) for one in gc.get_objects())  # of some types it is no text
