"""People at their screens: each in a browser window of his own."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.journeys import town
from tests.journeys.conftest import House

Enter = Callable[[str], Page]


def windows(house: House, chromium: Browser) -> Enter:
    """A function that signs somebody in and returns his page."""
    address = f"http://{house.settings.web_host}:{house.settings.web_port}"

    def enter(login: str) -> Page:
        page = chromium.new_context(base_url=address, locale="zh-CN").new_page()
        page.goto("/sign-in")
        page.get_by_label("账号").fill(login)
        page.get_by_label("密码").fill(town.PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_text("退出")).to_be_visible()
        return page

    return enter
