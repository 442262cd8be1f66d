"""First letters among characters: 居zz is what most texts of the index say there, 居住证."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge_base.search.alphabet import codes, firsts
from knowledge_base.search.grams import Grams, keys_of
from knowledge_base.search.readings import sounds
from knowledge_base.search.texts import Texts

_READ = 500  # texts of those that hold the letters, the most asked

Told = tuple[str, str]  # characters and their sounds


@dataclass(frozen=True, eq=False)
class Abbreviated:
    """What letters stand for in these texts."""

    by_characters: Grams
    by_firsts: Grams
    characters: Texts
    sounds: Texts
    firsts: Texts

    def meant(self, before: str, pieces: Sequence[str], after: str) -> Told | None:
        """What syllables and first letters (`pieces`) between two neighbours (a character or none) stand for; None
        where no text says so, or one has the letters as they are."""
        letters = "".join(pieces)
        if len(letters) > 1 and self.by_characters.held(keys_of([letters])[0]).all():
            return None
        for left, right in dict.fromkeys(((before, after), (before, ""), ("", after))):
            if (left or right) and (found := Counter(self._said(left, pieces, right))):
                return found.most_common(1)[0][0]
        return None

    def _said(self, before: str, pieces: Sequence[str], after: str) -> Iterator[Told]:
        """What each text says there that has these neighbours around something with these sounds."""
        wanted = _first(before) + "".join(piece[0] for piece in pieces) + _first(after)
        whole = [(place, codes()[piece]) for place, piece in enumerate(pieces) if len(piece) > 1]
        for row in self.by_firsts.holding(wanted)[:_READ].tolist():
            begin = self.firsts[row].find(wanted)
            start, end = begin + len(before), begin + len(wanted) - len(after)
            told, heard = self.characters[row], self.sounds[row]
            around = told[begin:start], told[end : end + len(after)]
            if begin >= 0 and around == (before, after) and all(heard[start + n] == sound for n, sound in whole):
                yield told[start:end], heard[start:end]


def _first(character: str) -> str:
    return sounds(character).translate(firsts())
