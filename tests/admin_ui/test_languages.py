"""Chinese and English say the same things."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from admin_ui import filled_refusals, form_refusals
from admin_ui.languages import CATALOGUE
from admin_ui.refusals import said
from dispatch.clocks.clocks import Stop, due, due_in_hours, due_same_day, not_after
from hotline.calendar.days import WorkingDays
from hotline.settings import Settings
from hotline.times import CHINA

from .said_below import HAN, HOLE, said_below
from .support import ROOT

HOLES = re.compile(r"%\(\w+\)s")
ELSEWHERE: dict[str, str] = {}
"""What the floors below say so, but to no page: who is told it instead."""


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


def test_what_the_floors_below_refuse_and_why_has_its_english() -> None:
    with CATALOGUE.open("rb") as file:
        plain = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file)}
    filled = {HOLES.sub(HOLE, one) for one in (*filled_refusals.FILLED, *form_refusals.FILLED)}
    below = said_below(ROOT)
    assert len(below) > 450
    lacking = {text: where for text, where in below.items() if text not in (filled if HOLE in text else plain)}
    assert {text: where for text, where in lacking.items() if text not in ELSEWHERE} == {}
    assert lacking.keys() >= ELSEWHERE.keys()


@pytest.mark.parametrize(("chinese", "english"), [
    ("“派出所”有3个字，拼音有2个音节", "“派出所” has 3 characters, the pinyin 2 syllables"),
    ("工单当前状态（待派发）不能执行该操作", "That can't be done with a ticket in this state (To dispatch)"),
    ("依据玉人社授〔2026〕1号（第2版），有效期至2026年12月31日", "By 玉人社授〔2026〕1号 (version 2), valid to 2026-12-31"),
    ("依据甲（第1版）（承接自原部门，暂行），有效期至2027年01月05日",
     "By 甲 (version 1) (the former department's, provisional), valid to 2027-01-05"),
    ("没有“办证”这个类别，请从下拉列表选择", "There is no category “办证”: choose from the list"),
    ("这是“甲”的原名或未通过审查的新名称，请按“甲”填写",
     "This is a former name of “甲”, or a new one that wasn't passed: write “甲”"),
    ("第 2、5 行：未列出的问法予以保留；停用已审定的或他人提出的问法，由部门分管领导或市主管部门决定",
     "Row 2、5: Phrasings that are left out stay: whether one that was approved, or that others proposed, ends is for the "
     "department's leader or the city's office to decide"),
    ("元江哈尼族彝族傣族自治县", "Yuanjiang"), ("来电人说施工已结束", "来电人说施工已结束"), ("等了三小时", "等了三小时"), ("", ""),
])  # fmt: skip
def test_what_was_filled_in_is_found_again_and_what_somebody_typed_stays(app: Flask, chinese: str, english: str) -> None:
    with app.test_request_context("/?lang=en"):
        assert said(chinese) == english
    with app.test_request_context("/"):
        assert said(chinese) == chinese


def test_a_deadline_explains_itself_in_english_too(app: Flask, settings: Settings) -> None:
    calendar = WorkingDays()
    at = datetime(2026, 9, 30, 9, tzinfo=CHINA)
    stops = [Stop(at + timedelta(hours=2), at + timedelta(hours=30), "待热线审核"),
             Stop(at + timedelta(days=8), at + timedelta(days=10, hours=3), "待来电人补充")]  # fmt: skip
    found = [due(at, 3, calendar, settings=settings, stops=stops, extended=2),
             due(datetime(2029, 2, 1, 9, tzinfo=CHINA), 2, calendar, settings=settings),
             due_same_day(at + timedelta(hours=12), calendar, settings=settings),
             due_in_hours(at, 4, why="紧急事项", stops=stops), due_in_hours(at, 4, why="特急"),
             not_after(due_in_hours(at, 4, why="紧急"), at)]  # fmt: skip
    lines = [line for one in found for line in one.lines]
    assert len(lines) > 25
    with app.test_request_context("/?lang=en"):
        assert [line for line in lines if HAN.search(said(line))] == []
        assert said("2026-10-10 调休上班，第3个工作日（延期的第1个）") == "2026-10-10 working day moved here, day 3 (day 1 of the extension)"


def test_a_page_refuses_in_its_own_language(signed_in: Callable[[str], FlaskClient]) -> None:
    typed, office = {"word": "派出所", "read": "pai4 chu1"}, signed_in("city_office")
    assert "the pinyin 2 syllables" in office.post("/voice/readings?lang=en", data=typed, follow_redirects=True).text
    assert "拼音有2个音节" in office.post("/voice/readings?lang=zh", data=typed, follow_redirects=True).text


def test_english_pages_call_the_city_by_its_english_name(app: Flask) -> None:
    client = app.test_client()
    assert "Yuxi government information hotline" in client.get("/sign-in?lang=en").text
    assert "玉溪市政府信息公开热线" in client.get("/sign-in?lang=zh").text
