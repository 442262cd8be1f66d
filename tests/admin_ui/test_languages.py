"""Chinese and English say the same things."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from admin_ui.languages import CATALOGUE

HOLES = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="session")
def said_in_chinese(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every text of code and templates."""
    template = tmp_path_factory.mktemp("babel") / "messages.pot"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg", "-k", "lazy_gettext",
         "-o", str(template), "."], cwd=CATALOGUE.parents[3], check=True,
    )  # fmt: skip
    with template.open("rb") as file:
        return {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file) if m.id}


def test_every_text_has_its_english(said_in_chinese: set[str]) -> None:
    with CATALOGUE.open("rb") as file:
        english = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in read_po(file) if m.id}
    assert len(said_in_chinese) > 200
    assert said_in_chinese - english.keys() == set()
    for chinese, text in english.items():
        texts = [text] if isinstance(text, str) else list(text)
        assert all(texts), chinese
        for one in texts:
            assert set(HOLES.findall(one)) == set(HOLES.findall(chinese)), chinese


def test_no_template_says_chinese_that_is_not_marked_for_translation() -> None:
    for page in (Path(CATALOGUE).parents[3] / "templates").glob("*.html"):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", page.read_text(encoding="utf-8"), flags=re.S)
        left = re.findall(r"[\u4e00-\u9fff]+", text)
        assert set(left) <= {"中文"}, (page.name, left)


def test_the_choice_of_language_is_kept(app: Flask) -> None:
    client = app.test_client()
    assert 'lang="zh-CN"' in client.get("/sign-in").text
    assert ">Sign in</button>" in client.get("/sign-in?lang=en").text
    assert 'lang="en"' in client.get("/sign-in").text
    assert 'lang="zh-CN"' in client.get("/sign-in?lang=zh").text
    assert 'lang="zh-CN"' in client.get("/sign-in?lang=tlh").text
