"""What may have been said where a question reads oddly: characters that sound like those that stand there, and that the
index's texts make far likelier."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

import numpy as np

from knowledge_base.search.alphabet import codes, folding
from knowledge_base.search.neighbours import Logarithms, Neighbours, Points

_KEPT, _SAME, _ALIKE = log(0.9), log(0.08), log(0.02)  # it was meant, or one that sounds the same, or alike in Yunnan
_TRIED = 30  # characters of a sound, the most frequent ones
_SURELY = 7.0  # by so much each changed character must make the text likelier, as a logarithm
_FIRST_CHARACTER = "\u3400"
_NONE = np.empty(0, np.uint64)


@dataclass(frozen=True, eq=False)
class Mishearing:
    """Finds what was meant by words that were heard wrongly."""

    here: Neighbours
    sounding: Mapping[str, Points]  # the characters of each sound, the most frequent first
    alike: Mapping[str, list[str]]  # sounds that Yunnan speech doesn't keep apart, by what stands for them all

    @classmethod
    def of(cls, here: Neighbours, sounding: Mapping[str, Points]) -> "Mishearing":
        alike: dict[str, list[str]] = {}
        for sound in codes().values():
            alike.setdefault(sound.translate(folding()), []).append(sound)
        return cls(here, sounding, alike)

    def meant(self, characters: str, sounds: str) -> str | None:
        """Other characters for the same sounds; None where those that stand there are likely enough."""
        choices = [self._choices(*one) for one in zip(characters, sounds, strict=True)]
        told = "".join(map(chr, self.here.likeliest([some for some, _ in choices], [much for _, much in choices])))
        changed = sum(one != other for one, other in zip(characters, told, strict=True))
        if not changed:
            return None
        likelier = self.here.likelihood(told) - self.here.likelihood(characters)
        return told if likelier >= _SURELY * changed else None

    def _choices(self, character: str, sound: str) -> tuple[Points, Logarithms]:
        """What may have been meant by a character, and how much speaks for each of them beforehand."""
        tried = {ord(character): _KEPT}
        if character >= _FIRST_CHARACTER:
            others = [one for one in self.alike.get(sound.translate(folding()), []) if one != sound]
            for heard, much in [(sound, _SAME), *((one, _ALIKE) for one in others)]:
                for point in self.sounding.get(heard, _NONE)[:_TRIED].tolist():
                    tried.setdefault(point, much)
        return np.array(list(tried), np.uint64), np.array(list(tried.values()))
