"""Every page and file is measured with much in the database, or is named with the reason why it isn't."""

from pathlib import Path

from admin_ui.app import create_app
from benchmarks.pages_asked import Named, asks, files
from benchmarks.pages_unasked import UNASKED
from hotline.database import Database
from hotline.settings import Settings

NAMED = Named(day="2026-11-23", month="2026-10-24", year="2025-11-23", words="玉兴路", caller="13887712345", call_id="a-1",
              ticket="96128-20261123-0001", callback=1, wrong=1)  # fmt: skip


def test_every_address_that_one_can_look_at_is_measured_or_excused_with_a_reason(tmp_path: Path) -> None:
    app = create_app(Settings(folder=tmp_path, secret_key="for tests only, thirty-two characters"), Database(f"sqlite:///{tmp_path / 'none.db'}"))
    there = app.url_map.bind("localhost")
    measured = {there.match(one.path.partition("?")[0])[0] for one in (*asks(NAMED), *files(NAMED))}
    looked_at = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - {"static"}
    assert looked_at - measured - UNASKED.keys() == set(), "benchmarks/pages_of_*.py asks for none of these"
    assert UNASKED.keys() - (looked_at - measured) == set(), "these are measured, or there no more"
    assert all(UNASKED.values())
