"""Sound made fit for the line: one loudness, no clipping, little silence, nothing beyond the band."""

import numpy as np
import pytest

from hotline.voice import VoiceError, alaw, telephone
from hotline.voice.telephone import for_telephone, loudness

STUDIO = 24_000


def tone(hertz: float, seconds: float, level: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    at = np.arange(int(seconds * STUDIO)) / STUDIO
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def quiet(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.zeros(int(seconds * STUDIO), dtype=np.float32)


@pytest.mark.parametrize("level", [0.01, 0.1, 0.9])
def test_whispered_and_shouted_words_come_out_equally_loud(level: float) -> None:
    heard = alaw.decode(for_telephone(tone(800, 1.0, level), STUDIO))
    assert loudness(heard) == pytest.approx(telephone.LEVEL, abs=0.5)


def test_silence_before_and_after_is_cut_and_the_words_kept_whole() -> None:
    heard = for_telephone(np.concatenate([quiet(1.5), tone(800, 1.0, 0.3), quiet(2.0)]), STUDIO)
    assert len(heard) / alaw.RATE == pytest.approx(1.0 + telephone.LEAD + telephone.TAIL, abs=0.03)


def test_a_pause_inside_a_sentence_stays() -> None:
    heard = for_telephone(np.concatenate([tone(800, 0.4, 0.3), quiet(0.5), tone(800, 0.4, 0.3)]), STUDIO)
    assert len(heard) / alaw.RATE == pytest.approx(1.3 + telephone.LEAD + telephone.TAIL, abs=0.03)


@pytest.mark.parametrize("hertz", [60, 4_500, 7_200])
def test_what_a_telephone_cannot_carry_does_not_fold_back_into_it(hertz: float) -> None:
    heard = alaw.decode(for_telephone(tone(1000, 1.0, 0.3) + tone(hertz, 1.0, 0.3), STUDIO))
    spectrum = np.abs(np.fft.rfft(heard[1000:7000] * np.hanning(6000)))
    wanted = int(1000 * 6000 / alaw.RATE)
    spectrum[wanted - 8 : wanted + 9], peak = 0, spectrum[wanted]
    assert spectrum.max() < peak * 0.02


def test_the_highest_peaks_are_bent_and_never_clipped() -> None:
    clicks = tone(300, 1.0, 0.05)
    clicks[::2400] = 1.0
    heard = alaw.decode(for_telephone(clicks, STUDIO))
    assert np.abs(heard).max() <= telephone.CEILING + 0.03


def test_silence_alone_and_an_odd_rate_are_refused() -> None:
    with pytest.raises(VoiceError, match="silence"):
        for_telephone(quiet(1.0), STUDIO)
    with pytest.raises(VoiceError, match="22050"):
        for_telephone(quiet(1.0), 22_050)
