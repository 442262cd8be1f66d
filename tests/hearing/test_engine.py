"""The real engine, on sentences that our own voice speaks over a telephone's 8 kHz."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pypinyin import lazy_pinyin

from hotline.hearing import RATE, HearingError, Samples
from hotline.hearing.expecting import WORDS, Expecting
from hotline.hearing.sound import from_alaw
from hotline.hearing.speech import FRAME, Detector
from hotline.hearing.whisper import Whisper
from tests.support.said import said

FOLDER = Path(__file__).resolve().parents[2] / ".hearing"
LIKELY = ("居住证", "公积金", "身份证", "营业执照", "社保", "医保", "户口", "护照", "驾驶证", "不动产", "结婚登记")


@cache
def whisper() -> Whisper:
    return Whisper(FOLDER)


def spoken(text: str) -> Samples:
    return from_alaw(said(text).read_bytes())


@pytest.mark.parametrize(("sentence", "words"), [("公积金提取怎么办理？", "公积金"), ("身份证丢了怎么补办？", "身份证")])
def test_the_domains_words_are_recognised(sentence: str, words: str) -> None:
    heard = whisper().hear(spoken(sentence), words=LIKELY)
    assert words in heard.text
    assert heard.score > 60
    assert heard.seconds == pytest.approx(len(spoken(sentence)) / RATE)


def test_without_likely_words_it_sounds_the_same_at_least() -> None:
    heard = whisper().hear(spoken("公积金提取怎么办理？"))
    assert "ti qu zen me ban li" in " ".join(lazy_pinyin(heard.text))


def test_a_yes_is_heard() -> None:
    assert whisper().hear(spoken("是的。"), words=WORDS[Expecting.YES_NO]).text == "是的"


@pytest.mark.parametrize("loudness", [0.0, 0.01, 0.05])
def test_neither_silence_nor_noise_becomes_words(loudness: float) -> None:
    noise = np.random.default_rng(7).normal(0, 1, 3 * RATE).astype(np.float32) * loudness
    assert whisper().hear(noise, words=LIKELY).text == ""


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(HearingError, match="at most"):
        whisper().hear(np.zeros(29 * RATE, dtype=np.float32))


def test_the_detector_tells_speech_from_silence_and_noise() -> None:
    detector = Detector(FOLDER)

    def speaking(sound: Samples) -> float:
        detector.forget()
        frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
        return float(np.mean([detector.chance(frame) > 0.5 for frame in frames]))

    noise = np.random.default_rng(7).normal(0, 0.03, 2 * RATE).astype(np.float32)
    assert speaking(spoken("公积金提取怎么办理？")) > 0.7
    assert speaking(noise) < 0.1
    assert speaking(noise * 0) == 0


def test_importing_the_hearing_loads_no_engine() -> None:
    probe = "import sys, hotline.hearing.server, hotline.hearing.whisper; print({'onnxruntime', 'faster_whisper', 'ctranslate2'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
