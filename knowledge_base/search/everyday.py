"""The words of Chinese at large and how often they are said, by the word list of the package jieba: what few entries
have never said is guessed rightly all the same.

The list is read as it lies: loaded by the package itself it takes a hundred megabytes and seconds of every process."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.alphabet import default_sounds
from knowledge_base.search.readings import sounds

_UNITS = 1 << 16
_BITS = np.uint64(16)
_FIRST, _LAST = 0x4E00, 0x9FFF
_DIGITS = 9  # of how often a word is said
_SELDOM = 5.0  # said less often it tells nothing
_LONGEST = 4  # characters of a word that is looked for
_MOST = 20  # characters of a sound, the most usual ones
Points = NDArray[np.uint64]
Units = NDArray[np.uint16]
Shares = NDArray[np.float32]
Counts = NDArray[np.float64]
Places = NDArray[np.int64]


class Said(NamedTuple):
    """Words that sound like some sounds in a row."""

    begins: int  # the place of the first sound
    characters: Points  # a row a word
    follows: Shares  # of each but the first: how likely it follows those before it; of the last, and ends the word


class Words(NamedTuple):
    """Words of one length, in the order of their sounds."""

    heard: Points  # the sounds as one number
    characters: Units  # a row a word
    follows: Shares


@dataclass(frozen=True, eq=False)
class Everyday:
    """Words, and how likely somebody begins with them."""

    alone: Shares  # how likely each character is said as a word of its own
    begins: Shares  # how likely it begins a longer one
    words: tuple[Words, ...]  # of two characters, of three …
    sounding: dict[str, Points]  # the most usual characters of each sound

    def said(self, heard: str) -> Iterator[Said]:
        """All words that may be meant by sounds in a row, those of one length after the other."""
        units = np.array([ord(one) for one in heard], np.uint16)
        for of in self.words[: max(0, len(units) - 1)]:
            wanted = _joined(np.lib.stride_tricks.sliding_window_view(units, of.characters.shape[1]))
            starts, ends = np.searchsorted(of.heard, wanted, "left"), np.searchsorted(of.heard, wanted, "right")
            for begins in np.flatnonzero(ends > starts).tolist():
                some = slice(int(starts[begins]), int(ends[begins]))
                yield Said(begins, of.characters[some].astype(np.uint64), of.follows[some])


@cache
def everyday() -> Everyday | None:
    """None where the package isn't installed."""
    package = find_spec("jieba")
    if package is None or package.origin is None:
        return None
    return _counted((Path(package.origin).parent / "dict.txt").read_text("utf-8"))


class _Lines(NamedTuple):
    """Where words stand, and how often each is said."""

    units: Units
    starts: Places
    lengths: Places
    often: Counts

    def that(self, kept: NDArray[np.bool_]) -> "_Lines":
        return _Lines(self.units, self.starts[kept], self.lengths[kept], self.often[kept])

    def first(self, wide: int) -> Units:
        """So many characters of each."""
        return np.asarray(self.units[self.starts[:, None] + np.arange(wide)])


def _counted(told: str) -> Everyday:
    """Of lines with a word, how often it's said, and what kind it is, between blanks."""
    lines = _lines(np.frombuffer(told.encode("utf-16-le"), dtype=np.uint16))
    every, several, single = lines.often.sum(), lines.that(lines.lengths > 1), lines.that(lines.lengths == 1)
    prefixes = [_together(several.that(several.lengths > wide), wide) for wide in range(1, _LONGEST)]
    words = tuple(_words(lines.that(lines.lengths == wide), wide, prefixes) for wide in range(2, _LONGEST + 1))
    return Everyday(_shares(single, every), _shares(several, every), words, _sounding(_said(lines)))


def _lines(units: Units) -> _Lines:
    """Of words that are said often enough, in Chinese characters alone."""
    blanks = np.flatnonzero(units == ord(" ")).reshape(-1, 2)
    starts = np.concatenate([[0], np.flatnonzero(units == ord("\n")) + 1])[: len(blanks)]
    words = np.stack([starts, blanks[:, 0]], axis=1).ravel()
    strange = np.logical_or.reduceat((units < _FIRST) | (units > _LAST), words)[::2]
    lines = _Lines(units, starts, blanks[:, 0] - starts, _numbers(units, blanks))
    return lines.that((lines.often >= _SELDOM) & ~strange)


def _numbers(units: Units, blanks: Places) -> Counts:
    """The numbers that stand between two blanks."""
    found = np.zeros(len(blanks))
    for nth in range(_DIGITS):
        at = blanks[:, 1] - 1 - nth
        found += np.where(at > blanks[:, 0], (units[at].astype(np.float64) - ord("0")) * 10.0**nth, 0.0)
    return found


def _words(lines: _Lines, wide: int, prefixes: list[tuple[Points, Counts]]) -> Words:
    """Words of one length, by how often others begin as each does."""
    characters = lines.first(wide)
    often = [much[np.searchsorted(known, _joined(characters[:, :first]))]
             for first, (known, much) in enumerate(prefixes[: wide - 1], start=1)]  # fmt: skip
    follows = np.stack([after / before for before, after in pairwise([*often, lines.often])], axis=1)
    heard = _joined(_heard(characters))
    order = np.argsort(heard, kind="stable")
    return Words(heard[order], characters[order], follows[order].astype(np.float32))


def _heard(characters: Units) -> Units:
    """How words of one length sound."""
    ended = np.pad(characters, ((0, 0), (0, 1)), constant_values=ord("\n"))
    spoken = sounds(ended.tobytes().decode("utf-16-le"))
    return np.frombuffer(spoken.encode("utf-16-le"), dtype=np.uint16).reshape(ended.shape)[:, :-1]


def _joined(rows: Units) -> Points:
    """The units of each row as one number."""
    found = np.zeros(len(rows), np.uint64)
    for column in rows.T:
        found = (found << _BITS) | column.astype(np.uint64)
    return found


def _together(lines: _Lines, wide: int) -> tuple[Points, Counts]:
    """So many first characters as one number, in order, with how often words are said that begin so."""
    different, of = np.unique(_joined(lines.first(wide)), return_inverse=True)
    return different, np.bincount(of, weights=lines.often, minlength=len(different)).astype(np.float64)


def _shares(lines: _Lines, every: float) -> Shares:
    """How likely somebody begins one of these words with each character."""
    counts = np.bincount(lines.units[lines.starts], weights=lines.often, minlength=_UNITS)
    return (counts / every).astype(np.float32)


def _said(lines: _Lines) -> Counts:
    """How often each character is said, in whatever word."""
    said = np.zeros(_UNITS)
    for nth in range(int(lines.lengths.max(initial=0))):
        some = lines.that(lines.lengths > nth)
        said += np.bincount(lines.units[some.starts + nth], weights=some.often, minlength=_UNITS)
    return said


def _sounding(said: Counts) -> dict[str, Points]:
    heard: dict[str, list[int]] = {}
    known = default_sounds()
    for point in np.argsort(-said, kind="stable")[: int((said > 0).sum())].tolist():
        of = heard.setdefault(known.get(point, ""), [])
        if len(of) < _MOST:
            of.append(point)
    return {sound: np.array(points, np.uint64) for sound, points in heard.items()}
