"""The review queue: entries and licence items by the page, filtered, as a file; and the way to it from the first page."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from admin_ui.house import now
from hotline.directory.departments import Department
from knowledge_base import base_data, licence_life
from knowledge_base.licence_text import read
from tests.admin_ui.test_licences import TEXT

World = Any
SignIn = Callable[[str], FlaskClient]


def handed_in(world: World, how_many: int = 1, *, code: str = "101", by: str = "liaison") -> None:
    """So many licence items that wait for the leader."""
    with world.database.writing() as session:
        unit = session.scalars(select(Department).where(Department.code == code)).one()
        for n in range(how_many):
            licence = licence_life.begin(session, unit, read({**TEXT, "name": f"许可{code}第{n}号"}), by=world.account(by), at=now(), why="新增事项")
            licence_life.submit(session, licence, by=world.account(by), at=now())


def test_licence_items_wait_beside_entries_each_for_whom_it_concerns(world: World, signed_in: SignIn) -> None:
    handed_in(world)
    handed_in(world, code="102", by="liaison_b")
    leader = signed_in("leader")
    page = leader.get("/review").text
    assert re.search(r'href="/licences/\d+">许可101第0号', page)
    assert "新增事项" in page
    assert "许可102" not in page
    assert "许可101第0号" in leader.get("/review?kind=licence&stage=submitted&q=第0号").text
    for filtered in ("kind=entry", "stage=passed", "q=没有", "department=2"):
        assert "许可101" not in leader.get(f"/review?{filtered}").text
    reviewer = signed_in("secrecy_reviewer")
    assert "许可101" not in reviewer.get("/review").text, "not before it is checked"
    assert "许可101" in signed_in("inspector").get("/review").text
    taken_home = leader.get("/review/export.csv").text
    assert "待审核,许可事项,许可101第0号" in taken_home
    assert "许可102" not in taken_home


def test_however_much_waits_all_of_it_is_reached_by_the_page(world: World, signed_in: SignIn) -> None:
    handed_in(world, 70)
    leader = signed_in("leader")
    pages = [set(re.findall("许可101第\\d+号", leader.get(f"/review?page={n}").text)) for n in (1, 2, 3)]
    assert [len(one) for one in pages] == [30, 30, 10]
    assert len(set.union(*pages)) == 70


def test_who_checks_and_who_reviews_begins_with_what_waits_for_him(world: World, signed_in: SignIn) -> None:
    handed_in(world, 3)
    leader = signed_in("leader")
    page = leader.get("/").text
    assert re.search(r'href="/review\?show=waiting">[^<]+</a></td><td[^>]*>3<', page)
    assert 'href="/tickets?mine=1"' in page
    assert 'href="/review?show=sweep"' in signed_in("secrecy_reviewer").get("/").text
    assert signed_in("liaison").get("/").location == "/tickets"
    assert signed_in("liaison").get("/review?show=sweep").status_code == 200, "who has no such list sees his own"


def test_free_words_of_base_data_are_public_when_leader_and_reviewer_have_found_them_fit(world: World, signed_in: SignIn) -> None:
    with world.database.writing() as session:
        unit = session.scalars(select(Department).where(Department.code == "101")).one()
        base_data.change(session, unit, {"duties": "负责社会保险。", "fax": "08772101999"}, by="liaison", at=now())
    page, leader = f"/departments/{unit.id}", signed_in("leader")
    operator = signed_in("operator")
    for login in ("liaison_b", "operator", "quality_inspector", "county_office"):
        assert "负责社会保险" not in signed_in(login).get(page).text, "an operator would tell it to callers"
    assert "负责社会保险" not in signed_in("liaison_b").get("/departments/export.csv").text
    assert f'href="{page}#proposed"' in leader.get("/review?kind=base").text
    assert "审核通过，送保密审查" not in signed_in("liaison").get(page).text
    assert operator.post(f"{page}/words").status_code == 403
    seen = re.search(r'name="seen" value="(\w+)"', leader.get(page).text)
    assert seen is not None
    here, passed = f"{page}/words", {"seen": seen[1], "deed": "pass_review", "no_secrets": "1"}
    for login in ("liaison", "leader_b", "city_office", "secrecy_reviewer"):
        assert signed_in(login).post(here, data={"seen": seen[1], "deed": "check"}).status_code == 422
    assert leader.post(here, data={"seen": seen[1], "deed": "send_back", "why": ""}).status_code == 422
    assert leader.post(here, data={"seen": seen[1], "deed": "check"}).status_code == 303
    assert leader.post(here, data=passed).status_code == 422
    assert "负责社会保险" not in signed_in("liaison_b").get(page).text
    reviewer = signed_in("secrecy_reviewer")
    assert "审查通过并公开" in reviewer.get(page).text
    assert reviewer.post(here, data={"seen": seen[1], "deed": "pass_review"}).status_code == 422, "the tick"
    assert reviewer.post(here, data=passed).status_code == 303
    assert "负责社会保险" in signed_in("liaison_b").get(page).text
    assert "保密审查通过" in leader.get("/ledger").text
    assert reviewer.post(here, data=passed).status_code == 422, "once"
    assert "立即撤下" in reviewer.get(page).text
    assert "立即撤下" not in leader.get(page).text
