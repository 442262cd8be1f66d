"""Words on the keys: long ones, too long ones, and how sure it was what they meant."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from dispatch.calls.calls import Step
from hotline.database import Database
from knowledge_base.asked import Found
from knowledge_base.entries import Entry
from knowledge_base.search.keypad import MOST_KEYS
from knowledge_base.search.keypad_cost import syllables
from tests.agi.caller import Caller
from tests.agi.test_scripts import Hotline, a_house, asked_of

TO_THE_ANSWER = {"choose_department": "101", "choose_question": "1", "confirm_yes_no": "1", "satisfied_question": "1"}
LONG = "居住证到期了怎么续签"
KEYWORDS = ("居住证补", "身份证明", LONG)


@pytest.fixture
def keyed(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    """A house where words may be spelled on the keys, and a question with long ones."""
    before = a_house(database, tmp_path)
    before.knows()
    before.server.stop()
    with database.writing() as session:
        session.execute(update(Entry).values(keywords=[*KEYWORDS, LONG + "手续办理时间"]))
    house = a_house(database, tmp_path, keypad_initials=True)
    house.began()
    yield house
    house.server.stop()


@pytest.mark.parametrize("word", KEYWORDS)
def test_whole_syllables_find_a_question_however_many_keys_they_have(keyed: Hotline, word: str) -> None:
    pressed = syllables(word)
    caller = keyed.serve(Caller(TO_THE_ANSWER | {"keypad_initials": pressed + "#"}), "self_service")
    assert caller.next == "goodbye"
    [row] = asked_of(keyed)
    assert (row.words, row.found, row.place) == (pressed, Found.CHOSEN, 1)
    assert 90 < row.score <= 100, "the chance that it was meant, as with words"


@pytest.mark.parametrize("end", ["#", ""])
def test_keys_beyond_the_longest_word_choose_no_title(keyed: Hotline, end: str) -> None:
    pressed = syllables(LONG + "手续办理时间")
    assert len(pressed) > MOST_KEYS
    caller = keyed.serve(Caller({"choose_department": "101", "keypad_initials": pressed[:MOST_KEYS] + "1" * 20 + end}), "self_service")
    assert (caller.next, caller.prompts[-1], Step.CANDIDATE in keyed.kinds()) == ("people", "choose_question", False)
    [row] = asked_of(keyed)
    assert (row.words, row.found) == (pressed[:MOST_KEYS], Found.SHOWN)


@pytest.mark.parametrize(("then", "leads", "confirmed"), [({"choose_question": ["1", "2"]}, "goodbye", [False, True]), ({}, "people", [False, False])])
def test_on_a_no_the_next_two_are_offered_once(database: Database, tmp_path: Path, then: dict[str, str | list[str]], leads: str, confirmed: list[bool]) -> None:
    before = a_house(database, tmp_path)
    before.knows()
    before.knows_more("居住证怎么办理？", "居住证丢了怎么补办？")
    before.server.stop()
    house = a_house(database, tmp_path, keypad_initials=True)
    house.began()
    says = {"keypad_initials": "599#", "confirm_yes_no": ["2", "1" if then else "2"]}
    caller = house.serve(Caller(TO_THE_ANSWER | says | then), "self_service")
    house.server.stop()
    assert caller.next == leads
    assert [detail["confirmed"] for kind, detail in house.steps() if kind is Step.CANDIDATE] == confirmed
    assert [caller.prompts.count(f"question_{place}") for place in (1, 2, 3)] == [2, 2, 1]
    assert len({detail["entry"] for kind, detail in house.steps() if kind is Step.CANDIDATE}) == 2, "what he refused is offered no more"
    [row] = asked_of(house)
    assert (row.found, row.place) == ((Found.CHOSEN, 3) if then else (Found.SHOWN, None))


@pytest.mark.parametrize("keys", ["0", "590", "5894894364" + "2" * 40 + "0"])
def test_0_reaches_a_person_wherever_it_is_pressed(keyed: Hotline, keys: str) -> None:
    caller = keyed.serve(Caller({"choose_department": "101", "keypad_initials": keys}), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", "keypad_initials")
