"""The text of a cell and the value it stands for, both ways, by the kind of its column."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from hotline import phones
from hotline.calendar.hours import HoursError, read_hours
from knowledge_base.forms.columns import Column, Kind
from knowledge_base.forms.sheet import day_of

Value = Any  # text, date, number, list of texts, or list of small records; as the column's kind says
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffe\uffff\ud800-\udfff]"
)
_DAY = re.compile(r"(\d{4})\s*(?:年|[-/.．－])\s*(\d{1,2})\s*(?:月|[-/.．－])\s*(\d{1,2})\s*日?|(\d{4})(\d\d)(\d\d)")
_PHONE = re.compile(r"[\d+][\d\-—－+()（）\s/转,，#*]{1,28}[\d)）]")
_SPAN = re.compile(r"(\d{1,2})\s*[:：]\s*(\d\d)\s*(?:-|—|－|–|~|～|至|到)+\s*(\d{1,2})\s*[:：]\s*(\d\d)")
_DAYS = re.compile(r"[1-7](?:-[1-7])?")
_WEEK = "一二三四五六日"


class Unfit(Exception):
    """Why a cell can't be taken, in words."""


def clean(text: str) -> str:
    """A text without what can't be seen and blanks around it, with one kind of line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u00a0", " ")
    return "\n".join(line.rstrip() for line in _UNSEEN.sub("", text).split("\n")).strip()


def read(column: Column, text: str) -> Value:
    """The value of a cell; Unfit says why it is none. An empty cell is the kind's empty value."""
    text = clean(text)
    if not text:
        if column.required:
            raise Unfit("必须填写")
        return _EMPTY.get(column.kind, "")
    return _READERS[column.kind](column, text)


def show(column: Column, value: Value) -> str:
    """The value as the text of a cell, which `read` reads again."""
    if value is None or value in ("", []):
        return ""
    shown = _SHOWN.get(column.kind)
    return shown(column, value) if shown else clean(str(value))


def canonical(column: Column, text: str) -> str:
    """The one text for all that reads alike: what is compared to tell whether a cell says something new."""
    try:
        return show(column, read(column, text))
    except Unfit:
        return clean(text)


def says_new(column: Column, old: str, new: str) -> bool:
    """Whether a canonical text says something else than what stands there; an empty cell that keeps it doesn't."""
    old = canonical(column, old)
    return old != new and not (column.keeps and not new)


def split(text: str, *, words: bool = False) -> list[str]:
    """The items of a list, each once: by line ends where there are any, else by semicolons; words by commas, too."""
    parts = re.split("[\n；;，,、]", text) if words else text.split("\n") if "\n" in text else re.split("[；;]", text)
    return list(dict.fromkeys(p.strip(" \t　；;") for p in parts if p.strip(" \t　；;")))


def _text(column: Column, text: str) -> str:
    return _short(column, " ".join(text.split("\n")))


def _short(column: Column, text: str) -> str:
    if column.longest and len(text) > column.longest:
        raise Unfit(f"最多 {column.longest} 个字，现有 {len(text)} 个")
    return text


def _date(_: Column, text: str) -> date:
    if text.replace(".", "", 1).isdigit() and len(text) != 8:
        text = day_of(text) or text
    found = _DAY.fullmatch(text.removesuffix(" 00:00:00"))
    try:
        return date(*(int(g) for g in found.groups() if g)) if found else date.fromisoformat(text)
    except ValueError:
        raise Unfit(f"“{text[:20]}”不是日期，请写成 2026-01-31") from None


def _choice(column: Column, text: str) -> str:
    text = " ".join(text.split("\n"))
    if column.choices and text not in column.choices:
        raise Unfit(f"“{text[:20]}”不在可选项中，应为：{'、'.join(column.choices)}")
    return _short(column, column.choices.get(text, text))


def _phone(column: Column, text: str) -> str:
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if not _PHONE.fullmatch(text):
        raise Unfit(f"“{text[:30]}”不是电话号码，请写成 0877-2012345")
    return _short(column, phones.kept(text))


def _list(column: Column, text: str) -> list[str]:
    return [_short(column, item) for item in _few(column, split(text, words=column.words))]


def _phones(column: Column, text: str) -> list[str]:
    return [_phone(column, item) for item in _few(column, split(re.sub("[、]", "；", text)))]


def _few(column: Column, items: list[str]) -> list[str]:
    if column.most and len(items) > column.most:
        raise Unfit(f"最多 {column.most} 项，现有 {len(items)} 项")
    return items


def _number(column: Column, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= column.longest and len(text) < 9):
        raise Unfit(f"应为 1 至 {column.longest} 的整数")
    return int(text)


def _sections(column: Column, text: str) -> list[dict[str, str]]:
    found = []
    for line in _few(column, [x.strip() for x in text.split("\n") if x.strip()]):
        name, phone, duties = ([p.strip() for p in re.split("[｜|]", line, maxsplit=2)] + ["", ""])[:3]
        if not name or len(name) > 60:
            raise Unfit(f"“{line[:20]}”应写成：名称｜电话｜职责（名称最多 60 个字）")
        if phone:
            _phone(column, phone)
        found.append({"name": name, "phone": phone} | ({"duties": _short(column, duties)} if duties else {}))
    return found


def _hours(column: Column, text: str) -> list[dict[str, str]]:
    found = []
    for line in re.split("[\n；;]", _short(column, text)):
        spans = list(_SPAN.finditer(line))
        if not line.strip():
            continue
        if not spans or re.sub(r"[\s,，、和及]", "", _SPAN.sub("", line[spans[0].start() :])):
            raise Unfit(f"“{line.strip()[:30]}”应写成：周一至周五 08:30-12:00，14:30-18:00")
        days = _days(line[: spans[0].start()])
        found += [_span(days, m) for m in spans]
    return found


def _span(days: str, found: re.Match[str]) -> dict[str, str]:
    opens, closes = f"{int(found[1]):02d}:{found[2]}", f"{int(found[3]):02d}:{found[4]}"
    try:
        read_hours(f"{opens}-{closes}")
    except HoursError:
        raise Unfit(f"“{opens}-{closes}”不是时间") from None
    if not opens < closes <= "24:00" or found[2] > "59" or found[4] > "59":
        raise Unfit(f"“{opens}-{closes}”的起止时间不对")
    return {"days": days, "open": opens, "close": closes}


def _days(text: str) -> str:
    """`1-5` from 周一至周五, 星期一到五, 工作日, 每天, 1-5."""
    text = re.sub(r"[\s:：]", "", text)
    if text in ("", "每天", "每日", "周一至周日"):
        return "1-7"
    text = "1-5" if text == "工作日" else re.sub("周|星期|礼拜", "", text).replace("天", "日")
    text = re.sub("至|到|—|–|－|~", "-", text)
    text = "".join(str(_WEEK.index(c) + 1) if c in _WEEK else c for c in text)
    if not _DAYS.fullmatch(text):
        raise Unfit("星期应写成：周一至周五、周六、每天")
    return text


def _shown_hours(_: Column, spans: Sequence[dict[str, str]]) -> str:
    by_days: dict[str, list[str]] = {}
    for span in spans:
        by_days.setdefault(span.get("days", "1-7"), []).append(f"{span.get('open')}-{span.get('close')}")
    return "\n".join(f"{_named(days)} {'，'.join(times)}" for days, times in by_days.items())


def _named(days: str) -> str:
    if days == "1-7":
        return "每天"
    return "至".join(f"周{_WEEK[int(d) - 1]}" for d in days.split("-")) if _DAYS.fullmatch(days) else days


def _shown_sections(_: Column, sections: Sequence[dict[str, str]]) -> str:
    lines = ("｜".join((s.get("name", ""), s.get("phone", ""), s.get("duties", ""))).rstrip("｜") for s in sections)
    return "\n".join(clean(line.replace("\n", " ")) for line in lines)


def _shown_choice(column: Column, value: str) -> str:
    return next((word for word, code in column.choices.items() if code == value), clean(str(value)))


_EMPTY: dict[Kind, Value] = {Kind.DATE: None, Kind.NUMBER: None, Kind.LIST: [], Kind.PHONES: [], Kind.HOURS: [],
                             Kind.SECTIONS: []}  # fmt: skip
_READERS: dict[Kind, Callable[[Column, str], Value]] = {
    Kind.TEXT: _text, Kind.LONG: _short, Kind.DATE: _date, Kind.CHOICE: _choice, Kind.PHONE: _phone,
    Kind.PHONES: _phones, Kind.LIST: _list, Kind.NUMBER: _number, Kind.HOURS: _hours, Kind.SECTIONS: _sections,
}  # fmt: skip
_SHOWN: dict[Kind, Callable[[Column, Value], str]] = {
    Kind.DATE: lambda _, v: v.isoformat(), Kind.CHOICE: _shown_choice, Kind.HOURS: _shown_hours,
    Kind.SECTIONS: _shown_sections, Kind.TEXT: lambda c, v: _oneline(str(v)),
    Kind.LIST: lambda _, v: _lines(v), Kind.PHONES: lambda _, v: _lines(v),
}  # fmt: skip


def _oneline(text: str) -> str:
    return " ".join(clean(text).split("\n"))


def _lines(items: Sequence[str]) -> str:
    return "\n".join(_oneline(str(item)) for item in items)
