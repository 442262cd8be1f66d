"""Studio sound made fit for a telephone line: 8 kHz, the line's band, one loudness, no long silence."""

import numpy as np

from hotline.voice import Sound, VoiceError, alaw

LEVEL = -20.0  # dB below full scale, of the sounding parts; leaves the peaks of speech unclipped
CEILING = 0.89
LEAD, TAIL = 0.06, 0.14  # seconds of quiet kept before and after, so that pieces join without clicks
_BAND = (200.0, 3_500.0)
_TAPS = 385
_QUIET = -42.0  # dB against the loudest frame: below it is silence
_FRAME = 80  # 10 ms


def for_telephone(sound: Sound, rate: int) -> bytes:
    """Return mono sound of a whole multiple of 8 kHz as headerless A-law for the exchange."""
    if rate % alaw.RATE:
        raise VoiceError(f"Sound at {rate} Hz can't be brought to a telephone's 8000 Hz.")
    return alaw.encode(levelled(trimmed(_narrowed(sound, rate))))


def _narrowed(sound: Sound, rate: int) -> Sound:
    """Keep the telephone's band, then every rate/8000-th sample."""
    at = np.arange(_TAPS) - (_TAPS - 1) / 2
    low, high = (2 * edge / rate * np.sinc(2 * edge / rate * at) for edge in _BAND)
    kept = np.convolve(sound, (high - low) * np.hamming(_TAPS), mode="same")
    return kept[:: rate // alaw.RATE].astype(np.float32)


def loud_frames(sound: Sound) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each 10 ms whether somebody is speaking in it."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.sqrt(np.mean(frames**2, axis=1)) if len(frames) else np.zeros(0)
    return np.asarray(power > max(power.max(initial=0.0) * 10 ** (_QUIET / 20), 1e-4))


def trimmed(sound: Sound) -> Sound:
    """Cut silence at both ends down to LEAD and TAIL, with soft edges; VoiceError if it's all silence."""
    loud = np.flatnonzero(loud_frames(sound))
    if not len(loud):
        raise VoiceError("The engine gave silence.")
    lead, tail = int(LEAD * alaw.RATE), int(TAIL * alaw.RATE)
    padded = np.concatenate([np.zeros(lead), sound, np.zeros(tail)])
    kept = padded[loud[0] * _FRAME : (loud[-1] + 1) * _FRAME + lead + tail].copy()
    edge = np.linspace(0, 1, _FRAME // 2)
    kept[: len(edge)] *= edge
    kept[-len(edge) :] *= edge[::-1]
    return kept.astype(np.float32)


def loudness(sound: Sound) -> float:
    """Return the level of the sounding parts in dB below full scale."""
    loud = np.repeat(loud_frames(sound), _FRAME)
    return float(10 * np.log10(np.mean(sound[: len(loud)][loud] ** 2)))


def levelled(sound: Sound) -> Sound:
    """Bring the sounding parts to LEVEL and bend the few highest peaks under the ceiling."""
    louder = sound * 10 ** ((LEVEL - loudness(sound)) / 20)
    knee = CEILING * 0.7
    over = np.abs(louder) > knee
    bent = knee + (CEILING - knee) * np.tanh((np.abs(louder) - knee) / (CEILING - knee))
    return np.where(over, np.sign(louder) * bent, louder).astype(np.float32)
