"""The same voice, slower: a sound is stretched in time, its pitch stays; made when first wanted, and kept beside it."""

from pathlib import Path

import numpy as np

from hotline.voice import Sound, alaw
from hotline.voice.rendering import write_whole

_WINDOW = 240  # 30 ms: two periods of the deepest voice
_HOP = _WINDOW // 2
_SEARCH = 80  # 10 ms around its place in which a piece is looked for that goes on where the last one ended


def slowed(stem: Path, percent: int) -> Path:
    """The stem of a sound said at that percentage of its speed; the sound itself where it isn't made yet."""
    kept = stem.with_name(f"{stem.name}-{percent}")
    if not kept.with_suffix(".alaw").exists():
        try:
            sound = alaw.decode(stem.with_suffix(".alaw").read_bytes())
        except FileNotFoundError:
            return stem
        write_whole(kept.with_suffix(".alaw"), alaw.encode(stretched(sound, 100 / percent)))
    return kept


def stretched(sound: Sound, times: float) -> Sound:
    """Sound at 8 kHz so many times as long (WSOLA): overlapping pieces, each taken where it fits the one before."""
    padded = np.concatenate([np.zeros(_SEARCH), sound, np.zeros(_WINDOW + 2 * _SEARCH)])
    window = np.hanning(_WINDOW + 1)[:-1]
    pieces = int(len(sound) * times / _HOP)
    out = np.zeros((pieces + 1) * _HOP + _WINDOW)
    goes_on = padded[_SEARCH : _SEARCH + _WINDOW]
    for number in range(pieces):
        wanted = int(number * _HOP / times)
        near = padded[wanted : wanted + _WINDOW + 2 * _SEARCH]
        place = wanted + _likest(near, goes_on)
        out[number * _HOP : number * _HOP + _WINDOW] += window * padded[place : place + _WINDOW]
        goes_on = padded[place + _HOP : place + _HOP + _WINDOW]
    return out[: int(len(sound) * times)].astype(np.float32)


def _likest(near: Sound, wanted: Sound) -> int:
    """Where in `near` the piece lies that is most like the wanted one."""
    if len(wanted) < _WINDOW:
        return _SEARCH
    power = np.convolve(near**2, np.ones(_WINDOW), mode="valid")
    return int(np.argmax(np.correlate(near, wanted, mode="valid") / np.sqrt(power + 1e-6)))
