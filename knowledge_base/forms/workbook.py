"""What a workbook says of itself: its sheets, how its days are counted, and which formats show a number as a date."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZipFile

from knowledge_base.forms.archive import part
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.markup import Attributes, local, walk

LONGEST = 4 * 2**20  # bytes of each of these parts
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]', re.I)


@dataclass(frozen=True)
class Workbook:
    """Sheet names with the parts they lie in; whether days are counted from 1904; the styles that show a date."""

    sheets: dict[str, str]
    from_1904: bool
    dates: frozenset[int]


def read_workbook(file: ZipFile) -> Workbook:
    """Read the workbook's own parts; FormError when it is none."""
    found: list[tuple[str, str]] = []
    count = {"1904": False}

    def on(name: str, given: Attributes) -> None:
        if name == "sheet":
            link = next((v for k, v in given.items() if local(k) == "id"), "")
            found.append((given.get("name", ""), link))
        elif name == "workbookPr":
            count["1904"] = given.get("date1904", "0") in ("1", "true")

    _each(file, "xl/workbook.xml", on)
    parts = _relations(file)
    sheets = {name: parts[link] for name, link in found if link in parts}
    if not sheets:
        raise FormError("文件里没有工作表。请用本系统下载的空白表填写。")
    return Workbook(sheets, count["1904"], _dates(file))


def _relations(file: ZipFile) -> dict[str, str]:
    found: dict[str, str] = {}

    def on(name: str, given: Attributes) -> None:
        if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            target = given.get("Target", "")
            inside = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[given.get("Id", "")] = inside

    _each(file, "xl/_rels/workbook.xml.rels", on)
    return found


def _dates(file: ZipFile) -> frozenset[int]:
    own: set[int] = set()
    formats: list[int] = []
    inside = {"cellXfs": False}

    def on(name: str, given: Attributes) -> None:
        if name == "numFmt" and _shows_date(given.get("formatCode", "")):
            own.add(_number(given.get("numFmtId")))
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside["cellXfs"] = name == "cellXfs"
        elif name == "xf" and inside["cellXfs"]:
            formats.append(_number(given.get("numFmtId")))

    if "xl/styles.xml" in file.namelist():
        _each(file, "xl/styles.xml", on)
    return frozenset(i for i, number in enumerate(formats) if number in _DATES or number in own)


def _shows_date(code: str) -> bool:
    return bool(re.search(r"[ymdh年月日]", _QUOTED.sub("", code.partition(";")[0]), re.I))


def _number(given: str | None) -> int:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 9 else -1


def _each(file: ZipFile, name: str, on: Callable[[str, Attributes], None]) -> None:
    with part(file, name) as source:
        walk(source, start=on, end=lambda _: None, text=lambda _: None, longest=LONGEST)
