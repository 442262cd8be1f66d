"""The pages from which the knowledge base learns, in a real browser: decided from the keyboard, seen by axe."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dispatch.calls.desk import Offer
from hotline.database import Database
from hotline.times import now
from knowledge_base import asked
from knowledge_base.asked import Asked, Found, Unanswered
from knowledge_base.entries import Approval, Entry, Phrasing
from knowledge_base.synonyms import Synonym
from tests.support.axe import faults

from .support import on_sqlite

World = Any
pytestmark = pytest.mark.browser


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)

SAID = ("社保卡掉了咋个整", "社保卡补一张要几天", "社保卡不见了找谁", "社保卡丢在街上了")


@pytest.fixture
def busy(world: World) -> World:
    with world.database.writing() as session:
        entry = session.scalars(select(Entry).where(Entry.question == "社保卡丢了怎么补办")).one()
        for place, words in enumerate(SAID):
            session.add(Phrasing(entry_id=entry.id, text=words, approval=Approval.PROPOSED, source="call", heard=9 - place))
        for found, words in ((Found.NOTHING, "养犬证怎么办理"), (Found.UNSURE, "医保卡激活")):
            asked.note(session, words, channel="web", way="words", found=found, at=now())
        asked.note(session, "社保卡掉咯", channel="operator", way="words", found=Found.CHOSEN, entry_id=entry.id, place=1, at=now())
        session.add(Synonym(words=["居住证", "居住卡"], by="city_office", at=now()))
    return world


def test_phrasings_are_decided_on_by_the_dozen_from_the_keyboard(busy: World, enter: Callable[..., Page]) -> None:
    page = enter("leader")
    page.goto("/phrasings")
    rows = page.locator("[data-phrasing]")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("a")  # the first
    expect(page.locator("[data-phrasing-decided]")).to_have_count(1)
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("r")  # the third of the list; the second is left open
    expect(page.locator("[data-phrasing-decided]")).to_have_count(2)
    with busy.database.reading() as session:
        stand = {p.text: p.approval for p in session.scalars(select(Phrasing).where(Phrasing.text.in_(SAID)))}
    assert [stand[words] for words in SAID] == [Approval.APPROVED, Approval.PROPOSED, Approval.REFUSED, Approval.PROPOSED]


def test_axe_finds_nothing_grave_where_the_lists_are_full(busy: World, enter: Callable[..., Page]) -> None:
    with busy.database.reading() as session:
        question = session.scalars(select(Unanswered.id)).first()
    page = enter("city_office")
    for there in ("/unanswered", f"/unanswered/{question}", "/phrasings", "/phrasings?show=all", "/phrasings/worth", "/synonyms",
                  "/asked", "/asked/askings"):  # fmt: skip
        page.goto(there)
        assert faults(page) == [], there
    page.set_viewport_size({"width": 390, "height": 800})
    for there in ("/unanswered", "/phrasings", "/asked"):
        page.goto(there)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, there


def test_what_an_operator_types_is_shown_and_noted_once_he_typed_it_out(world: World, enter: Callable[..., Page]) -> None:
    call_id = world.call(operator="operator")
    with world.database.writing() as session:
        session.add(Offer(call_id=call_id, account_id=world.account("operator").id, at=now(), answered_at=now()))
    page = enter("operator")
    page.goto("/desk")
    page.locator("input[name=q]").press_sequentially("社保卡丢了咋补办", delay=20)
    entry = page.locator("#answers .entry", has_text="社保卡丢了怎么补办").first
    expect(entry.locator("input[name=words]")).to_have_value("社保卡丢了咋补办")
    with page.expect_response(lambda answer: "/desk/asked" in answer.url) as noted:
        entry.locator("summary").click()
    assert noted.value.status == 204
    with page.expect_response(lambda answer: "/desk/told" in answer.url):
        entry.get_by_role("button", name="已告知", exact=True).click()
    with world.database.reading() as session:
        [row] = session.scalars(select(Asked))
    assert (row.words, row.found, row.place, row.call_id) == ("社保卡丢了咋补办", Found.CHOSEN, 1, call_id)
