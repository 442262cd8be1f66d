"""The operator's desk over a real bus: what rings is seen, at once, by the one it rings for."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from dispatch.calls import calls, desk, settling
from dispatch.calls.calls import Step
from dispatch.calls.desk import Presence, Readiness
from dispatch.calls.tellings import Telling
from dispatch.tickets.tickets import Ticket
from dispatch.transfers.transfers import Otherwise, State, Transfer
from hotline.database import Database
from hotline.events import Event
from hotline.times import now

from .support import on_sqlite, picture

pytestmark = pytest.mark.browser
World = Any
Front = Any
Enter = Callable[..., Page]
RECORD = """() => { window.heard = {};
  document.addEventListener('hotline:event', (e) => { window.heard[e.detail.sequence] = Date.now(); }); }"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def ring(world: World, front: Front, login: str = "operator", *, caller: str = "13887712345") -> str:
    """A call rings at an operator's phone, as the listener would note and tell it."""
    call_id, account = world.call(caller=caller), world.account(login)
    with world.database.writing() as session:
        calls.note(session, call_id, Step.DEPARTMENT, at=now(), department=1, name="玉溪市人力资源和社会保障局")
        calls.note(session, call_id, Step.CANDIDATE, at=now(), entry=1, question="社保卡丢了怎么补办", confirmed=False)
        desk.offer(session, call_id, account, at=now())
    front.bus.publish(Event("offer", call_id=call_id, account_id=account.id))
    return str(call_id)


def answer(world: World, front: Front, call_id: str) -> None:
    account = world.account("operator")
    with world.database.writing() as session:
        desk.answered(session, call_id, account, at=now())
    front.bus.publish(Event("answered", call_id=call_id, account_id=account.id))


def hang_up(world: World, front: Front, call_id: str) -> None:
    with world.database.writing() as session:
        settling.end(session, call_id, at=now())
        ids = [account for _, account in desk.ended(session, {call_id: now()})]
    front.bus.publish(*[Event("ended", call_id=call_id, account_id=i) for i in ids])


def live(page: Page) -> Page:
    if not page.url.endswith("/desk"):
        page.goto("/desk")
    page.locator("body.is-live").wait_for()
    return page


def test_the_card_is_there_while_the_phone_rings(world: World, front: Front, enter: Enter) -> None:
    world.call()
    page = live(enter("operator"))
    ring(world, front)
    expect(page.locator(".number")).to_have_text("138****2345")
    card = page.locator("#card")
    expect(card).to_contain_text("云南省")
    expect(card).to_contain_text("此前来电1次")
    expect(card.locator(".trail")).to_contain_text("社保卡丢了怎么补办")
    expect(card.locator(".entry").first).to_contain_text("可答复")
    assert "13887712345" not in page.content()
    expect(page.locator("#phase")).to_contain_text("正在振铃")


def test_another_operator_sees_nothing_of_it(world: World, front: Front, enter: Enter) -> None:
    page = live(enter("supervisor"))
    ring(world, front)
    page.wait_for_timeout(500)
    expect(page.locator("#card")).to_contain_text("没有来电")


def test_a_call_is_answered_told_referred_and_put_away(world: World, front: Front, enter: Enter) -> None:
    with world.database.writing() as session:
        desk.set_readiness(session, world.account("operator"), Readiness.READY, at=now()).phone_up = True
    page = live(enter("operator"))
    call_id = ring(world, front)
    answer(world, front, call_id)
    expect(page.locator("#phase")).to_contain_text("通话中")
    expect(page.locator(".phase-ringing")).to_have_count(0)
    page.locator(".entry summary").first.click()
    page.get_by_role("button", name="已告知", exact=True).click()
    expect(page.locator(".entry .pill.good")).to_contain_text("已告知")
    page.get_by_label("查找问题").fill("居住证")
    first = page.locator("#answers .entry").first
    expect(first).to_contain_text("居住证在哪里办")
    expect(first).to_contain_text("可摘要答复")
    page.get_by_label("查找问题").fill("不动产登记材料")
    expect(page.locator("#answers .entry").first).to_contain_text("只能转办")
    page.locator("#answers summary").first.click()
    expect(page.locator("#answers .say").first).not_to_contain_text("原权属证书")
    page.get_by_role("button", name="转办给该单位").first.click()
    expect(page.get_by_label("标题")).to_have_value("不动产登记材料")
    page.get_by_label("标题").fill("不动产登记材料咨询")
    page.get_by_label("事项摘要").fill("来电人想知道继承房屋的登记材料。")
    page.wait_for_timeout(300)
    picture(page, "desk", whole=True)
    hang_up(world, front, call_id)
    expect(page.locator("#phase")).to_contain_text("通话已结束")
    page.get_by_role("button", name="登记并生成查询码").click()
    shown = page.locator("#query-code").inner_text().replace(" ", "")
    assert len(shown) == 8
    assert shown.isdigit()
    page.get_by_role("button", name="处理完毕").click()
    expect(page.locator("#card")).to_contain_text("没有来电")
    with world.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        told = session.scalars(select(Telling)).one()
        assert (ticket.state, ticket.department.code, ticket.call_id) == ("to_accept", "103", call_id)
        assert ticket.recording_id is not None
        assert shown not in (ticket.code_digest or "")
        assert (told.call_id, told.by, told.heard, told.authorisation_version) == (call_id, "operator", "whole", 1)


def test_a_form_that_is_being_filled_in_stays_when_the_next_call_rings(world: World, front: Front, enter: Enter) -> None:
    page = live(enter("operator"))
    first = ring(world, front)
    answer(world, front, first)
    page.get_by_label("标题").fill("还没写完")
    hang_up(world, front, first)
    ring(world, front, caller="08772098765")
    expect(page.locator("#newer")).to_be_visible()
    expect(page.get_by_label("标题")).to_have_value("还没写完")
    page.locator("#switch").click()
    expect(page.locator(".number")).to_have_text("087****8765")


def test_what_is_typed_to_hand_the_caller_on_stays_while_the_attempt_before_is_still_told(world: World, front: Front,
                                                                                          enter: Enter) -> None:
    page = live(enter("operator"))
    call_id = ring(world, front)
    answer(world, front, call_id)
    words = page.get_by_label("联络员将听到的事项")
    words.fill("居住证怎么续签")
    with world.database.writing() as session:
        session.add(Transfer(call_id=call_id, department_id=1, account_id=world.account("operator").id, klass="consult", words="别的",
                             otherwise=Otherwise.RECORD, state=State.STOPPED, began_at=now(), waits_since=now(), settled_at=now()))
    front.bus.publish(Event("transfer", call_id=call_id, account_id=world.account("operator").id))
    expect(page.locator("#transfer")).to_contain_text("停止转接")
    expect(words).to_have_value("居住证怎么续签")


def test_opening_an_answer_is_not_telling_it(world: World, front: Front, enter: Enter) -> None:
    page = live(enter("operator"))
    answer(world, front, ring(world, front))
    page.locator(".entry summary").first.click()
    expect(page.locator(".entry .say").first).to_be_visible()
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Telling)) == 0


def test_ready_and_pause_ask_the_exchange_first_and_do_not_lie(world: World, front: Front, enter: Enter) -> None:
    page = live(enter("operator"))
    page.get_by_role("button", name="示闲").click()
    expect(page.get_by_role("button", name="示闲")).to_have_attribute("aria-pressed", "true")
    assert world.phones.asked == [("on", "6001"), ("resume", "6001")]
    world.phones.broken = True
    page.get_by_role("button", name="小休").click()
    expect(page.get_by_role("alert").filter(has_text="交换机没有应答")).to_be_visible()
    expect(page.get_by_role("button", name="示闲")).to_have_attribute("aria-pressed", "true")
    with world.database.reading() as session:
        assert session.get_one(Presence, world.account("operator").id).state == "ready"


@pytest.mark.alone
def test_an_event_is_at_the_browser_within_a_tenth_of_a_second(world: World, front: Front, enter: Enter) -> None:
    page = live(enter("operator"))
    page.evaluate(RECORD)
    account, sent = world.account("operator").id, {}
    for number in range(1, 101):
        sent[str(number)] = time.time() * 1000
        front.bus.publish(Event("presence", account_id=account, sequence=number))
        time.sleep(0.02)
    page.wait_for_function("() => Object.keys(window.heard).length === 100")
    delays = sorted(at - sent[number] for number, at in page.evaluate("() => window.heard").items())
    print(f"event to browser: p50 {delays[49]:.1f} ms, p99 {delays[98]:.1f} ms")
    assert delays[98] < 100


def test_without_the_bus_the_desk_looks_by_itself_and_says_so(world: World, front: Front, enter: Enter,
                                                              valkey: Any) -> None:
    page = live(enter("operator"))
    valkey.stop()
    expect(page.locator(".blind")).to_be_visible()
    ring(world, front)
    expect(page.locator(".number")).to_have_text("138****2345", timeout=12_000)


def test_one_stream_serves_all_the_tabs_of_a_browser(front: Front, enter: Enter, monkeypatch: Any) -> None:
    monkeypatch.setattr("admin_ui.views.desk_events.BEAT", 0.3)  # so that a stream that is gone is seen to be gone
    page = live(enter("operator"))
    tabs = [live(page.context.new_page()) for _ in range(3)]
    page.wait_for_timeout(1000)
    assert len(front.app.extensions["house"].fan_out._listeners) == 1
    page.close()
    tabs[0].wait_for_timeout(1000)
    assert len(front.app.extensions["house"].fan_out._listeners) == 1


def test_a_locked_operator_hears_no_more(world: World, front: Front, enter: Enter, monkeypatch: Any) -> None:
    monkeypatch.setattr("admin_ui.views.desk_events.BEAT", 0.5)
    live(enter("operator"))
    from hotline.accounts import keeping
    from hotline.accounts.accounts import Account

    with world.database.writing() as session:
        keeping.lock(session, session.get_one(Account, world.account("operator").id), by=world.account("administrator"),
                     at=now())
    until = time.monotonic() + 5
    while front.app.extensions["house"].fan_out._listeners and time.monotonic() < until:
        time.sleep(0.1)
    assert not front.app.extensions["house"].fan_out._listeners


