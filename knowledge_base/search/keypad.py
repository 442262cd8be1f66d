"""The twelve keys of a telephone: letters to keys, and a department's questions by the keys of their words."""

from collections.abc import Iterable
from functools import cache

from knowledge_base.search.alphabet import spelled
from knowledge_base.search.readings import read

_KEYS = {letter: key for key, letters in zip("23456789", ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"),
                                              strict=True) for letter in letters}  # fmt: skip
_FEWEST_INSIDE = 3  # keys that may also be found in the middle of a title


def initials(words: str) -> str:
    """The first letters of the words' syllables: 居住证 → jzz; Latin letters and digits stay."""
    return read(words).firsts


def keys(letters: str) -> str:
    """The telephone keys of letters: jzz → 599; digits stay, anything else falls away."""
    return "".join(_KEYS.get(c, c if c.isdigit() else "") for c in letters.lower())


Text = tuple[int, str, bool]  # an entry, the sounds of one of its texts, and whether that's a keyword


def found(texts: Iterable[Text], pressed: str, most: int) -> list[int]:
    """The entries whose texts fit the keys, best first: keywords before titles, exact before beginnings, and those
    before the middle of a title; then the shorter text, then the order of `texts`."""
    ranked: list[tuple[int, int, int, int]] = []
    for place, (entry_id, sounds, keyword) in enumerate(texts):
        rank = _rank(sounds, pressed)
        if rank is not None:
            ranked.append((2 * rank + (not keyword), len(sounds), place, entry_id))
    return list(dict.fromkeys(entry_id for *_, entry_id in sorted(ranked)))[:most]


def _rank(sounds: str, pressed: str) -> int | None:
    """How well keys fit the first letters of syllables, or whole syllables; None: not at all."""
    firsts, whole = sounds.translate(_first_keys()), sounds.translate(_whole_keys())
    if pressed in (firsts, whole):
        return 0
    if firsts.startswith(pressed) or whole.startswith(pressed):
        return 1
    if len(pressed) < _FEWEST_INSIDE:
        return None
    return 2 if pressed in firsts or (pressed in whole and _begins_later(sounds, pressed)) else None


def _begins_later(sounds: str, pressed: str) -> bool:
    """Whether the keys begin with one of the later syllables."""
    return any(sounds[n:].translate(_whole_keys()).startswith(pressed) for n in range(1, len(sounds)))


@cache
def _first_keys() -> dict[int, str]:
    return {**{ord(c): key for c, key in _KEYS.items()}, **{ord(c): keys(s[0]) for c, s in spelled().items()}}


@cache
def _whole_keys() -> dict[int, str]:
    return {ord(c): keys(s) for c, s in {**spelled(), **{c: c for c in _KEYS}}.items()}
