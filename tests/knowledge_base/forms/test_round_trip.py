"""What is exported and handed in again changes nothing; what is exported runs in nobody's spreadsheet."""

import io
import time
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from hotline.directory.departments import Department
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing
from knowledge_base.forms import exporting, writing
from knowledge_base.forms.descriptions import AUTHORISATIONS, BASE, FAQ, FORMS, LICENCES
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.subjects import SUBJECTS
from knowledge_base.stages import Stage
from tests.conftest import NOON
from tests.knowledge_base.forms import books

Town = Any


@pytest.mark.parametrize("annex", FORMS)
def test_handing_in_an_export_changes_nothing(town: Town, annex: str) -> None:
    content = town.exported(annex)
    before = town.see(lambda s: SUBJECTS[annex].known(s, None, False))
    counts = town.preview(content).counts()
    assert counts == {"new": 0, "changed": 0, "same": len(before), "refused": 0}
    assert counts["same"] > 0
    form = town.take_in(content)
    assert form.before == []
    assert town.see(lambda s: SUBJECTS[annex].known(s, None, False)) == before


@pytest.mark.parametrize("annex", FORMS)
def test_an_export_saved_by_another_program_changes_nothing(town: Town, annex: str) -> None:
    """openpyxl writes strings and formats in its own way, as other spreadsheets do."""
    counts = town.preview(books.saved(openpyxl.load_workbook(io.BytesIO(town.exported(annex))))).counts()
    assert (counts["new"], counts["changed"], counts["refused"]) == (0, 0, 0)


def test_handing_in_the_same_file_twice_changes_nothing_the_second_time(town: Town) -> None:
    for content in (books.ONE, books.UNIT):
        first, second = town.take_in(content), town.hand_in(content)
        assert first.counts["new"] + first.counts["changed"] == 1
        assert town.apply(second).counts == {"new": 0, "changed": 0, "same": 1, "refused": 0}


def test_odd_things_that_stand_already_are_no_reason_to_refuse_them(town: Town) -> None:
    """Too long, with blanks around, in a category that is none: nobody changed it, so nothing is said about it."""
    def spoil(session: Any) -> None:
        version = session.scalars(select(EntryVersion).order_by(EntryVersion.id)).first()
        version.stage = Stage.DRAFT
        session.flush()
        version.answer, version.phone, version.category = "  长" * 3000 + "\r\n ", "见公告", "没有/这一类"
        unit = session.scalars(select(Department).order_by(Department.id)).first()
        unit.office_hours, unit.email = [{"days": "看通知", "open": "?", "close": "?"}], "没有"

    town.do(spoil)
    for annex in ("5", "7"):
        counts = town.preview(town.exported(annex)).counts()
        assert (counts["new"], counts["changed"], counts["refused"]) == (0, 0, 0)


def test_a_list_longer_than_a_cell_holds_goes_on_in_the_row_below(town: Town) -> None:
    """An authorisation may name 500 questions of 128 characters: twice what Excel puts into a cell."""
    def grant(session: Any) -> list[int]:
        unit = session.scalars(select(Department).order_by(Department.id)).first()
        named = [Entry(department_id=unit.id, question=f"第{n}个问题".ljust(128, "问")) for n in range(500)]
        session.add_all(named)
        session.flush()
        session.add(Authorisation(department_id=unit.id, document="长", signer="甲", scope="entries", form="full", valid_from=NOON.date(),
                                  valid_to=NOON.date() + timedelta(days=90), entries=[one.id for one in named], signed_at=NOON, signed_by="x"))
        return [one.id for one in named]

    ids = town.do(grant)
    content = town.exported("8")
    rows = [row for row in openpyxl.load_workbook(io.BytesIO(content))[AUTHORISATIONS.sheet].iter_rows(min_row=2, values_only=True) if row[1] == "长"]
    assert [(bool(row[3]), len(row[8].split("\n"))) for row in rows] == [(True, 254), (False, 246)]
    counts = town.preview(content).counts()
    assert (counts["new"], counts["changed"], counts["refused"]) == (0, 0, 0)
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[AUTHORISATIONS.sheet]
    for row in page.iter_rows(min_row=2):
        if row[1].value == "长":
            row[3].value = row[3].value and "乙"
    town.take_in(books.saved(book))
    made = town.see(lambda s: s.scalars(select(Authorisation).where(Authorisation.document == "长", Authorisation.version == 2)).one())
    assert (made.signer, made.entries) == ("乙", ids)


def test_what_no_cell_can_hold_is_named_and_not_cut() -> None:
    with pytest.raises(FormError, match="第 3 行：“供阅读的答复”"):
        writing.filled(FAQ, [books.question(), books.question("二", answer="长" * 40_000)], options={}, at=NOON)


DANGEROUS = ("=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "'=1", "_x0041_")


def test_nothing_that_is_exported_runs_as_a_formula(town: Town) -> None:
    def spoil(session: Any) -> None:
        entry = session.scalars(select(Entry).order_by(Entry.id)).first()
        for text in DANGEROUS:
            session.add(Phrasing(entry_id=entry.id, text=text, approval=Approval.APPROVED))
            session.add(Entry(department_id=entry.department_id, question=text, versions=[
                EntryVersion(number=1, question=text, answer=text, spoken=text, valid_from=NOON.date(), written_by="x")]))

    town.do(spoil)
    content = town.exported("5")
    page = openpyxl.load_workbook(io.BytesIO(content))[FAQ.sheet]
    written = [cell for row in page.iter_rows(min_row=2) for cell in row if cell.value]
    assert {cell.data_type for cell in written} == {"s"}
    assert {cell.value for cell in written} >= {"=cmd|'/c calc'!A0", "+1+1", "@SUM(A1)"}
    assert all(cell.quotePrefix for cell in written if str(cell.value).startswith(("=", "+", "-", "@", "'")))
    assert {cell.number_format for cell in written} == {"@"}
    assert town.preview(content).counts()["changed"] == 0


def test_an_empty_form_has_lists_hints_examples_and_locked_titles(town: Town) -> None:
    for form in FORMS.values():
        content = town.see(lambda s, f=form: writing.empty(f, options=exporting.options(s, only=None), at=NOON))
        book = openpyxl.load_workbook(io.BytesIO(content))
        page = book[form.sheet]
        assert book.sheetnames == [form.sheet, writing.LISTS, writing.EXAMPLES, writing.GUIDE]
        assert book[writing.LISTS].sheet_state == "hidden"
        assert [cell.value for cell in page[1]] == [c.head for c in form.columns]
        assert page.protection.sheet
        assert page["A1"].protection.locked
        assert not page.column_dimensions["B"].protection.locked
        assert page.freeze_panes
        lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
        assert len(lists) >= 1
        assert len(page.data_validations.dataValidation) == len(form.given)
        assert not [row for row in page.iter_rows(min_row=2) if any(c.value for c in row)]


@pytest.mark.parametrize("annex", FORMS)
def test_a_form_is_printed_on_a4_across_as_wide_as_the_page_with_its_titles_on_each(annex: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(writing.filled(FORMS[annex], [], options={}, at=NOON)))
    for name, titles in ((FORMS[annex].sheet, "$1:$1"), (writing.EXAMPLES, "$1:$1"), (writing.GUIDE, "$8:$8")):
        page = book[name]
        assert (page.page_setup.paperSize, page.page_setup.orientation) == (int(page.PAPERSIZE_A4), "landscape")
        assert (page.sheet_properties.pageSetUpPr.fitToPage, page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (True, 1, 0)
        assert page.print_title_rows == titles
        assert f"附件{annex}" in page.oddFooter.left.text


@pytest.mark.parametrize("town", ["sqlite"], indirect=True)
def test_a_thousand_rows_are_read_compared_and_put_in_within_five_seconds(town: Town) -> None:
    content = books.book(FAQ, [books.question(f"第{n}问") for n in range(1000)])
    began = time.process_time()
    counts = town.take_in(content).counts
    assert (counts["new"], counts["refused"]) == (1000, 0)
    assert time.process_time() - began < 5, "seconds of one core; it takes about 1.5"


@pytest.mark.parametrize("annex", ["5", "6", "8"])
def test_the_example_of_each_form_would_be_accepted(town: Town, annex: str) -> None:
    form = FORMS[annex]
    rows = [{c.key: c.example for c in form.given}]
    if annex == "8":
        rows[0] |= {"categories": "婚姻", "valid_to": "2027-12-31"}
    found = town.preview(writing.filled(form, rows, options={}, at=NOON))
    assert found.refused == []
    assert found.counts()["new"] + found.counts()["changed"] == 1


def test_the_example_of_the_base_data_would_be_accepted(town: Town) -> None:
    rows = [{c.key: c.example for c in BASE.given}]
    assert town.preview(writing.filled(BASE, rows, options={}, at=NOON)).counts()["changed"] == 1


def test_an_example_uses_every_column_but_few(town: Town) -> None:
    for form in (FAQ, LICENCES, BASE):
        assert [c.key for c in form.columns if not c.example and c.required] == []
