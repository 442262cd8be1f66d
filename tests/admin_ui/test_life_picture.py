"""The life of a ticket in the documents is drawn from its table, and from nothing else."""

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from admin_ui.life_words import NEEDS, words
from dispatch.tickets import life_picture
from dispatch.tickets.states import LABELS, TRANSITIONS, Need

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURE, PAGE = DOCS / "pictures" / "ticket-life.svg", DOCS / "tickets.md"
TABLE = re.compile(r"(?<=<!-- the table -->\n)\|.*?\n(?=<!-- its end -->)", re.S)
AGAIN = "make pictures draws it again"


@pytest.fixture
def speaking(app: Flask) -> Iterator[Flask]:
    with app.test_request_context():
        yield app


def test_the_picture_is_drawn_from_the_table(speaking: Flask) -> None:
    with force_locale("zh"):
        drawn = life_picture.draw(words())
    if os.environ.get("HOTLINE_PICTURES"):
        PICTURE.write_text(drawn, encoding="utf-8")
    assert drawn == PICTURE.read_text(encoding="utf-8"), AGAIN


def test_the_page_has_every_line_of_the_table(speaking: Flask) -> None:
    with force_locale("en"):
        table = life_picture.table(words())
    if os.environ.get("HOTLINE_PICTURES"):
        PAGE.write_text(TABLE.sub(lambda _: table, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    assert TABLE.findall(PAGE.read_text(encoding="utf-8")) == [table], AGAIN
    assert table.count("\n") == len(TRANSITIONS) + 2


def test_every_state_and_step_is_in_the_picture_and_no_two_words_lie_on_one_another(speaking: Flask) -> None:
    with force_locale("zh"):
        said = words()
        drawn = ET.fromstring(life_picture.draw(said))  # noqa: S314 (our own)
    texts = [t for t in drawn.iter() if t.tag.endswith("text")]
    shown = [t.text or "" for t in texts]
    assert set(LABELS.values()) <= set(shown)
    steps = [t.text for t in texts if t.get("class") == "step"]
    assert sorted(step.removesuffix(" ↺") for step in steps if step) == sorted(said.actions[t.action] for t in TRANSITIONS)
    places = [(t.get("x"), t.get("y")) for t in texts]
    assert len(places) == len(set(places))


def test_every_need_has_its_words() -> None:
    assert set(NEEDS) == set(Need)
