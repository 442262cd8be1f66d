"""Who leaves a question is asked step by step, over a real FastAGI server and without any database."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agi.scripts.leave_question import LIMITS
from hotline.database import Database
from hotline.voice import alaw
from tests.agi.caller import CALL, NUMBER, Caller
from tests.agi.test_scripts import Hotline, a_house

VOICE = alaw.decode((Path(__file__).parents[2] / "asterisk-conf/sounds/hotline/greeting.alaw").read_bytes())


def speech(gain: float = 1.0) -> bytes:
    return (np.clip(VOICE * gain, -1, 1) * 32767).astype("<i2").tobytes()


TOLD, SHOUTED, SILENT, FULL = (speech(), "DTMF"), (speech(20), "DTMF"), (bytes(48000), "SILENCE"), (speech(), "TIMEOUT")
OWN_IS_RIGHT = {"number_right": "1"}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    house = a_house(database, tmp_path)
    (house.settings.spool / "messages").mkdir(parents=True)
    database.close()  # nothing here asks it
    yield house
    house.server.stop()


def leaves(house: Hotline, *says: tuple[bytes, str], presses: dict[str, str | list[str]] | None = None, **how: str) -> Caller:
    caller = Caller(OWN_IS_RIGHT if presses is None else presses, says=list(says), **how)  # type: ignore[arg-type]
    caller.variables = {"MESSAGE_SILENCE": "5", "MESSAGE_SECONDS": "120"}
    return house.serve(caller, "leave_question", caller.number, "96128")


def kept(house: Hotline) -> list[str]:
    return sorted(path.name.removeprefix(f"{CALL}.") for path in (house.settings.spool / "messages").iterdir())


def steps(caller: Caller) -> list[str]:
    return [name for name in caller.prompts if not name.startswith(("digits/", "one_on"))]


ASKED = ["leave_question", "tone", "question_place", "tone", "question_wish", "tone", "question_check", "number_is", "number_right", "secrecy_question"]


def test_matter_place_and_wish_are_asked_for_then_the_number_and_secrecy(house: Hotline) -> None:
    caller = leaves(house, TOLD, TOLD, TOLD)
    assert steps(caller) == ASKED
    assert kept(house) == ["1-matter.wav", "1-place.wav", "1-wish.wav"]
    assert [(silence, most, options) for _, silence, most, options in caller.recorded] == [
        ("5", "120", "kq"), *((str(silence), str(most), "kq") for silence, most in LIMITS.values())]  # fmt: skip
    assert caller.next == "goodbye"
    assert int(caller.variables["BEGAN"]) > 0
    assert "CONTACT" not in caller.variables
    assert "SECRECY" not in caller.variables


def test_his_own_number_is_read_digit_by_digit(house: Hotline) -> None:
    caller = leaves(house, TOLD)
    place = caller.prompts.index("number_is")
    assert caller.prompts[place + 1 : place + 12] == ["one_on_telephone" if d == "1" else f"digits/{d}" for d in NUMBER]


def test_who_is_silent_goes_on_and_keeps_his_number(house: Hotline) -> None:
    caller = leaves(house, TOLD, SILENT, SILENT, presses={})
    assert steps(caller) == ASKED
    assert kept(house) == ["1-matter.wav"]
    assert "CONTACT" not in caller.variables


def test_the_hash_key_passes_everything_by(house: Hotline) -> None:
    caller = leaves(house, TOLD, presses=dict.fromkeys(("question_place", "question_wish", "question_check", "number_is", "secrecy_question"), "#"))
    assert steps(caller) == ["leave_question", "tone", "question_place", "question_wish", "question_check", "number_is", "secrecy_question"]
    assert len(caller.recorded) == 1


def test_who_says_nothing_is_asked_once_more_and_then_leaves_nothing(house: Hotline) -> None:
    caller = leaves(house, SILENT, SILENT)
    assert steps(caller) == ["leave_question", "tone", "question_again", "tone", "question_nothing"]
    assert (caller.next, caller.variables["BEGAN"], kept(house)) == ("goodbye", "", [])


def test_who_shouts_is_asked_once_more_and_then_kept_as_he_is(house: Hotline) -> None:
    caller = leaves(house, SHOUTED, SHOUTED)
    assert steps(caller)[:4] == ["leave_question", "tone", "question_too_loud", "tone"]
    assert kept(house) == ["1-matter.wav", "2-matter.wav"]


def test_who_shouts_and_then_says_nothing_has_been_heard_all_the_same(house: Hotline) -> None:
    caller = leaves(house, SHOUTED, SILENT, TOLD)
    assert caller.variables["BEGAN"]
    assert kept(house) == ["1-matter.wav", "1-place.wav"]


def test_who_speaks_too_long_hears_that_it_is_kept_and_goes_on(house: Hotline) -> None:
    assert steps(leaves(house, FULL))[:4] == ["leave_question", "tone", "question_full", "question_place"]


def test_he_hears_what_he_said_and_tells_it_again(house: Hotline) -> None:
    caller = leaves(house, TOLD, TOLD, SILENT, TOLD, SILENT, TOLD, presses={"question_check": ["1", "2", ""]})
    heard = [Path(name).name.removeprefix(f"{CALL}.") for name in caller.heard if name.startswith("/")]
    assert heard == ["1-matter", "1-place"]
    assert min(seconds for name, seconds in caller.guarded.items() if name.startswith("/")) > len(TOLD[0]) / 16000
    assert kept(house) == ["1-matter.wav", "1-place.wav", "2-matter.wav", "2-wish.wav"]


def test_nobody_listens_to_himself_for_ever(house: Hotline) -> None:
    assert steps(leaves(house, TOLD, presses={"question_check": "1"})).count("question_check") == 3


@pytest.mark.parametrize(
    ("keyed", "contact"),
    [("13877712345#", "13877712345"), ("2012345#", "08772012345"), ("08772012345#", "08772012345"),
     ("013877712345", "13877712345"), (NUMBER, "")],
)  # fmt: skip
def test_another_number_is_keyed_and_read_back(house: Hotline, keyed: str, contact: str) -> None:
    caller = leaves(house, TOLD, presses={"number_right": ["2", "1"], "number_key": keyed})
    assert caller.variables["CONTACT"] == contact
    assert caller.prompts.count("number_is") == 2


@pytest.mark.parametrize("keyed", ["96128#", "110#", "12345#", "0085223456789", "1#", "00000000#"])
def test_a_number_that_nobody_can_be_rung_at_is_asked_for_again_and_then_his_own_stays(house: Hotline, keyed: str) -> None:
    caller = leaves(house, TOLD, presses={"number_right": ["2", "1"], "number_key": keyed, "number_wrong": keyed})
    assert "number_wrong" in caller.prompts
    assert not caller.variables["CONTACT"]


@pytest.mark.parametrize("number", ["", "anonymous", "+85223456789"])
def test_who_shows_no_number_keys_one_or_hears_how_he_can_follow(house: Hotline, number: str) -> None:
    silent = leaves(house, TOLD, presses={}, number=number)
    assert "number_is" not in silent.prompts
    assert "question_no_number" in silent.prompts
    keys = leaves(house, TOLD, presses={"number_key_unknown": "13877712345#", "number_right": "1"}, number=number)
    assert keys.variables["CONTACT"] == "13877712345"
    assert "question_no_number" not in keys.prompts


STAFFED = {"QUEUE_MEMBER(hotline,logged)": "2", "STAFFED": "yes"}


@pytest.mark.parametrize("where", ["leave_question", "question_place", "question_wish", "question_check", "number_right", "secrecy_question", "number_key", "recording", "question_full"])
def test_0_leads_to_a_person_from_every_step_while_somebody_takes_calls(house: Hotline, where: str) -> None:
    keys = {"number_right": "2"} if where == "number_key" else {}
    says = {"recording": [(TOLD[0], "OPERATOR")], "question_full": [FULL]}.get(where, [TOLD, TOLD, TOLD])
    caller = Caller(OWN_IS_RIGHT | keys | {where: "0"}, says=says)
    caller.variables = {"MESSAGE_SILENCE": "5", "MESSAGE_SECONDS": "120"} | STAFFED
    house.serve(caller, "leave_question", caller.number, "96128")
    assert (caller.next, caller.variables.get("BEGAN", ""), kept(house)) == ("operator", "", [])
    assert {options for *_, options in caller.recorded} <= {"kqo"}


@pytest.mark.parametrize("lacking", [{"STAFFED": "no"}, {"QUEUE_MEMBER(hotline,logged)": "0"}])
def test_0_is_no_way_while_nobody_takes_calls(house: Hotline, lacking: dict[str, str]) -> None:
    caller = Caller(OWN_IS_RIGHT | {"question_check": "0"}, says=[TOLD, TOLD, TOLD])
    caller.variables = {"MESSAGE_SILENCE": "5", "MESSAGE_SECONDS": "120"} | STAFFED | lacking
    house.serve(caller, "leave_question", caller.number, "96128")
    assert (caller.next, len(kept(house)), {options for *_, options in caller.recorded}) == ("goodbye", 3, {"kq"})


def test_who_wants_secrecy_says_so_by_a_key(house: Hotline) -> None:
    caller = leaves(house, TOLD, presses=OWN_IS_RIGHT | {"secrecy_question": "1"})
    assert caller.variables["SECRECY"] == "yes"
    assert caller.prompts[-1] == "secrecy_kept"


@pytest.mark.parametrize("place", ["question_place", "question_check", "number_is", "secrecy_question"])
def test_who_hangs_up_later_has_left_what_he_said(house: Hotline, place: str) -> None:
    caller = leaves(house, TOLD, TOLD, hangs_up_at=f"hotline/{place}")
    assert caller.variables["BEGAN"]
    assert "1-matter.wav" in kept(house)


def test_who_hangs_up_before_the_tone_has_left_nothing(house: Hotline) -> None:
    assert "BEGAN" not in leaves(house, TOLD, hangs_up_at="hotline/leave_question").variables


def test_each_recording_may_last_as_long_as_it_may_before_the_exchange_takes_him_away(house: Hotline) -> None:
    assert max(leaves(house, TOLD).guards) > 125


def test_the_office_shortens_what_is_asked(database: Database, tmp_path: Path) -> None:
    house = a_house(database, tmp_path, question_steps="matter, secrecy")
    (house.settings.spool / "messages").mkdir(parents=True)
    assert steps(leaves(house, TOLD)) == ["leave_question", "tone", "secrecy_question"]
    house.server.stop()


def test_without_steps_the_exchange_asks_alone(database: Database, tmp_path: Path) -> None:
    house = a_house(database, tmp_path, question_steps="")
    caller = leaves(house)
    assert (caller.prompts, caller.next) == ([], "")
    house.server.stop()
