"""What axe-core, from npm, finds on a page in a real browser."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

import admin_ui

GRAVE = ("serious", "critical")


@cache
def source() -> str:
    path = Path(admin_ui.__file__).parent / "node_modules/axe-core/axe.min.js"
    assert path.exists(), "axe-core is missing: make setup installs it"
    return path.read_text(encoding="utf-8")


def faults(page: Page) -> list[str]:
    """What keeps somebody out: rule, gravity and the elements."""
    page.evaluate(source())
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    grave = [f for f in found if f["impact"] in GRAVE]
    return [f"{f['id']} ({f['impact']}, {len(f['nodes'])}x): {[n['html'][:110] for n in f['nodes'][:3]]}" for f in grave]
