"""The staff's pages as axe sees them: every page that a role's menu leads to, and the pages behind their lists."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from hotline.database import Database
from tests.support.axe import faults

from .support import on_sqlite

World = Any
pytestmark = pytest.mark.browser


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


@pytest.mark.parametrize("role", ["operator", "supervisor", "liaison", "secrecy_reviewer", "administrator"])
def test_axe_finds_nothing_grave_on_the_pages_of_a_role(world: World, enter: Callable[..., Page], role: str) -> None:
    number = world.ticket()
    world.call(operator="operator", recorded=True)
    page = enter(role)
    menu = page.locator(".rail-links a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    more = [f"/tickets/{number}", "/knowledge/1", "/departments/1"] if role in ("supervisor", "liaison") else []
    found = {}
    for there in [*menu, *more, "/password"]:
        page.goto(there, wait_until="domcontentloaded")
        found[there] = faults(page)
    assert {there: what for there, what in found.items() if what} == {}


def test_axe_finds_nothing_grave_where_one_signs_in(enter: Callable[..., Page]) -> None:
    assert faults(enter("")) == []
