"""A recording in which what is private can't be heard: a soft tone stands for it, on both sides."""

import struct
from collections.abc import Sequence

import numpy as np

from hotline.database import Database
from hotline.kept.reading import Bytes
from recordings.archive import Archive
from recordings.audio import HEADER
from recordings.errors import RecordingError
from recordings.following import Following, again
from recordings.masking import Stretch
from recordings.recordings import Recording

HERTZ, LOUDNESS = 1000, 1000  # of 32767


def opened(archive: Archive, recording: Recording, masks: Sequence[Stretch], *, database: Database,
           levelled: bool = False) -> Bytes:  # fmt: skip
    """A recording for who listens or takes it out, whatever is done with it meanwhile; who calls closes it."""
    content = Following(archive, recording, again(database, recording.id), levelled=levelled)
    return Masked(content, masks) if masks else content


class Masked:
    """A WAV of 16 bits, to be read in parts, with a tone where it is masked."""

    def __init__(self, content: Bytes, masks: Sequence[Stretch]) -> None:
        head = content.part(0, HEADER)
        if len(head) < HEADER or head[36:40] != b"data":
            content.close()
            raise RecordingError("无法遮蔽这段录音，不能播放")
        self._content, self.size = content, content.size
        self._channels: int = struct.unpack_from("<H", head, 22)[0]
        self._rate: int = struct.unpack_from("<I", head, 24)[0]
        self._frame: int = 2 * self._channels
        self._places = [(self._at(one.begins), self._at(one.ends)) for one in masks]

    def part(self, start: int, length: int) -> bytes:
        found = bytearray(self._content.part(start, length))
        for first, last in self._places:
            begins, ends = max(first, start), min(last, start + len(found))
            if begins < ends:
                found[begins - start : ends - start] = self._tone(begins, ends)
        return bytes(found)

    def close(self) -> None:
        self._content.close()

    def _at(self, second: float) -> int:
        """Where that second begins in the file, at a whole frame."""
        frame = round(second * self._rate)
        return HEADER + frame * self._frame

    def _tone(self, begins: int, ends: int) -> bytes:
        first, last = (begins - HEADER) // self._frame, -(-(ends - HEADER) // self._frame)
        samples = np.sin(np.arange(first, last) * (2 * np.pi * HERTZ / self._rate)) * LOUDNESS
        sound = np.repeat(samples.astype("<i2"), self._channels).tobytes()
        skipped = begins - HEADER - first * self._frame
        return sound[skipped : skipped + ends - begins]
