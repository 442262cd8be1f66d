"""A form read from a file: which of the four it is, where its titles stand, and the text of each cell of each row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge_base.forms import values
from knowledge_base.forms.archive import opened
from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.descriptions import FORMS
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.sheet import Cell, Merged, Row, letters, read_sheet
from knowledge_base.forms.workbook import read_workbook

TITLES_WITHIN = 10  # rows from the top in which the titles may stand
UNREAD = frozenset({"退回原因", "原行号", "序号"})
"""Titles that a file may have besides, without a word about it."""

Fault = tuple[str, str]
"""The title of a column, and why its cell is refused."""


@dataclass
class ReadRow:
    """A row by its number in the spreadsheet: the text of its cells by key, and what was wrong with them as cells."""

    number: int
    cells: dict[str, str]
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class ReadForm:
    """What a file holds; `notes` say what was left out of it."""

    form: Form
    rows: list[ReadRow]
    notes: list[str]


def read_form(content: bytes, name: str, passed: Callable[[float], None] = lambda _: None, *,
              forms: Mapping[str, Form] = FORMS) -> ReadForm:
    """Read an uploaded file, which is one of `forms`; FormError says in words why it can't be. `passed` hears how much
    is read, 0 to 1."""
    with opened(content, name) as file:
        workbook = read_workbook(file)
        form, sheet = _form_of(workbook.sheets, forms)
        rows, merged = read_sheet(file, workbook.sheets[sheet], workbook, most_rows=form.most_rows + TITLES_WITHIN,
                                  passed=passed)  # fmt: skip
    titles = _titles(form, rows)
    places, notes = _places(form, titles)
    body = [row for row in rows if row.number > titles.number and any(column in places for column in row.cells)]
    if len(body) > form.most_rows:
        raise FormError(f"一个文件最多 {form.most_rows} 行，这个文件超过了。请分成几个文件上传。")
    _refuse_merged_titles(merged, titles.number)
    return ReadForm(form, _joined(form, [_row(row, places, merged) for row in body]), notes)


def _form_of(sheets: Iterable[str], forms: Mapping[str, Form]) -> tuple[Form, str]:
    known = {_plain(form.sheet): form for form in forms.values()}
    found = [(known[_plain(name)], name) for name in sheets if _plain(name) in known]
    if len(found) == 1:
        return found[0]
    if found:
        raise FormError(f"文件里有几张表（{'、'.join(name for _, name in found)}）。请一个文件只交一张。")
    named = "、".join(str(name)[:20] for name in list(sheets)[:5])
    wanted = "、".join(form.sheet for form in forms.values())
    raise FormError(f"文件里没有可以导入的工作表。工作表名应为 {wanted} 之一，而文件里是：{named}。"
                    "请用本页下载的空白表填写。")


def _titles(form: Form, rows: Sequence[Row]) -> Row:
    wanted = {_plain(c.title) for c in form.columns}

    def known(row: Row) -> int:
        return sum(_plain(cell.text) in wanted for cell in row.cells.values())

    best = max(rows[:TITLES_WITHIN], key=known, default=None)
    if best is None or known(best) < 2:
        titles = "、".join(c.title for c in form.given[:4])
        raise FormError(f"没有找到标题行。第1行应为：{titles} 等。请用下载的空白表填写。")
    return best


def _places(form: Form, titles: Row) -> tuple[dict[int, Column], list[str]]:
    by_title = {_plain(c.title): c for c in form.columns}
    found: dict[int, Column] = {}
    strange: list[str] = []
    for place, cell in titles.cells.items():
        column = by_title.get(_plain(cell.text))
        if column in found.values():
            raise FormError(f"标题“{cell.text[:20]}”出现了两次（第二次在 {letters(place)} 列），请删去一列。")
        if column is not None:
            found[place] = column
        elif cell.text.strip() and cell.text.strip() not in UNREAD:
            strange.append(f"“{values.clean(cell.text)[:20]}”（{letters(place)} 列）")
    missing = [c.title for c in form.given if c not in found.values()]
    if missing:
        raise FormError(f"缺少这些列：{'、'.join(missing)}。列的次序可以不同，但标题不能改动或删除，不用的列留空即可。")
    notes = [f"没有读取表中不认识的列：{'、'.join(strange[:10])}"] if strange else []
    return {place: column for place, column in found.items() if column.given}, notes


def _row(row: Row, places: dict[int, Column], merged: Sequence[Merged]) -> ReadRow:
    read = ReadRow(row.number, {})
    for place, column in places.items():
        cell = row.cells.get(place, Cell(""))
        read.cells[column.key] = values.clean(cell.text)
        if fault := cell.fault or _odd(cell, column):
            read.faults.append((column.title, fault))
    for rectangle in merged:
        if rectangle.first <= row.number <= rectangle.last:
            read.faults.append(("整行", f"{rectangle.place} 是合并单元格，请取消合并并逐格填写"))
    return read


def _joined(form: Form, rows: Iterable[ReadRow]) -> list[ReadRow]:
    """The rows with those that go on with the lists of the one above put into it: what a cell can't hold stands so."""
    lists = [c for c in form.given if c.kind is Kind.LIST]
    found: list[ReadRow] = []
    for row in rows:
        if found and _goes_on(form, found[-1], row):
            above = found[-1]
            above.faults += row.faults
            for c in (c for c in lists if row.cells[c.key]):
                items = values.split(above.cells[c.key]) + values.split(row.cells[c.key])
                above.cells[c.key] = values.show(c, items)
        else:
            found.append(row)
    return found


def _goes_on(form: Form, above: ReadRow, row: ReadRow) -> bool:
    same = {"department", form.key}
    filled = {c.kind is Kind.LIST for c in form.given if c.key not in same and row.cells[c.key]}
    return (filled == {True} and bool(row.cells[form.key])
            and all(row.cells.get(key) == above.cells.get(key) for key in same))  # fmt: skip


def _odd(cell: Cell, column: Column) -> str:
    """What a spreadsheet makes of what was typed, silently: a day out of 3-5, a number out of 0877…"""
    if cell.day and column.kind is not Kind.DATE:
        return "被表格软件变成了日期，请把单元格设为文本格式后重填"
    if column.kind is Kind.PHONE and cell.number and len(cell.text) == 10 and not cell.text.startswith(("400", "800")):
        return f"号码 {cell.text} 开头的0可能丢失了，请把单元格设为文本格式后重填"
    return ""


def _refuse_merged_titles(merged: Sequence[Merged], titles: int) -> None:
    for rectangle in merged:
        if rectangle.first <= titles <= rectangle.last:
            raise FormError(f"标题行里有合并单元格（{rectangle.place}），请取消合并。")


def _plain(title: str) -> str:
    """A title without star, blanks and line ends."""
    return "".join(title.split()).rstrip("*＊").replace("(", "（").replace(")", "）")
