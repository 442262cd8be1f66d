"""Forms over the pages: who may hand in what, what the preview says, how it is put in, taken back and fetched."""

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select

from admin_ui import form_desk
from hotline.audit import AuditRow
from hotline.database import Database
from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import Category
from knowledge_base.entries import Entry, State
from knowledge_base.forms.descriptions import BASE, FAQ, FORMS, LIAISONS, OFFICES_ALONE, UNITS
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.imports import FormImport
from knowledge_base.forms.imports import State as ImportState
from knowledge_base.forms.subjects import SUBJECTS
from tests.admin_ui.support import on_sqlite, picture
from tests.knowledge_base.forms import books

World = Any
SignIn = Callable[[str], FlaskClient]
HR = "玉溪市人力资源和社会保障局"


def row(text: str = "养老金怎么查？", **other: Any) -> dict[str, Any]:
    return books.question(text, department=HR, category="社保/养老", **other)


def hand_in(client: FlaskClient, content: bytes, name: str = "常见问题.xlsx") -> str:
    """Upload, and wait until it is read; the address of its page."""
    answer = client.post("/forms", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    wait(client, answer.location)
    return str(answer.location)


def wait(client: FlaskClient, page: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        answer = client.get(f"{page}/progress")
        if answer.headers.get("HX-Refresh"):
            return
        time.sleep(0.02)
    raise AssertionError(answer.text)


def put_in(client: FlaskClient, page: str) -> str:
    assert client.post(f"{page}/apply").status_code == 303
    wait(client, page)
    return client.get(page).text


def drafts(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Entry.question).where(Entry.state == State.DRAFT).order_by(Entry.id)))


def test_a_form_is_handed_in_previewed_put_in_and_undone(world: World, signed_in: SignIn) -> None:
    client = signed_in("liaison")
    page = hand_in(client, books.book(FAQ, [row(), row("失业金怎么领？", valid_from="明年")]))
    text = client.get(page).text
    assert drafts(world) == []
    assert "“明年”不是日期" in text
    assert "失业金怎么领" in text
    assert "养老金怎么查" in client.get(f"{page}?kind=new").text
    assert "已入库" in put_in(client, page)
    assert drafts(world) == ["养老金怎么查？"]
    assert client.post(f"{page}/undo").status_code == 303
    wait(client, page)
    assert "已撤销" in client.get(page).text
    assert drafts(world) == ["养老金怎么查？"], "given up, and still known to the ledger"
    assert client.post(f"{page}/undo").status_code == 303
    assert "已经撤销" in client.get(page).text
    with world.database.reading() as session:
        deeds = list(session.scalars(select(AuditRow.deed).where(AuditRow.kind == "form_import").order_by(AuditRow.id)))
    assert deeds == ["form.handed_in", "form.applied", "form.undone"]


def test_what_breaks_while_it_is_taken_back_takes_nothing_back_and_can_be_tried_again(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("liaison")
    page = hand_in(client, books.book(FAQ, [row()]))
    put_in(client, page)
    with monkeypatch.context() as broken:
        broken.setattr("knowledge_base.forms.applying.SUBJECTS", {"5": replace(SUBJECTS["5"], take_back=lambda *_: 1 / 0)})
        client.post(f"{page}/undo")
        wait(client, page)
    text = client.get(page).text
    assert "处理时出现意外故障" in text
    assert "撤销这次导入" in text
    client.post(f"{page}/undo")
    wait(client, page)
    assert "已撤销" in client.get(page).text


def test_what_changes_is_shown_old_beside_new(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    page = hand_in(client, books.book(BASE, [books.unit(department=HR, short_name="人社局", address="玉溪市新址")]))
    text = client.get(page).text
    assert "<del>玉溪市红塔区</del><ins>玉溪市新址</ins>" in text


def test_the_refused_rows_are_fetched_with_their_reasons_corrected_and_handed_in_again(signed_in: SignIn) -> None:
    client = signed_in("liaison")
    page = hand_in(client, books.book(FAQ, [row(valid_from="明年"), row("另一个问题？")]))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{page}/refused.xlsx").data))
    sheet = book[FAQ.sheet]
    titles = [cell.value for cell in sheet[1]]
    assert "不是日期" in sheet.cell(2, titles.index("退回原因") + 1).value
    assert sheet.cell(2, titles.index("原行号") + 1).value == "2"
    sheet.cell(2, titles.index("生效日期*") + 1).value = "2027-01-01"
    again = hand_in(client, books.saved(book))
    assert "入库1行" in client.get(again).text


@pytest.mark.parametrize("annex", FORMS)
def test_empty_forms_and_what_there_is_are_fetched(world: World, signed_in: SignIn, annex: str) -> None:
    client = signed_in("city_office" if annex in OFFICES_ALONE else "liaison")
    for kind in ("empty", "filled"):
        answer = client.get(f"/forms/{kind}/{annex}.xlsx")
        assert answer.status_code == 200
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert FORMS[annex].sheet in openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames
    assert client.get("/forms/empty/9.xlsx").status_code == 404


def test_who_there_is_and_whom_one_rings_only_the_office_hands_in(world: World, signed_in: SignIn) -> None:
    liaison, office = signed_in("liaison"), signed_in("city_office")
    content = office.get("/forms/empty/1.xlsx").data
    assert [liaison.get(f"/forms/{kind}/{n}.xlsx").status_code for kind in ("empty", "filled") for n in (1, 2)] == [404] * 4
    assert "没有可以导入的工作表" in liaison.get(hand_in(liaison, content)).text
    assert "/forms/empty/1.xlsx" not in liaison.get("/forms").text
    people = [{"department": HR, "name": "甲", "position": "A角", "phone": "0877-2012345"}, {"department": HR, "name": "乙", "position": "C角", "phone": "0877-2012346"}]
    page = hand_in(office, books.book(LIAISONS, people))
    assert "不在可选项中" in office.get(page).text
    assert "已入库" in put_in(office, page)
    assert fetched(office, "/forms/filled/2.xlsx?q=甲") == {"甲"}
    assert fetched(office, "/forms/filled/2.xlsx?department=2") == set()
    new = [{"name": "玉溪市档案局", "short_name": "档案局", "level": "市级", "code": "155"}]
    page = hand_in(office, books.book(UNITS, new))
    assert "玉溪市档案局" in office.get(page).text
    put_in(office, page)
    assert fetched(office, "/forms/filled/1.xlsx?q=档案") == {"155"}


def fetched(client: FlaskClient, address: str) -> set[Any]:
    book = openpyxl.load_workbook(io.BytesIO(client.get(address).data))
    return {cells[1].value for cells in book.worksheets[0].iter_rows(min_row=2) if cells[0].value}


def test_what_the_list_shows_is_what_its_export_holds(world: World, signed_in: SignIn) -> None:
    office, liaison = signed_in("city_office"), signed_in("liaison")
    assert len(fetched(office, "/forms/filled/5.xlsx")) == 4
    assert fetched(office, "/forms/filled/5.xlsx?department=2") == {"居住证在哪里办"}
    assert fetched(office, "/forms/filled/5.xlsx?state=draft") == set()
    assert fetched(liaison, "/forms/filled/5.xlsx?department=2") == set()
    assert fetched(office, "/forms/filled/7.xlsx?q=公安") == {"102"}
    assert fetched(office, "/forms/filled/8.xlsx?standing=expired") == set()
    assert len(fetched(liaison, "/forms/filled/8.xlsx")) == 1


def test_an_export_handed_in_again_changes_nothing(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    for annex in FORMS:
        page = hand_in(client, client.get(f"/forms/filled/{annex}.xlsx").data)
        assert "没有需要入库的行" in client.get(page).text, annex


def test_a_liaison_reaches_his_own_departments_imports_only(world: World, signed_in: SignIn) -> None:
    mine, other, office = signed_in("liaison"), signed_in("liaison_b"), signed_in("city_office")
    page = hand_in(mine, books.book(FAQ, [row()]))
    assert office.get(page).status_code == 200
    for address in (page, f"{page}/progress", f"{page}/refused.xlsx"):
        assert other.get(address).status_code == 404
    for step in ("apply", "undo"):
        assert other.post(f"{page}/{step}").status_code == 404
    assert "常见问题.xlsx" not in other.get("/forms").text
    theirs = hand_in(other, books.book(FAQ, [row()]))
    assert "只能填报本部门" in other.get(theirs).text


def test_the_list_of_imports_is_filtered_and_taken_out(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    hand_in(client, books.book(FAQ, [row()]))
    hand_in(client, b"not a workbook", "坏.xlsx")
    assert "坏.xlsx" not in client.get("/forms?form=5").text
    assert "坏.xlsx" in client.get("/forms?state=unreadable").text
    lines = client.get("/forms/export.csv?q=常见").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2


@pytest.mark.parametrize(("content", "name", "word"), [
    (b"", "空.xlsx", "空的"), (b"a,b", "x.xlsx", "不是 Excel"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xls", "旧格式"),
    (books.ONE, "x.xlsm", "宏"), (books.repacked(books.ONE, {books.SHEET: b"<a>" + bytes(2**25)}), "x.xlsx", "大得异常"),
    (books.ONE, "../../<script>alert(1)</script>" + "长" * 200 + ".xlsx", "待入库"),
])  # fmt: skip
def test_what_cant_be_read_is_said_in_words_on_its_page(signed_in: SignIn, content: bytes, name: str, word: str) -> None:
    client = signed_in("city_office")
    text = client.get(hand_in(client, content, name)).text
    assert word in text
    assert "<script>alert" not in text


def test_a_file_may_be_five_megabytes_and_other_requests_may_not(signed_in: SignIn) -> None:
    client = signed_in("city_office")
    page = hand_in(client, b"x" * (5 * 2**20))
    assert "不是 Excel" in client.get(page).text
    too_large = client.post("/forms", data={"file": (io.BytesIO(bytes(6 * 2**20)), "x.xlsx")})
    assert too_large.status_code == 413
    assert "文件太大" in too_large.text
    assert client.post("/accounts", data={"file": (io.BytesIO(bytes(2**21)), "x")}).status_code in (403, 413)
    assert client.post("/forms").status_code == 422


def test_the_token_of_a_large_upload_is_looked_at_too(app: Flask, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    app.config["WTF_CSRF_ENABLED"] = True
    without = client.post("/forms", data={"file": (io.BytesIO(b"x" * 2**21), "x.xlsx")})
    assert without.status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/forms").text)
    assert token
    answer = client.post("/forms", data={"csrf_token": token[1], "file": (io.BytesIO(b"x" * 2**21), "x.xlsx")})
    assert answer.status_code == 303
    wait(client, answer.location)


def test_a_stranger_and_a_role_without_leave_hand_in_nothing(app: Flask, signed_in: SignIn) -> None:
    large = {"file": (io.BytesIO(bytes(6 * 2**20)), "x.xlsx")}
    assert app.test_client().post("/forms", data=large).status_code == 302
    assert signed_in("operator").get("/forms").status_code == 403


def test_work_that_was_cut_off_is_seen_and_may_be_done_again(world: World, signed_in: SignIn) -> None:
    from datetime import timedelta

    client = signed_in("city_office")
    page = hand_in(client, books.book(FAQ, [row()]))
    number = int(page.rpartition("/")[2])
    with world.database.writing() as session:
        form = session.get_one(FormImport, number)
        form.state, form.moved_at = ImportState.APPLYING, form.at - timedelta(minutes=5)
    assert "入库中断了" in client.get(page).text
    assert "已入库" in put_in(client, page)
    assert drafts(world) == ["养老金怎么查？"]


def test_what_breaks_while_it_is_put_in_leaves_the_preview(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    page = hand_in(client, books.book(FAQ, [row(), row("二？")]))
    with world.database.writing() as session:  # what no import writes: its rows are spoilt
        form = session.get_one(FormImport, int(page.rpartition("/")[2]))
        form.rows = [{**form.rows[0], "department": 999}, *form.rows[1:]]
    text = put_in(client, page)
    assert "没有改动任何一行" in text
    assert "待入库" in text
    assert drafts(world) == []


def test_too_many_files_at_a_time_are_refused(world: World) -> None:
    desk, waits = form_desk.FormDesk(), __import__("threading").Event()
    done = [desk.take(waits.wait) for _ in range(form_desk.MOST_WAITING)]
    with pytest.raises(FormError):
        desk.take(waits.wait)
    waits.set()
    for one in done:
        one.result(5)
    desk.take(lambda: None).result(5)


def test_two_imports_of_one_question_put_it_in_once(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    first, second = (hand_in(client, books.book(FAQ, [row(answer=answer)])) for answer in ("甲", "乙"))
    put_in(client, first)
    assert "预览之后被他人修改过" in put_in(client, second)
    assert drafts(world) == ["养老金怎么查？"]


def test_an_authorisation_that_is_handed_in_isnt_signed(world: World, signed_in: SignIn) -> None:
    from tests.knowledge_base.forms.test_life_of_an_import import LEAVE

    client = signed_in("liaison")
    leave = {**LEAVE, "department": HR, "scope": "整个部门", "categories": ""}
    put_in(client, hand_in(client, books.book(FORMS["8"], [leave])))
    with world.database.reading() as session:
        found = session.scalars(select(Authorisation).where(Authorisation.document == LEAVE["document"])).one()
    assert (found.signed_at, found.entered_by) == (None, "liaison")


# ---------------------------------------------------------------- in a browser
class TestInABrowser:
    @pytest.fixture
    def database(self, tmp_path: Path) -> Iterator[Database]:
        yield from on_sqlite(tmp_path)

    @pytest.mark.browser
    def test_a_thousand_rows_are_dropped_watched_put_in_and_undone(self, world: World, enter: Any,
                                                                   tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
        at = form_desk._Meter.at  # slowed down: a fast machine is done before anybody looks

        def unhurried(meter: Any, percent: float) -> None:
            at(meter, percent)
            time.sleep(0.06)

        monkeypatch.setattr(form_desk._Meter, "at", unhurried)
        with world.database.writing() as session:
            session.add_all([Category(path="社保"), Category(path="社保/养老")])
        rows = [row(f"第{n}个问题怎么办？") for n in range(990)] + [row(f"错{n}？", spoken="说" * 301) for n in range(10)]
        file = tmp_path / "一千个问题.xlsx"
        file.write_bytes(books.book(FAQ, rows))
        page = enter("liaison")
        page.get_by_role("link", name="表格").click()
        picture(page, "forms")
        page.get_by_label("点击选择文件，或把文件拖到这里").set_input_files(file)
        expect(page.get_by_text("一千个问题.xlsx")).to_be_visible()
        page.add_init_script(LOOK)
        page.get_by_role("button", name="上传并预览").click()
        expect(page.get_by_role("button", name="入库990行")).to_be_visible(timeout=30_000)
        seen = page.evaluate("sessionStorage.seen || ''").split()
        assert len(set(seen)) > 1, seen  # the bar moved
        expect(page.get_by_text("最多 300 个字，现有 301 个").first).to_be_visible()
        picture(page, "forms-preview")
        page.get_by_role("button", name="入库990行").click()
        expect(page.get_by_text("已入库")).to_be_visible(timeout=30_000)
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="撤销这次导入").click()
        expect(page.get_by_text("已撤销", exact=True)).to_be_visible(timeout=30_000)

    @pytest.mark.browser
    def test_a_change_is_seen_old_beside_new_also_on_a_phone(self, world: World, enter: Any, tmp_path: Path) -> None:
        file = tmp_path / "基础信息.xlsx"
        file.write_bytes(books.book(BASE, [books.unit(department=HR, short_name="市人社局", address="玉溪市新址8号")]))
        page = enter("liaison", width=390)
        page.goto("/forms")
        page.get_by_label("点击选择文件，或把文件拖到这里").set_input_files(file)
        page.get_by_role("button", name="上传并预览").click()
        expect(page.get_by_text("玉溪市新址8号")).to_be_visible(timeout=30_000)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, "forms-phone")


LOOK = """setInterval(() => {
  const bar = document.querySelector("#bar");
  if (bar) sessionStorage.seen = (sessionStorage.seen || "") + " " + bar.value;
}, 20);"""
