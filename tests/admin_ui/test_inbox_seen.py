"""The inbox in a browser: the number in the head of the page goes down as notices are read; at a phone's width, too."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hotline.database import Database
from hotline.telling import notices
from hotline.telling.notices import Topic
from hotline.times import now
from tests.support.axe import faults

from .support import on_sqlite

World = Any
pytestmark = pytest.mark.browser


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def test_notices_are_read_one_by_one_and_all_and_wishes_are_kept(world: World, enter: Callable[..., Page]) -> None:
    number = world.ticket()
    with world.database.writing() as session:
        for topic in (Topic.URGED, Topic.DUE_SOON):
            notices.tell(session, [world.account("liaison")], topic, key=topic, about=("ticket", number), due_at=now(), urgent=True, at=now())
    page = enter("liaison", width=390)
    head = page.locator(".masthead .inbox-link")
    expect(head).to_have_text("提醒 3")
    head.click()
    assert faults(page) == []
    page.get_by_role("row").filter(has_text="新工单待签收").get_by_role("link").click()
    page.wait_for_url(f"**/tickets/{number}")
    expect(head).to_have_text("提醒 2")
    head.click()
    page.get_by_label(f"选择 {number} 来电人催单").check()
    page.get_by_role("button", name="勾选的标为已读").click()
    expect(head).to_have_text("提醒 1")
    page.get_by_role("button", name="全部标为已读").click()
    expect(head).to_have_text("提醒")
    page.get_by_role("link", name="提醒方式").click()
    assert faults(page) == []
    page.get_by_label("邮件提醒").check()
    page.get_by_label("电子邮箱").fill("zhang@gov.test")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("提醒方式已保存")).to_be_visible()
    expect(page.get_by_label("邮件提醒")).to_be_checked()
