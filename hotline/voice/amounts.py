"""Money, shares, ranges, counted things and measures."""

import re

from hotline.voice.numerals import cardinal, number, quantity, smaller, spelt
from hotline.voice.spelling import Rule, lone, rule

_NUMBER = r"\d+(?:\.\d+)?"
_FREE = r"(?<![\d.])"
_TO = r"\s*[-~至到]+\s*"
_UNITS = {
    "km/h": "公里每小时", "km": "公里", "公里": "公里", "cm": "厘米", "mm": "毫米", "kwh": "千瓦时",
    "kw": "千瓦",
    "kg": "公斤", "mg": "毫克", "ml": "毫升", "mb": "兆", "gb": "吉字节", "kb": "千字节", "db": "分贝",
    "hz": "赫兹",
    "ha": "公顷", "V": "伏", "kv": "千伏", "min": "分钟", "m2": "平方米", "m3": "立方米",
    "km2": "平方公里", "°c": "摄氏度", "°": "度",
    "m": "米", "g": "克", "t": "吨", "l": "升", "h": "小时", "s": "秒", "L": "升", "M": "兆",
}  # fmt: skip
_UNIT = "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
_MEASURE = (
    "个|份|天|年(?!级)|周(?!岁)|周岁|小时|分钟|秒|次|人|名|位|本|套|项|户|家|间|辆|台|条|种|类|张|页|件|部|门|科|所|座|"
    "岁|米|公里|里|斤|公斤|千克|吨|升|克|亩|公顷|平方|立方|元|块|角|万|亿|千|倍|寸|日元|美元|方|片|支|只|处|场|"
    "批|笔|组|层面|步|把|道|厘米|毫米|度|点|分(?!机|之)|季|轮|行|字|刻|趟|封|宗|例|株|棵|头|匹|双|对|遍|回|证"
)
_LIANG = rf"(?=\s*(?:多|余|几)?(?:{_MEASURE}))"
_SINGLE = "年度|年级|季度|号线|号|楼|室|栋|幢|单元|层|级|等|期|环|区|组|月|日|路|胎|孩|代|手|档|版|类(?:医|标|线)|线城"


def _share(m: re.Match[str]) -> str:
    return ("千分之" if m["u"] == "‰" else "百分之") + _hundred(m["n"])


def _hundred(text: str) -> str:
    return "百" if text == "100" else number(text)


def _two_shares(m: re.Match[str]) -> str:
    return f"百分之{_hundred(m['a'])}至百分之{_hundred(m['b'])}"


def _money(m: re.Match[str]) -> str:
    """Say 元 with 角 and 分: 1200.50元 is 一千二百元五角."""
    whole, _, fraction = m["n"].partition(".")
    if len(fraction) > 2:
        return number(m["n"]) + "元"
    jiao, fen = (fraction + "0")[0], (fraction + "00")[1]
    said = quantity(whole) + "元" if int(whole) or not int(jiao + fen) else ""
    said += quantity(jiao) + "角" if jiao != "0" else "零" if fen != "0" and said else ""
    return said + (quantity(fen) + "分" if fen != "0" else "")


def _fraction(m: re.Match[str]) -> str:
    if m["a"] != "0" and smaller(m["a"], m["b"]):
        return f"{number(m['b'])}分之{number(m['a'])}"
    return f"{number(m['a'])}，{number(m['b'])}"


def _range(m: re.Match[str]) -> str:
    """Say both ends of a range; two long or falling numbers are a code, not a range."""
    if not smaller(m["a"], m["b"]) or re.match(r"0\d", m["a"]):
        return f"{lone(m['a'])}，{lone(m['b'])}"
    return f"{number(m['a'])}至{number(m['b'])}"


def _counted_range(m: re.Match[str]) -> str:
    return f"{quantity(m['a'])}{m['ua'] or ''}至{quantity(m['b'])}"


def _room(m: re.Match[str]) -> str:
    """Say a room or a long house number digit by digit, a short one as a number."""
    digits, word = m["n"], m["u"]
    long = len(digits) > (2 if word == "室" else 3)
    return (spelt(digits) if long else cardinal(digits)) + word


MONEY: tuple[Rule, ...] = (
    rule(rf"[¥￥]\s*(?P<n>{_NUMBER})(?!\d|\s*[万亿千])(?:元)?", _money),
    rule(rf"[¥￥]\s*(?P<n>{_NUMBER})\s*(?P<u>万|亿|千)(?:元)?", lambda m: f"{quantity(m['n'])}{m['u']}元"),
    rule(rf"\$\s*(?P<n>{_NUMBER})(?P<u>万|亿)?", lambda m: f"{quantity(m['n'])}{m['u'] or ''}美元"),
    rule(rf"{_FREE}(?<![-~至到]){_NUMBER.join(('(?P<n>', ')'))}\s*元", _money),
)
SHARES: tuple[Rule, ...] = (
    rule(rf"{_FREE}(?P<a>{_NUMBER})%?{_TO}(?P<b>{_NUMBER})%", _two_shares),
    rule(rf"{_FREE}(?P<n>{_NUMBER})\s*(?P<u>[%‰])", _share),
    rule(rf"{_FREE}(?P<a>\d+)\s*:\s*(?P<b>\d+)(?!\d)", lambda m: f"{number(m['a'])}比{number(m['b'])}"),
    rule(r"(?<![\d./])(?P<a>\d+)/(?P<b>\d+)(?![\d/])", _fraction),
)
MEASURES: tuple[Rule, ...] = (
    rule(r"第\s*(\d+)(?:\s*[-~至到]+\s*(\d+))?",
          lambda m: "第" + cardinal(m[1]) + (f"至{cardinal(m[2])}" if m[2] else "")),
    rule(rf"(?<![\d.)一-鿿A-Za-z])-(?P<n>{_NUMBER})(?=\s*(?:°|摄氏度|度))",
         lambda m: "零下" + number(m["n"])),
    rule(rf"{_FREE}(\d+)(?=°[cC]|摄氏度)", lambda m: number(m[1])),
    rule(rf"{_FREE}(\d)室(\d)厅(?:(\d)卫)?",
          lambda m: f"{quantity(m[1])}室{quantity(m[2])}厅" + (f"{quantity(m[3])}卫" if m[3] else "")),
    rule(r"(?<!\d)(?P<n>\d+)(?P<u>室|房间|号房|号(?!线))", _room),
    rule(rf"{_FREE}(?P<a>{_NUMBER})(?P<ua>[岁元天万年周])?{_TO}(?P<b>{_NUMBER})(?=\s*(?:{_UNIT})(?![A-Za-z]))",
          _counted_range),
    rule(rf"{_FREE}(?P<a>{_NUMBER})(?P<ua>[岁元天万年周])?{_TO}(?P<b>{_NUMBER}){_LIANG}(?!\s*(?:{_SINGLE}))",
          _counted_range),
    rule(rf"{_FREE}(?P<n>{_NUMBER})\s*(?P<u>{_UNIT})(?![A-Za-z0-9])",
          lambda m: quantity(m["n"]) + _UNITS[m["u"] if m["u"] in _UNITS else m["u"].lower()]),
    rule(rf"{_FREE}(?P<n>{_NUMBER})\s*(?P<u>KM|CM|MM|KWH|KW|KG|MG|ML|L|M|HZ|DB|mL|kV|KV|kW|kWh|V)(?![A-Za-z0-9])",
          lambda m: quantity(m["n"]) + _UNITS[m["u"] if m["u"] in _UNITS else m["u"].lower()]),
    rule(rf"{_FREE}(\d+)(?=\s*(?:{_SINGLE}))", lambda m: cardinal(m[1])),
    rule(rf"{_FREE}({_NUMBER}){_LIANG}", lambda m: quantity(m[1])),
)  # fmt: skip
REST: tuple[Rule, ...] = (
    rule(rf"{_FREE}\d+(?:-\d+){{2,}}(?!\d)", lambda m: "杠".join(spelt(p) for p in m[0].split("-"))),
    rule(rf"{_FREE}(?P<a>{_NUMBER}){_TO}(?P<b>{_NUMBER})(?![\d.])", _range),
    rule(rf"(?<![\d一-鿿A-Za-z)]) ?-\s*(?P<n>{_NUMBER})", lambda m: "负" + number(m["n"])),
    rule(r"(?<=\d)\+(?!\s*\d)", lambda m: "以上"),
    rule(r"\d+(?:\.\d+)?", lambda m: lone(m[0])),
)
