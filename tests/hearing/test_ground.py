"""What surrounds the engine: sound opened, sentences ended, invented text refused, turns kept."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hotline.hearing import RATE, HearingBusy, HearingMissing, Samples, Understood, model, sound
from hotline.hearing.expecting import Expecting, patience
from hotline.hearing.guard import Guess, believed
from hotline.hearing.speech import FRAME
from hotline.hearing.turns import Turns
from hotline.hearing.utterance import Ended, Patience, Utterance
from hotline.hearing.writing import simplified


# -- sound --------------------------------------------------------------------------------------------------------
def test_both_laws_open_to_the_same_sound() -> None:
    """The standard's own pairs: silence, a loud step up, a loud step down."""
    assert sound.from_ulaw(b"\xff\x7f").tolist() == [0.0, 0.0]
    assert sound.from_ulaw(b"\x80\x00") * 32768 == pytest.approx([32124, -32124])
    assert sound.from_alaw(b"\xaa\x2a") * 32768 == pytest.approx([32256, -32256])
    assert sound.from_pcm(b"\x00\x40\x00\xc0\x01").tolist() == [0.5, -0.5]


def test_sound_at_twice_the_rate_has_the_same_tone_and_loudness() -> None:
    at = np.arange(RATE) / RATE
    tone = (0.5 * np.sin(2 * np.pi * 1000 * at)).astype(np.float32)
    wide = sound.doubled(tone)
    assert len(wide) == 2 * RATE
    spectrum = np.abs(np.fft.rfft(wide))
    assert int(spectrum.argmax()) == 1000
    assert np.abs(wide[200:-200]).max() == pytest.approx(0.5, abs=0.01)
    assert spectrum[5000:].max() < spectrum.max() / 500


# -- sentences ----------------------------------------------------------------------------------------------------
def loud(seconds: float) -> Samples:
    return np.ones(round(seconds * RATE / FRAME) * FRAME, dtype=np.float32)


def quiet(seconds: float) -> Samples:
    return loud(seconds) * 0


def listened(*pieces: Samples, how: Patience | None = None) -> Utterance:
    one = Utterance(lambda frame: float(frame[0]), how or Patience())
    for piece in pieces:
        for at in range(0, len(piece), 160):
            one.take(piece[at : at + 160])
    return one


def test_a_sentence_is_over_after_seven_tenths_of_silence() -> None:
    assert listened(quiet(1), loud(2), quiet(0.6)).ended is None
    one = listened(quiet(1), loud(2), quiet(0.8))
    assert one.ended is Ended.SENTENCE
    assert 2.3 < len(one.sound()) / RATE < 2.8


def test_a_breath_within_a_sentence_does_not_end_it() -> None:
    one = listened(loud(1), quiet(0.5), loud(1), quiet(1))
    assert one.ended is Ended.SENTENCE
    assert len(one.sound()) / RATE > 2.5


def test_a_click_is_no_sentence_and_whoever_says_nothing_is_not_waited_for_for_ever() -> None:
    assert listened(loud(0.04), quiet(2)).ended is None
    assert listened(quiet(10.1)).ended is Ended.NOTHING
    assert len(listened(quiet(10.1)).sound()) == 0


def test_whoever_goes_on_and_on_is_stopped() -> None:
    assert listened(loud(21)).ended is Ended.LONG


def test_a_telephone_that_sends_nothing_in_silence_ends_a_sentence_too() -> None:
    one = listened(loud(1))
    assert one.silent(0.4) is None
    assert one.silent(0.5) is Ended.SENTENCE


def test_he_has_his_time_after_what_he_was_asked() -> None:
    assert patience(Expecting.YES_NO, asked_for=7.0).beginning == 12.0


# -- what is believed ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["请不吝点赞订阅转发打赏支持明镜与点点栏目", "字幕by索兰娅", "谢谢观看", "。", "", "的的的的的的的的的的的的的的的的的的的的的的的的"])
def test_what_recognisers_invent_is_not_believed(text: str) -> None:
    assert not believed(Guess(text, -0.2, 0.1), seconds=9)


def test_nobody_says_forty_characters_in_a_second() -> None:
    text = "居住证到期以后怎么续签需要带什么材料在哪里办理什么时候可以拿到新的证件费用是多少"
    assert believed(Guess(text, -0.3, 0.0), seconds=8)
    assert not believed(Guess(text, -0.3, 0.0), seconds=1)


def test_an_unlikely_text_where_nobody_spoke_is_not_believed() -> None:
    assert not believed(Guess("社保", -1.4, 0.8), seconds=1)
    assert believed(Guess("社保", -0.4, 0.8), seconds=1)


def test_words_that_were_only_put_into_its_mouth_are_not_believed() -> None:
    """On silence it says again what it was told before."""
    assert not believed(Guess("老年人优待证、结婚登记", -0.3, 0.1), seconds=2, told=("老年人优待证", "结婚登记"))
    assert believed(Guess("结婚登记", -0.3, 0.1), seconds=2, told=("老年人优待证", "结婚登记"))


def test_text_is_simplified_and_without_marks_around() -> None:
    assert simplified(" 居住證到期了，怎麼 續簽？ ") == "居住证到期了，怎么续签"


# -- turns --------------------------------------------------------------------------------------------------------
class Slow:
    """An ear that hears when it is let."""

    name = "slow"

    def __init__(self) -> None:
        self.let, self.inside = threading.Event(), threading.Semaphore(0)

    def hear(self, sound: Samples, *, words: Sequence[str] = ()) -> Understood:
        self.inside.release()
        self.let.wait(5)
        return Understood("好", 90, 1.0)


def test_whoever_finds_no_room_hears_so_at_once_and_whoever_waits_not_for_long() -> None:
    slow = Slow()
    ear = Turns(slow, at_once=1, waiting=1, patience=0.2)
    heard: list[object] = []

    def ask() -> None:
        try:
            heard.append(ear.hear(quiet(1)).text)
        except HearingBusy as busy:
            heard.append(str(busy))

    first = threading.Thread(target=ask)
    first.start()
    slow.inside.acquire()
    second = threading.Thread(target=ask)
    second.start()
    while ear.inside < 2:
        pass
    with pytest.raises(HearingBusy):
        ear.hear(quiet(1))
    second.join(5)
    assert "turn" in str(heard[0])
    slow.let.set()
    first.join(5)
    assert heard[1] == "好"
    assert ear.hear(quiet(1)).text == "好"


# -- the model ----------------------------------------------------------------------------------------------------
def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HearingMissing, match="bin/hearing"):
        model.check(tmp_path)


def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / model.VAD).write_bytes(b"something else")
    with pytest.raises(HearingMissing, match="not the file"):
        model.check(tmp_path)


def test_a_folder_of_the_office_needs_no_digest_but_must_be_whole(tmp_path: Path) -> None:
    with pytest.raises(HearingMissing, match=r"model\.bin"):
        model.whisper(tmp_path, model=tmp_path)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    assert model.whisper(tmp_path, model=tmp_path) == tmp_path
