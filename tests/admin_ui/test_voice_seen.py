"""The listening page in a browser: what is played to its end was heard; a prompt is recorded by the microphone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hotline.database import Database
from hotline.voice import alaw
from hotline.voice.takes import PromptTake
from tests.support.axe import faults
from tests.voice.studio_sounds import file, loudest_hertz, tone

from .support import on_sqlite

World = Any
pytestmark = pytest.mark.browser
HERTZ = 880


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


@pytest.fixture
def chromium(launch: Callable[..., Browser], tmp_path: Path) -> Iterator[Browser]:
    """A browser whose microphone hears a tone."""
    heard = tmp_path / "microphone.wav"
    heard.write_bytes(file(tone(HERTZ, 20, around=0), 44_100))
    browser = launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                     f"--use-file-for-fake-audio-capture={heard}")  # fmt: skip
    yield browser
    browser.close()


def test_what_is_played_to_its_end_was_heard_and_a_prompt_is_recorded_by_the_microphone(world: World, enter: Callable[..., Page]) -> None:
    page = enter("city_office")
    page.goto("/voice?q=one_on_telephone")
    expect(page.get_by_text("变更后未听").first).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="播放：幺", exact=True).click()
    expect(page.locator("tbody tr")).to_contain_text("周文")
    page.get_by_role("link", name="真人录音").click()
    assert faults(page) == []
    page.get_by_role("button", name="开始录音").click()
    expect(page.get_by_role("status").filter(has_text="正在录音")).to_be_visible()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="停止录音").click()
    expect(page.get_by_text("已录好，可以提交")).to_be_visible()
    page.get_by_label("录音人").fill("普丽")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("tbody tr")).to_contain_text("待批准")
    with world.database.reading() as session:
        sound = alaw.decode(session.get_one(PromptTake, 1).sound)
    assert loudest_hertz(sound) == pytest.approx(HERTZ, abs=5)
    assert len(sound) > alaw.RATE
    page.get_by_role("link", name="语音试听").last.click()
    page.get_by_role("link", name="读音词典").click()
    page.get_by_label("词", exact=False).first.fill("公开")
    page.get_by_label("读法（拼音或同音的字）").fill("gong1 kai1")
    page.get_by_role("button", name="纠正读音").click()
    expect(page.get_by_text("已合成0句")).to_be_visible()
    assert faults(page) == []
