"""Departments and their liaisons made by page: who may, what is refused, and that callers and searches know them."""

import csv
import io
import time
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select

from agi.run import make_server
from dispatch.calls import calls
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.directory.departments import Department, by_code
from hotline.directory.liaisons import Liaison, duty_list
from hotline.times import local_day, now
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.search.live import LiveIndex
from tests.admin_ui.support import on_sqlite
from tests.agi.caller import CALL, NUMBER, Caller

World = Any
SignIn = Callable[[str], FlaskClient]
NEW = {"name": "玉溪市文化和旅游局", "code": "142", "short_name": "文旅局", "level": "市级", "aliases": "文化局\n旅游局",
       "phone": "0877-2031234", "address": "玉溪市红塔区", "summer_hours": "周一至周五 08:30-12:00，14:30-18:00"}
MAN = {"department": "1", "name": "普国华", "position": "A角", "phone": "0877-2012345"}


def found(world: World, code: str = "142") -> Department | None:
    with world.database.reading() as session:
        return by_code(session, code)


class Fields(HTMLParser):
    """The fields of a page and what they hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self._of, self._says = "", False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "option" and "selected" in given:
            self.held[self._of] = given["value"] or ""
        elif tag in ("input", "select", "textarea"):
            self._of = given.get("name") or ""
            self.held.setdefault(self._of, given.get("value") or "")

        self._says = tag == "textarea"

    def handle_endtag(self, tag: str) -> None:
        self._says = False

    def handle_data(self, data: str) -> None:
        if self._says:
            self.held[self._of] += data


def typed_again(client: FlaskClient, address: str) -> dict[str, str]:
    """What the page's fields hold."""
    return Fields(client.get(address).text).held


def test_a_department_is_made_by_page_and_its_words_wait_for_their_review(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    answer = office.post("/departments/new", data=NEW | {"duties": "管文化"})
    assert answer.status_code == 303, answer.text
    one = found(world)
    assert one is not None
    assert (one.name, one.level, one.aliases, one.phone, one.duties) == (NEW["name"], "city", ["文化局", "旅游局"], "08772031234", "")
    assert one.proposed == {"duties": "管文化"}
    assert one.office_hours == [{"days": "1-5", "open": "08:30", "close": "12:00"}, {"days": "1-5", "open": "14:30", "close": "18:00"}]
    assert "文旅局" in office.get(answer.location).text
    with world.database.reading() as session:
        deeds = session.scalars(select(AuditRow.deed).where(AuditRow.kind == "department").order_by(AuditRow.id)).all()
    assert deeds == ["department.registered", "department.changed", "department.proposed"]


def test_what_is_refused_is_named_at_its_field_and_all_that_was_typed_stays(world: World, signed_in: SignIn) -> None:
    answer = signed_in("city_office").post("/departments/new", data=NEW | {"code": "101", "phone": "12", "level": ""})
    assert answer.status_code == 422
    assert 'id="e-level"' in answer.text
    assert 'id="e-phone"' in answer.text
    assert all(text in answer.text for text in (NEW["name"], "文化局\n旅游局", 'value="12"', "玉溪市红塔区"))
    answer = signed_in("city_office").post("/departments/new", data=NEW | {"code": "101"})
    assert (answer.status_code, "代码101属于玉溪市人力资源和社会保障局" in answer.text, found(world)) == (422, True, None)
    assert "周一至周五 08:30-12:00" in answer.text


def test_what_stands_is_put_right_and_of_two_who_write_the_second_is_told(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    page = "/departments/1/edit"
    first, second = typed_again(office, page), typed_again(office, page)
    assert first["name"] == "玉溪市人力资源和社会保障局"
    assert office.post(page, data=first | {"code": "188", "short_name": "人社局", "level": "市级"}).status_code == 303
    late = office.post(page, data=second | {"short_name": "人力社保局"})
    assert (late.status_code, "内容已被他人更新" in late.text, "人力社保局" in late.text) == (422, True, True)
    one = found(world, "188")
    assert one is not None
    assert (one.short_name, found(world, "101")) == ("人社局", None)


def test_who_keeps_the_register(world: World, signed_in: SignIn) -> None:
    county = signed_in("county_office")
    assert county.get("/departments/1/edit").status_code == 404
    assert county.post("/departments/1/remove").status_code == 404
    assert county.post("/departments/new", data=NEW).status_code == 422
    own = NEW | {"name": "红塔区文化和旅游局", "level": "县级", "county_code": "红塔区"}
    there = county.post("/departments/new", data=own).location
    assert (county.get(there + "/edit").status_code, "修改" in county.get(there).text) == (200, True)
    assert f'href="{there}/edit"' in county.get(there).text
    assert "/departments/1/edit" not in county.get("/departments/1").text
    key = there.rpartition("/")[2]
    assert county.post("/liaisons", data=MAN | {"department": key}).status_code == 303
    assert county.post("/liaisons", data=MAN).status_code == 404
    signed_in("city_office").post("/liaisons", data=MAN | {"name": "市里的人"})
    assert "市里的人" not in county.get("/liaisons").text
    assert "市里的人" not in county.get("/liaisons/export.csv").text
    assert [county.get(f"/liaisons/{n}").status_code for n in (1, 2)] == [200, 404]
    assert county.post("/liaisons/2/remove").status_code == 404
    for stranger in ("supervisor", "liaison", "leader", "administrator"):
        assert signed_in(stranger).post("/departments/new", data=NEW).status_code == 403
        assert signed_in(stranger).get("/liaisons").status_code == 403


def test_one_entered_by_mistake_goes_and_one_that_is_used_stays(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    there = office.post("/departments/new", data=NEW).location
    assert office.post(f"{there}/remove").status_code == 303
    assert found(world) is None
    refused = office.post("/departments/1/remove")
    assert (refused.status_code, "不能删除" in refused.text) == (422, True)


def test_liaisons_are_added_changed_ordered_filtered_and_removed(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    for name, position, more in (("乙", "B角", {}), ("甲", "A角", {}), ("丙", "科室", {"section": "社保科"})):
        assert office.post("/liaisons", data=MAN | {"name": name, "position": position} | more).status_code == 303
    page = office.get("/liaisons?department=1").text
    assert page.index("甲</td>") < page.index("乙</td>") < page.index("丙</td>")
    refused = office.post("/liaisons", data=MAN | {"name": "丁", "phone": "95", "department": ""})
    assert (refused.status_code, 'value="丁"' in refused.text, 'id="e-phone"' in refused.text, "请选择部门" in refused.text) == (422, True, True, True)
    refused = office.post("/liaisons", data=MAN | {"name": "甲"})
    assert (refused.status_code, "该部门已有同名的联络员" in refused.text) == (422, True)
    with world.database.reading() as session:
        first = duty_list(session, 1)[0].id
    assert office.post(f"/liaisons/{first}", data=MAN | {"name": "甲", "phone": ""}).status_code == 422
    assert office.post(f"/liaisons/{first}", data=MAN | {"name": "甲", "phone": "13988888888"}).status_code == 303
    lines = office.get("/liaisons/export.csv?q=13988888888").data.decode("utf-8-sig").splitlines()
    assert lines[1:] == ["101,玉溪市人力资源和社会保障局,A角,甲,13988888888,"]
    assert office.post(f"/liaisons/{first}/remove").status_code == 303
    with world.database.reading() as session:
        assert [one.name for one in duty_list(session, 1)] == ["乙", "丙"]


def test_the_list_tells_who_lacks_what(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    office.post("/liaisons", data=MAN)
    office.post("/departments/new", data=NEW | {"level": "县级", "county_code": "江川区", "phone": ""})

    def codes(query: str) -> list[str]:
        file = io.StringIO(office.get(f"/departments/export.csv?{query}").data.decode("utf-8-sig"))
        return [row[0] for row in list(csv.reader(file))[1:]]

    assert codes("lacks=liaison") == ["102", "103", "142"]
    assert codes("lacks=phone") == ["142"]
    assert codes("lacks=hours") == ["101", "102", "103"]
    assert codes("county=530403") == codes("level=county") == ["142"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
def test_callers_reach_by_its_code_a_department_made_by_page(world: World, signed_in: SignIn) -> None:
    signed_in("city_office").post("/departments/new", data=NEW)
    with world.database.writing() as session:
        calls.begin(session, CALL, caller=NUMBER, at=now())
    server = make_server(world.settings.model_copy(update={"agi_port": 0, "agi_sessions": 2}), world.database).start()
    try:
        Caller({"choose_department": "142"}).calls(server.address, "self_service")
    finally:
        server.stop()
    with world.database.reading() as session:
        steps = [step.detail for step in session.get_one(calls.Call, CALL).steps if step.kind == calls.Step.DEPARTMENT]
    assert [step["name"] for step in steps] == [NEW["name"]]


def test_searches_follow_what_is_registered_within_two_seconds(world: World, signed_in: SignIn, app: Flask) -> None:
    office = signed_in("city_office")
    index: LiveIndex = app.extensions["house"].index

    def names() -> list[tuple[str, ...]]:
        with world.database.reading() as session:
            held = index.at(session, on=local_day(now())).documents()
        return [tuple(one.department_names) for one in held if one.question == "图书馆几点开门"]

    def until(seen: Callable[[], bool]) -> float:
        began = time.monotonic()
        while not seen():
            assert time.monotonic() - began < 10
            time.sleep(0.05)
        return time.monotonic() - began

    assert names() == []
    there = office.post("/departments/new", data=NEW).location
    one = found(world)
    assert one is not None
    with world.database.writing() as session:
        entry = Entry(department_id=one.id, question="图书馆几点开门", state=State.PUBLISHED, published=1)
        entry.versions.append(EntryVersion(number=1, question="图书馆几点开门", answer="九点", spoken="九点", written_by="x",
                                           valid_from=date(2026, 1, 1)))
        session.add(entry)
    assert until(lambda: names() == [(NEW["name"], "文旅局", "文化局", "旅游局")]) < 2
    changed = office.post(f"{there}/edit", data=typed_again(office, f"{there}/edit") | {"aliases": "图书馆主管局"})
    assert changed.status_code == 303, changed.text
    assert until(lambda: names() == [(NEW["name"], "文旅局", "图书馆主管局")]) < 2


@pytest.mark.parametrize(("role", "more", "status"), [
    ("secrecy_reviewer", {}, 200), ("liaison", {}, 422), ("county_office", {}, 422), ("county_office", {"county_code": "530402"}, 200),
    ("county_office", {"county_code": "999999"}, 422), ("operator", {"county_code": "530402"}, 422), ("leader", {"department": "1"}, 200),
])  # fmt: skip
def test_an_account_has_the_department_or_the_county_that_its_role_needs(signed_in: SignIn, role: str, more: dict[str, str], status: int) -> None:
    answer = signed_in("administrator").post("/accounts", data={"login": "new", "name": "新人", "role": role} | more)
    assert (answer.status_code, 'id="temporary"' in answer.text) == (status, status == 200)


class TestSeen:
    """In a real browser."""

    @pytest.fixture
    def database(self, tmp_path: Path) -> Any:
        yield from on_sqlite(tmp_path)

    def test_a_newcomer_registers_a_department_and_its_liaison(self, world: World, enter: Callable[..., Any], database: Database) -> None:
        page = enter("city_office")
        page.get_by_role("link", name="部门", exact=True).first.click()
        page.get_by_role("link", name="登记部门").click()
        page.get_by_label("单位全称").fill(NEW["name"])
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("alert")).to_contain_text("以下各栏需要改正")
        expect(page.get_by_label("单位全称")).to_have_value(NEW["name"])
        page.get_by_label("简称").fill("文旅局")
        page.get_by_label("级别").select_option("市级")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(NEW["name"])
        page.get_by_role("link", name="登记和修改").click()
        page.get_by_text("新增联络员").click()
        page.get_by_label("姓名", exact=False).first.fill("普国华")
        page.locator("#f-position").select_option("A角")
        page.locator("#f-phone").fill("0877-2012345")
        page.get_by_role("button", name="新增").click()
        expect(page.locator("table.list")).to_contain_text("08772012345")
        with world.database.reading() as session:
            assert session.scalars(select(Liaison.name)).all() == ["普国华"]
