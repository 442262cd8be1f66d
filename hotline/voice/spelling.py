"""What is said digit by digit or letter by letter: telephones, identity numbers, web addresses, plates."""

import re
from collections.abc import Callable

from hotline.voice.numerals import number, spelt, year

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
_FREE = r"(?<![\d.])"
_END = r"(?!\d)"
_HAN_AREA = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_WEB = dict(zip("./-_@:?=", ("点", "斜杠", "短横", "下划线", "艾特", "冒号", "问号", "等于"), strict=True))
_ASKED_FOR = (
    "拨打|致电|拨|电话|热线|专线|传真|查询码|验证码|邮编|邮政编码|"
    "分机|转|编号|尾号|密码|工号|账号|帐号|卡号|号码|代码|短信|发送至"
)
_WELL_KNOWN = r"9[56]\d{3}|12[1-9]\d{2}|123\d{2}|100(?:00|86|10)|1[12][0-9]"
_EMERGENCY = "急救|报警|热线|专线|电话|平台|指挥中心|求助"


_BREATHS = {18: (6, 4, 4, 4), 11: (3, 4, 4), 10: (3, 3, 4), 8: (4, 4), 7: (3, 4)}


def _phone(number_: str) -> str:
    """Group a subscriber's number as people say it: 3-4-4, 4-4, 3-4, else in one breath."""
    sizes = _BREATHS.get(len(number_), (len(number_),))
    parts, at = [], 0
    for size in sizes:
        parts.append(spelt(number_[at : at + size]))
        at += size
    return "，".join(parts)


def _mobile(m: re.Match[str]) -> str:
    return _phone(re.sub(r"\D", "", m["n"]))


def _landline(m: re.Match[str]) -> str:
    extension = f"，转{spelt(m['x'])}" if m["x"] else ""
    return f"{spelt(m['area'])}，{_phone(m['n'])}{extension}"


def _service(m: re.Match[str]) -> str:
    return _phone(re.sub(r"\D", "", m[0]))


def _identity(m: re.Match[str]) -> str:
    return _phone(m[0][:17] + "0")[:-1] + (m[0][17] if m[0][17] in "xX" else spelt(m[0][17]))


def _address(m: re.Match[str]) -> str:
    text = re.sub(r"^https?://", "", m[0]).rstrip("/.")
    return "".join(spelt(c) if c.isdigit() else _WEB.get(c, c.upper()) for c in text)


def _grouped_digits(m: re.Match[str]) -> str:
    return "，".join(spelt(part) for part in m[0].split("-"))


def _mixed_code(m: re.Match[str]) -> str:
    """Say a code of letters and digits in groups of four."""
    parts = [m[0][i : i + 4] for i in range(0, len(m[0]), 4)]
    return "，".join(re.sub(r"\d+", lambda d: spelt(d[0]), part) for part in parts)


def rule(pattern: str, say: Callable[[re.Match[str]], str], flags: int = 0) -> Rule:
    return re.compile(pattern, flags | re.ASCII), say


WEB: tuple[Rule, ...] = (
    rule(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]+)+", _address),
    rule(r"https?://[A-Za-z0-9._/?=:-]+|(?:[A-Za-z0-9-]{1,64}\.){1,8}(?:com|cn|net|org|gov)(?![A-Za-z])(?:/[A-Za-z0-9._/-]*)?",
          _address, re.IGNORECASE),
)  # fmt: skip
LINES: tuple[Rule, ...] = (
    rule(r"(?<![A-Za-z0-9])(?=[A-Z]*\d)(?=\d*[A-Z])(?!\d{17}X)[A-Z0-9]{10,18}(?![A-Za-z0-9])", _mixed_code),
    rule(rf"{_FREE}\d{{17}}[\dXx](?![\dA-Za-z])", _identity),
    rule(rf"{_FREE}\d{{15}}(?=[^\d元万亿]|$)", lambda m: spelt(m[0])),
    rule(rf"{_FREE}(\d{{1,6}})\*{{2,}}(\d{{2,4}}){_END}", lambda m: f"{spelt(m[1])}，尾号{spelt(m[2])}"),
    rule(rf"(?:(?<!\d)\+?86[- ]?)?{_FREE}(?P<n>1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}){_END}", _mobile),
    rule(rf"{_FREE}\(?(?P<area>0\d{{2,3}})\)?[- ]?(?P<n>\d{{7,8}})(?:(?:-|转)(?P<x>\d{{1,6}}))?{_END}",
         _landline),
    rule(rf"{_FREE}[48]00(?:[- ]?\d){{7}}{_END}(?!\s*[元万亿人个])", _service),
    rule(rf"[{_HAN_AREA}][A-Z][·• ]?[A-Z0-9]{{5,6}}(?![A-Z0-9])",
          lambda m: f"{m[0][:2]}，" + re.sub(r"\d+", lambda d: spelt(d[0]), re.sub("[·• ]", "", m[0][2:]))),
)  # fmt: skip
CODES: tuple[Rule, ...] = (
    rule(rf"{_FREE}\d{{3,}}(?:-\d{{3,}}){{2,}}{_END}", _grouped_digits),
    rule(rf"{_FREE}\d+(?:\.\d+){{2,}}{_END}", lambda m: "点".join(spelt(p) for p in m[0].split("."))),
    rule(r"(?<![A-Za-z])([A-Z]{1,3})-?(\d+(?:\.\d+)?)", lambda m: m[1] + _after_letter(m[2])),
    rule(rf"((?:{_ASKED_FOR})(?:为|是|：|:| ){{0,2}})(\d{{2,}}){_END}"
         r"(?!\.\d|个|元|万|亿|人|次|天|年|月|日|分钟)",
          lambda m: m[1] + _phone(m[2])),
    rule(rf"(?:{_ASKED_FOR})?{_FREE}(?:1[12]\d)(?=(?:{_EMERGENCY}))", lambda m: _spell_inside(m[0])),
)  # fmt: skip


def _after_letter(digits: str) -> str:
    return spelt(digits) if len(digits) > 1 and "." not in digits else number(digits)


def _spell_inside(text: str) -> str:
    return re.sub(r"\d+", lambda m: spelt(m[0]), text)


def lone(digits: str) -> str:
    """Say a bare number that no word claims: hotlines, long and zero-led ones digit by digit."""
    if "." in digits:
        return number(digits)
    if re.fullmatch(_WELL_KNOWN, digits) or len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
        return _phone(digits)
    return year(digits) if re.fullmatch(r"(?:19|20)\d\d", digits) and digits != "2000" else number(digits)
