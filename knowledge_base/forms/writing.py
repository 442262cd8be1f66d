"""Forms as Excel files: empty ones with drop-down lists and examples, filled ones that can be handed in again.

Every cell is written as text and never as a formula, so that nothing that a citizen or a department wrote can run in
whoever's spreadsheet."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.sheet import LONGEST_CELL

Options = Mapping[str, Sequence[str]]
"""What the drop-down lists offer, by their name: departments, categories."""
EXAMPLES, GUIDE, LISTS = "填写示例", "填写说明", "选项"
REASON, OLD_NUMBER = "退回原因", "原行号"
EXTRA_ROWS = 200  # empty rows below the filled ones that have drop-down lists too
LAST_COLUMN = 16_383
A4 = 9  # as Excel numbers paper
_RUNS = ("=", "+", "-", "@", "\t", "\r", "'")
_PALE, _JADE, _GREY = "#E4F0ED", "#0B6E5F", "#EEEEEE"
_KINDS = {
    Kind.TEXT: "文字（一行）", Kind.LONG: "文字（可换行）", Kind.DATE: "日期", Kind.CHOICE: "下拉选择",
    Kind.PHONE: "电话号码", Kind.PHONES: "多个电话号码", Kind.LIST: "多项", Kind.NUMBER: "整数", Kind.HOURS: "办公时间",
    Kind.SECTIONS: "每行一个机构",
}  # fmt: skip
_GUIDE = (("列", 24), ("必填", 6), ("填写方式", 14), ("最多", 12), ("说明", 60), ("示例", 50))
_MAY = {"format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True,
        "sort": True, "autofilter": True}  # fmt: skip


def empty(form: Form, *, options: Options, at: datetime) -> bytes:
    """The form to be filled in, with its examples and its guide."""
    return _file(form, [], (), options=options, at=at)


def filled(form: Form, rows: Iterable[Mapping[str, str]], *, options: Options, at: datetime) -> bytes:
    """The form with rows, as cells by key; handed in again it changes nothing."""
    return _file(form, [(part, ()) for row in rows for part in _parted(form, row)], (), options=options, at=at)


def sent_back(form: Form, refused: Sequence[Mapping[str, Any]], *, options: Options, at: datetime) -> bytes:
    """The refused rows of an import with the reasons beside them, to be corrected and handed in again."""
    rows = [(part, ("；".join(f"{title}：{why}" for title, why in row["faults"]), str(row["row"])))
            for row in refused for part in _parted(form, row["cells"])]  # fmt: skip
    return _file(form, rows, (REASON, OLD_NUMBER), options=options, at=at)


def _parted(form: Form, cells: Mapping[str, str]) -> list[Mapping[str, str]]:
    """A row whose lists are longer than a cell may be goes on in rows below it, which bear its key besides."""
    pieces = {c.key: _pieces(cells.get(c.key, "")) for c in form.columns if c.kind is Kind.LIST}
    same = {key: cells.get(key, "") for key in ("department", form.key)}
    rows = max(map(len, pieces.values()), default=1)
    return [{**(same if n else cells), **{key: found[n] for key, found in pieces.items() if n < len(found)}}
            for n in range(rows)]  # fmt: skip


def _pieces(text: str) -> list[str]:
    if len(text) <= LONGEST_CELL:
        return [text]
    found = [""]
    for line in text.split("\n"):
        if found[-1] and len(found[-1]) + 1 + len(line) > LONGEST_CELL:
            found.append("")
        found[-1] += f"\n{line}" if found[-1] else line
    return found


def _file(form: Form, rows: Sequence[tuple[Mapping[str, str], Sequence[str]]], beside: Sequence[str], *,
          options: Options, at: datetime) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                      "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"title": f"附件{form.annex} {form.name}", "created": at.replace(tzinfo=None)})
    looks = _Looks(book)
    sheet = book.add_worksheet(form.sheet)
    _titles(sheet, form, looks, beside)
    for number, (cells, more) in enumerate(rows, start=1):
        for place, column in enumerate(form.columns):
            _put(sheet, number, place, cells.get(column.key, ""), looks, column)
        for place, text in enumerate(more, start=len(form.columns)):
            sheet.write_string(number, place, text, looks.reason)
    last = len(rows) + (EXTRA_ROWS if rows else form.most_rows)
    _lists(book, sheet, form, options, last)
    _protect(sheet)
    _as_paper(sheet, form)
    _example(book, form, looks)
    _guide(book, form, looks)
    book.close()
    return held.getvalue()


class _Looks:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        base = {"num_format": "@", "text_wrap": True, "valign": "top", "font_size": 10}
        self.open = book.add_format({**base, "locked": False})
        self.quoted = book.add_format({**base, "locked": False, "quote_prefix": True})
        self.shown = book.add_format({**base, "locked": False, "font_color": "#666666", "bg_color": _GREY})
        self.reason = book.add_format({**base, "locked": False, "font_color": "#A3292B"})
        head = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#DBE1DF",
                "locked": True, "num_format": "@"}  # fmt: skip
        self.head = book.add_format({**head, "bg_color": _PALE})
        self.must = book.add_format({**head, "bg_color": _JADE, "font_color": "#FFFFFF"})
        self.words = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.title = book.add_format({"bold": True, "font_size": 14})

    def cell(self, text: str, column: Column) -> Any:
        if not column.given:
            return self.shown
        return self.quoted if text.startswith(_RUNS) else self.open


def _titles(sheet: Any, form: Form, looks: _Looks, beside: Sequence[str]) -> None:
    sheet.set_column(0, LAST_COLUMN, 12, looks.open)  # a row can be deleted only if all of it is unlocked
    sheet.dim_colmax = len(form.columns) + len(beside)  # else each row is written out to the last column
    for place, column in enumerate(form.columns):
        sheet.set_column(place, place, column.width, looks.open if column.given else looks.shown)
        sheet.write_string(0, place, column.head, looks.must if column.required else looks.head)
    for place, title in enumerate(beside, start=len(form.columns)):
        sheet.set_column(place, place, 40 if title == REASON else 8, looks.reason)
        sheet.write_string(0, place, title, looks.head)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 2)


def _put(sheet: Any, row: int, place: int, text: str, looks: _Looks, column: Column) -> None:
    if len(text) > LONGEST_CELL:
        raise FormError(f"导出的第 {row + 1} 行：“{column.title}”超过 {LONGEST_CELL} 个字，表格放不下，请先改短")
    if text:
        sheet.write_string(row, place, text, looks.cell(text, column))


def _lists(book: Any, sheet: Any, form: Form, options: Options, last: int) -> None:
    """Drop-down lists, limits of length and hints for all rows that may be filled."""
    lists = book.add_worksheet(LISTS)
    lists.hide()
    for place, column in enumerate(form.given):
        offered = list(column.choices) or list(options.get(column.options, ()))
        where = form.columns.index(column)
        for row, word in enumerate(offered):
            lists.write_string(row, place, word)
        said = _hint(column)
        if offered and column.kind is Kind.CHOICE:
            name = xl_col_to_name(place)
            rule: dict[str, Any] = {"validate": "list", "source": f"={LISTS}!${name}$1:${name}${len(offered)}",
                                    "error_title": "不在可选项中", "error_message": "请从下拉列表中选择。"}  # fmt: skip
        elif column.longest and column.kind in (Kind.TEXT, Kind.LONG):
            rule = {"validate": "length", "criteria": "<=", "value": column.longest, "error_title": "太长",
                    "error_message": f"最多 {column.longest} 个字。"}  # fmt: skip
        else:
            rule = {"validate": "any"}
        sheet.data_validation(1, where, last, where, {**rule, "input_title": column.title[:32], "input_message": said})


def _hint(column: Column) -> str:
    must = "必填。" if column.required else ""
    longest = f"最多 {column.longest} 个字。" if column.longest and column.kind in (Kind.TEXT, Kind.LONG) else ""
    return f"{must}{longest}{column.remark}"[:255] or "选填。"


def _protect(sheet: Any) -> None:
    """Titles can't be changed by mistake; there is no password, whoever must can lift it."""
    sheet.protect("", _MAY)


def _as_paper(sheet: Any, form: Form) -> None:
    """Printed to be signed, sealed and filed: A4 across, all columns on one page's width, titles on each page."""
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer(f"&L附件{form.annex} {form.name}&R第&P页，共&N页")


def _example(book: Any, form: Form, looks: _Looks) -> None:
    sheet = book.add_worksheet(EXAMPLES)
    _titles(sheet, form, looks, ())
    for place, column in enumerate(form.columns):
        _put(sheet, 1, place, column.example, looks, column)
    sheet.protect("", _MAY)
    _as_paper(sheet, form)


def _guide(book: Any, form: Form, looks: _Looks) -> None:
    sheet = book.add_worksheet(GUIDE)
    sheet.write_string(0, 0, f"附件{form.annex} {form.name}", looks.title)
    for row, line in enumerate(_advice(form), start=1):
        sheet.write_string(row, 0, line)
    top = len(_advice(form)) + 2
    for place, (title, width) in enumerate(_GUIDE):
        sheet.set_column(place, place, width, looks.words)
        sheet.write_string(top, place, title, looks.head)
    for row, texts in enumerate(guide(form), start=top + 1):
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, looks.words)
    sheet.protect("", _MAY)
    _as_paper(sheet, form)
    sheet.repeat_rows(top)


def _advice(form: Form) -> list[str]:
    return [
        form.purpose,
        f"在“{form.sheet}”表中从第2行起填写，一个文件最多 {form.most_rows} 行。",
        "不要合并单元格，不要用公式，不要改动标题。",
        "深色标题（带*）的列必填，灰色的列由系统填写。",
        "上传后先预览，逐行说明会改动什么、哪些行被退回和原因，确认后才入库。",
    ]


def guide(form: Form) -> list[tuple[str, str, str, str, str, str]]:
    """The columns in words: title, whether it must be filled, how, how much, remark, example."""
    return [(c.title, "是" if c.required else "", _KINDS[c.kind] if c.given else "不读取", _most(c), c.remark,
             c.example) for c in form.columns]  # fmt: skip


def _most(column: Column) -> str:
    several = f"{column.most} 项" if column.most else ""
    if column.kind in (Kind.NUMBER, Kind.DATE, Kind.HOURS, Kind.PHONE, Kind.PHONES) or column.choices:
        return several
    each = f"{column.longest} 个字" if column.longest and column.given else ""
    return "，每项 ".join(filter(None, (several, each)))
