"""Dates, years and times of day, said as a clerk says them."""

import re

from hotline.voice.numerals import cardinal, quantity, year
from hotline.voice.spelling import Rule, rule

_TO = r"\s*[-~至到]+\s*"
_YEAR = r"(?<!\d)(?P<{0}>[12]\d{{3}})"
_CLOCK = r"(?<![\d:])(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?(?![\d:])"


def _date(m: re.Match[str]) -> str:
    return f"{year(m['y'])}年{cardinal(m['m'])}月{cardinal(m['d'])}日"


def clock(text: str) -> str:
    """Say a time of day: 9:05 is 九点零五分, 14:00 is 十四点."""
    hour, minute, *second = re.split("[:：]", text)
    said = quantity(hour) + "点"
    if int(minute) or second:
        said += ("零" if 0 < int(minute) < 10 else "") + cardinal(minute) + "分"
    return said + (cardinal(second[0]) + "秒" if second else "")


def _minutes(m: re.Match[str]) -> str:
    minute = "零" + cardinal(m["n"]) if m["n"].startswith("0") and int(m["n"]) else cardinal(m["n"])
    return f"{quantity(m['h']) if m['u'] == '点' else cardinal(m['h'])}{m['u']}{minute}分"


def _two_years(m: re.Match[str]) -> str:
    return f"{year(m['a'])}至{year(m['b'])}{m['u']}"


DATES: tuple[Rule, ...] = (
    rule(r"[〔\[(]\s*(?P<y>[12]\d{3})\s*年?[〕\])]\s*(?:第)?(?P<n>\d+)\s*号",
          lambda m: f"{year(m['y'])}年第{cardinal(m['n'])}号"),
    rule(rf"{_YEAR.format('y')}(?P<s>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>[0-2]?\d|3[01])(?!\d)", _date),
    rule(rf"{_YEAR.format('y')}[./](?P<m>0?[1-9]|1[0-2])(?![\d元万亿%米公平个])",
         lambda m: f"{year(m['y'])}年{cardinal(m['m'])}月"),
    rule(rf"{_YEAR.format('a')}年?{_TO}{_YEAR.format('b')}(?P<u>年|学年|届)", _two_years),
    rule(rf"{_YEAR.format('y')}\s*(?P<u>年|版|届|级|学年)(?!以|内|期)", lambda m: year(m["y"]) + m["u"]),
    rule(r"(?<!\d)(?P<y>[089]\d)年(?=\d)", lambda m: year(m["y"]) + "年"),
    rule(rf"(?<![\d.])(?P<a>\d{{1,2}})(?P<ua>[月日号])?{_TO}(?P<b>\d{{1,2}})\s*(?P<u>[月日号])(?!线)",
          lambda m: f"{cardinal(m['a'])}{m['ua'] or ''}至{cardinal(m['b'])}{m['u']}"),
    rule(r"(?<![\d.])(?P<n>\d{1,2})\s*(?P<u>[月日])", lambda m: cardinal(m["n"]) + m["u"]),
)  # fmt: skip
TIMES: tuple[Rule, ...] = (
    rule(rf"({_CLOCK}){_TO}({_CLOCK})", lambda m: f"{clock(m[1])}至{clock(m[2])}"),
    rule(_CLOCK, lambda m: clock(m[0])),
    rule(r"(?<![\d.])(?P<h>\d{1,2})(?P<u>[点时])(?P<n>\d{1,2})分?(?![\d个])", _minutes),
    rule(r"(?<![\d.])(\d{1,2})点(?=整|半|前|后|至|到|-|~|，|。|、|$)", lambda m: quantity(m[1]) + "点"),
    rule(r"(?<![\d.])(\d{1,2})时", lambda m: cardinal(m[1]) + "时"),
)  # fmt: skip
