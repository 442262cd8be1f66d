"""What several of these tests share."""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import Page, expect

from hotline.database import Database
from tests.support import blank

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"


def on_sqlite(folder: Path) -> Iterator[Database]:
    """A migrated SQLite database alone: what a browser sees doesn't depend on the database, and takes long."""
    here = blank.copied(folder)
    yield here
    here.close()


def listen(page: Page, purpose: str) -> None:
    """Say what for, and have the recording with its drawing before oneself."""
    expect(page.locator("audio, svg.wave")).to_have_count(0)
    page.get_by_label("收听用途").select_option(purpose)
    page.get_by_role("button", name="收听录音").click()
    expect(page.locator("svg.wave")).to_be_visible()
    expect(page.locator("audio")).to_be_visible()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Kept for the documents, when they are asked for and a document shows it; `whole` in a window as high as the page."""
    if os.environ.get("HOTLINE_PICTURES") == "1" and name in shown():
        before = page.viewport_size
        if whole and before:
            high = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": before["width"], "height": high})
        page.screenshot(path=PICTURES / f"{name}.png")
        if whole and before:
            page.set_viewport_size(before)


@cache
def shown() -> set[str]:
    """The names of the pictures that some document shows."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return {name for page in pages for name in re.findall(r"pictures/([\w-]+)\.png", page.read_text(encoding="utf-8"))}
