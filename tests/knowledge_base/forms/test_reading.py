"""Files of every kind are read, or refused in words; nothing that somebody uploads breaks the reader."""

import datetime
import io
import time
import tracemalloc
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.forms import reading, values
from knowledge_base.forms.columns import Column
from knowledge_base.forms.descriptions import FAQ, FORMS
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.writing import filled
from tests.knowledge_base.forms import books

ROW_1 = "".join(f'<c r="{chr(65 + i)}1" t="inlineStr"><is><t>{c.title}</t></is></c>' for i, c in enumerate(FAQ.columns))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
LAUGHS = ('<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>')
STRANGER = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def refused(content: bytes, name: str = "x.xlsx") -> str:
    with pytest.raises(FormError) as caught:
        reading.read_form(content, name)
    assert len(str(caught.value)) < 300
    return str(caught.value)


def cells(content: bytes) -> list[dict[str, str]]:
    return [row.cells for row in reading.read_form(content, "x.xlsx").rows]


def bomb(size: int, name: str = books.SHEET) -> bytes:
    return books.repacked(books.ONE, {name: b"<a>" + bytes(1) * size})


# ---------------------------------------------------------------- what is read
def test_rows_are_known_by_the_number_that_the_spreadsheet_shows() -> None:
    def leave_a_gap(page: object) -> None:
        page.cell(5, 1, "玉溪市公安局")  # type: ignore[attr-defined]
        page.cell(5, 2, "身份证怎么换？")  # type: ignore[attr-defined]

    read = reading.read_form(books.book(FAQ, [books.question()], spoil=leave_a_gap), "x.xlsx")
    assert read.form is FAQ
    assert [row.number for row in read.rows] == [2, 5]
    assert read.rows[0].cells["question"] == "居住证在哪里办？"


def test_columns_may_stand_in_any_order_and_more_of_them_are_left_out_with_a_note() -> None:
    titles = ["我的列", *reversed([c.title for c in FAQ.columns])]
    made = openpyxl.Workbook()
    page = made.active
    page.title = FAQ.sheet
    page.append(titles)
    row = books.question()
    page.append(["自用", *[row[c.key] or None for c in reversed(FAQ.columns)]])
    read = reading.read_form(books.saved(made), "x.xlsx")
    assert read.rows[0].cells["answer"] == row["answer"]
    assert "我的列" in read.notes[0]


def test_titles_may_stand_below_a_heading() -> None:
    content = books.book(FAQ, [books.question()], spoil=lambda page: page.insert_rows(1, 2))
    assert [row.number for row in reading.read_form(content, "x.xlsx").rows] == [4]


@pytest.mark.parametrize(
    "given", ["2026-01-31", "2026/1/31", "2026年1月31日", "2026.1.31", "20260131", datetime.date(2026, 1, 31),
              datetime.datetime(2026, 1, 31), 46053]  # noqa: DTZ001 (cells have no zone),
)  # fmt: skip
def test_a_day_is_understood_however_it_was_typed(given: object) -> None:
    text = cells(books.book(FAQ, [books.question(valid_from=given)]))[0]["valid_from"]
    assert values.canonical(FAQ.column("valid_from"), text) == "2026-01-31"


def test_numbers_are_read_as_they_were_typed() -> None:
    row = cells(books.book(FAQ, [books.question(section=3, summary=1.5, phone=13888888888)]))[0]
    assert (row["section"], row["summary"], row["phone"]) == ("3", "1.5", "13888888888")


def test_text_in_pieces_is_read_whole_and_how_it_is_pronounced_is_not() -> None:
    rich = "<r><t>居住</t></r><r><t>证</t></r><rPh sb='0' eb='1'><t>jū</t></rPh>"
    row = f'<row r="2"><c r="A2" t="inlineStr"><is>{rich}</is></c></row>'
    content = books.repacked(books.ONE, {books.SHEET: books.sheet_xml(f'<row r="1">{ROW_1}</row>{row}')})
    assert cells(content)[0]["department"] == "居住证"


# ---------------------------------------------------------------- what is wrong in a cell
def faults(content: bytes) -> list[tuple[str, str]]:
    return [fault for row in reading.read_form(content, "x.xlsx").rows for fault in row.faults]


def test_a_formula_is_named_with_its_cell() -> None:
    content = books.book(FAQ, [books.question(answer='=HYPERLINK("http://x","y")')])
    assert faults(content) == [("供阅读的答复", "单元格 D2 是公式，请改为固定内容（复制后选择性粘贴为数值）")]


def test_merged_cells_are_named() -> None:
    content = books.book(FAQ, [books.question(), books.question("二")], spoil=lambda page: page.merge_cells("A2:A3"))
    assert [title for title, _ in faults(content)] == ["整行", "整行"]
    assert "A2:A3" in faults(content)[0][1]


def test_merged_titles_are_refused() -> None:
    assert "标题行" in refused(books.book(FAQ, [books.question()], spoil=lambda page: page.merge_cells("N1:O1")))


def test_what_a_spreadsheet_silently_made_of_a_text_is_told() -> None:
    content = books.book(FAQ, [books.question(section=datetime.date(2026, 3, 5), phone=8779601011)])
    assert [(title, "日期" in why or "0可能丢失" in why) for title, why in faults(content)] == [("经办科室", True),
                                                                                       ("科室电话", True)]


def test_an_error_value_is_named_with_its_cell() -> None:
    content = books.book(FAQ, [books.question()], spoil=lambda page: setattr(page["E2"], "value", "#N/A"))
    assert faults(content) == [("供播报的答复", "单元格 E2 是错误值 #N/A")]


# ---------------------------------------------------------------- files that aren't ours
@pytest.mark.parametrize(("content", "name", "word"), [
    (b"", "x.xlsx", "空的"),
    ("部门,问题\n公安局,居住证".encode(), "x.xlsx", "不是 Excel"),
    (b"%PDF-1.7", "x.xlsx", "不是 Excel"),
    (OLE, "x.xls", "旧格式"),
    (OLE + "EncryptedPackage".encode("utf-16-le"), "x.xlsx", "打开密码"),
    (books.ONE, "x.xlsm", "宏"),
    (books.repacked(books.ONE, {}, add={"xl/vbaProject.bin": b"x"}), "x.xlsx", "宏"),
    (books.repacked(books.ONE, {}, add={"xl/externalLinks/externalLink1.xml": b"<a/>"}), "x.xlsx", "其他文件的链接"),
    (books.repacked(books.ONE, {}, add={"xl/embeddings/a.bin": b"x"}), "x.xlsx", "嵌入"),
    (books.repacked(books.ONE, {"xl/workbook.xml": None}), "x.xlsx", "不完整"),
    (books.repacked(books.ONE, {books.SHEET: None}), "x.xlsx", "不完整"),
    (books.repacked(books.ONE, {books.SHEET: b"<worksheet><sheetData><row>"}), "x.xlsx", "损坏"),
    (books.repacked(books.ONE, {"[Content_Types].xml": None}, add={"mimetype": b"x"}), "x.ods", ".ods"),
    (books.repacked(books.ONE, {"[Content_Types].xml": None}), "x.xlsx", "压缩包"),
    (books.ONE[:2000], "x.xlsx", "损坏"),
    (b"PK\x03\x04" + bytes(3000), "x.xlsx", "损坏"),
    (b"PK" + bytes(6 * 2**20), "x.xlsx", "超过 5 MB"),
    (books.book(FAQ, [], sheet="Sheet1"), "x.xlsx", "Sheet1"),
    (books.book(FAQ, [], titles=["甲", "乙"]), "x.xlsx", "标题行"),
    (books.book(FAQ, [], titles=[c.title for c in FAQ.columns if c.key != "keywords"]), "x.xlsx", "关键词"),
    (books.book(FAQ, [], titles=[*[c.title for c in FAQ.columns], "问题"]), "x.xlsx", "两次"),
])  # fmt: skip
def test_what_is_no_form_is_refused_in_words(content: bytes, name: str, word: str) -> None:
    assert word in refused(content, name)


def test_two_forms_in_one_file_are_refused() -> None:
    made = openpyxl.load_workbook(io.BytesIO(books.ONE))
    made.create_sheet("附件6许可事项")
    assert "只交一张" in refused(books.saved(made))


def test_a_damaged_part_is_refused() -> None:
    whole = bytearray(books.ONE)
    with zipfile.ZipFile(io.BytesIO(books.ONE)) as file:
        at = file.getinfo(books.SHEET).header_offset + 80
    whole[at : at + 40] = bytes(40)
    assert "损坏" in refused(bytes(whole))


@pytest.mark.parametrize("head", [LAUGHS, STRANGER], ids=["laughs", "stranger"])
@pytest.mark.parametrize("part", [books.SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_entities_are_refused_before_they_mean_anything(head: str, part: str) -> None:
    content = filled(FAQ, [books.question()], options={}, at=datetime.datetime.now(datetime.UTC))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        said = file.read(part).decode().partition("?>")[2]
    said = said.replace("居住证", "&c;&a;").replace("</sheetData>", "&c;</sheetData>")
    assert "XML 声明" in refused(books.repacked(content, {part: (head + said).encode()}))


# ---------------------------------------------------------------- too much of it
def quick_and_small(content: bytes, seconds: float = 2.0, megabytes: int = 60) -> str:
    """Read it under a clock and a scale; why it was refused. (The scale slows the clock: each has its own reading.)"""
    began = time.process_time()
    why = refused(content)
    assert time.process_time() - began < seconds
    tracemalloc.start()
    refused(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < megabytes * 2**20
    return why


def test_a_bomb_is_found_in_the_directory() -> None:
    assert "大得异常" in quick_and_small(bomb(30 * 2**20))


def test_a_bomb_of_many_parts_is_found_in_the_directory() -> None:
    many = {f"xl/media/{i}.bin": bytes(range(256)) * 4 * 2**10 for i in range(210)}
    assert "大得异常" in quick_and_small(books.repacked(books.ONE, {}, add=many))


def test_a_directory_that_lies_about_sizes_is_refused() -> None:
    content = bytearray(bomb(30 * 2**20))
    place = content.rindex(books.SHEET.encode()) - 46  # its entry in the central directory
    content[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    assert "损坏" in quick_and_small(bytes(content))


def test_a_million_empty_rows_are_refused_at_once() -> None:
    rows = f'<row r="1">{ROW_1}</row>' + "".join(f'<row r="{n}" spans="1:14"/>' for n in range(2, 1_000_002))
    assert "太多空行" in quick_and_small(books.repacked(books.ONE, {books.SHEET: books.sheet_xml(rows)}))


def test_a_million_rows_of_formatted_empty_cells_are_refused_at_once() -> None:
    filler = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(2, 400_002))
    content = books.repacked(books.ONE, {books.SHEET: books.sheet_xml(f'<row r="1">{ROW_1}</row>{filler}')})
    assert "空行" in quick_and_small(content)


def test_a_single_row_at_the_bottom_of_the_sheet_is_fine() -> None:
    rows = f'<row r="1">{ROW_1}</row><row r="1048576" ht="15"/>'
    assert cells(books.repacked(books.ONE, {books.SHEET: books.sheet_xml(rows)})) == []


def test_more_than_a_thousand_rows_are_refused_with_a_clear_sentence() -> None:
    assert "最多 1000 行" in refused(books.book(FAQ, [books.question(f"第{n}问") for n in range(1001)]))


def test_a_cell_as_long_as_a_book_is_cut() -> None:
    text = "".join(f"第{n}章" for n in range(500_000))
    long = books.sheet_xml(f'<row r="1">{ROW_1}</row><row r="2"><c r="B2" t="str"><v>{text}</v></c></row>')
    assert len(cells(books.repacked(books.ONE, {books.SHEET: long}))[0]["question"]) <= 32_767


# ---------------------------------------------------------------- anything
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)
COLUMNS = [c for form in FORMS.values() for c in form.columns]


@given(st.sampled_from(COLUMNS), ANY | st.from_regex(r"[\d:：至周一五,，\-; ；｜|/年月日._x0-9A-F]{0,40}"))
@settings(max_examples=600, deadline=None)
def test_whatever_stands_in_a_cell_is_a_value_or_is_refused_and_reads_the_same_again(column: Column, text: str) -> None:
    try:
        value = values.read(column, text)
    except values.Unfit:
        return
    shown = values.show(column, value)
    assert values.canonical(column, shown) == shown
    assert values.show(column, values.read(column, shown)) == shown if shown or not column.required else True


PIECES = st.lists(st.sampled_from([
    "<row r='3'>", "</row>", "<c r='A3'>", "<c r='XFD1048576' t='s'>", "<c t='inlineStr'>", "<c r='B0' t='e' s='99999'>",
    "</c>", "<v>", "</v>", "<v>1e999</v>", "<v>-7</v>", "<v>99999999999</v>", "<is><t>字</t></is>", "<f>1+1</f>",
    "<mergeCell ref='A1:B9'/>", "<mergeCell ref='x'/>", "<si>", "<t>_xD800__x0000_</t>", "&#x10FFFF;", "<row r='-1'>",
]), max_size=30)  # fmt: skip


@given(PIECES)
@settings(max_examples=150, deadline=None)
def test_a_sheet_of_any_pieces_is_read_or_refused(pieces: list[str]) -> None:
    content = books.repacked(books.ONE, {books.SHEET: books.sheet_xml(f'<row r="1">{ROW_1}</row>{"".join(pieces)}')})
    try:
        read = reading.read_form(content, "x.xlsx")
    except FormError:
        return
    for row in read.rows:
        for text in row.cells.values():
            text.encode()


@given(st.binary(max_size=400), st.integers(0, len(books.ONE)))
@settings(max_examples=150, deadline=None)
def test_a_file_with_any_bytes_in_it_is_read_or_refused(junk: bytes, at: int) -> None:
    with suppress(FormError):
        reading.read_form(books.ONE[:at] + junk + books.ONE[at + len(junk) :], "x.xlsx")


@pytest.mark.parametrize("shared", [False, True])
def test_a_cell_that_is_longer_than_one_may_be_refuses_its_row_and_is_not_cut(shared: bool) -> None:
    """Other programs write longer ones; cut short they would say something else."""
    long = "\n".join(f"第{n}种问法" for n in range(6000))
    cell = '<c r="C2" t="s"><v>0</v></c>' if shared else f'<c r="C2" t="inlineStr"><is><t>{long}</t></is></c>'
    sheet = books.sheet_xml(f'<row r="1">{ROW_1}</row><row r="2"><c r="B2" t="inlineStr"><is><t>问</t></is></c>{cell}</row>')
    strings = f'<sst xmlns="{books.MAIN}"><si><t>{long}</t></si></sst>'.encode()
    content = books.repacked(books.ONE, {books.SHEET: sheet}, add={"xl/sharedStrings.xml": strings})
    (row,) = reading.read_form(content, "x.xlsx").rows
    assert [(title, "32767" in why) for title, why in row.faults] == [("其他问法", True)]
