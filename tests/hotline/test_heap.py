"""Whoever serves has set aside what it loaded."""

import gc

import pytest
from flask import Flask

from admin_ui.server import Pages
from hotline.heap import set_aside


def test_what_lives_is_looked_at_no_more() -> None:
    before = gc.get_freeze_count()
    kept = [[place] for place in range(1000)]
    set_aside()
    assert gc.get_freeze_count() >= before + len(kept)


def test_the_pages_set_aside_what_they_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("admin_ui.server.set_aside", lambda: told.append("set aside"))

    def make() -> Flask:
        told.append("made")
        return Flask(__name__)

    Pages(make, {}).load()
    assert told == ["made", "set aside"]
