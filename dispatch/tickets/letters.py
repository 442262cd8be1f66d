"""督办函: the letter to a department about what it has not done, as a PDF of the words that were kept of it.

It says what the department may read of the matter, and nothing of who asked."""

from fpdf import FPDF

from dispatch.tickets.supervision import Supervision
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local

FONT, LINE = "letter", 9


def pdf(row: Supervision, unit: Department, *, settings: Settings) -> bytes:
    """The letter of a supervision for which one was written."""
    page = FPDF(format="A4")
    page.set_margins(28, 30, 26)
    page.add_page()
    page.add_font(FONT, fname=settings.letter_font, collection_font_number=_simplified(settings))
    page.set_title(row.letter_number)
    _line(page, "督  办  函", size=22, align="C")
    _line(page, row.letter_number, size=12, align="C")
    page.ln(LINE)
    for text in row.letter or body(row, unit, settings):  # none: from before its words were kept
        _line(page, text, size=14)
    page.ln(LINE)
    _line(page, f"{settings.city}市政府信息公开热线（{settings.number}）督查", size=14, align="R")
    _line(page, f"{local(row.letter_at or row.at):%Y年%m月%d日}", size=14, align="R")
    return bytes(page.output())


def body(row: Supervision, unit: Department, settings: Settings) -> list[str]:
    """What the letter says, paragraph by paragraph."""
    ticket = row.ticket
    due = f"承办期限为{local(ticket.due_at):%Y年%m月%d日%H时%M分}，" if ticket.due_at else ""
    answer = f"{row.answer_by:%Y年%m月%d日}" if row.answer_by else "近日"
    handed = f"{settings.number}热线交办你单位的工单{ticket.number}《{ticket.title}》"
    return [f"{unit.name}：", f"    {handed}，{due}{row.why}。",
            f"    事项：{ticket.summary}", f"    督办要求：{row.demands}",
            f"    请于{answer}前将办理情况书面回复，并在热线系统中办结该工单。"]  # fmt: skip


def _line(page: FPDF, text: str, *, size: int, align: str = "L") -> None:
    page.set_font(FONT, size=size)
    page.multi_cell(0, LINE, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _simplified(settings: Settings) -> int:
    """Which face of Noto's collection is the simplified Chinese one; a plain font file has one face."""
    return 2 if settings.letter_font.suffix == ".ttc" else 0
