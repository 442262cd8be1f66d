"""People at their screens: each in a browser window of his own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys import town
from tests.journeys.conftest import House

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
Enter = Callable[[str], Page]


@contextmanager
def windows(house: House) -> Iterator[Enter]:
    """A function that signs somebody in and returns his page."""
    address = f"http://{house.settings.web_host}:{house.settings.web_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)

        def enter(login: str) -> Page:
            page = browser.new_context(base_url=address, locale="zh-CN").new_page()
            page.goto("/sign-in")
            page.get_by_label("账号").fill(login)
            page.get_by_label("密码").fill(town.PASSWORD)
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_text("退出")).to_be_visible()
            return page

        yield enter
        browser.close()
