"""附件9 on its page: filled in, submitted, locked, corrected; the office sees who has reported and who is late."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from dispatch.figures.reports import CODES

World = Any
SignIn = Callable[[str], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILLED = {f"c{code}": "0" for code, one in CODES.items() if one.count is None}


@pytest.mark.usefixtures("world")
def test_a_unit_reports_is_locked_corrects_with_a_reason_and_the_office_sees_it(signed_in: SignIn) -> None:
    liaison, office = signed_in("liaison"), signed_in("city_office")
    page = liaison.get("/figures/reports").text
    month = re.findall(r'name="month" value="(\d{4}-\d\d)"', page)[0]
    assert (page.count('name="c7"') + page.count('inputmode="numeric"'), "未报送" in page, "各单位报送情况" in page) == (len(FILLED) + 1, True, False)
    refused = liaison.post(f"/figures/reports/submit?month={month}", data={"c7": "4"})
    assert (refused.status_code, "请填写：主动公开政府信息" in refused.text, 'value="4"' in refused.text) == (422, True, True)
    assert liaison.post(f"/figures/reports/submit?month={month}", data=FILLED | {"c7": "4"}).status_code == 303
    page = liaison.get(f"/figures/reports?month={month}").text
    assert ("已锁定" in page, 'name="c7"' in page) == (True, False)
    assert liaison.post(f"/figures/reports/submit?month={month}", data=FILLED | {"c7": "5"}).status_code == 422
    assert liaison.post(f"/figures/reports/correct?month={month}", data={"code": "7", "after": "x", "why": "漏统计"}).status_code == 422
    assert liaison.post(f"/figures/reports/correct?month={month}", data={"code": "7", "after": "5", "why": "漏统计"}).status_code == 303
    assert "漏统计" in liaison.get(f"/figures/reports?month={month}").text
    sheet = openpyxl.load_workbook(io.BytesIO(liaison.get(f"/figures/reports/file.xlsx?month={month}").data)).active
    assert [row[3] for row in sheet.iter_rows(values_only=True) if row[2] == "7"] == [5]
    rows = {row[0]: row for row in csv.reader(io.StringIO(office.get(f"/figures/reports/export.csv?month={month}").data.decode("utf-8-sig")))}
    assert (rows["玉溪市人力资源和社会保障局"][3:5], rows["玉溪市公安局"][2]) == (["", "1"], "")
    assert "各单位报送情况" in office.get(f"/figures/reports?month={month}").text
    assert 'value="5"' not in office.get(f"/figures/reports?month={month}").text
    assert office.post(f"/figures/reports/submit?month={month}").status_code == 303, "the sum, as far as it was reported"


@pytest.mark.usefixtures("world")
def test_nobody_else_reports_and_an_empty_month_is_said_to_be_one(signed_in: SignIn) -> None:
    assert [signed_in(who).get("/figures/reports").status_code for who in ("operator", "auditor", "secrecy_reviewer")] == [403] * 3
    leader = signed_in("leader_b")
    assert leader.post("/figures/reports/submit", data=FILLED).status_code == 422
    assert leader.post("/figures/reports/submit", data={"zero": "1"}).status_code == 303
    assert "零报告" in leader.get("/figures/reports").text
    assert leader.get("/figures/reports?month=2031-01").status_code == 400
