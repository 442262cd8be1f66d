"""What texts mean: the packaged model's own weights in NumPy. Its own engine takes half as long again for a question,
twice as long for two readings of one or for many texts, and with every new word more memory."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.model_file import Floats, ModelFile

_QUESTION = "query: "  # how the model wants texts introduced that are compared with one another
_AT_ONCE = 800  # pieces read together: more no longer stay in the core's cache
_ROWS = 32  # rows whose figures are bent at a time, for the same reason
_SMALL, _COLUMNS = 1_000_000, 128  # products that NumPy's library adds up without copying the weights first
Group = tuple[slice, int]  # rows of texts that are of one length, and this


class Packed(NamedTuple):
    """A matrix in whole numbers of 8 bits, turned so that texts are multiplied from the left, in square tiles: a tile
    that is widened stays in the core's cache until it is multiplied; weights four times as wide would come from
    memory. The rounding of what the file has in 4 bits moves a vector by less than the package's engine does, which
    rounds what it multiplies them with (cosines .99995 and .9999)."""

    tiles: NDArray[np.int8]  # tile, row, column
    scale: Floats  # of each column of the matrix

    @classmethod
    def of(cls, matrix: Floats, width: int) -> "Packed":
        """A matrix that is as wide as a tile, or as high."""
        scale = np.maximum(np.abs(matrix).max(axis=0), np.float32(1e-9)) / np.float32(127)
        tiles = np.round(matrix / scale).astype(np.int8).reshape(-1, width, matrix.shape[1] // width, width)
        return cls(np.ascontiguousarray(tiles.swapaxes(1, 2)).reshape(-1, width, width), scale)


class Room:
    """Where tiles are widened, one after the other."""

    def __init__(self, width: int) -> None:
        self._wide = np.empty((width, width), np.float32)

    def beside(self, rows: Floats, packed: Packed) -> Floats:
        """Rows as wide as a tile times tiles that stand beside one another."""
        found = np.empty((len(rows), len(packed.scale)), np.float32)
        for tile, part in zip(packed.tiles, np.split(found, len(packed.tiles), axis=1), strict=True):
            self._times(rows, tile, part)
        found *= packed.scale
        return found

    def beneath(self, rows: Floats, packed: Packed) -> Floats:
        """Rows as wide as many tiles that stand beneath one another times these."""
        found, one = np.zeros((2, len(rows), len(packed.scale)), np.float32)
        for tile, part in zip(packed.tiles, np.split(rows, len(packed.tiles), axis=1), strict=True):
            self._times(part, tile, one)
            found += one
        found *= packed.scale
        return found

    def _times(self, rows: Floats, tile: NDArray[np.int8], into: Floats) -> None:
        np.copyto(self._wide, tile)
        step = _COLUMNS if rows.size * _COLUMNS <= _SMALL else len(tile)
        for some in range(0, len(tile), step):
            np.matmul(rows, self._wide[:, some : some + step], out=into[:, some : some + step])


class Layer(NamedTuple):
    """The weights of one layer, and what is added to what they make."""

    three: Packed  # what is asked, answered and told
    three_more: Floats
    out: Packed
    out_more: Floats
    even: tuple[Floats, Floats]
    wider: Packed
    wider_more: Floats
    narrower: Packed
    narrower_more: Floats
    even_again: tuple[Floats, Floats]


class Model:
    """Reads texts; one caller at a time."""

    def __init__(self, file: ModelFile) -> None:
        self._file, width = file, file.width
        self._layers = [_layer(file, f"l{number}.") for number in range(file.layers)]
        self._places = file.plain("emb.pos", file.places, width) + file.plain("emb.type", width)
        self._even = file.plain("emb.ln.w", width), file.plain("emb.ln.b", width)
        self._room = Room(width)
        file.let_go()

    def query(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, of length 1."""
        pieces = [self._file.pieces(_QUESTION + text) for text in texts]
        found = np.empty((len(texts), self._file.width), dtype=np.float32)
        for rows in _lots([len(one) for one in pieces]):
            found[rows] = self._read([pieces[row] for row in rows])
        self._file.let_go()
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found

    def _read(self, texts: Sequence[Sequence[int]]) -> Floats:
        """The mean of what each piece means after all layers; a row a text. The shortest come first."""
        groups = list(_groups(texts))
        words = np.array([piece for one in texts for piece in one])
        told = self._file.small("emb.word", self._file.words, self._file.width, words)
        told += np.concatenate([self._places[: len(one)] for one in texts])
        _evened(told, self._even, self._file.least)
        for layer in self._layers:
            self._passed(layer, told, groups)
        return np.concatenate([told[rows].reshape(-1, length, told.shape[1]).mean(axis=1) for rows, length in groups])

    def _passed(self, layer: Layer, told: Floats, groups: Sequence[Group]) -> None:
        """What the pieces mean after one more layer, in place."""
        room, least = self._room, self._file.least
        told += room.beside(self._attended(room.beside(told, layer.three) + layer.three_more, groups), layer.out)
        told += layer.out_more
        _evened(told, layer.even, least)
        told += room.beneath(_bent(room.beside(told, layer.wider) + layer.wider_more), layer.narrower)
        told += layer.narrower_more
        _evened(told, layer.even_again, least)

    def _attended(self, three: Floats, groups: Sequence[Group]) -> Floats:
        """What each piece takes from the others of its text."""
        heads, each = self._file.heads, self._file.width // self._file.heads
        found = np.empty((len(three), self._file.width), np.float32)
        for rows, length in groups:
            asked, answered, told = three[rows].reshape(-1, length, 3, heads, each).transpose(2, 0, 3, 1, 4)
            share = (asked @ answered.swapaxes(-1, -2)) * np.float32(each**-0.5)
            share = np.exp(share - share.max(axis=-1, keepdims=True))
            share /= share.sum(axis=-1, keepdims=True)
            found[rows] = (share @ told).transpose(0, 2, 1, 3).reshape(-1, self._file.width)
        return found


def _layer(file: ModelFile, name: str) -> Layer:
    width, inner = file.width, file.inner
    file.let_go()

    def packed(parts: str, rows: int, columns: int) -> Packed:
        every = [file.small(f"{name}{part}.w", rows, columns) for part in parts.split()]
        return Packed.of(np.concatenate(every).T, width)

    def more(parts: str, rows: int) -> Floats:
        return np.concatenate([file.plain(f"{name}{part}.b", rows) for part in parts.split()])

    def even(part: str) -> tuple[Floats, Floats]:
        return file.plain(f"{name}{part}.w", width), file.plain(f"{name}{part}.b", width)

    return Layer(packed("q k v", width, width), more("q k v", width), packed("ao", width, width), more("ao", width),
                 even("aln"), packed("fi", inner, width), more("fi", inner), packed("fo", width, inner),
                 more("fo", width), even("oln"))  # fmt: skip


def _lots(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts that are read together, the shortest first."""
    lot, held = list[int](), 0
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if lot and held + lengths[place] > _AT_ONCE:
            yield lot
            lot, held = [], 0
        lot.append(place)
        held += lengths[place]
    if lot:
        yield lot


def _groups(texts: Sequence[Sequence[int]]) -> Iterator[Group]:
    """The rows of texts that are of one length."""
    begins = 0
    for length, some in groupby(map(len, texts)):
        ends = begins + length * len(list(some))
        yield slice(begins, ends), length
        begins = ends


def _evened(rows: Floats, by: tuple[Floats, Floats], least: float) -> None:
    """Rows of mean 0 and variance 1, then stretched and moved, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    rows *= 1 / np.sqrt(np.square(rows).mean(axis=1, keepdims=True) + np.float32(least))
    rows *= by[0]
    rows += by[1]


def _bent(rows: Floats) -> Floats:
    """GELU in place."""
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        bend = np.square(some) * np.float32(0.0356774081) + np.float32(0.7978845608)
        bend *= some
        np.tanh(bend, out=bend)
        some *= np.float32(0.5) * (bend + 1)
    return rows
