"""How usual characters are beside one another in Chinese at large, by the word list of the package jieba: what few
entries have never said is guessed rightly all the same.

The list is read as it lies: loaded by the package itself it takes a hundred megabytes and seconds of every process."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.alphabet import default_sounds

_UNITS = 1 << 16
_FIRST, _LAST = 0x4E00, 0x9FFF
_DIGITS = 9  # of how often a word is said
_SELDOM = 3.0  # said less often it tells nothing
_MOST = 20  # characters of a sound, the most usual ones
Points = NDArray[np.uint64]
Shares = NDArray[np.float32]
Counts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Everyday:
    """How likely characters are at large, and how likely they follow one another."""

    alone: Shares  # how likely each character is
    said: Shares  # how often it is said …
    ends: Shares  # … and ends a word
    begins: Shares  # how likely a word begins with it
    pairs: NDArray[np.uint32]  # in order; the left one in the upper half
    often: Shares
    sounding: dict[str, Points]  # the most usual characters of each sound

    def after(self, left: Points, right: Points) -> Shares:
        """How likely each of `right` is after each of `left`: within a word, or as the next one's beginning."""
        wanted = (left.astype(np.uint32) << np.uint32(16)) | right.astype(np.uint32)
        places = np.minimum(np.searchsorted(self.pairs, wanted), len(self.pairs) - 1)
        within = np.where(self.pairs[places] == wanted, self.often[places], np.float32(0))
        across = self.ends[left] * self.begins[right]
        return np.asarray((within + across + self.alone[right]) / (self.said[left] + 1), dtype=np.float32)


@cache
def everyday() -> Everyday | None:
    """None where the package isn't installed."""
    package = find_spec("jieba")
    if package is None or package.origin is None:
        return None
    return _counted((Path(package.origin).parent / "dict.txt").read_text("utf-8"))


def _counted(told: str) -> Everyday:
    """Of lines with a word, how often it's said, and what kind it is, between blanks."""
    units = np.frombuffer(told.encode("utf-16-le"), dtype=np.uint16)
    blanks = np.flatnonzero(units == ord(" ")).reshape(-1, 2)
    often, starts = _numbers(units, blanks), np.flatnonzero(units == ord("\n")) + 1
    starts, kept = np.concatenate([[0], starts])[: len(blanks)], often >= _SELDOM
    starts, lasts, often = starts[kept], blanks[kept, 0] - 1, often[kept]
    own = (units >= _FIRST) & (units <= _LAST)
    begins, ends = _often(units, starts, often * own[starts]), _often(units, lasts, often * own[lasts])
    said, pairs, counts = np.zeros(_UNITS), [], []
    while len(starts):
        said += _often(units, starts, often * own[starts])
        more = starts < lasts
        starts, lasts, often = starts[more], lasts[more], often[more]
        pairs.append(units[starts].astype(np.uint32) << 16 | units[starts + 1])
        counts.append(often * own[starts] * own[starts + 1])
        starts += 1
    different, whole = _together(np.concatenate(pairs), np.concatenate(counts))
    alone, begins = (said + 0.1) / (said.sum() + 1), begins / begins.sum()
    return Everyday(_small(alone), _small(said), _small(ends), _small(begins), different, _small(whole),
                    _sounding(said))  # fmt: skip


def _small(counts: Counts) -> Shares:
    return counts.astype(np.float32)


def _often(units: NDArray[np.uint16], at: NDArray[np.int64], much: Counts) -> Counts:
    return np.bincount(units[at], weights=much, minlength=_UNITS).astype(np.float64)


def _together(pairs: NDArray[np.uint32], counts: Counts) -> tuple[NDArray[np.uint32], Counts]:
    """Each different pair once, in order, with how often it is said."""
    order = np.argsort(pairs)
    pairs, upto = pairs[order], np.cumsum(counts[order])
    last = np.flatnonzero(np.append(pairs[1:] != pairs[:-1], True))
    return pairs[last], np.diff(upto[last], prepend=0.0)


def _numbers(units: NDArray[np.uint16], blanks: NDArray[np.int64]) -> Counts:
    """The numbers that stand between two blanks."""
    found = np.zeros(len(blanks))
    for nth in range(_DIGITS):
        at = blanks[:, 1] - 1 - nth
        found += np.where(at > blanks[:, 0], (units[at].astype(np.float64) - ord("0")) * 10.0**nth, 0.0)
    return found


def _sounding(said: Counts) -> dict[str, Points]:
    heard: dict[str, list[int]] = {}
    known = default_sounds()
    for point in np.argsort(-said, kind="stable")[: int((said > 0).sum())].tolist():
        of = heard.setdefault(known.get(point, ""), [])
        if len(of) < _MOST:
            of.append(point)
    return {sound: np.array(points, np.uint64) for sound, points in heard.items()}
