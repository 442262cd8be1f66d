"""附件9 as an Excel file: what was counted, and open cells for what a person fills in."""

import io
from collections.abc import Iterable
from datetime import date, datetime

import xlsxwriter

from dispatch.figures.monthly import Line

TITLES = (("指标", 34), ("计量单位", 10), ("代码", 8), ("本期", 12), ("本年累计", 12))
_HEAD = 3  # rows above the titles of the columns


def written(lines: Iterable[Line], *, unit: str, first: date, at: datetime) -> bytes:
    """The form of one unit for the month that begins on this day."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"附件9 月度统计表 {first:%Y-%m}", "created": at.replace(tzinfo=None)})
    sheet = book.add_worksheet("附件9")
    plain, bold = book.add_format({"border": 1}), book.add_format({"border": 1, "bold": True})
    for row, text in enumerate((f"附件9　政府信息公开月度统计表（{first:%Y年%m月}）", f"填报单位：{unit}")):
        sheet.write_string(row, 0, text)
    for column, (title, width) in enumerate(TITLES):
        sheet.set_column(column, column, width)
        sheet.write_string(_HEAD - 1, column, title, bold)
    for row, line in enumerate(lines, start=_HEAD):
        of = line.indicator
        for column, text in enumerate((of.name, of.unit, of.code)):
            sheet.write_string(row, column, text, plain)
        for column, figure in ((3, line.month), (4, line.year)):
            if figure is None:
                sheet.write_blank(row, column, None, plain)
            else:
                sheet.write_number(row, column, figure, plain)
    sheet.fit_to_pages(1, 1)
    book.close()
    return held.getvalue()
