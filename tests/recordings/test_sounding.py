"""Whether somebody speaks in a recording, and whether he is too loud: measured on a real voice, louder and softer."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hotline.voice import alaw
from recordings.sounding import measured, sounding

VOICE = alaw.decode((Path(__file__).parents[2] / "asterisk-conf/sounds/hotline/leave_question.alaw").read_bytes())


def on_the_line(sound: NDArray[np.float32], decibels: float) -> NDArray[np.float32]:
    """The sound so much louder, as a telephone line carries it: cut off where it is too loud."""
    return alaw.decode(alaw.encode((sound * 10 ** (decibels / 20)).astype(np.float32)))


@pytest.mark.parametrize("decibels", [-18, -10, 0, 6, 9])
def test_a_voice_is_heard_soft_or_loud(decibels: float) -> None:
    found = measured(on_the_line(VOICE, decibels), 8000)
    assert (found.empty, found.shouted) == (False, False)
    assert 3 < found.spoken < found.seconds == pytest.approx(7.31, abs=0.01)


@pytest.mark.parametrize("decibels", [12, 20, 30])
def test_who_shouts_is_cut_off_by_the_line(decibels: float) -> None:
    assert measured(on_the_line(VOICE, decibels), 8000).shouted


@pytest.mark.parametrize("decibels", [-90, -60, -48])
def test_the_noise_of_a_line_is_nobody(decibels: float) -> None:
    noise = np.random.default_rng(1).standard_normal(5 * 8000) * 10 ** (decibels / 20)
    assert measured(noise.astype(np.float32), 8000).empty


def test_a_click_is_nobody_and_one_word_is_somebody() -> None:
    quiet = np.zeros(8000, dtype=np.float32)
    assert measured(np.concatenate([quiet, VOICE[4000:6000], quiet]), 8000).empty
    assert not measured(np.concatenate([quiet, VOICE[4000:9000], quiet]), 8000).empty


def test_a_file_that_is_not_there_or_holds_nothing_has_nothing_to_hear(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    assert sounding(path).empty
    path.write_bytes(b"")
    assert sounding(path).empty
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
    assert sounding(path).empty
