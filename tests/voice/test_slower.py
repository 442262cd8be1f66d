"""A sound said more slowly: longer, as high, as loud, and made once."""

from pathlib import Path

import numpy as np
import pytest

from hotline.voice import Sound, alaw
from hotline.voice.slower import slowed, stretched

PROMPTS = Path(__file__).parents[2] / "asterisk-conf/sounds/hotline"
VOICE = alaw.decode((PROMPTS / "callback_hello.alaw").read_bytes())


def pitch(sound: Sound) -> float:
    """The middle of the pitches of what is voiced in it, in hertz."""
    found = []
    for place in range(0, len(sound) - 400, 160):
        piece = sound[place : place + 400]
        alike = np.correlate(piece, piece, "full")[399:]
        lag = int(np.argmax(alike[20:133])) + 20
        if np.sqrt(np.mean(piece**2)) > 0.05 and alike[lag] > 0.5 * alike[0]:
            found.append(8000 / lag)
    return float(np.median(found))


@pytest.mark.parametrize("percent", [60, 80, 95])
def test_it_is_longer_as_high_and_as_loud(percent: int) -> None:
    slow = stretched(VOICE, 100 / percent)
    assert len(slow) == pytest.approx(len(VOICE) * 100 / percent, rel=0.01)
    assert pitch(slow) == pytest.approx(pitch(VOICE), rel=0.04)
    assert np.sqrt(np.mean(slow**2)) == pytest.approx(np.sqrt(np.mean(VOICE**2)), rel=0.05)


def test_a_tone_goes_on_without_a_break() -> None:
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 8000)).astype(np.float32)
    slow = stretched(tone, 1.25)[400:-800]
    power = np.abs(np.fft.rfft(slow * np.hanning(len(slow))))
    beside = power.copy()
    place = round(440 * len(slow) / 8000)
    beside[place - 20 : place + 21] = 0
    assert beside.max() < power.max() / 30


def test_it_is_made_once_and_kept_beside_the_sound(tmp_path: Path) -> None:
    stem = tmp_path / "abc"
    assert slowed(stem, 80) == stem, "what isn't there can't be said more slowly"
    stem.with_suffix(".alaw").write_bytes(b"\xd5" * 8000)
    kept = slowed(stem, 80)
    assert kept == tmp_path / "abc-80"
    assert kept.with_suffix(".alaw").stat().st_size == 10000
    kept.with_suffix(".alaw").write_bytes(b"x")
    assert slowed(stem, 80) == kept
    assert kept.with_suffix(".alaw").read_bytes() == b"x"
