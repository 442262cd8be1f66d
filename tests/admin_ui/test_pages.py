"""The pages as people use them, in real Chromium."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, text

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from dispatch.calls import settling, tellings
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from hotline.audit import AuditRow, chain
from hotline.database import Database
from hotline.times import local_day, now
from knowledge_base.entries import EntryVersion
from tests.dispatch import town

from .support import listen, on_sqlite, picture

pytestmark = pytest.mark.browser
World = Any
Enter = Callable[..., Page]

WIDTHS = (1280, 390)  # a desk's window and a telephone's
BASICS = """() => {
  const wrong = [];
  if (!document.documentElement.lang) wrong.push('no lang');
  if (!document.title.trim()) wrong.push('no title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('h1: ' + document.querySelectorAll('h1').length);
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    const named = field.labels.length || field.getAttribute('aria-label') || field.getAttribute('aria-labelledby');
    if (!named) wrong.push('unlabelled ' + field.name);
  }
  for (const button of document.querySelectorAll('button, a[href]')) {
    if (!(button.textContent.trim() || button.getAttribute('aria-label'))) wrong.push('nameless ' + button.outerHTML);
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((x) => x === id).length > 1) wrong.push('twice #' + id);
  for (const image of document.querySelectorAll('img:not([alt])')) wrong.push('img ' + image.src);
  if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push('wider than the window');
  return wrong;
}"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def test_five_wrong_passwords_lock_the_account_also_for_the_right_one(enter: Enter) -> None:
    page = enter("")
    for password in [*["wrong"] * 5, "correct horse battery"]:
        page.get_by_label("账号").fill("operator")
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确，或账号已被锁定")
    picture(page, "sign-in")


def test_a_matter_goes_from_liaison_to_leader_to_the_hotline(world: World, enter: Enter) -> None:
    number = world.ticket()
    liaison = enter("liaison", width=390, height=780)
    liaison.get_by_role("link", name=number).click()
    listen(liaison, "handle")
    picture(liaison, "ticket-phone")
    liaison.get_by_role("button", name="签收").click()
    liaison.get_by_label("给来电人的答复").fill("经核实，三月失业金已于今日补发，请注意查收。")
    liaison.get_by_role("button", name="提交签发").click()
    leader = enter("leader")
    leader.get_by_role("link", name="轮到我办的工单").click()
    leader.get_by_role("link", name=number).click()
    leader.get_by_role("button", name="签发", exact=True).click()
    expect(leader.locator("main").get_by_role("alert")).to_contain_text("请确认答复不涉密后再签发")
    leader.get_by_label("已审阅").check()
    leader.get_by_role("button", name="签发", exact=True).click()
    supervisor = enter("supervisor")
    supervisor.get_by_role("link", name=number).click()
    picture(supervisor, "ticket")
    supervisor.get_by_role("button", name="答复切题，通过").click()
    expect(supervisor.locator(".state-to_call_back")).to_be_visible()
    assert world.of(number).state == State.TO_CALL_BACK
    supervisor.goto("/callbacks")
    expect(supervisor.locator("main")).to_contain_text("138****2345")


def test_a_return_needs_a_reason_and_takes_the_ticket_out_of_reach(world: World, enter: Enter) -> None:
    number = world.ticket()
    page = enter("liaison")
    page.get_by_role("link", name=number).click()
    page.locator("summary", has_text="退单").click()
    page.get_by_label("退单理由").fill("不属于本单位职责，应由医保局办理")
    page.get_by_role("button", name="退单").click()
    page.wait_for_url("**/tickets")
    expect(page.get_by_role("link", name=number)).to_have_count(0)
    assert world.of(number).state == State.TO_DISPATCH


def test_of_two_who_act_at_once_the_second_is_told(world: World, enter: Enter) -> None:
    number = world.ticket()
    first, second = enter("liaison"), enter("liaison")
    first.goto(f"/tickets/{number}")
    second.goto(f"/tickets/{number}")
    first.get_by_role("button", name="签收").click()
    first.get_by_label("给来电人的答复").wait_for()
    second.get_by_role("button", name="签收").click()
    expect(second.locator("main").get_by_role("alert").first).to_contain_text("工单已被他人更新")


def test_the_language_switch_turns_the_page_to_english_and_back(enter: Enter) -> None:
    page = enter("supervisor")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tickets")
    page.goto("/calls")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calls")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("通话")


def test_a_number_is_unmasked_for_a_reason_that_is_noted(world: World, enter: Enter) -> None:
    number = world.ticket(Klass.COMPLAINT)
    page = enter("supervisor")
    page.goto(f"/tickets/{number}")
    page.get_by_label("查看理由").fill("回访核实地址")
    page.get_by_role("button", name="查看完整号码").click()
    expect(page.locator(".full-number")).to_have_text("13887712345")
    with world.database.reading() as session:
        row = session.scalar(select(AuditRow).where(AuditRow.deed == "number.unmasked"))
    assert (row.by, row.thing, row.reason) == ("supervisor", number, "回访核实地址")


def test_a_temporary_password_must_be_changed_and_ends_what_was_open(enter: Enter) -> None:
    operator, office = enter("operator"), enter("administrator")
    office.on("dialog", lambda dialog: dialog.accept())
    office.locator("tr", has_text="李晓琴").get_by_role("button", name="重置密码").click()
    temporary = office.locator("#temporary").inner_text()
    operator.goto("/desk")
    operator.get_by_label("账号").fill("operator")
    operator.get_by_label("密码").fill(temporary)
    operator.get_by_role("button", name="登录").click()
    expect(operator.get_by_role("heading", level=1)).to_have_text("修改密码")
    operator.goto("/desk")
    expect(operator.get_by_role("heading", level=1)).to_have_text("修改密码")
    operator.get_by_label("原密码").fill(temporary)
    operator.get_by_label("新密码（").fill("my very own words")
    operator.get_by_label("再次输入").fill("my very own words")
    operator.get_by_role("button", name="保存").click()
    operator.wait_for_url("**/desk")


def test_the_audit_trail_is_verified_on_the_page(world: World, enter: Enter) -> None:
    page = enter("auditor")
    with world.database.writing() as session:
        chain.seal(session)
    page.get_by_role("button", name="校验记录链").click()
    expect(page.locator("#verified")).to_contain_text("记录链完整")
    with world.database.writing() as session:
        guards = text("SELECT name FROM sqlite_master WHERE tbl_name = 'audit_row' AND type = 'trigger'")
        for guard in session.scalars(guards).all():
            session.execute(text(f"DROP TRIGGER {guard}"))  # as somebody with the file in his hands might
        row = session.scalars(select(AuditRow).order_by(AuditRow.id)).first()
        row.by = "somebody else"
    page.get_by_role("button", name="校验记录链").click()
    expect(page.locator("#verified")).to_contain_text("记录链不完整")


PAGES = {
    "supervisor": ("/desk", "/tickets", "/calls", "/callbacks", "/knowledge", "/knowledge/1", "/authorisations",
                   "/departments", "/departments/1", "/figures", "/barring", "/flags", "/switches", "/menu",
                   "/calendar", "/password", "/nowhere", "/assessments", "/own-calls"),
    "liaison": ("/tickets", "/knowledge", "/departments/1"),
    "administrator": ("/accounts", "/system"),
    "auditor": ("/audit", "/figures", "/figures/departments"),
}  # fmt: skip


@pytest.mark.parametrize("login", list(PAGES))
def test_every_page_is_labelled_named_and_fits_its_window(world: World, enter: Enter, login: str) -> None:
    number, guarded = world.ticket(), world.ticket(Klass.COMPLAINT)
    page = enter(login)
    more = (f"/tickets/{number}", f"/tickets/{guarded}") if login in ("supervisor", "liaison") else ()
    calls = (f"/calls/{world.of(number).call_id}",) if login == "supervisor" else ()
    for lang in ("zh", "en"):
        for path in (*PAGES[login], *more, *calls):
            page.goto(f"{path}?lang={lang}")
            page.wait_for_load_state("load")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 860})
                assert page.evaluate(BASICS) == [], (lang, path, width)


def an_answered_call(world: World) -> str:
    """An operator told one answer, and both hung up; its id."""
    call_id: str = world.call(operator="operator", recorded=True)
    with world.database.writing() as session:
        version = session.scalars(select(EntryVersion).where(EntryVersion.entry_id == 1)).one()
        found = offered(session, 1, channel=Channel.OPERATOR, at=now())
        assert found is not None
        assert isinstance(found.decision, Answer)
        tellings.tell(session, call_id, found.decision, channel=Channel.OPERATOR, entry_id=1,
                      entry_version_id=version.id, by="operator", at=now())  # fmt: skip
        settling.end(session, call_id, at=now() + timedelta(seconds=6))
    return call_id


def test_the_pictures_for_the_documents_are_what_people_see(world: World, enter: Enter) -> None:
    for klass, to, title in ((Klass.CONSULT, "101", "失业金一直没有到账"), (Klass.COMPLAINT, "102", "反映窗口排队时间过长"),
                             (Klass.HELP, "103", "老房子没有产权证怎么办"), (Klass.REPORT, "101", "反映某企业拖欠工资"),
                             (Klass.SUGGESTION, "102", "建议增设夜间办证窗口")):
        number = world.ticket(klass, to=to, title=title)
    with world.database.writing() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.title.startswith("老房子"))).one()
        ticket.due_at = now() - timedelta(hours=30)
        reply = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        town.put(session, reply, State.TO_CHECK)
        reply.reply, reply.replied_by, reply.signed_by = "已纳入明年计划。", "liaison_b", "leader_b"
    world.day_of_calls()
    day = (local_day(now()) - timedelta(days=1)).isoformat()
    page = enter("supervisor")
    for path, name in (("/tickets", "tickets"), ("/knowledge/1", "entry"), ("/authorisations", "authorisations"),
                       (f"/figures?day={day}", "figures"), ("/calls", "calls"), ("/knowledge", "knowledge")):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        picture(page, name)
    page.goto(f"/calls/{an_answered_call(world)}")
    listen(page, "quality")
    picture(page, "call")
    night = enter("supervisor", dark=True)
    night.goto(f"/figures?day={day}")
    picture(night, "figures-dark")
    for login, path, name in (("administrator", "/accounts", "accounts"), ("auditor", "/audit", "audit"),
                              ("liaison", "/tickets", "tickets-phone")):
        other = enter(login, width=390 if login == "liaison" else 1280)
        other.goto(path)
        picture(other, name)
