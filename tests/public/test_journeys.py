"""A citizen at his telephone's browser, with and without JavaScript, and with what reads pages aloud."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from hotline.database import Database
from tests.admin_ui.support import on_sqlite, picture
from tests.support.axe import faults

City = Any
Visit = Callable[..., BrowserContext]
pytestmark = pytest.mark.browser


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def fits(page: Page) -> bool:
    """Whether nothing stands out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def reach(page: Page, thing: Locator) -> None:
    """Go on from control to control until this one is in focus."""
    for _ in range(60):
        if thing.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {thing}")


def press(page: Page, thing: Locator, key: str) -> None:
    reach(page, thing)
    page.keyboard.press(key)


def write(page: Page, box: Locator, words: str) -> None:
    """What a field holds is chosen when the keyboard enters it, and what is typed takes its place."""
    reach(page, box)
    page.keyboard.type(words)
    expect(box).to_have_value(words)


def look(page: Page, number: str, code: str) -> None:
    """Ask how a matter stands; the answer is another page."""
    write(page, page.get_by_label("编号", exact=True), number)
    write(page, page.get_by_label("查询码"), code)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_citizen_searches_reads_asks_and_follows(city: City, visit: Visit, javascript: bool) -> None:
    page = visit(javascript=javascript).new_page()
    page.goto("/")
    box = page.get_by_label("您想办什么事、问什么事？")
    if javascript:
        box.press_sequentially("失业金怎么申领", delay=20)
        expect(page.get_by_role("heading", name="查到的问题")).to_be_visible()
        assert page.url.endswith("/")  # nothing typed is in an address
    else:
        box.fill("失业金怎么申领")
        box.press("Enter")
        page.wait_for_url("**/search?q=*")
    page.get_by_role("link", name="失业金怎么申领").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("失业金怎么申领")
    expect(page.get_by_text("失业后六十日内")).to_be_visible()
    page.get_by_role("button", name="是的，有帮助").click()
    expect(page.get_by_text("谢谢，已记下")).to_be_visible()

    # from here on by keyboard alone
    press(page, page.get_by_role("link", name="提问", exact=True), "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("在网上提问")
    press(page, page.get_by_label("我想问一件事"), "Space")
    write(page, page.get_by_label("一句话说明"), "医保断交了怎么补")
    write(page, page.get_by_label("详细情况"), "去年断了三个月。")
    write(page, page.get_by_role("textbox", name="您的电话"), "13887712345")
    page.wait_for_timeout(3100)
    press(page, page.get_by_role("button", name="提交"), "Enter")
    expect(page.get_by_role("alert")).to_contain_text("先勾选同意")
    press(page, page.get_by_role("link", name="先勾选同意"), "Enter")
    press(page, page.get_by_label("我同意热线"), "Space")
    press(page, page.get_by_role("button", name="提交"), "Enter")
    number, code = page.locator(".number").inner_text(), page.locator(".code").inner_text()
    assert city.tickets()[0].number == number

    press(page, page.get_by_role("link", name="查办理进度"), "Enter")
    look(page, number, "10000000")
    wrong = page.get_by_role("alert").inner_text()
    look(page, "96128-20200101-0001", code)
    assert page.get_by_role("alert").inner_text() == wrong
    look(page, number, code)
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert number not in page.url
    assert code not in page.url


def test_while_one_types_the_found_ones_come_and_go_and_only_the_last_is_noted(city: City, visit: Visit) -> None:
    from sqlalchemy import select

    from knowledge_base.asked import Asked

    page = visit().new_page()
    page.goto("/")
    box = page.get_by_label("您想办什么事、问什么事？")
    box.press_sequentially("居住证", delay=30)
    expect(page.locator("#found")).to_contain_text("居住证在哪里办")
    box.press_sequentially("在哪里办理", delay=30)
    expect(page.locator("#found-count")).to_contain_text("找到")
    with page.expect_response("**/search/settled"):
        pass
    with city.database.reading() as session:
        assert list(session.scalars(select(Asked.words))) == ["居住证在哪里办理"]


def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    page = visit(width=1000).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("您想办什么事、问什么事？")).to_be_focused()
    page.keyboard.type("居住证在哪里办")
    expect(page.get_by_role("heading", name="查到的问题")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="查询")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("居住证在哪里办")


PICTURED = {"/": "public-home", "/entries/2": "public-entry", "/ask": "public-ask"}
ADDRESSES = ("/", "/search?q=失业金怎么申领", "/search?q=zzz宇宙飞船", "/entries/2", "/entries/2?said=other", "/departments",
             "/departments/1", "/departments/3", "/categories", "/categories/社保", "/licences", "/licences/1", "/ask",
             "/follow", "/open311/", "/nothing")  # fmt: skip


def by_day_and_night(page: Page) -> list[str]:
    """What axe finds in light and in dark colours, and whether it's too wide."""
    found = [] if fits(page) else ["too wide"]
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += faults(page)
    return found


def test_axe_finds_nothing_grave_on_any_public_page_and_each_fits_a_telephone(city: City, visit: Visit, front: str) -> None:
    narrow, wide = visit().new_page(), visit(width=1280).new_page()
    found: dict[str, list[str]] = {}
    for there in ADDRESSES:
        for lang, page in (("", narrow), ("lang=en", wide)):
            page.goto(there + (("&" if "?" in there else "?") + lang if lang else ""), referer=f"{front}/search?q=失业")
            if page is narrow and there in PICTURED:
                picture(page, PICTURED[there])
            found[f"{there} {lang}"] = by_day_and_night(page)
    for page in (narrow, wide):
        page.goto("/ask?lang=zh")
        page.wait_for_timeout(3100)
        page.get_by_role("button", name="提交").click()
        found["/ask wrong"] = by_day_and_night(page)
        page.get_by_label("我想问一件事").check()
        page.get_by_label("一句话说明").fill("医保断交了怎么补")
        page.get_by_role("button", name="提交").click()
        found["/ask taken"] = by_day_and_night(page)
        number, code = page.locator(".number").inner_text(), page.locator(".code").inner_text()
        page.goto("/follow")
        page.get_by_label("编号", exact=True).fill(number)
        page.get_by_label("查询码").fill("1")
        page.get_by_role("button", name="查询").click()
        found["/follow wrong"] = by_day_and_night(page)
        page.get_by_label("编号", exact=True).fill(number)
        page.get_by_label("查询码").fill(code)
        page.get_by_role("button", name="查询").click()
        found["/follow right"] = by_day_and_night(page)
    assert {there: what for there, what in found.items() if what} == {}


def test_what_travels_is_little(visit: Visit) -> None:
    """Bytes over the wire for a first visit, and for a second one."""
    context = visit()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto("/", wait_until="networkidle")
    first = sum(received)
    received.clear()
    page.goto("/entries/2", wait_until="networkidle")
    second = sum(received)
    print(f"first visit {first:.0f} bytes, an entry after it {second:.0f} bytes")
    assert first < 45_000
    assert second < 6_000
