"""Signs and letters folded into what can be said: Hanzi, capital letters, Chinese punctuation."""

import re
import unicodedata

_BEFORE_FOLDING = {
    "㎡": "平方米", "㎥": "立方米", "㎢": "平方公里", "m²": "平方米", "m³": "立方米", "km²": "平方公里",
    "kW·h": "千瓦时",
    "℃": "摄氏度", "℉": "华氏度", "㎏": "公斤", "㎞": "公里", "㎝": "厘米", "㎜": "毫米", "℡": "电话",
    "№": "第", "…": "。", "×": "乘", "÷": "除以", "±": "正负", "≥": "大于等于", "≤": "小于等于",
    "≈": "约等于", "≠": "不等于", "α": "阿尔法", "β": "贝塔", "μ": "微", "〇": "零", "–": "-", "—": "-",
    "−": "-", "－": "-", "～": "~", "〜": "~", "∼": "~", "•": "，", "●": "，", "■": "，", "◆": "，",
    "→": "，", "½": "1/2", "⁄": "/", "∶": ":",
}  # fmt: skip
_SAID = {"=": "等于", "<": "小于", ">": "大于", "&": "和", "+": "加", "@": "艾特", "%": "百分号", "$": "美元"}
_MARKS = str.maketrans(",;:?!.\n\r", "，；：？！，。。")
_BRACKETS = str.maketrans(dict.fromkeys("()[]{}（）〔〕【】｛｝［］|", "，"))
_STRENGTH = "、，；：！？。"
_WORDS = {"WIFI": "无线网络", "EMAIL": "电子邮箱", "MAIL": "邮箱"}


def folded(text: str) -> str:
    """Bring full-width, circled and foreign forms to plain digits, letters and signs."""
    text = re.sub("[①-⑳]", lambda m: f" {int(unicodedata.numeric(m[0]))}. ", text)
    text = re.sub("[Ⅰ-Ⅻⅰ-ⅻ]", lambda m: str(int(unicodedata.numeric(m[0]))), text)
    for sign in sorted(_BEFORE_FOLDING, key=len, reverse=True):
        text = text.replace(sign, _BEFORE_FOLDING[sign])
    text = unicodedata.normalize("NFKC", text)
    return "".join(_plain(c) for c in text)


def _plain(char: str) -> str:
    """Any script's decimal digit as 0-9; a space for what separates."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return " " if char in "\t\u3000\u200b" else char


def tidied(text: str) -> str:
    """Leave only Hanzi, capitals, single spaces between Latin words, and one punctuation mark at a time."""
    text = re.sub("[=<>&+@%$]", lambda m: _SAID[m[0]], text)
    text = re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", "", text)
    text = text.translate(_BRACKETS).translate(_MARKS).upper()
    text = re.sub(r"[^一-鿿A-Z、，：；！？。 ]", "", text)
    text = re.sub("[A-Z]+", lambda m: _WORDS.get(m[0], m[0]), text)
    text = re.sub(r" +(?![A-Z])|(?<![A-Z]) +", "", text)
    text = re.sub(f"[{_STRENGTH}]+", lambda m: max(m[0], key=_STRENGTH.index), text)
    return re.sub(f"^[{_STRENGTH}]+|[、，：；]+$", "", text)
