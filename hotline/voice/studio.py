"""A prompt that a person recorded: read, measured, refused where nobody would understand it, made like the others."""

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import soundfile

from hotline.voice import Sound, VoiceError, alaw
from hotline.voice.telephone import LEAD, TAIL, for_telephone, loud_frames, loudness

MOST_BYTES = 8_000_000
MOST_SECONDS = 60.0  # of a file, before its silence is cut off
SHORTEST, LONGEST = 0.2, 20.0  # seconds of a prompt
QUIETEST = -45.0  # dB below full scale: softer speech is all noise once it is raised
FULL = 0.985  # of full scale, where a microphone cuts off
CUT_OFF = 0.002  # share of such samples among those of speech that is heard as crackling
NOISE = 20.0  # dB that speech must stand above what is heard between its words
_WITHIN = 24_000  # samples a second, from which the telephone's are taken


class StudioError(VoiceError):
    """A recording can't be a prompt; the text says why, and what to do."""


class Doubt(StrEnum):
    """What a person should listen for: no reason to refuse it."""

    NOISY = "noisy"
    SHORT = "short"  # against the machine's own: it may be another text
    LONG = "long"


@dataclass(frozen=True)
class Checked:
    """A recording as callers hear it, and what was measured of what was handed in: seconds after trimming and cut off,
    level in dB below full scale, share of samples cut off, dB of speech above the noise, samples a second."""

    sound: bytes
    seconds: float
    trimmed: float
    level: float
    cut_off: float
    clear: float
    rate: int

    @property
    def measured(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "trimmed": self.trimmed, "level": self.level, "cut_off": self.cut_off,
                "clear": self.clear, "rate": self.rate}  # fmt: skip


def checked(content: bytes) -> Checked:
    """Read a WAV, MP3, FLAC or Ogg file and make a prompt of it; StudioError when nobody would understand it."""
    sound, rate = _read(content)
    if not len(sound) or np.abs(sound).max() < 10 ** (QUIETEST / 20):
        raise StudioError("录音里没有声音，请检查话筒后重录")
    level = round(loudness(sound), 1)
    if level < QUIETEST:
        raise StudioError(f"声音太小（{level}分贝），请靠近话筒重录")
    cut_off = _cut_off(sound)
    if cut_off > CUT_OFF:
        raise StudioError(f"声音过大，有{cut_off:.1%}被削波，请调低音量或者离话筒远一点重录")
    made = for_telephone(_resampled(sound, rate), _WITHIN)
    seconds = round(len(made) / alaw.RATE, 2)
    if not SHORTEST + LEAD + TAIL <= seconds <= LONGEST:
        raise StudioError(f"有声部分{seconds}秒，提示语应在{SHORTEST}至{LONGEST:.0f}秒之间")
    trimmed = round(max(0.0, len(sound) / rate - seconds), 2)
    return Checked(made, seconds, trimmed, level, round(cut_off, 4), _clear(sound, level), rate)


def doubts(measured: dict[str, Any], machine_seconds: float) -> list[Doubt]:
    """What stands out, against the seconds that the machine takes for the same words."""
    found = [Doubt.NOISY] if measured["clear"] < NOISE else []
    found += [Doubt.SHORT] if measured["seconds"] < machine_seconds * 0.5 else []
    return found + ([Doubt.LONG] if measured["seconds"] > machine_seconds * 2.0 else [])


def _read(content: bytes) -> tuple[Sound, int]:
    """The sound of all channels together."""
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate = int(file.samplerate)
            if not 8_000 <= rate <= 192_000:
                raise StudioError(f"采样率为{rate}，应在8000以上")
            if file.frames > MOST_SECONDS * rate:
                raise StudioError(f"录音超过{MOST_SECONDS:.0f}秒")
            samples = file.read(int(MOST_SECONDS * rate), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as fault:
        raise StudioError("不能读取这个文件，请使用WAV或者MP3格式") from fault
    return np.nan_to_num(samples.mean(axis=1)).astype(np.float32), rate


def _resampled(sound: Sound, rate: int) -> Sound:
    """The same sound with another number of samples: what is too high for these is left out, the rest is as it was."""
    padded = np.concatenate([sound, np.zeros(-len(sound) % rate, dtype=np.float32)])  # whole seconds
    wanted = len(padded) // rate * _WITHIN
    heights = np.fft.rfft(padded)[: wanted // 2 + 1]
    return (np.fft.irfft(heights, n=wanted) * (wanted / len(padded))).astype(np.float32)


def _cut_off(sound: Sound) -> float:
    """The share of samples at full scale among all that are heard."""
    heard = np.abs(sound)[np.abs(sound) > 10 ** (QUIETEST / 20)]
    return float(np.mean(heard > FULL)) if len(heard) else 0.0


def _clear(sound: Sound, level: float) -> float:
    """How far speech stands above the quietest tenth of what isn't digital silence."""
    loud = loud_frames(sound)
    frames = sound[: len(loud) * 80].reshape(-1, 80)
    power = np.sqrt(np.mean(frames**2, axis=1))
    quiet = power[power > 1e-5]
    return round(level - 20 * float(np.log10(np.quantile(quiet, 0.1))), 1)
