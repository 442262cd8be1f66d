"""The twelve keys of a telephone: letters to keys, keywords to the keys of their pinyin initials."""

from pypinyin import Style, lazy_pinyin

_KEYS = {letter: key for key, letters in zip("23456789", ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"),
                                              strict=True) for letter in letters}


def initials(words: str) -> str:
    """The first letters of the words' syllables: 居住证 → jzz; Latin letters and digits stay."""
    return "".join(lazy_pinyin(words, style=Style.FIRST_LETTER)).lower()


def keys(letters: str) -> str:
    """The telephone keys of letters: jzz → 599; digits stay, anything else falls away."""
    return "".join(_KEYS.get(c, c if c.isdigit() else "") for c in letters.lower())
