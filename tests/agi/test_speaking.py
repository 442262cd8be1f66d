"""A caller says what he wants to know: each way of the conversation over a real FastAGI server."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch.calls.calls import CallStep, Step
from dispatch.calls.tellings import Telling
from hotline.database import Database
from hotline.hearing import Understood
from hotline.times import now
from knowledge_base.asked import Asked, Found, Unanswered
from tests.agi.speaker import UNCLEAR, Speaker
from tests.agi.test_scripts import ANSWER, QUESTION, Hotline, a_house, asked_of
from tests.journeys.conftest import free_ports
from tests.support.ears import Fake, serving

OTHERS = ("居住证怎么办理？", "居住证丢了怎么补办？")
SATISFIED = {"satisfied_question": "1"}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    """A house where callers may speak; it knows three questions about one thing, before its index is made."""
    before = a_house(database, tmp_path)
    before.knows()
    before.knows_more(*OTHERS)
    before.began()
    before.server.stop()
    house = a_house(database, tmp_path, speech=True, hear_port=free_ports(1)[0])
    yield house
    house.server.stop()


def titles(house: Hotline, caller: Speaker) -> list[str]:
    """The questions that he heard by title, in order."""
    known = {house.names(title)[0]: title for title in (QUESTION, *OTHERS)}
    return [known[name] for name in caller.sentences if name in known]


# -- understood -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", ["是的", "对", "没错", "好的"])
def test_what_he_says_is_repeated_as_the_entrys_title_and_answered_on_his_yes(house: Hotline, said: str) -> None:
    caller = house.serve(Speaker(SATISFIED, says={"say_your_question": "居住证到期了怎么续签", "confirm_aloud": said}), "self_service")
    assert caller.next == "goodbye"
    assert titles(house, caller) == [QUESTION]
    assert house.kinds() == [Step.HEARD, Step.CANDIDATE, Step.TOLD, Step.RATED]
    (_, heard), (_, candidate), *_ = house.steps()
    assert (heard["words"], heard["score"], heard["by"], heard["verdict"]) == ("居住证到期了怎么续签", 80, "speech", "sure")
    assert (candidate["confirmed"], candidate["said"]) == (True, said)
    [row] = asked_of(house)
    assert (row.words, row.way, row.found, row.place, row.entry_id) == ("居住证到期了怎么续签", "speech", Found.CHOSEN, 1, candidate["entry"])
    with house.database.reading() as session:
        assert session.scalars(select(Telling.words)).one() == ANSWER


@dataclass
class Watched(Speaker):
    """It is seen when he speaks."""

    spoke: list[datetime] = field(default_factory=list)

    def _words(self) -> str:
        self.spoke.append(now())
        return super()._words()


@pytest.mark.parametrize("score", [80, 5])
def test_his_words_stand_in_the_timeline_where_he_was_asked_so_that_a_mark_leads_before_them(house: Hotline, score: int) -> None:
    caller = Watched(says={"say_your_question": "居住证到期了怎么续签"}, score=score)
    house.serve(caller, "self_service")
    with house.database.reading() as session:
        heard = session.scalars(select(CallStep.at).where(CallStep.kind == Step.HEARD).order_by(CallStep.id)).first()
    assert heard is not None
    assert heard < caller.spoke[0]


def test_a_key_says_yes_too(house: Hotline) -> None:
    caller = house.serve(Speaker(SATISFIED | {"confirm_aloud": "1"}, says={"say_your_question": "居住证到期了怎么续签"}), "self_service")
    assert (caller.next, titles(house, caller)) == ("goodbye", [QUESTION])
    assert Step.TOLD in house.kinds()


def test_misheard_by_its_sound_it_is_still_found(house: Hotline) -> None:
    caller = house.serve(Speaker(SATISFIED, says={"say_your_question": "举住正到期了怎么续签", "confirm_aloud": "是"}), "self_service")
    assert (caller.next, titles(house, caller)[0]) == ("goodbye", QUESTION)


# -- not the first --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by_key", [True, False])
def test_on_a_no_the_next_two_are_offered(house: Hotline, by_key: bool) -> None:
    says = {"say_your_question": "居住证到期了怎么续签"}
    if by_key:
        presses, spoken = SATISFIED | {"confirm_aloud": "2", "choose_aloud": "2"}, says
    else:
        presses, spoken = SATISFIED, says | {"confirm_aloud": ["不是", "是的"], "choose_aloud": "第二个"}  # type: ignore[dict-item]
    caller = house.serve(Speaker(presses, says=spoken), "self_service")
    assert caller.next == "goodbye"
    first, *rest = titles(house, caller)
    assert (first, set(rest[:2])) == (QUESTION, set(OTHERS))
    assert len(rest) == (2 if by_key else 3)  # said numbers are short: the title is asked about once more
    [row] = asked_of(house)
    assert (row.found, row.place) == (Found.CHOSEN, 3)
    assert [detail["confirmed"] for kind, detail in house.steps() if kind is Step.CANDIDATE] == [False, True]


@pytest.mark.parametrize("instead", [{"confirm_aloud": "救命啊有人打人"}, {"confirm_aloud": "不是", "choose_aloud": "救命啊有人打人"}])
def test_who_cries_for_help_when_he_is_asked_which_it_is_reaches_a_person_at_once(house: Hotline, instead: dict[str, str]) -> None:
    caller = house.serve(Speaker(says={"say_your_question": "居住证到期了怎么续签"} | instead), "self_service")
    assert (caller.next, caller.prompts[-1], caller.variables["QUEUE_PRIO"]) == ("people", "emergency_110", "10")
    assert house.steps()[-1] == (Step.EMERGENCY, {"number": "110", "words": "救命啊有人打人"})


@pytest.mark.parametrize("answer", ["都不是", "人工", "", "我想问问别的事情可以吗"])
def test_who_wants_none_of_them_is_taken_to_a_person(house: Hotline, answer: str) -> None:
    caller = house.serve(Speaker(says={"say_your_question": "居住证到期了怎么续签", "confirm_aloud": "不是", "choose_aloud": answer}), "self_service")
    assert caller.next == "people"
    assert Step.TOLD not in house.kinds()


def test_what_fits_several_is_asked_about_not_guessed(house: Hotline) -> None:
    caller = house.serve(Speaker(SATISFIED | {"choose_aloud": "3"}, says={"say_your_question": "居住证"}), "self_service")
    assert caller.next == "goodbye"
    assert "candidate_is" not in caller.prompts
    assert caller.prompts[:4] == ["say_your_question", "question_1", "question_2", "question_3"]
    assert house.steps()[0][1]["verdict"] == "unsure"


def test_a_title_that_has_no_voice_yet_is_left_out_and_nobody_waits_for_it(house: Hotline) -> None:
    for name in house.names(OTHERS[0]):
        (house.settings.sounds / f"{name}.alaw").unlink()
    caller = house.serve(Speaker(SATISFIED | {"choose_aloud": "1"}, says={"say_your_question": "居住证"}), "self_service")
    assert caller.next == "goodbye"
    assert set(titles(house, caller)) == {QUESTION, OTHERS[1]}
    assert "please_wait" not in caller.prompts


# -- not understood -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("words", "score", "again"), [(UNCLEAR, 80, "say_it_again"), ("居住证到期了怎么续签", 5, "say_it_again"),
                                                       ("今天天气怎么样", 80, "say_it_otherwise")])  # fmt: skip
def test_what_is_not_understood_is_asked_for_once_more_and_then_a_person_comes(house: Hotline, words: str, score: int, again: str) -> None:
    caller = house.serve(Speaker(says={"say_your_question": words, again: words}, score=score), "self_service")
    assert (caller.next, caller.prompts) == ("people", ["say_your_question", again])
    assert house.kinds() == [Step.HEARD, Step.HEARD]


def test_what_nobody_can_answer_is_counted_once(house: Hotline) -> None:
    house.serve(Speaker(says={"say_your_question": "今天天气怎么样", "say_it_otherwise": "今天天气怎么样"}), "self_service")
    [row] = asked_of(house, least=1)
    assert (row.words, row.way, row.found) == ("今天天气怎么样", "speech", Found.NOTHING)
    with house.database.reading() as session:
        assert session.scalars(select(Unanswered.count)).one() == 1


def test_the_second_time_may_be_understood(house: Hotline) -> None:
    says = {"say_your_question": UNCLEAR, "say_it_again": "居住证到期了怎么续签", "confirm_aloud": "是"}
    assert house.serve(Speaker(SATISFIED, says=says), "self_service").next == "goodbye"


def test_numbers_that_he_says_are_not_kept_in_words(house: Hotline) -> None:
    house.serve(Speaker(says={"say_your_question": "我的电话是13812345678居住证到期了怎么续签"}), "self_service")
    assert "13812345678" not in str(house.steps())


# -- keys and people, from everywhere -------------------------------------------------------------------------------
@pytest.mark.parametrize("prompt", ["say_your_question", "confirm_aloud"])
def test_0_reaches_a_person_from_everywhere(house: Hotline, prompt: str) -> None:
    caller = house.serve(Speaker({prompt: "0"}, says={"say_your_question": "居住证到期了怎么续签"}), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", prompt)


@pytest.mark.parametrize("presses", [{"say_your_question": "1"}, {}])
def test_another_key_or_silence_leads_to_the_keys(house: Hotline, presses: dict[str, str]) -> None:
    by_keys = {"choose_department": "101", "choose_question": "1", "confirm_yes_no": "1", "satisfied_question": "1"}
    caller = house.serve(Speaker(presses | by_keys), "self_service")
    assert caller.next == "goodbye"
    assert caller.prompts[:2] == ["say_your_question", "self_service_intro"]


def test_who_hangs_up_while_he_is_asked_leaves_no_fault(house: Hotline) -> None:
    caller = house.serve(Speaker(says={"say_your_question": "居住证到期了怎么续签"}, hangs_up_at="hotline/confirm_aloud"), "self_service")
    assert caller.gone
    [row] = asked_of(house, least=1)
    assert row.found == Found.SHOWN
    assert house.server.counts().failed == 0


# -- whatever breaks ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("engine", ["gone", "dies", "busy"])
def test_without_an_engine_he_is_told_to_use_his_keys(house: Hotline, engine: str) -> None:
    caller = house.serve(Speaker(says={"say_your_question": "居住证到期了怎么续签"}, engine=engine), "self_service")
    assert caller.prompts[-3:] == ["use_the_keys", "self_service_intro", "choose_department"]
    assert caller.next == "people"
    assert house.kinds() == [Step.FAULT]


def test_who_would_not_use_his_keys_reaches_a_person_by_0(house: Hotline) -> None:
    caller = house.serve(Speaker({"use_the_keys": "0"}, engine="gone"), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", "use_the_keys")


def test_where_the_exchange_cannot_reach_the_engine_a_recording_is_recognised(house: Hotline) -> None:
    ear = Fake()
    ear.says = Understood("居住证到期了怎么续签", 70, 2.2)
    with serving(ear, port=house.settings.hear_port):
        caller = house.serve(Speaker(SATISFIED | {"confirm_aloud": "1"}, engine="gone"), "self_service")
    assert (caller.next, titles(house, caller)) == ("goodbye", [QUESTION])
    assert house.steps()[0][1]["by"] == "recording"
    assert len(caller.recorded) == 1
    assert list((house.settings.spool / "heard").iterdir()) == []
    assert ear.got[0][1] == ("question",)


def test_when_the_engine_goes_in_the_middle_the_confirmation_is_by_key(house: Hotline) -> None:
    class Fails(Speaker):
        def _words(self) -> str:
            words = super()._words()
            self.engine = "gone"
            return words

    caller = house.serve(Fails(SATISFIED | {"confirm_yes_no": "1"}, says={"say_your_question": "居住证到期了怎么续签"}), "self_service")
    assert caller.next == "goodbye"
    assert "confirm_yes_no" in caller.prompts
    assert house.kinds()[:3] == [Step.HEARD, Step.FAULT, Step.CANDIDATE], "why he had to press a key"


def test_before_everything_that_is_heard_the_exchanges_own_guard_is_set(house: Hotline) -> None:
    caller = house.serve(Speaker(SATISFIED, says={"say_your_question": "居住证到期了怎么续签", "confirm_aloud": "是"}), "self_service")
    assert len(caller.guards) >= len(caller.prompts)
    assert all(0 < seconds < 60 for seconds in caller.guards)


def test_where_speech_is_off_nobody_is_asked_to_speak(database: Database, tmp_path: Path) -> None:
    house = a_house(database, tmp_path)
    caller = house.serve(Speaker(), "self_service")
    house.server.stop()
    assert caller.prompts[0] == "self_service_intro"
    with database.reading() as session:
        assert session.scalars(select(Asked)).all() == []


# -- danger ---------------------------------------------------------------------------------------------------------
def test_who_cries_for_help_hears_whom_to_ring_and_goes_before_everybody_to_a_person(house: Hotline) -> None:
    caller = house.serve(Speaker(says={"say_your_question": "快来人，我家着火了"}), "self_service")
    assert (caller.next, caller.prompts[-1], caller.variables["QUEUE_PRIO"]) == ("people", "emergency_119", "10")
    assert house.steps() == [(Step.EMERGENCY, {"number": "119", "words": "快来人，我家着火了"})]


@pytest.mark.parametrize(("keys", "number"), [("10", "110"), ("19#", "119"), ("20", "120"), ("22#", "122")])
@pytest.mark.parametrize("at_once", [True, False])
def test_an_emergency_number_keyed_in_one_go_is_known_though_its_first_key_was_taken_for_the_wish_to_use_the_keys(
    house: Hotline, keys: str, number: str, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agi.scripts.self_service.IN_ONE_GO", 2.0 if at_once else -60.0)
    caller = house.serve(Speaker({"say_your_question": keys}), "self_service")
    assert caller.next == "people"
    assert (f"emergency_{number}" in caller.prompts) is at_once or keys == "19#", "later 0 is a person, 2 the second topic"
    assert ("QUEUE_PRIO" in caller.variables) is (f"emergency_{number}" in caller.prompts)
