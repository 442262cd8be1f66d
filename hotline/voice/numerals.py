"""Numbers written in digits, said in Mandarin words."""

from decimal import Decimal

DIGITS = "零一二三四五六七八九"
SPELT = "零幺二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_LONGEST = 16


def year(digits: str) -> str:
    """Say each digit plainly: 2026 is 二零二六."""
    return "".join(DIGITS[int(d)] for d in digits)


def spelt(digits: str) -> str:
    """Say each digit as on the telephone, 1 as 幺: 110 is 幺幺零."""
    return "".join(SPELT[int(d)] for d in digits)


def cardinal(digits: str) -> str:
    """Say a whole number: 105 is 一百零五; beyond 16 places it's spelt."""
    plain = digits.lstrip("0")
    if not plain:
        return "零"
    return _grouped(plain) if len(plain) <= _LONGEST else spelt(digits)


def _grouped(plain: str) -> str:
    """Join groups of four places; 二千 and 二万 at the head are said 两."""
    said, gap = "", False
    padded = plain.zfill((len(plain) + 3) // 4 * 4)
    groups = [padded[i : i + 4] for i in range(0, len(padded), 4)]
    for rank, group in zip(range(len(groups) - 1, -1, -1), groups, strict=True):
        if group == "0000":
            gap = True
            continue
        joint = "零" if said and (gap or group[0] == "0") else ""
        said += joint + _four(group, alone=not said, rank=rank)
        gap = False
    return said


def _four(group: str, *, alone: bool, rank: int) -> str:
    said, gap = "", False
    for place, digit in zip((3, 2, 1, 0), group, strict=True):
        if digit == "0":
            gap = bool(said)
            continue
        said += ("零" if gap else "") + DIGITS[int(digit)] + _PLACES[place]
        gap = False
    if alone and said.startswith("一十"):
        said = said[1:]
    if alone and (said.startswith("二千") or (rank and said == "二")):
        said = "两" + said[1:]
    return said + _GROUPS[rank]


def number(text: str) -> str:
    """Say a number with or without decimals: 3.5 is 三点五, 0.05 is 零点零五."""
    whole, _, fraction = text.partition(".")
    return cardinal(whole) + ("点" + year(fraction) if fraction else "")


def quantity(text: str) -> str:
    """Say a number that counts something: 2 is 两, otherwise as `number`."""
    return "两" if "." not in text and text.lstrip("0") == "2" else number(text)


def smaller(a: str, b: str) -> bool:
    """Whether the first number is less than the second."""
    return Decimal(a) < Decimal(b)
