"""Among a hundred departments one is found by typing a part of its name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dispatch.tickets import intake
from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import Klass
from hotline.database import Database
from hotline.times import now

from .support import on_sqlite

World = Any
Enter = Callable[..., Page]
pytestmark = pytest.mark.browser


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def test_a_part_of_a_name_leads_to_the_department_by_the_keyboard_alone(world: World, enter: Enter) -> None:
    matter = Matter(Klass.CONSULT, "居住证到期", "来电人询问居住证如何续签。")
    with world.database.writing() as session:
        number = intake.refer(session, matter, call=None, recording=None, code="", by="operator",
                                 settings=world.settings, at=now()).number  # fmt: skip
    page = enter("supervisor")
    page.goto(f"/tickets/{number}")
    form = page.locator("form[action$='/dispatch']")
    words, choice = form.get_by_label("输入名称的一部分"), form.get_by_label("承办单位", exact=True)
    chosen = choice.locator("option:checked")
    words.focus()
    page.keyboard.insert_text("公安")
    expect(chosen).to_have_text("102 玉溪市公安局")
    words.fill("玉溪")
    expect(chosen).to_have_text("102 玉溪市公安局")
    words.fill("没有这个")
    expect(choice).to_have_value("")
    words.fill("公安")
    page.keyboard.press("Enter")
    expect(choice).to_be_focused()
    assert world.of(number).department_id is None, "nothing was sent by that"
    page.get_by_role("button", name="派发", exact=True).click()
    expect(page.locator("main .alert-success")).to_be_visible()
    assert world.of(number).department_id == world.account("liaison_b").department_id
