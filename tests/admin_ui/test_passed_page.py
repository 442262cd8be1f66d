"""12345往来: a file is handed in where there is no interface, its rows become tickets once, and what went back is seen."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.passed.passed_form import FORM
from dispatch.passed.passed_matters import PassedMatter
from hotline.audit import AuditRow

World = Any
SignIn = Callable[[str], FlaskClient]


def filled(client: FlaskClient, *rows: dict[str, str]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(client.get("/passed/empty.xlsx").data))
    sheet = book[FORM.sheet]
    for number, row in enumerate(rows, start=2):
        for place, column in enumerate(FORM.columns, start=1):
            if row.get(column.key):
                sheet.cell(number, place, row[column.key])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_file_of_12345_is_handed_in_row_by_row_and_again_without_harm(world: World, signed_in: SignIn) -> None:
    office = signed_in("supervisor")
    row = {"number": "YX202611230001", "class": "咨询", "title": "失业金", "summary": "三月的失业金未到账。", "caller_name": "王小明"}
    content = filled(office, row, {"number": "YX202611230002", "class": "咨询", "title": "社保", "caller_name": "李小红"})

    def hand_in(client: FlaskClient = office) -> str:
        return client.post("/passed", data={"file": (io.BytesIO(content), "转来.xlsx")}).text

    first, again = hand_in(), hand_in()
    assert all(text in first for text in ("已登记", "第3行", "事项内容：必填", "无接口，由人工回复", "李小红"))
    assert "此前已登记" in again
    with world.database.reading() as session:
        kept = session.scalars(select(PassedMatter).order_by(PassedMatter.id)).all()
        number = kept[0].ticket.number if kept[0].ticket else ""
    assert [k.taken for k in kept] == [True, False]
    assert "李小红" not in signed_in("city_office").get("/passed").text, "names stay with the hotline"
    assert "YX202611230001" in office.get("/tickets?q=yx202611230001").text
    assert "12345转来" in office.get(f"/tickets/{number}").text
    assert office.post(f"/passed/{kept[1].id}/settle", data={"why": "已电话核实"}).status_code == 303
    page = office.get("/passed").text
    assert ("已电话核实" in page, "李小红" in page) == (True, False)
    assert number in office.get("/passed/export.csv?q=yx2026").text
    assert "请先选择" in office.post("/passed", data={}).text
    assert signed_in("county_office").get("/passed").status_code == 403


def test_the_number_of_what_could_not_be_taken_is_masked_and_shown_for_a_reason_that_is_kept(world: World, signed_in: SignIn) -> None:
    office = signed_in("supervisor")
    row = {"number": "YX1", "class": "咨询", "title": "社保，请打13887712345", "contact": "13912345678"}
    office.post("/passed", data={"file": (io.BytesIO(filled(office, row)), "转来.xlsx")})
    page = office.get("/passed").text
    assert ("139****5678" in page, "138****2345" in page) == (True, True)
    assert not any(number in page for number in ("13912345678", "13887712345"))
    there = re.search(r'hx-post="(/passed/\d+/number)"', page)
    assert there
    assert office.post(there[1], data={"why": " "}).status_code == 422
    assert "13912345678" in office.post(there[1], data={"why": "核实事项内容"}).text
    for login, code in (("operator", 404), ("city_office", 403)):
        assert signed_in(login).post(there[1], data={"why": "核实事项内容"}).status_code == code
    with world.database.reading() as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.deed == "number.unmasked")).all()
    assert [(one.by, one.kind, one.reason) for one in noted] == [("supervisor", "passed_matter", "核实事项内容")]
