"""When two questions are the same one put a little differently."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from knowledge_base.search.alphabet import spelled
from knowledge_base.search.readings import read

_MARKS = re.compile(r"[^0-9a-z\u3400-\u9fff＊]+")
_POLITE = re.compile(
    r"^(?:喂|您好|你好|请问一下|请问|麻烦问一下|麻烦|我想咨询一下|我想咨询|我想问一下|我想问问|我想问|想问一下|想问|想咨询|咨询一下|"
    r"问一下|那个)+|(?:谢谢|啊|呀|呢|吗|嘛|吧|哦|么)+$"
)
_ASKING = re.compile(r"[要该]?(?:怎么|如何|怎样|咋个|咋)(?:办理|办|弄)?|办理")
_NOT = re.compile(r"[不没未无非]")
_OPPOSITES = frozenset(
    frozenset(pair) for pair in ("入出", "进出", "男女", "新旧", "上下", "增减", "加减", "开关", "父母", "东西", "南北",
                                 "买卖", "收发", "前后", "内外", "城乡", "初高", "大小", "夫妻", "子女", "停启", "领交")
)  # fmt: skip
_TAKEN_OUT = re.compile(
    r"(?:我叫|我名叫|我的名字[是叫]|我是|本人|我姓|姓名是?|我?的?电话号?码?是?|手机号?码?是?)?＊"
)
ALIKE, ALIKE_BY_SOUND, SOUNDS_LIKE = 86.0, 60.0, 94.0


@lru_cache(maxsize=20_000)
def normal(words: str) -> str:
    """The words without marks, blanks, capital letters, what was taken out, and polite beginnings and endings."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", words).lower().replace("*", "＊"))
    plain = _TAKEN_OUT.sub("", plain)
    return _POLITE.sub("", plain) or plain


def same_question(one: str, other: str) -> bool:
    """Whether two normal forms ask the same: nearly the same characters in any order, or the same sounds.

    Different figures, a negation more, or a word turned to its opposite make two questions of them.
    """
    if one == other:
        return True
    if _figures(one) != _figures(other) or len(_NOT.findall(one)) != len(_NOT.findall(other)) or _turned(one, other):
        return False
    a, b = _core(one), _core(other)
    if min(len(a), len(b)) < 2:
        return False
    if a == b:
        return True
    alike = max(fuzz.ratio(a, b), fuzz.ratio("".join(sorted(a)), "".join(sorted(b))) - 4)
    return alike >= ALIKE or (alike >= ALIKE_BY_SOUND and fuzz.ratio(_sound(a), _sound(b)) >= SOUNDS_LIKE)


def _turned(one: str, other: str) -> bool:
    """Whether what differs is a pair of opposites, as 转入 and 转出."""
    gone = {c for op in Indel.editops(one, other) if op.tag == "delete" for c in one[op.src_pos]}
    come = {c for op in Indel.editops(one, other) if op.tag == "insert" for c in other[op.dest_pos]}
    return any(frozenset((a, b)) in _OPPOSITES for a in gone for b in come)


@lru_cache(maxsize=20_000)
def _core(normal_form: str) -> str:
    return _ASKING.sub("", normal_form)


@lru_cache(maxsize=20_000)
def _sound(core: str) -> str:
    known = spelled()
    return " ".join(known.get(sound, sound) for sound in read(core).sounds)


def _figures(words: str) -> list[str]:
    return re.findall(r"\d+", words)
