"""Matters of 12345 as a spreadsheet, for where there is no interface: the empty form, and what a filled one holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.passed import passed
from dispatch.passed.passed import Came, Outcome
from dispatch.passed.passed_fields import CLASSES, LONGEST, REQUIRED, URGENCIES, YES_NO
from hotline.settings import Settings
from knowledge_base.forms import writing
from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.reading import read_form

TITLES = {
    "number": ("12345工单编号", "YX202611230001"), "class": ("类别", "咨询"), "title": ("标题", "失业金没有到账"),
    "summary": ("事项内容", "来电人称三月申领的失业金至今未到账。"), "urgency": ("紧急程度", "一般"),
    "confidential": ("要求保密", "否"), "complained_of": ("被反映单位", ""), "contact": ("联系电话", "0877-2012345"),
    "caller_name": ("来电人", "王某"),
}  # fmt: skip
_CHOICES: Mapping[str, Mapping[str, object]] = {"class": CLASSES, "urgency": URGENCIES, "confidential": YES_NO}


def _column(key: str) -> Column:
    title, example = TITLES[key]
    if key in _CHOICES:
        choices = {word: str(code) for word, code in _CHOICES[key].items()}
        return Column(key, title, example, Kind.CHOICE, LONGEST[key], required=key in REQUIRED, choices=choices)
    kind = Kind.LONG if key == "summary" else Kind.TEXT
    return Column(key, title, example, kind, LONGEST[key], required=key in REQUIRED, width=24)


FORM = Form("12345", "12345转来事项", "12345转来事项", "number",
            "12345热线转来的事项。同一编号只登记一次；重复上传不会改变已登记的工单。",
            tuple(_column(key) for key in TITLES), most_rows=500)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What became of a row: its number in the spreadsheet, and its faults by the title of the column."""

    row: int
    number: str
    outcome: Outcome
    ticket: str
    faults: dict[str, str]


def empty(*, at: datetime) -> bytes:
    """The form to be filled in."""
    return writing.empty(FORM, options={}, at=at)


def rows(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of an uploaded file, by their numbers; FormError says in words why it can't be read."""
    read = read_form(content, name, forms={FORM.annex: FORM})
    return [(row.number, {key: text for key, text in row.cells.items() if text}) for row in read.rows]


def taken(session: Session, found: list[tuple[int, dict[str, str]]], *, by: str, settings: Settings,
          at: datetime) -> Iterator[Line]:
    """Take the rows in, each for itself: what is wrong with one keeps none of the others back."""
    for number, cells in found:
        done = passed.take(session, cells, Came(by), settings=settings, at=at)
        faults = {TITLES.get(key, (key, ""))[0]: why for key, why in done.row.faults.items()}
        ours = done.row.ticket.number if done.row.ticket else ""
        yield Line(number, cells.get("number", ""), done.outcome, ours, faults)
