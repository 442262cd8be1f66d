"""What comes after a pause in a real browser, and what it leaves alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from hotline.database import Database
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.meaning import MODEL, digest, engine
from tests.admin_ui.support import on_sqlite

City = Any
Visit = Callable[..., BrowserContext]
pytestmark = pytest.mark.browser


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def test_what_meaning_adds_comes_after_a_pause_but_never_into_a_list_that_is_in_use(city: City, visit: Visit) -> None:
    meaning, question = engine(), "失业金怎么申领"
    assert meaning is not None
    with city.database.writing() as session:
        session.add(Embedding(digest=digest(question), model=MODEL, vector=meaning.stored([question])[0]))
    page = visit().new_page()
    page.goto("/")
    box = page.get_by_label("您想办什么事、问什么事？")
    box.press_sequentially("没有工作了怎么领钱", delay=20)
    expect(page.locator("#found")).to_contain_text("这里还没有这个问题的答复")
    expect(page.locator("#found")).to_contain_text(question)
    expect(box).to_be_focused()
    expect(page.locator("#found-count")).not_to_have_text("找到0条")
    with page.expect_response("**/search/settled"):
        box.press_sequentially("呢", delay=20)
        expect(page.locator("#found")).to_contain_text("这里还没有这个问题的答复")
        page.locator("#found").get_by_role("link").last.focus()
    page.wait_for_timeout(200)
    expect(page.locator("#found")).not_to_contain_text(question)
    expect(page.locator("#found").get_by_role("link").last).to_be_focused()
