"""What tests find spoken is what the voice of today is asked for: all but one answer, which a house itself speaks."""

from benchmarks.speech_asked import few
from benchmarks.speech_callers import YES
from benchmarks.speech_voices import LYING, VOICES, file_of
from hotline.voice.model import SPEAKER
from hotline.voice.orders import names_of
from tests.journeys import test_keypad, test_speaking, town
from tests.support.said import SPOKEN


def test_what_callers_and_houses_say_lies_ready_but_for_one_answer() -> None:
    texts = [*town.SPOKEN, test_keypad.TITLE, test_keypad.ANSWER, test_speaking.TITLE, test_speaking.CRY, "是的。", "身份证丢了怎么补办？"]
    assert {path.stem for path in SPOKEN.glob("*.alaw")} == {name for text in texts for name in names_of(text, voice=SPEAKER)}
    assert not (SPOKEN / f"{names_of(test_speaking.ANSWER, voice=SPEAKER)[0]}.alaw").exists(), "nothing would try the voice in a house"


def test_the_questions_that_are_asked_aloud_lie_ready_in_every_voice_with_its_yes() -> None:
    said = {file_of(one.voice, one.text) for one in few()} | {file_of(voice, YES) for voice in VOICES}
    assert {path.relative_to(LYING) for path in LYING.rglob("*.alaw")} == said
