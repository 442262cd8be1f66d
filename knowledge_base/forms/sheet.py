"""The rows of one sheet as text: read as they come, only as many as a form may have, and what is odd about a cell."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from zipfile import ZipFile

from knowledge_base.forms.archive import part
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.markup import Attributes, Enough, walk
from knowledge_base.forms.workbook import Workbook

MOST_CELLS = 500_000  # empty ones with a format among them
MOST_EMPTY_ROWS = 20_000  # in a row: what people leave behind who formatted whole columns
MOST_COLUMNS = 100
LONGEST_CELL = 32_767  # characters; the file format's own limit
TOO_LONG = f"单元格超过 {LONGEST_CELL} 个字，请把多出的项移到下一行，并在那一行重复填写部门和本表的主列"
LONGEST_SHEET, LONGEST_STRINGS = 64 * 2**20, 64 * 2**20  # bytes, unpacked
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass
class Cell:
    """What stands in a cell. `fault` says why it can't be taken as it is; `number` and `day` how the sheet keeps it."""

    text: str
    number: bool = False
    day: bool = False
    fault: str = ""


@dataclass
class Row:
    """A row by the number that the spreadsheet shows; its cells by column, A = 1."""

    number: int
    cells: dict[int, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """A rectangle of merged cells."""

    place: str
    first: int
    last: int


def letters(column: int) -> str:
    """The column's name as the spreadsheet shows it."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def read_sheet(file: ZipFile, name: str, workbook: Workbook, *, most_rows: int,
               passed: Callable[[float], None] = lambda _: None) -> tuple[list[Row], list[Merged]]:
    """The rows that hold anything, and the merged cells; one row more than `most_rows` when there are too many.

    `passed` hears how much of the sheet is read, from 0 to 1."""
    reading = _Reading(workbook, most_rows)
    with part(file, name) as source:
        whole = max(1, file.getinfo(name).file_size)
        walk(source, start=reading.start, end=reading.end, text=reading.text, longest=LONGEST_SHEET,
             passed=lambda done: passed(min(1.0, done / whole)))
    _put_strings(file, reading.wanted)
    rows = [row for row in reading.rows if any(c.text.strip() or c.fault for c in row.cells.values())]
    return rows, reading.merged


class _Reading:
    """The handlers of one sheet, and what they have gathered."""

    def __init__(self, workbook: Workbook, most_rows: int) -> None:
        self.rows: list[Row] = []
        self.merged: list[Merged] = []
        self.wanted: dict[int, list[Cell]] = {}
        self._workbook, self._most_rows = workbook, most_rows
        self._row = Row(0)
        self._column = self._cells = self._empty = 0
        self._cell: Cell | None = None
        self._kind = self._style = ""
        self._taking = self._sound = False
        self._said, self._length = [""], 0

    def start(self, name: str, given: Attributes) -> None:
        if name == "c":
            self._begin_cell(given)
        elif name == "row":
            self._row, self._column = Row(_whole(given.get("r"), self._row.number + 1)), 0
        elif name in ("v", "t"):
            self._taking = self._cell is not None and not self._sound
        elif name == "rPh":  # how a word is pronounced, not what it says
            self._sound = True
        elif name == "f" and self._cell is not None:
            self._cell.fault = f"单元格 {self._place()} 是公式，请改为固定内容（复制后选择性粘贴为数值）"
        elif name == "mergeCell":
            self._merge(given.get("ref", ""))

    def text(self, said: str) -> None:
        if self._taking and self._length <= LONGEST_CELL:
            self._said.append(said)
            self._length += len(said)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._taking = False
        elif name == "rPh":
            self._sound = False
        elif name == "c" and self._cell is not None:
            self._end_cell(self._cell)
        elif name == "row":
            self._end_row()

    def _begin_cell(self, given: Attributes) -> None:
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise FormError("表里的单元格太多（多为设了格式的空白格）。请把内容复制到新下载的空白表中再上传。")
        found = _PLACE.fullmatch(given.get("r", ""))
        self._column = _column(found[1]) if found else self._column + 1
        self._cell = Cell("") if self._column <= MOST_COLUMNS else None
        self._kind, self._style = given.get("t", "n"), given.get("s", "")
        self._said, self._length = [], 0

    def _end_cell(self, cell: Cell) -> None:
        self._cell = None
        said = "".join(self._said)[:LONGEST_CELL]
        if self._kind == "s":
            self.wanted.setdefault(_whole(said, -1), []).append(cell)
            cell.text = "?"  # until the strings are read
        elif self._kind == "e":
            cell.fault = cell.fault or f"单元格 {self._place()} 是错误值 {said[:20]}"
        elif self._kind == "n":
            cell.text, cell.number = _figure(said), bool(said)
            if said and _whole(self._style, -1) in self._workbook.dates:
                cell.day, cell.text = True, day_of(said, from_1904=self._workbook.from_1904) or cell.text
        elif self._kind == "d":
            cell.day, cell.text = True, said.partition("T")[0]
        else:
            _fill(cell, "".join(self._said))
        if cell.text or cell.fault:
            self._row.cells[self._column] = cell

    def _end_row(self) -> None:
        self._empty = 0 if self._row.cells else self._empty + 1
        if self._empty > MOST_EMPTY_ROWS:
            raise FormError(f"第 {self._row.number - self._empty} 行以后有太多空行（超过 {MOST_EMPTY_ROWS} 行）。"
                            "请选中多余的空行整行删除，或把内容复制到新下载的空白表中再上传。")
        if self._row.cells:
            self.rows.append(self._row)
        if len(self.rows) > self._most_rows:
            raise Enough

    def _merge(self, ref: str) -> None:
        ends = [m for m in map(_PLACE.fullmatch, ref.split(":")) if m]
        if ends and len(self.merged) < 10_000:
            numbers = [int(m[2]) for m in ends]
            self.merged.append(Merged(ref, min(numbers), max(numbers)))

    def _place(self) -> str:
        return f"{letters(self._column)}{self._row.number}"


def _put_strings(file: ZipFile, wanted: dict[int, list[Cell]]) -> None:
    """Fill in the shared strings, keeping only those that a cell refers to."""
    for cells in wanted.values():
        for cell in cells:
            cell.text = ""
    if not wanted or "xl/sharedStrings.xml" not in file.namelist():
        return
    last, state = max(wanted), _Strings()

    def end(name: str) -> None:
        if name == "si":
            for cell in wanted.get(state.index, ()):
                _fill(cell, "".join(state.said))
            if state.index >= last:
                raise Enough
        state.end(name)

    with part(file, "xl/sharedStrings.xml") as source:
        walk(source, start=state.start, end=end, text=state.text, longest=LONGEST_STRINGS)


class _Strings:
    """The handlers of the shared strings."""

    def __init__(self) -> None:
        self.index, self.said, self._length = -1, [""], 0
        self._in_text = self._in_sound = False

    def start(self, name: str, _: Attributes) -> None:
        if name == "si":
            self.index, self.said, self._length = self.index + 1, [], 0
        elif name == "rPh":
            self._in_sound = True
        elif name == "t":
            self._in_text = not self._in_sound

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_sound = False

    def text(self, said: str) -> None:
        if self._in_text and self._length <= LONGEST_CELL:
            self.said.append(said)
            self._length += len(said)


def _fill(cell: Cell, said: str) -> None:
    """What is longer than a cell may be isn't cut: other programs write such, and it would say something else."""
    cell.text = unescape(said[:LONGEST_CELL])
    if len(said) > LONGEST_CELL:
        cell.fault = cell.fault or TOO_LONG


def unescape(said: str) -> str:
    """Text with the file format's own way to write odd characters (_x000D_) undone."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), said) if "_x" in said else said


def day_of(number: str, *, from_1904: bool = False) -> str:
    """The day that a spreadsheet's number stands for, as 2026-01-31; empty when it stands for none."""
    try:
        count = int(float(number))
        return (date(1904, 1, 1) + timedelta(days=count) if from_1904 else _from_1900(count)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _from_1900(count: int) -> date:
    if count < 1:
        raise ValueError(count)
    # Spreadsheets believe in a 29 February 1900.
    return date(1899, 12, 31 if count < 60 else 30) + timedelta(days=count)


def _figure(said: str) -> str:
    """A number as a person would have typed it."""
    try:
        value = float(said)
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    except (ValueError, OverflowError):
        return said


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def _whole(given: str | None, otherwise: int) -> int:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 9 else otherwise
