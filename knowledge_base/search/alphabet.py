"""Sounds as single characters, so that what works on letters works on syllables: exact, folded, and first letters."""

import unicodedata
from functools import cache

from knowledge_base.search import dictionary
from knowledge_base.search.texts import Units, table

_TONES = str.maketrans("āáǎàēéěèōóǒòīíǐìūúǔùǖǘǚǜüńňǹḿế", "aaaaeeeeooooiiiiuuuuvvvvvnnnme")
_LAST = 0x10000  # what lies beyond is in no text as the index sees it
_PRIVATE = 0xE000  # Unicode's area for private use: a syllable never looks like a letter
_STARTS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_LIKE_START = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}
_LIKE_END = {"ing": "in", "eng": "en", "ang": "an", "iang": "ian", "uang": "uan"}
_UNROUNDED = {"u": "i", "uan": "ian", "ue": "ie", "un": "in"}  # ü spoken as i, after j, q, x
_UNROUNDED_Y = {"u": "i", "uan": "an", "ue": "e", "un": "in"}
_AFTER_H = {"ui": "ei", "ua": "a", "uan": "an", "un": "en", "uo": "o"}  # hui for fei, hua for fa


@cache
def plain(syllable: str) -> str:
    """A syllable without tone; ü is written v."""
    apart = unicodedata.normalize("NFD", syllable.translate(_TONES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def folded(syllable: str) -> str:
    """One spelling for syllables that Yunnan speech does not keep apart: n/l, zh/z, ch/c, sh/s, in/ing, en/eng,
    an/ang, f/h, ü/i."""
    start = next((s for s in _STARTS if syllable.startswith(s) and len(syllable) > len(s)), "")
    end = syllable[len(start) :]
    start = _LIKE_START.get(start, start)
    end = _LIKE_END.get(end, end)
    if start == "y":
        end = _UNROUNDED_Y.get(end, end)
    elif start in {"j", "q", "x"}:
        end = _UNROUNDED.get(end, end)
    elif start in {"h", "f"}:
        start, end = "h", _AFTER_H.get(end, end) if start == "h" else end
    elif start == "l":
        end = {"v": "i", "ve": "ie", "ue": "ie"}.get(end, end)
    return start + end


@cache
def _syllables() -> tuple[str, ...]:
    heard = {plain(syllable) for _, syllable in dictionary.characters()}
    return tuple(sorted({s for s in heard if s.isascii() and s.isalpha() and len(s) <= 6}))


@cache
def codes() -> dict[str, str]:
    """Each syllable's own character; single letters stand for themselves."""
    return {s: s if len(s) == 1 else chr(_PRIVATE + place) for place, s in enumerate(_syllables())}


@cache
def spelled() -> dict[str, str]:
    """The syllable of each such character."""
    return {code: syllable for syllable, code in codes().items()}


@cache
def folding() -> dict[int, str]:
    """For `str.translate`: from sounds to folded sounds."""
    first: dict[str, str] = {}
    return {ord(code): first.setdefault(folded(s), code) for s, code in codes().items() if len(s) > 1}


@cache
def firsts() -> dict[int, str]:
    """For `str.translate`: from sounds to their first letters."""
    return {ord(code): s[0] for s, code in codes().items()}


@cache
def default_sounds() -> dict[int, str]:
    """For `str.translate`: each character's most usual sound."""
    known = codes()
    heard = ((point, plain(syllable)) for point, syllable in dictionary.characters() if point < _LAST)
    return {point: known[s] for point, s in heard if s in known}


@cache
def folding_table() -> Units:
    """The same as `folding` for many at once."""
    return table(folding())


@cache
def firsts_table() -> Units:
    """The same as `firsts` for many at once."""
    return table(firsts())
