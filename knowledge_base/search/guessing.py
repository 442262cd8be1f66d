"""The characters that were meant by sounds: the likeliest words, by the index's texts and by Chinese at large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.everyday import Everyday, Said
from knowledge_base.search.neighbours import DISCOUNT, Logarithms, Neighbours, Points, Shares
from knowledge_base.search.texts import Texts, Units, counts

_MOST = 40  # characters tried for a sound, the most frequent ones of the index
_AT_LARGE = 0.5  # so much is believed of what is usual at large, the rest of what is usual here
_FEW = 5.0  # times that a character is thought to be said besides, ending texts as often as all do
_AT_ONCE = 1 << 18  # characters looked at together
_NONE = np.empty(0, np.uint64)
Back = tuple[int, str]  # the choice before a word, and the word


@dataclass
class Reached:
    """The characters that may stand at a place, and the likeliest way to each."""

    characters: Points
    likely: Logarithms = field(init=False)
    back: list[Back] = field(init=False)

    def __post_init__(self) -> None:
        self.likely = np.full(len(self.characters), -np.inf)
        self.back = [(-1, "")] * len(self.characters)

    def by(self, words: Points, likely: Logarithms, before: NDArray[np.intp]) -> None:
        """Take note of words that end here (a row a word), where they are likelier than what is known."""
        for nth, place in enumerate(np.searchsorted(self.characters, words[:, -1]).tolist()):
            if likely[nth] > self.likely[place]:
                self.likely[place] = likely[nth]
                self.back[place] = int(before[nth]), "".join(map(chr, words[nth].tolist()))


class Guess:
    """Sounds to characters by Viterbi over words and neighbouring characters."""

    def __init__(self, here: Neighbours, characters: Texts, sounding: Mapping[str, Points],
                 at_large: Everyday | None) -> None:  # fmt: skip
        self._here, self._sounding, self._at_large = here, sounding, at_large
        self._first, self._ends = _bounds(characters)
        self._other = 1 - float(self._first.sum())  # how likely a text begins as none here does

    def characters(self, sounds: str) -> str:
        """The likeliest characters, one to a sound; a sound that nobody knows stands for itself."""
        said: list[list[Said]] = [[] for _ in sounds]
        for one in self._at_large.said(sounds) if self._at_large else ():
            said[one.begins].append(one)
        reached = [Reached(some) for some in self._choices(sounds, said)]
        for place, now in enumerate(reached):
            before = reached[place - 1] if place else None
            here = self._after(before, now.characters)
            now.by(now.characters[:, None], *self._begun(before, here, self._alone(now.characters)))
            likely, back = self._begun(before, here, self._begins(now.characters))
            for one in said[place]:
                first = np.searchsorted(now.characters, one.characters[:, 0])
                within = likely[first] + self._within(one)
                reached[place + one.characters.shape[1] - 1].by(one.characters, within, back[first])
        return self._told(reached)

    def _choices(self, sounds: str, said: Sequence[Sequence[Said]]) -> list[Points]:
        """The characters that may stand at each place: those that sound so here and at large, and those of words."""
        some = [[self.sounding(sound)] for sound in sounds]
        for place, words in enumerate(said):
            for one in words:
                some[place].append(one.characters[:, 0])
                some[place + one.characters.shape[1] - 1].append(one.characters[:, -1])
        return [np.unique(np.concatenate(choices)) for choices in some]

    def sounding(self, sound: str) -> Points:
        """The characters that are read so here, then those at large; the sound itself where there is none."""
        here = self._sounding.get(sound, _NONE)
        every = np.concatenate([here, self._at_large.sounding.get(sound, _NONE)]) if self._at_large else here
        return every if len(every) else np.array([ord(sound)], np.uint64)

    # -- how likely ----------------------------------------------------------------------------------------------------
    def _after(self, before: Reached | None, right: Points) -> Shares:
        """Of each character at a place, after each of those before it: how likely it is here."""
        if before is None:
            return (self._first[right] + self._other * self._here.alone(right))[None, :]
        return self._here.after(before.characters[:, None], right[None, :])

    def _begun(self, before: Reached | None, here: Shares, at_large: Shares) -> tuple[Logarithms, NDArray[np.intp]]:
        """How likely the best way is on which a word begins with each character, and what stands before it there."""
        ways = np.log(self._mixed(here, at_large))
        if before is not None:
            ways += (before.likely + np.log1p(-self._ends[before.characters]))[:, None]
        best = ways.argmax(axis=0)
        return ways[best, np.arange(len(best))], best

    def _within(self, words: Said) -> Logarithms:
        """How likely each word goes on as it does."""
        left, right = words.characters[:, :-1], words.characters[:, 1:]
        ways = np.log(self._mixed(self._here.after(left, right), words.follows)) + np.log1p(-self._ends[left])
        return np.asarray(ways.sum(axis=1))

    def _mixed(self, here: Shares, at_large: Shares) -> Shares:
        return here if self._at_large is None else (1 - _AT_LARGE) * here + _AT_LARGE * at_large

    def _alone(self, characters: Points) -> Shares:
        return self._at_large.alone[characters] if self._at_large else np.zeros(len(characters))

    def _begins(self, characters: Points) -> Shares:
        return self._at_large.begins[characters] if self._at_large else np.zeros(len(characters))

    def _told(self, reached: Sequence[Reached]) -> str:
        """What is said on the likeliest way to the end."""
        words: list[str] = []
        place = int((reached[-1].likely + np.log(self._ends[reached[-1].characters])).argmax()) if reached else 0
        left = len(reached)
        while left:
            place, word = reached[left - 1].back[place]
            words.append(word)
            left -= len(word)
        return "".join(reversed(words))


def _bounds(characters: Texts) -> tuple[Shares, Shares]:
    """How likely a text begins with each character, and how likely it ends after it."""
    units, some = characters.every, characters.lengths > 0
    last = characters.ends[some] - 1
    begun, ended, every = map(counts, (units[last + 1 - characters.lengths[some]], units[last], units))
    usual = (len(last) + 1) / (len(units) + 10)
    return np.maximum(begun - DISCOUNT, 0) / max(1, len(last)), (ended + _FEW * usual) / (every + _FEW)


def homophones(characters: Units, sounds: Units) -> dict[str, Points]:
    """The characters that were read with each sound, the most frequent ones."""
    stretches = (slice(start, start + _AT_ONCE) for start in range(0, len(sounds), _AT_ONCE))
    read = [np.unique((sounds[some].astype(np.uint32) << 16) | characters[some], return_counts=True)
            for some in stretches]  # fmt: skip
    every = np.concatenate([np.empty(0, np.uint32), *(pairs for pairs, _ in read)])
    pairs, of = np.unique(every, return_inverse=True)
    often = np.bincount(of, weights=np.concatenate([np.empty(0), *(times for _, times in read)]), minlength=len(pairs))
    order = np.lexsort((-often, pairs >> 16))
    pairs = pairs[order]
    sound = pairs >> 16
    starts = np.flatnonzero(np.diff(sound, prepend=np.uint32(0)))
    ends = [*starts[1:].tolist(), len(pairs)][: len(starts)]  # nothing was read where there are no texts
    points = (pairs & 0xFFFF).astype(np.uint64)
    return {chr(int(sound[a])): points[a:b][:_MOST] for a, b in zip(starts.tolist(), ends, strict=True)}
