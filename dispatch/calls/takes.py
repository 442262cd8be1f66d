"""A question told in parts: the files in which the exchange keeps them, which take counts, and the one file of it.

`<call>.1-matter.wav` is the matter as he told it first; `<call>.2-matter.wav` the same, told again."""

import hashlib
import re
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recordings import audio
from recordings.sounding import Sounding, sounding

PAUSE = 0.3  # seconds of silence between two parts
RATE = 8000
_NAME = re.compile(r"\.(\d+)-(\w+)\.wav$")


class Part(StrEnum):
    """What is asked for, in this order."""

    MATTER = "matter"
    PLACE = "place"
    WISH = "wish"


@dataclass(frozen=True)
class Piece:
    """One part of one take, and what there is to hear in it."""

    path: Path
    take: int
    part: Part
    heard: Sounding


@dataclass(frozen=True)
class Told:
    """The pieces that count, in order, and those that don't: told again, or silent."""

    kept: Sequence[Piece] = ()
    dropped: Sequence[Piece] = ()


def path_of(folder: Path, call_id: str, take: int, part: Part) -> Path:
    """Where a part of a take is recorded."""
    return folder / f"{call_id}.{take}-{part}.wav"


def told(folder: Path, call_id: str) -> Told:
    """What counts of what was recorded in a call: the last take in which the matter was told."""
    found = sorted(_pieces(folder, call_id), key=lambda piece: (piece.take, list(Part).index(piece.part)))
    last = max((p.take for p in found if p.part is Part.MATTER and not p.heard.empty), default=0)
    kept = [piece for piece in found if piece.take == last and not piece.heard.empty]
    return Told(kept, [piece for piece in found if piece not in kept])


def drop(folder: Path, call_id: str) -> None:
    """Nothing of it is a message."""
    for path in folder.glob(f"{call_id}.*.wav"):
        path.unlink(missing_ok=True)


def join(pieces: Sequence[Piece], target: Path) -> None:
    """Write the pieces one after the other into one file, whole or not at all."""
    draft = target.with_suffix(".draft")
    with wave.open(str(draft), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        for place, piece in enumerate(pieces):
            if place:
                out.writeframes(bytes(2 * int(PAUSE * RATE)))
            with wave.open(str(piece.path), "rb") as file:
                out.writeframes(file.readframes(file.getnframes()))
    draft.rename(target)


def digest(piece: Piece) -> str:
    """By which a discarded piece could be told again, were it to turn up."""
    return hashlib.sha256(piece.path.read_bytes()).hexdigest()


def _pieces(folder: Path, call_id: str) -> Iterator[Piece]:
    for path in folder.glob(f"{call_id}.*.wav"):
        name = _NAME.search(path.name)
        if name and name[2] in set(Part):
            audio.mend_header(path)
            yield Piece(path, int(name[1]), Part(name[2]), sounding(path))
