"""The rates of departments on their page: each with its part and whole, which lead to the handings; as files, too."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header

from hotline.times import CHINA, now

World = Any
SignIn = Callable[[str], FlaskClient]
NAMES = ("按时签收率", "按时办结率", "退单率", "延期率", "重办率", "回访率", "解决率", "满意率", "转接成功率")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the counting is tested on both


def test_each_figure_leads_to_its_handings_and_a_department_sees_its_own(world: World, signed_in: SignIn) -> None:
    own, other = world.ticket(), world.ticket(to="102")
    liaison, office = signed_in("liaison"), signed_in("city_office")
    assert liaison.post(f"/tickets/{own}/return", data={"why": "不属本局", "version": world.of(own).version}).status_code == 303
    page = liaison.get("/figures/departments").text
    assert all(name in page for name in NAMES)
    assert 'href="/figures/departments"' in liaison.get("/figures").text
    behind = [unescape(href) for href in re.findall(r'href="(/figures/departments/handings[^"]*rate=returned[^"]*part=1)"', page)]
    shown = liaison.get(behind[0]).text
    assert (own in shown, f'href="/tickets/{own}"' in shown, other in shown) == (True, False, False), "it is no longer its own"
    assert "退单" in shown
    every = office.get("/figures/departments/handings?rate=returned").text
    assert (own in every, other in every, f'href="/tickets/{other}"' in every) == (True, True, True)

    def rows(client: FlaskClient, path: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(client.get(path).data.decode("utf-8-sig"))))

    lines = rows(office, "/figures/departments/export.csv")
    column = lines[0].index("退单率")
    assert sorted(tuple(line[column : column + 3]) for line in lines[1:]) == [("0.0", "0", "1"), ("100.0", "1", "1")]
    assert [line[0] for line in rows(liaison, "/figures/departments/handings.csv")[1:]] == [own]
    assert signed_in("operator").get("/figures/departments").status_code == 403
    assert own in signed_in("auditor").get("/figures/departments/handings").text
    assert liaison.get("/figures/departments?since=2020-01-01&until=2026-13-40&department=9999999").status_code == 200


def test_the_months_form_is_a_file_of_the_month_that_is_over_or_of_one_that_has_begun(world: World, signed_in: SignIn) -> None:
    world.ticket()
    client = signed_in("liaison")
    assert 'action="/figures/monthly.xlsx"' in client.get("/figures").text
    given = client.get("/figures/monthly.xlsx?month=")
    last = (now().astimezone(CHINA).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    assert parse_options_header(given.headers["Content-Disposition"])[1]["filename"] == f"附件9-月度统计表-{last}.xlsx"
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(given.data)).active.iter_rows(values_only=True) for cell in row]
    assert "填报单位：玉溪市人力资源和社会保障局" in cells
    county = openpyxl.load_workbook(io.BytesIO(signed_in("county_office").get("/figures/monthly.xlsx?language=en").data)).active
    assert county["A2"].value == "填报单位：玉溪市红塔区"
    assert client.get(f"/figures/monthly.xlsx?month={now():%Y-%m}").status_code == 200
    assert {client.get(f"/figures/monthly.xlsx?month={month}").status_code for month in ("2099-01", "2026-13", "x")} == {400}
