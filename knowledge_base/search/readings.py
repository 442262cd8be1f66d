"""A text as the index sees it: its characters, and beside each of them its sound."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

from knowledge_base.search import dictionary
from knowledge_base.search.alphabet import codes, default_sounds, firsts, plain
from knowledge_base.search.texts import Texts
from knowledge_base.search.yunnan import written

_APART = re.compile(r"[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff]+")
_TOGETHER = 10_000  # texts read at once: the pieces of more take much room


@dataclass(frozen=True, slots=True)
class Reading:
    """Characters and sounds of a text, one sound to a character."""

    characters: str
    sounds: str

    @property
    def firsts(self) -> str:
        """The first letters of the sounds; letters and digits stay."""
        return self.sounds.translate(firsts())


def normal(words: str) -> str:
    """Simplified characters, small letters and digits, in written Chinese; runs of anything else become one blank."""
    return written(_plain(words))


def _plain(words: str) -> str:
    return _APART.sub(" ", unicodedata.normalize("NFKC", words).lower().translate(_simplified())).strip()


def read(words: str) -> Reading:
    """The reading of a text in characters, letters and digits."""
    runs = normal(words).split(" ")
    return Reading("".join(runs), "".join(map(sounds, runs)))


def read_all(texts: Sequence[str] | Texts) -> tuple[Texts, Texts]:
    """The characters and the sounds of many texts, in half the time that they take one by one."""
    some = (range(start, min(start + _TOGETHER, len(texts))) for start in range(0, len(texts), _TOGETHER))
    told = [_lines([texts[row] for row in rows]) for rows in some]
    return Texts.lines(characters for characters, _ in told), Texts.lines(heard for _, heard in told)


def _lines(texts: Sequence[str]) -> tuple[str, str]:
    """Characters and sounds, each text with the end of a line."""
    together = written("".join(f"{_plain(text)}\n" for text in texts))
    return together.replace(" ", ""), sounds(together).replace(" ", "")


def sounds(characters: str) -> str:
    """The usual sound of each character, by the longest known words from the left."""
    heard = characters.translate(default_sounds())
    known, longest, here, last = _words(), _lengths(), 0, len(characters) - 1
    pieces: list[str] = []
    begun = 0
    while here < last:
        for length in longest.get(characters[here : here + 2], ()):
            word = characters[here : here + length]
            spoken = known.get(word)
            if spoken is not None:
                pieces += [heard[begun:here], spoken or heard[here : here + length]]
                here += length - 1
                begun = here + 1
                break
        here += 1
    return "".join(pieces) + heard[begun:] if pieces else heard


@cache
def _words() -> dict[str, str]:
    """The sounds of each known word; empty when they are not one to a character."""
    known = codes()
    told = ((word, "".join(known.get(plain(one), "") for one in syllables)) for word, syllables in dictionary.words())
    return {word: heard if len(heard) == len(word) else "" for word, heard in told}


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """How long the known words are that begin with two characters, longest first."""
    found: dict[str, set[int]] = {}
    for word in _words():
        if len(word) > 1:
            found.setdefault(word[:2], set()).add(len(word))
    every = {frozenset(lengths): tuple(sorted(lengths, reverse=True)) for lengths in found.values()}
    return {start: every[frozenset(lengths)] for start, lengths in found.items()}


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters and their simplified ones, one to one."""
    convert = OpenCC("t2s").convert
    every = "".join(chr(point) for point in range(0x4E00, 0xA000))
    one_by_one = convert("\n".join(every)).split("\n")
    return {ord(old): new for old, new in zip(every, one_by_one, strict=True) if old != new and len(new) == 1}
