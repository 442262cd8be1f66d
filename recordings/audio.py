"""The sound in a recording's file: its length, its shape, and a header that a crash left unfinished."""

import struct
import warnings
import wave
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub warns that ffmpeg is missing; a WAV needs none
    from pydub import AudioSegment

FRAME = 50  # milliseconds
SPOKEN = 10 ** (-50 / 20)  # of full scale: quieter is nobody's voice
LEVEL, HEADROOM, MOST_GAIN = -20.0, -1.0, 20.0  # decibels; full scale is 0
_RIFF_SIZE_AT, _DATA_SIZE_AT, HEADER = 4, 40, 44
_UNWRITTEN = bytes(4)  # the disk was full when the writer began: there is a hole where the header was to be
_OURS = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 0)


def is_closed(path: Path) -> bool:
    """Whether a WAV's header tells the length that the file has: its writer does that last. What is no WAV at all
    will not become one either."""
    with path.open("rb") as file:
        head = file.read(HEADER)
    if len(head) < HEADER or head[:4] not in (b"RIFF", _UNWRITTEN):
        return True
    return bool(struct.unpack_from("<I", head, _DATA_SIZE_AT)[0] == path.stat().st_size - HEADER)


def mend_header(path: Path) -> bool:
    """Write the sizes that a WAV's header lacks when its writer died, or all of it where the disk was full when he
    began; whether anything was mended."""
    _give_header(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        head = file.read(HEADER)
        if size > HEADER and head[:4] == _UNWRITTEN:
            file.seek(0)
            file.write(head := _OURS)
        if len(head) < HEADER or head[:4] != b"RIFF" or head[36:40] != b"data":
            return False
        told = struct.unpack_from("<I", head, _DATA_SIZE_AT)[0]
        if told == size - HEADER or 0 < told < size - HEADER:
            return False
        file.seek(_RIFF_SIZE_AT)
        file.write(struct.pack("<I", size - 8))
        file.seek(_DATA_SIZE_AT)
        file.write(struct.pack("<I", size - HEADER))
    return True


def _give_header(path: Path) -> None:
    """A sound may begin where its header was to be: the disk was full when the writer began, and had room when he went
    on. At his end he wrote both sizes over it. It is put behind a header of ours, whole or not at all."""
    with path.open("rb") as file:
        head = file.read(HEADER)
        if len(head) < HEADER or head[:4] in (b"RIFF", _UNWRITTEN):
            return
        told = [struct.unpack_from("<I", head, at)[0] for at in (_RIFF_SIZE_AT, _DATA_SIZE_AT)]
        if told != [path.stat().st_size - 8, path.stat().st_size - HEADER]:
            return
        sound = bytearray(head + file.read())
    sound[_RIFF_SIZE_AT : _RIFF_SIZE_AT + 4] = sound[_DATA_SIZE_AT:HEADER] = bytes(4)
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(_OURS + sound)
    new.replace(path)


def seconds(path: Path) -> float:
    """The length of a WAV in seconds, to the millisecond."""
    with wave.open(str(path), "rb") as file:
        return round(file.getnframes() / file.getframerate(), 3)


def peaks(file: BinaryIO, *, points: int = 400) -> list[list[float]]:
    """The shape of the sound, side by side: the loudest sample of each of `points` stretches, 0 to 1, for drawing."""
    return [_peaks(side, points) for side in AudioSegment.from_wav(file).split_to_mono()]


def _peaks(side: AudioSegment, points: int) -> list[float]:
    samples: NDArray[np.int16] = np.frombuffer(side.raw_data, dtype=np.int16)
    if not len(samples):
        return []
    stretches = np.array_split(np.abs(samples.astype(np.int32)), min(points, len(samples)))
    return [round(float(stretch.max()) / 32768, 3) for stretch in stretches]


def gains(path: Path) -> list[float]:
    """By how many decibels each side must be raised, or lowered, so that what is said in it is as loud as in others:
    measured where somebody speaks, never so much that its loudest sample is cut. 0 when nobody does."""
    try:
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        return [0.0]
    return [_gain(np.abs(side), max(1, rate * FRAME // 1000)) for side in samples.T]


def _gain(loudness: NDArray[np.float32], frame: int) -> float:
    stretches = loudness[: len(loudness) // frame * frame].reshape(-1, frame)
    power = np.sqrt((stretches**2).mean(axis=1))
    spoken = power[power > SPOKEN]
    if not len(spoken):
        return 0.0
    wanted = LEVEL - 20 * float(np.log10(np.sqrt((spoken**2).mean())))
    room = HEADROOM - 20 * float(np.log10(loudness.max()))
    return round(max(-MOST_GAIN, min(wanted, room, MOST_GAIN)), 1)
