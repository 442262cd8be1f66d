"""What a short reply means: yes or no, which one, a person. By its sound, for short words are misheard."""

import re
from enum import StrEnum
from typing import Final

from pypinyin import lazy_pinyin


class Reply(StrEnum):
    """What somebody said to a question that takes yes or no."""

    YES = "yes"
    NO = "no"
    PERSON = "person"
    UNCLEAR = "unclear"


_NO: Final = frozenset({"bu", "mei", "fei", "cuo", "fou"})
_YES: Final = frozenset({"shi", "si", "dui", "en", "hao", "xing", "ke", "yao", "ou", "o", "ai"})
_FINE: Final = re.compile("^(mei|bu)cuo|^mei(wen)?ti|^jiushi")
_PERSON: Final = re.compile("ren(gong|gon|kong)|zhuanren|jiexianyuan|kefu")
_PLACES: Final = {"yi": 1, "yao": 1, "er": 2, "liang": 2, "san": 3, "shan": 3}
_ORDER: Final = re.compile("(?:di|ti|ji)(yi|er|san|shan)|^(yi|yao|er|liang|san|shan)(?:hao|ge)?$")
_LONGEST: Final = 6  # syllables of a reply; whoever says more says something else


def reply(text: str) -> Reply:
    """Yes, no, or a person; unclear when it's none of them, or much more than a reply."""
    sounds = _sounds(text)
    if not sounds:
        return Reply.UNCLEAR
    joined = "".join(sounds)
    if _PERSON.search(joined):
        return Reply.PERSON
    if len(sounds) > _LONGEST:
        return Reply.UNCLEAR
    if _FINE.search(joined):
        return Reply.YES
    if _NO & set(sounds[:2]):
        return Reply.NO
    return Reply.YES if sounds[0] in _YES else Reply.UNCLEAR


def choice(text: str, *, most: int) -> int | Reply:
    """Which of `most` somebody chose; NO when none of them, PERSON, or UNCLEAR."""
    sounds = _sounds(text)
    joined = "".join(sounds)
    if _PERSON.search(joined):
        return Reply.PERSON
    if found := _ORDER.search(joined):
        place = _PLACES[found[1] or found[2]]
        return place if place <= most else Reply.UNCLEAR
    if _NO & set(sounds[:3]):
        return Reply.NO
    return Reply.UNCLEAR


def _sounds(text: str) -> list[str]:
    """The syllables without tones; digits are read."""
    read = text.translate(str.maketrans("0123456789", "零一二三四五六七八九"))
    return [s for s in lazy_pinyin(read) if s.isascii() and s.isalpha()]
