"""What several of these tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from hotline.database import Database
from hotline.migrating import migrate

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def on_sqlite(folder: Path) -> Iterator[Database]:
    """A migrated SQLite database alone: what a browser sees doesn't depend on the database, and takes long."""
    here = Database(f"sqlite:///{folder}/hotline.db")
    migrate(here)
    yield here
    here.close()


def picture(page: Page, name: str) -> None:
    """Kept for the documents, when they are asked for."""
    if os.environ.get("HOTLINE_PICTURES") == "1":
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")
