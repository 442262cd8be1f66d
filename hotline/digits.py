"""Rows of digits in a text that could be somebody's telephone, identity or bank number, however they are written, told
from what only looks like one."""

import re
from collections.abc import Iterable

_BLANK = " \t\u00a0\u00ad\u2000-\u200f\u202f\u205f-\u2064\u3000\ufeff"  # what is seen by nobody among it
_STROKE = "()（）\\-‐-―−﹣－"
_POINT = ".．·•・‧∙,，/／"
_NEAR = f"[{_BLANK}{_STROKE}]{{0,3}}"
_FAR = f"[{_BLANK}{_STROKE}{_POINT}]{{1,3}}"
_CHINESE = "零〇一二三四五六七八九幺两"
_YEAR = "(?:19|20)\\d\\d"
_OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)"

# Days, spans of years, amounts, the network's addresses, fractions, standards: these are nobody's.
_NOBODYS = (
    rf"(?<!\d){_YEAR}(?P<part>[-–—－/／.．])[01]?\d(?P=part)[0-3]?\d(?!\d)",
    rf"(?<!\d){_YEAR}\s?[-–—－~～/]\s?{_YEAR}(?!\d)",
    r"(?<!\d)(?<!\d[,，])\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?(?![,，]?\d)",
    r"(?<!\d)\d{7,10}(?:\.\d+)?(?=\s?(?:元|万元|亿))",
    rf"(?<!\d)(?<!\d\.)(?:{_OCTET}\.){{3}}{_OCTET}(?!\.?\d)",
    r"(?<!\d)(?<!\d\.)(?!1[3-9]\d\.\d{8}(?!\d))(?:0|[1-9]\d{0,2})\.\d+(?!\.?\d)",
    rf"(?:GB|DB\d\d)(?:/T)?\s?\d+(?:\.\d+)*\s?[-–—－]{_YEAR}(?!\d)",
)


def _grouped(least: int) -> str:
    """One more digit of a row that stands in groups of so many at least: 5, 6, 13, 14 are several numbers."""
    return rf"(?:(?:(?<=\d{{{least}}}){_FAR}(?=\d{{{least}}}))?\d)"


# What stands apart by points, commas and strokes is a number only if it is as long as one, and begins like one.
_PARTED = "|".join((
    rf"1[3-9]{_grouped(2)}{{9}}(?!\d)",
    rf"0[1-9]{_grouped(3)}{{8,10}}(?!\d)",
    rf"\d{_grouped(3)}{{14,18}}(?!\d)",
    rf"1{_FAR}[3-9](?:{_FAR}\d){{9}}(?!\d)",
))  # fmt: skip
_CLOSE = rf"\d(?:{_NEAR}\d){{6,}}(?:[{_POINT}]\d{{3,}})*"
_SAID = rf"[{_CHINESE}](?:[{_BLANK}{_STROKE}·]{{0,3}}[{_CHINESE}]){{6,}}"
_ROW = rf"\+?(?:(?<!\d)(?:86(?:{_FAR})?)?(?:{_PARTED})|{_CLOSE}|{_SAID})(?:[Xx](?![A-Za-z]))?"
_BETWEEN = re.compile(f"[{_BLANK}{_STROKE}{_POINT}]")


def rows(kept: Iterable[str] = ()) -> re.Pattern[str]:
    """Finds what could be somebody's number, seven digits or more; the group `kept` what is known to be nobody's, by
    these patterns or in general."""
    return re.compile(rf"(?P<kept>{'|'.join((*kept, *_NOBODYS))})|{_ROW}")


def alone(row: str) -> str:
    """The digits of a row without what stands between them."""
    return _BETWEEN.sub("", row)
