"""The life of an entry as three people see it, in real Chromium: every page labelled, fit for its window, open to all."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dispatch.answering.answers import offered
from dispatch.answering.decision import Channel
from dispatch.calls import tellings
from hotline.database import Database
from hotline.times import local_day, now
from knowledge_base import keeping_categories, life
from knowledge_base.entries import Entry, EntryVersion, Phrasing
from tests.support.axe import faults

from .support import on_sqlite, picture
from .test_pages import BASICS, WIDTHS

pytestmark = pytest.mark.browser
World = Any
Enter = Callable[..., Page]
NEW = "请带户口簿或者身份证到任一社保服务网点办理，当日可取新卡。"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def test_three_people_change_an_answer_and_see_what_changed(world: World, enter: Enter) -> None:
    liaison = enter("liaison")
    liaison.goto("/knowledge/1")
    liaison.get_by_role("link", name="修改（起草新版）").click()
    liaison.get_by_label("供阅读的答复").fill(NEW)
    liaison.get_by_label("供播报的答复").fill("请带户口簿或者身份证到社保网点，当天就能取新卡。")
    liaison.get_by_label("起草说明").fill("材料有变")
    liaison.get_by_label("此前告知的内容有误").check()
    picture(liaison, "entry-form")
    liaison.get_by_role("button", name="保存并提交审核").click()
    expect(liaison.locator("#coming")).to_contain_text("待审核")
    leader = enter("leader")
    leader.get_by_role("link", name="审核与审查").click()
    leader.get_by_role("link", name="社保卡丢了怎么补办").click()
    leader.get_by_role("link", name="与现行版逐字比较").click()
    expect(leader.locator("ins").filter(has_text="户口簿或者").first).to_be_visible()
    picture(leader, "compare")
    leader.go_back()
    leader.get_by_label("审核意见").fill("属实")
    leader.get_by_role("button", name="审核通过，送保密审查").click()
    reviewer = enter("secrecy_reviewer")
    reviewer.goto("/review")
    reviewer.get_by_role("link", name="社保卡丢了怎么补办").first.click()
    picture(reviewer, "entry-review")
    reviewer.get_by_role("button", name="保密审查通过").click()
    expect(reviewer.locator("main").get_by_role("alert")).to_contain_text("请确认内容不涉密")
    reviewer.get_by_label("已逐项审查").check()
    reviewer.get_by_role("button", name="保密审查通过").click()
    expect(reviewer.locator("#coming")).to_have_count(0)
    expect(reviewer.locator("main")).to_contain_text(NEW)
    operator = enter("operator")
    operator.goto("/knowledge/1")
    expect(operator.locator("main")).to_contain_text(NEW)


PICTURED = {
    "leader": (("/ledger", "ledger"),), "secrecy_reviewer": (("/review?show=sweep", "review"),),
    "city_office": (("/categories", "categories"), ("/corrections/{number}", "correction"), ("/knowledge/1", "entry-office")),
}  # fmt: skip


def filled(world: World) -> int:
    """All that these pages may show: drafts, what is due, phrasings, categories, a pinned topic, somebody wronged."""
    at = now()
    with world.database.writing() as session:
        office = world.account("city_office")
        for path in ("社会保障", "社会保障/社保卡", "户籍"):
            keeping_categories.add(session, path, by=office, at=at)
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        entries[0].hot_from, entries[0].hot_until = at, at + timedelta(days=1)
        entries[0].swept_on = local_day(at) - timedelta(days=300)
        session.add(Phrasing(entry_id=1, text="社保卡整丢了咋个办", approval="proposed"))
    calls = [world.call(caller=caller) for caller in ("13887712345", "13887712399", "")]
    with world.database.writing() as session:
        version = session.scalars(select(EntryVersion).where(EntryVersion.entry_id == 2)).one()
        found = offered(session, 2, channel=Channel.OPERATOR, at=at)
        for call in calls:
            tellings.tell(session, call, found.decision, channel=Channel.OPERATOR, entry_id=2, entry_version_id=version.id, at=at)  # type: ignore[union-attr]
        life.withdraw(session, version, why="标准已调整", by=world.account("leader"), at=at)
        return int(version.id)


def test_every_page_is_labelled_named_fits_its_window_and_keeps_nobody_out(world: World, enter: Enter) -> None:
    number = filled(world)
    draft = {"question": "社保卡如何挂失", "answer": "拨打12333挂失。", "valid_from": str(local_day(now())), "category": "社会保障/社保卡"}
    liaison = enter("liaison")
    liaison.goto("/knowledge/new")
    for name, value in draft.items():
        field = liaison.locator(f"[name={name}]")
        field.select_option(value) if name == "category" else field.fill(value)
    liaison.get_by_role("button", name="保存草稿").click()
    liaison.wait_for_url("**/knowledge/5")
    pages = {
        "liaison": ("/knowledge", "/knowledge/1", "/knowledge/5", "/knowledge/5/edit", "/knowledge/new", "/review"),
        "leader": ("/", "/review", "/review?show=phrasings", "/knowledge/1", "/ledger"),
        "secrecy_reviewer": ("/", "/review?show=sweep", "/knowledge/1", "/ledger?print=1"),
        "city_office": ("/categories", "/corrections", f"/corrections/{number}", "/knowledge/1", "/knowledge/2/compare"),
        "supervisor": (f"/corrections/{number}", "/knowledge/2"),
    }
    for login, paths in pages.items():
        page = liaison if login == "liaison" else enter(login)
        for lang in ("zh", "en"):
            for path in paths:
                page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
                page.wait_for_load_state("load")
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 860})
                    assert page.evaluate(BASICS) == [], (login, lang, path, width)
                if lang == "zh":
                    assert faults(page) == [], (login, path)
        for path, name in PICTURED.get(login, ()):
            page.set_viewport_size({"width": 1280, "height": 860})
            page.goto(f"{path.format(number=number)}{'&' if '?' in path else '?'}lang=zh")
            picture(page, name)
