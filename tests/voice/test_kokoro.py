"""The real engine on the real model: what it says has the right length, and what is missing is said plainly."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hotline.voice import VoiceError, VoiceMissing, alaw, phonemes
from hotline.voice.kokoro import Kokoro, voice_name
from hotline.voice.model import MODEL, checked
from hotline.voice.normaliser import speakable
from tests.support.said import render, rendered

FOLDER = Path(os.environ.get("HOTLINE_VOICE_FOLDER", Path(__file__).parents[2] / ".voice"))


@cache
def kokoro() -> Kokoro:
    return Kokoro(FOLDER, threads=2)


def test_an_answer_is_spoken_sentence_by_sentence_at_the_pace_of_speech(tmp_path: Path) -> None:
    text = "办理居住证，请带A4纸复印件2份。"
    (file,) = render(text, voice=kokoro(), folder=tmp_path)
    assert 2.5 < file.stat().st_size / alaw.RATE < 7
    assert rendered(text, voice_name=voice_name(), folder=tmp_path) == [str(file.with_suffix(""))]


def test_slower_speech_lasts_longer() -> None:
    slow, plain = (len(kokoro().speak("请稍候。", speed=speed)) for speed in (0.8, 1.0))
    assert slow > plain * 1.1


def test_what_cannot_be_said_in_one_breath_or_at_all_is_refused() -> None:
    with pytest.raises(VoiceError, match="too long"):
        kokoro().speak("长" * 300)
    with pytest.raises(VoiceError, match="Nothing"):
        kokoro().speak("。")


def test_every_letter_and_every_digit_has_a_sound_of_its_own() -> None:
    kokoro()
    said = [phonemes.phonemes(speakable(c)) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
    assert len(set(said)) == 36
    assert all(sign in phonemes.TOKENS for one in said for sign in one)


def test_words_that_the_dictionary_reads_wrongly_are_read_as_people_say_them() -> None:
    kokoro()
    assert phonemes.phonemes("还款") == phonemes.phonemes("环款")


def test_what_the_office_wants_read_otherwise_is_said_so() -> None:
    kokoro()
    assert phonemes.phonemes("{解家营 xie4 jia1 ying2}") == phonemes.phonemes("解家营"), "the house knows this one already"
    assert phonemes.phonemes("去{重庆 zhong4 qing4}。") == phonemes.phonemes("去众庆。") != phonemes.phonemes("去重庆。")
    with pytest.raises(VoiceError, match="Nobody can say"):
        phonemes.phonemes("{甲 xyz9}")


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(VoiceMissing, match="bin/voice"):
        Kokoro(tmp_path)


def test_a_model_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(b"something else")
    with pytest.raises(VoiceMissing, match="not the file"):
        checked(tmp_path, MODEL)


def test_a_speaker_without_a_pinned_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VoiceMissing, match="zf_xiaobei"):
        Kokoro(tmp_path, speaker="../../etc/passwd")


def test_importing_the_voice_loads_no_engine() -> None:
    probe = "import sys, hotline.voice.prompts; print({'onnxruntime', 'misaki', 'jieba'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_silence_has_no_place_in_what_the_engine_gives() -> None:
    assert np.abs(kokoro().speak("您好。")).max() > 0.05
