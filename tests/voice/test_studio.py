"""What a person records for a prompt: measured on real sound, made like the machine's own, refused where it is bad."""

import numpy as np
import pytest

from hotline.voice import Sound, alaw, telephone
from hotline.voice.studio import Doubt, StudioError, checked, doubts
from tests.voice.studio_sounds import file, loudest_hertz, spoken, tone

NOISE = np.random.default_rng(1)


def hiss(level: float, samples: int = 4000) -> Sound:
    return (level * NOISE.standard_normal(samples)).astype(np.float32)


def joined(*parts: Sound) -> Sound:
    return np.concatenate(parts).astype(np.float32)


@pytest.mark.parametrize(("kind", "rate"), [("WAV", 44_100), ("WAV", 8_000), ("WAV", 11_025), ("MP3", 44_100), ("FLAC", 96_000), ("OGG", 48_000)])
def test_a_file_of_any_kind_and_rate_becomes_a_telephones_sound_of_the_same_pitch_and_of_house_loudness(kind: str, rate: int) -> None:
    made = checked(file(tone(1000, rate=rate, level=0.05), rate, kind))
    heard = alaw.decode(made.sound)
    assert loudest_hertz(heard) == pytest.approx(1000, abs=2)
    assert telephone.loudness(heard) == pytest.approx(telephone.LEVEL, abs=0.5)
    assert made.seconds == pytest.approx(2.0 + telephone.LEAD + telephone.TAIL, abs=0.12)
    assert made.trimmed == pytest.approx(1.0 - telephone.LEAD - telephone.TAIL, abs=0.15)
    assert made.rate == rate
    assert made.level == pytest.approx(-29, abs=1)


def test_two_channels_are_one_and_what_a_telephone_cannot_carry_is_left_out() -> None:
    high = tone(9_000, rate=48_000) + tone(700, rate=48_000)
    made = checked(file(np.stack([high, high], axis=1), 48_000))
    assert loudest_hertz(alaw.decode(made.sound)) == pytest.approx(700, abs=2)


def test_speech_keeps_its_words_as_they_were() -> None:
    words = spoken()
    made = alaw.decode(checked(file(np.concatenate([np.zeros(4000), words * 0.4, np.zeros(4000)]).astype(np.float32), 8_000)).sound)
    length = min(len(made), len(words))
    alike = np.correlate(made[:length], words[:length], mode="full").max() / np.linalg.norm(made) / np.linalg.norm(words)
    assert alike > 0.95


@pytest.mark.parametrize(("content", "why"), [
    (b"no sound at all", "不能读取"), (b"", "不能读取"), (file(np.zeros(44_100)), "没有声音"), (file(tone(500, level=0.004)), "没有声音|太小"),
    (file(np.clip(tone(500, level=3.0), -1, 1)), "削波"), (file(tone(500, seconds=25)), "有声部分25"), (file(tone(500, seconds=0.05)), "有声部分"),
    (file(tone(500, seconds=70)), "超过60秒"), (file(tone(500, rate=4_000), 4_000), "采样率"), (file(np.zeros(0)), "没有声音"),
])  # fmt: skip
def test_what_nobody_would_understand_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(StudioError, match=why):
        checked(content)


def test_noise_and_a_strange_length_are_told_of_but_not_refused() -> None:
    clean = spoken()
    noisy = (clean + hiss(0.02, len(clean))).astype(np.float32)
    pad = hiss(0.0005)
    assert doubts(checked(file(joined(pad, clean, pad), 8_000)).measured, 2.0) == []
    assert Doubt.NOISY in doubts(checked(file(joined(hiss(0.02), noisy, hiss(0.02)), 8_000)).measured, 2.0)
    measured = checked(file(tone(500))).measured
    assert doubts(measured, 6.0)[-1:] == [Doubt.SHORT]
    assert doubts(measured, 0.8)[-1:] == [Doubt.LONG]
