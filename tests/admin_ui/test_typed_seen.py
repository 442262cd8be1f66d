"""What somebody typed on a page isn't lost, whatever became of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dispatch.tickets import reply_templates
from hotline.database import Database
from hotline.times import now

from .conftest import PASSWORD
from .support import on_sqlite

World = Any
Enter = Callable[..., Page]
pytestmark = pytest.mark.browser
DRAFT = "经核实，三月失业金已于今日补发。"
GIVEN_BACK = "已为您恢复"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def drafting(world: World, enter: Enter) -> Page:
    """A liaison who writes a reply and hasn't sent it."""
    page = enter("liaison")
    page.goto(f"/tickets/{world.ticket()}")
    page.get_by_role("button", name="签收").click()
    page.get_by_label("给来电人的答复").fill(DRAFT)
    return page


def sign_in(page: Page, login: str) -> None:
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_what_was_refused_stands_in_its_form_again(enter: Enter) -> None:
    page = enter("city_office")
    page.goto("/switches")
    page.get_by_label("时间（留空：全天）").fill("nine to five")
    reason = page.locator("main form[method=post] [name=reason]")
    reason.fill("装修")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("main .alert-danger")).to_be_visible()
    expect(page.get_by_label("时间（留空：全天）")).to_have_value("nine to five")
    page.get_by_label("时间（留空：全天）").fill("1-5 08:30-18:00")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("main .alert-success")).to_be_visible()
    expect(reason).to_have_value("")
    page.reload()
    expect(reason).to_have_value("")


def test_a_reply_outlives_a_session_that_ended_meanwhile(world: World, enter: Enter) -> None:
    page = drafting(world, enter)
    there = page.url
    page.wait_for_load_state("networkidle")  # what the page asks by itself would lead to signing in before
    page.context.clear_cookies()
    page.get_by_role("button", name="提交签发").click()
    expect(page.get_by_label("给来电人的答复")).to_have_count(0)
    sign_in(page, "liaison")
    expect(page).to_have_url(there)
    expect(page.locator("main")).to_contain_text(GIVEN_BACK)
    expect(page.get_by_label("给来电人的答复")).to_have_value(DRAFT)
    page.get_by_role("button", name="提交签发").click()
    expect(page.locator("main .alert-success")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(GIVEN_BACK)


def test_a_reply_outlives_another_form_of_its_page(world: World, enter: Enter) -> None:
    page = drafting(world, enter)
    page.get_by_label("同事备注").fill("已问过经办科室")
    page.get_by_role("button", name="写备注").click()
    expect(page.locator("main .alert-success")).to_be_visible()
    expect(page.get_by_label("给来电人的答复")).to_have_value(DRAFT)
    expect(page.get_by_label("同事备注")).to_have_value("")


def test_nobody_else_is_shown_what_was_typed(world: World, enter: Enter) -> None:
    page = drafting(world, enter)
    there = page.url
    page.get_by_role("button", name="退出").click()
    sign_in(page, "liaison")
    page.goto(there)
    expect(page.get_by_label("给来电人的答复")).to_have_value("")
    page.get_by_label("给来电人的答复").fill(DRAFT)
    page.context.clear_cookies()
    page.goto("/tickets")
    sign_in(page, "liaison_b")
    sent = page.evaluate("sessionStorage.getItem('typed')")
    assert DRAFT not in sent


def test_a_text_of_the_department_goes_under_what_was_written(world: World, enter: Enter) -> None:
    with world.database.writing() as session:
        reply_templates.write(session, name="结尾", text="如有疑问请致电。", by=world.account("liaison"), at=now())
    page = drafting(world, enter)
    page.get_by_role("link", name="结尾").click()
    expect(page.get_by_label("给来电人的答复")).to_have_value(f"{DRAFT}\n如有疑问请致电。")


def test_who_chooses_a_filter_by_keyboard_goes_on_from_there(world: World, enter: Enter) -> None:
    world.ticket()
    page = enter("supervisor")
    page.goto("/tickets")
    page.get_by_label("只看逾期").press("Space")
    page.wait_for_url("**overdue=1**")
    expect(page.get_by_label("只看逾期")).to_be_focused()
