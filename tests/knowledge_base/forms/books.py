"""Files as people hand them in: made by openpyxl as Excel would, or spoilt on purpose."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl

from knowledge_base.forms.columns import Form
from knowledge_base.forms.descriptions import BASE, FAQ

Row = Mapping[str, Any]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def question(text: str = "居住证在哪里办？", **other: Any) -> dict[str, Any]:
    """A row of 附件5 that nothing is wrong with."""
    return {"department": "玉溪市公安局", "question": text, "phrasings": "居住证咋个办；办居住证", "answer": "到居住地派出所办理。",
            "spoken": "您到居住地派出所办就行。", "summary": "到派出所办", "category": "户籍/居住证", "keywords": "居住证；户籍",
            "legal_basis": "《居住证暂行条例》", "section": "户政科", "phone": "0877-9601011", "valid_from": "2026-01-01",
            "valid_to": "", "remark": "", **other}


def unit(**other: Any) -> dict[str, Any]:
    """A row of 附件7 that nothing is wrong with."""
    return {"department": "玉溪市公安局", "short_name": "公安局", "address": "玉溪市红塔区", "phone": "0877-9601001",
            "summer_hours": "周一至周五 08:30-12:00，14:30-18:00", **other}


def book(form: Form, rows: Sequence[Row], *, spoil: Callable[[Any], None] = lambda _: None,
         titles: Sequence[str] | None = None, sheet: str = "") -> bytes:
    """A workbook with the form's titles and rows; `spoil` may do to its sheet what it likes."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet or form.sheet
    page.append(list(titles) if titles is not None else [c.head for c in form.columns])
    for row in rows:
        page.append([row.get(c.key, "") or None for c in form.columns])
    spoil(page)
    return saved(made)


def saved(made: Any) -> bytes:
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def repacked(content: bytes, change: Mapping[str, bytes | None], *, add: Mapping[str, bytes] | None = None) -> bytes:
    """The file with some parts replaced, removed (None) or added."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            said = change.get(name, old.read(name))
            if said is not None:
                new.writestr(name, said)
        for name, said in (add or {}).items():
            new.writestr(name, said)
    return held.getvalue()


def sheet_xml(rows: str, *, head: str = "") -> bytes:
    """A sheet's part out of rows as XML."""
    return f'<?xml version="1.0"?>{head}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


SHEET = "xl/worksheets/sheet1.xml"
ONE = book(FAQ, [question()])
UNIT = book(BASE, [unit()])
