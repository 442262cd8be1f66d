"""A recording packed without loss (FLAC), so that the very bytes which the exchange wrote come out of it again.

soundfile packs: pydub has no FLAC without ffmpeg, and turns A-law into 8 bits. What does not come out of the packed
file as it went in (a sample torn by a crash, another kind of WAV) is kept as it is."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from hotline.kept.errors import KeptError, Tampered
from hotline.kept.reading import Bytes, Plain, Seekable, digest
from recordings import audio

HEADER = audio.HEADER
STEP = 1 << 16  # frames at a time


class Packing(StrEnum):
    """In what form the sound is kept."""

    FLAC = "flac"
    WAV = "wav"


def pack(wav: Path, packed: BinaryIO, *, sha256: str) -> Packing:
    """Write the sound of the WAV to `packed`, smaller when it can be had again to the bit, which is tried."""
    try:
        _to_flac(wav, packed)
        if digest(Unpacked(Plain(packed))) == sha256:
            return Packing.FLAC
    except (soundfile.LibsndfileError, Tampered):
        pass
    packed.seek(0)
    packed.truncate()
    packed.write(wav.read_bytes())
    return Packing.WAV


def _to_flac(wav: Path, packed: BinaryIO) -> None:
    with soundfile.SoundFile(str(wav)) as sound:
        rate, channels = sound.samplerate, sound.channels
        with soundfile.SoundFile(packed, "w", rate, channels, "PCM_16", format="FLAC") as out:
            for block in sound.blocks(STEP, dtype="int16"):
                out.write(block)


class _Heeded(Seekable):
    """What soundfile reads from: no fault passes through the C library, so it is kept until that has returned."""

    fault: KeptError | None = None

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            return super().readinto(buffer)
        except KeptError as fault:
            self.fault = fault
            return 0

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Raises what reading met meanwhile; Tampered when soundfile can't make sense of what it read."""
        try:
            yield
        except soundfile.LibsndfileError as fault:
            raise self.fault or Tampered(f"a packed recording can't be read: {fault}") from None
        if self.fault:
            raise self.fault


class Unpacked:
    """A packed sound, to be read in parts as the WAV that it was; `gains` (decibel) raise each side for who listens."""

    def __init__(self, packed: Bytes, *, gains: Sequence[float] = ()) -> None:
        self._packed, self._factors = packed, [10 ** (gain / 20) for gain in gains]
        self._file = _Heeded(packed)
        with self._file.heeded():
            self._sound = soundfile.SoundFile(self._file)
        self._frame = 2 * self._sound.channels
        self.size = HEADER + self._sound.frames * self._frame

    def part(self, start: int, length: int) -> bytes:
        end = min(start + length, self.size)
        head = self._header()[start:end] if start < HEADER else b""
        if end <= HEADER:
            return head
        start = max(start, HEADER) - HEADER
        first, last = start // self._frame, -(-(end - HEADER) // self._frame)
        sound = self._frames(first, last - first)
        return head + sound[start - first * self._frame : end - HEADER - first * self._frame]

    def close(self) -> None:
        self._sound.close()
        self._packed.close()

    def _frames(self, first: int, count: int) -> bytes:
        if count <= 0:
            return b""
        with self._file.heeded():
            self._sound.seek(first)
            samples = self._sound.read(count, dtype="int16")
        if self._factors:
            factors = self._factors[: self._sound.channels]
            samples = np.clip(samples * (factors if len(factors) > 1 else factors[0]), -32768, 32767)
        sound: bytes = samples.astype("<i2").tobytes()
        return sound

    def _header(self) -> bytes:
        rate, channels, size = self._sound.samplerate, self._sound.channels, self.size
        return (b"RIFF" + struct.pack("<I", size - 8) + b"WAVEfmt "
                + struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * self._frame, self._frame, 16)
                + b"data" + struct.pack("<I", size - HEADER))  # fmt: skip
