"""Written Chinese made into the words a clerk would say on the telephone; afterwards no digit is left."""

import re

from hotline.voice.amounts import MEASURES, MONEY, REST, SHARES
from hotline.voice.moments import DATES, TIMES
from hotline.voice.numerals import year
from hotline.voice.spelling import CODES, LINES, WEB, Rule, rule
from hotline.voice.symbols import folded, tidied

_KEYS: tuple[Rule, ...] = (
    rule(r"#\s*(?:号键|号|键)?(?![A-Za-z0-9#])", lambda m: "井号键"),
    rule(r"\*{2,}(?!\d)", lambda m: ""),
    rule(r"(?<=[\da-zA-Z])\s*\*(?=\s*\d)|(?<=\d)\s*x(?=\s*\d)", lambda m: "乘"),
    rule(r"\*\s*(?:号键|号|键)?", lambda m: "星号键"),
)
_LISTS: tuple[Rule, ...] = (
    rule(r"(?:^|(?<=[\s。；;，,：:！!？?]))[ \t]*[(（]?(\d{1,2})[ \t]*(?:[)）][.、]?|[.、](?!\d))\s*",
          lambda m: f"；第{m[1]}，"),
    rule(r"(?<=[一-鿿)])(\d{1,2})\.(?=[一-鿿])", lambda m: f"；第{m[1]}，"),
    rule(r"第\(([一二三四五六七八九十]+)\)", lambda m: f"第{m[1]}"),
    rule(r"(?<!\d)(\d)·(\d{1,2})(?!\d)", lambda m: year(m[1] + m[2])),
    rule(r"([一-鿿])\s*[-~]+\s*(?=\d+(?:\.\d+)?\1)", lambda m: f"{m[1]}至"),
    rule(r"(?<!\d)(\d{1,3}(?:,\d{3})+)(?!\d)", lambda m: m[1].replace(",", "")),
)  # fmt: skip
_JOINTS: tuple[Rule, ...] = (
    rule(r"(?<=[年月日号点时分元岁级周度楼层])\s*[-~]+\s*(?=[\d零一二两三四五六七八九十])", lambda m: "至"),
    rule(
        r"(周|星期)([一二三四五六日天])\s*[-~]+\s*(?=(?:周|星期)?[一二三四五六日天])",
        lambda m: m[1] + m[2] + "至",
    ),
    rule(r"(?<=[一-鿿])\s*~+\s*(?=[一-鿿])", lambda m: "至"),
    rule(r"(?<=[一-鿿])/(?=每)", lambda m: ""),
    rule(r"(?<=[元角分次年月天])/(?=[人年月日天次户亩平个件张本份套辆台吨米])", lambda m: "每"),
    rule(r"(?<=[元角次分里米度斤克时天名])/(?=[一-鿿])", lambda m: "每"),
    rule(r"(?<=[A-Za-z])/(?=[A-Za-z])", lambda m: ""),
    rule(r"(?<=[一-鿿A-Za-z])/(?=[一-鿿A-Za-z])", lambda m: "或"),
    rule(r"(?<=[一-鿿)])\s*-+\s*(?=[一-鿿(])|-{2,}", lambda m: "，"),
)
_ORDER = (LINES, _KEYS, _LISTS, DATES, TIMES, CODES, SHARES, MONEY, MEASURES, REST, _JOINTS)


def speakable(text: str) -> str:
    """Return the text in Hanzi, capitals and Chinese punctuation alone; pure, never raises, idempotent."""
    text = _said(folded(text.replace("（", "(").replace("）", ")")), WEB)
    for rules in _ORDER:
        text = _said(text, rules)
    return tidied(text)


def _said(text: str, rules: tuple[Rule, ...]) -> str:
    for pattern, say in rules:
        text = re.sub(pattern, say, text)
    return text
