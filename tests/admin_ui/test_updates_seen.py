"""The sitting and the board as people use them, in real Chromium."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from hotline.database import Database
from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison, Position
from hotline.times import local_day, now
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.updates import Confirmation, Reminder
from tests.support.axe import faults

from .support import on_sqlite, picture

pytestmark = pytest.mark.browser
World = Any
Enter = Callable[..., Page]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def grown_old(world: World) -> None:
    """Three departments: one due soon, one overdue, one beyond the grace, with a few dozen entries."""
    with world.database.writing() as session:
        for office, days in zip(session.scalars(select(Department).order_by(Department.code)), (128, 100, 85), strict=True):
            office.confirmed_on = local_day(now()) - timedelta(days=days)
            office.office_hours = [{"days": "1-5", "open": "08:30", "close": "17:30"}]
            for n in range(12):
                then = now() - timedelta(days=days - n * 9)
                entry = Entry(department_id=office.id, question=f"第{n + 1}件事怎么办", state="published", published=1)
                entry.versions.append(EntryVersion(number=1, answer="请带身份证到窗口办理，当场办结。", spoken="请到窗口办理。",
                                                   written_by="demo", valid_from=local_day(then), published_at=then))
                session.add(entry)


def test_a_sitting_is_done_by_keyboard_and_a_wrong_telephone_loses_nothing(world: World, enter: Enter) -> None:
    grown_old(world)
    page = enter("liaison")
    page.goto("/update?show=due")
    boxes = page.locator("tbody[data-part=entry] input.still")
    count = boxes.count()
    assert count >= 5
    boxes.first.focus()
    for n in range(3):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(boxes.nth(n + 1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(boxes.nth(2)).to_be_focused()
    expect(page.locator("#tally")).to_contain_text("3 /")
    page.get_by_label("接待电话").fill("打窗口")
    page.locator("#f-address").fill("玉溪市红塔区示范路8号")
    picture(page, "update")
    page.get_by_role("button", name="确认并保存").click()
    expect(page.locator("main").get_by_role("alert")).to_contain_text("接待电话")
    expect(page.get_by_label("接待电话")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#f-address")).to_have_value("玉溪市红塔区示范路8号")
    expect(boxes.nth(2)).to_be_checked()
    page.get_by_role("link", name="接待电话").click()
    page.get_by_label("接待电话").fill("0877-2101000")
    page.locator("section", has_text="知识条目").get_by_role("button", name="全部勾选").click()
    page.get_by_role("button", name="确认并保存").click()
    expect(page.locator("main")).to_contain_text(f"已确认{count + 1}项")
    expect(page.locator("tbody[data-part=entry]")).to_have_count(0)
    with world.database.reading() as session:
        row = session.scalars(select(Confirmation)).one()
        assert (len(row.entries), row.base) == (count, True)


def test_the_board_is_read_by_eye_by_keyboard_and_on_a_telephone(world: World, enter: Enter) -> None:
    grown_old(world)
    page = enter("city_office")
    page.get_by_role("link", name="更新情况").click()
    expect(page.locator("svg.heat a")).to_have_count(3)
    picture(page, "freshness")
    page.locator("svg.heat a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("玉溪市人力资源和社会保障局")
    page.get_by_label("更新周期（月）").fill("6")
    page.get_by_role("button", name="修改周期").click()
    expect(page.locator("main")).to_contain_text("6个月")
    phone = enter("inspector", width=390, height=780)
    with world.database.writing() as session:
        session.add(Reminder(department_id=2, due_on=local_day(now()), step="7", at=now()))
        session.add(Liaison(department_id=2, name="张立新", position=Position.A, phone="13900001234"))
    page.goto("/freshness/chase")
    page.get_by_text("记录一次拨打").click()
    page.get_by_label("备注").fill("无人接听")
    assert faults(page) == []
    page.get_by_role("button", name="未接通").click()
    expect(page.locator("tbody")).to_contain_text("无人接听")
    for there in ("/freshness", "/freshness/1", "/freshness/chase"):
        phone.goto(there)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), there
    liaison = enter("liaison", width=390, height=780, dark=True)
    liaison.goto("/update")
    assert liaison.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
