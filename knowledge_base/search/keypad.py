"""The twelve keys of a telephone: letters to keys."""

from typing import Final

from knowledge_base.search.readings import read

MOST_KEYS: Final = 40
"""So many keys of a word are looked at: whole syllables take three a character."""

_KEYS = {letter: key for key, letters in zip("23456789", ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"),
                                              strict=True) for letter in letters}  # fmt: skip


def initials(words: str) -> str:
    """The first letters of the words' syllables: 居住证 → jzz; Latin letters and digits stay."""
    return read(words).firsts


def keys(letters: str) -> str:
    """The telephone keys of letters: jzz → 599; digits stay, anything else falls away."""
    return "".join(_KEYS.get(c, c if c.isdigit() else "") for c in letters.lower())
