"""The two sides of a call, each written by the exchange to a file of its own, brought together in one WAV of two
channels: the citizen's on the left, ours on the right. What was recorded before they were told apart has one file."""

import os
import tempfile
import wave
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from recordings import audio

SIDES = ("caller", "house")
STEP = 1 << 16  # frames at a time
UNFINISHED = ".new"  # ends the name of what isn't whole yet


def parts(path: Path) -> list[Path]:
    """The files in which the exchange writes the sides of a recording, left and right."""
    return [path.with_name(f"{path.stem}.{side}.wav") for side in SIDES]


def files(path: Path) -> list[Path]:
    """The files there are of a recording in the spool: its sides, or the whole, or after a crash all of them."""
    return [one for one in (path, *parts(path)) if one.exists()]


def in_folder(folder: Path) -> Iterator[Path]:
    """The recordings of which a folder of the spool has a file, in order, each by the path of the whole."""
    yield from sorted({_whole(path) for path in folder.glob("*.wav")})


def clear(path: Path) -> None:
    """Take all that the spool has of a recording away."""
    for one in files(path):
        one.unlink(missing_ok=True)


def join(path: Path) -> None:
    """Make the whole of the sides, which go then. Two who do so at once make the same file; nothing is done where there
    are no sides, or no sound in them."""
    with ExitStack() as opened:
        sides = [_opened(one, opened) if one.exists() else None for one in parts(path)]
        if not path.exists() and any(sides):  # else another has been quicker, or died before the sides were gone
            _write(path, sides)
    if path.exists():
        for one in parts(path):
            one.unlink(missing_ok=True)


def _opened(path: Path, opened: ExitStack) -> wave.Wave_read | None:
    """A side, its header mended; None when it has no sound, or another took it away meanwhile."""
    try:
        audio.mend_header(path)
        return opened.enter_context(wave.open(str(path), "rb"))
    except (FileNotFoundError, EOFError, wave.Error):
        return None


def _write(path: Path, sides: list[wave.Wave_read | None]) -> None:
    """Whole, or not at all: a crash leaves the sides."""
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.", suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            _interleave(sides, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise


def _interleave(sides: list[wave.Wave_read | None], file: object) -> None:
    """A side that a crash cut off earlier, or that is missing, is silent for the rest."""
    rate = next(side.getframerate() for side in sides if side)
    left = max(side.getnframes() for side in sides if side)
    with wave.open(file, "wb") as out:  # type: ignore[call-overload]
        out.setparams((len(sides), 2, rate, left, "NONE", ""))
        while left:
            count = min(STEP, left)
            out.writeframes(np.stack([_samples(side, count) for side in sides], axis=1).tobytes())
            left -= count


def _samples(side: wave.Wave_read | None, count: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    sound = side.readframes(count) if side else b""
    samples = np.frombuffer(sound[: len(sound) // 2 * 2], dtype="<i2")
    return np.pad(samples, (0, count - len(samples)))


def _whole(path: Path) -> Path:
    stem, _, side = path.stem.rpartition(".")
    return path.with_name(f"{stem}.wav") if side in SIDES else path
