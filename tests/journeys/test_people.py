"""A person takes the call, refers the matter, and the citizen is told: from ringing to closed."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from cli import sip
from cli.installation import secret
from cli.sip_scenario import Press, Signal, Told, Wait
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls import calls, settling
from dispatch.calls.calls import Call, Outcome
from dispatch.tickets import intake, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.directory.departments import by_code
from hotline.times import local, now
from recordings.recordings import Recording
from recordings.recordings import State as Kept
from tests.dispatch.town import Staff, bring
from tests.journeys import ears, prompter, town
from tests.journeys.browser import Enter, windows
from tests.journeys.conftest import House

pytestmark = [pytest.mark.journey, pytest.mark.browser]
EXTENSION = "8001"


@pytest.fixture(scope="module")
def enter(house: House, launch: Callable[[], Browser]) -> Iterator[Enter]:
    browser = launch()
    yield windows(house, browser)
    browser.close()


@pytest.fixture(scope="module")
def desk(house: House, enter: Enter) -> Iterator[Page]:
    """An operator who has signed in and on, with a telephone that rings as long as his page may take to show who calls."""
    password = secret(house.settings.folder, f"phone_{EXTENSION}")
    with sip.phone(EXTENSION, password, Wait(180), exchange=house.port, ring=6):
        page = enter("operator1")
        page.goto("/desk")
        expect(page.get_by_text("话机在线")).to_be_visible()
        page.get_by_role("button", name="示闲").click()
        expect(page.locator("#line")).to_contain_text("示闲 · 自")
        yield page
        page.get_by_role("button", name="离席").click()


CONSULT, COMPLAINT, RANG_BEFORE = "13800000301", "13800000302", timedelta(days=3)
MARKS = {"公安局": "可答复", "民政局": "只能转办", "司法局": "只能转办", "水利局": "只能转办", "林草局": "只能转办"}


@pytest.fixture(scope="module")
def lodged(house: House, desk: Page) -> dict[str, Ticket]:
    """Two citizens rang, one of them not for the first time: a question, and a complaint."""
    with house.database.writing() as session:
        earlier = now() - RANG_BEFORE
        calls.begin(session, "earlier", caller=COMPLAINT, at=earlier)
        session.flush()
        settling.end(session, "earlier", at=earlier + timedelta(minutes=2))
    consult = _refer(house, desk, CONSULT, "consult", "身份证换领咨询", before="此前没有来电")
    desk.get_by_role("button", name="示闲").click()
    day = f"{local(earlier):%m-%d}"
    return {CONSULT: consult, COMPLAINT: _refer(house, desk, COMPLAINT, "complaint", "窗口态度不好", before=day)}


def _refer(house: House, desk: Page, caller: str, klass: str, title: str, *, before: str) -> Ticket:
    """A citizen rings, the operator sees him, takes the call and refers the matter to 101."""
    with sip.call(Wait(2), Signal("0", 0), Told(), port=house.port, caller=caller) as line:
        ringing = desk.locator(".phase-ringing")
        expect(ringing).to_be_visible()
        _sees(desk, caller, before)
        taken = select(Call.id).where(Call.caller == caller, Call.answered_at.is_not(None), Call.ended_at.is_(None))
        house.eventually(lambda session: session.scalar(taken))
        expect(ringing).to_have_count(0)
        desk.locator("select[name=klass]").select_option(klass)
        desk.locator("#refer-to").select_option(label="101 公安局")
        desk.get_by_label("标题").fill(title)
        desk.get_by_label("事项摘要").fill("来电人想知道身份证怎么换领。")
        desk.get_by_label("来电人称呼").fill("李女士")
        desk.get_by_role("button", name="登记并生成查询码").click()
        expect(desk.locator("#query-code")).to_be_visible()
        prompter.hang_up(line)
    call = house.call_of(caller)
    assert call.outcome == Outcome.ANSWERED_BY_OPERATOR
    assert {"queued", "offered", "answered", "referred"} <= set(house.kinds(call))
    return house.eventually(lambda session: session.scalar(select(Ticket).where(Ticket.call_id == call.id)))


def _sees(desk: Page, caller: str, before: str) -> None:
    """While it rings: the number masked, what went before in counts and dates, and of each suggestion what may be said."""
    card = desk.locator(".card-call")
    expect(card).to_contain_text(f"{caller[:3]}****{caller[-4:]}")
    expect(card).not_to_contain_text(caller)
    expect(card).to_contain_text(before)
    expect(card).to_contain_text("此前来电1次" if before != "此前没有来电" else before)
    suggestions = desk.locator("#answers .entry")
    expect(suggestions).to_have_count(len(MARKS))
    for place, (department, mark) in enumerate(MARKS.items()):
        expect(suggestions.nth(place)).to_contain_text(f"{town.QUESTION}{department}{mark}")


@pytest.fixture(scope="module")
def closed(house: House, enter: Enter, lodged: dict[str, Ticket]) -> dict[str, Ticket]:
    """The department accepted and answered both, its leader signed, the hotline checked, and both were called back."""
    numbers = [ticket.number for ticket in lodged.values()]
    liaison, leader, checker = enter("liaison.101"), enter("leader.101"), enter("supervisor")
    for number in numbers:
        liaison.goto("/tickets")
        liaison.get_by_role("link", name=number).click()
        liaison.get_by_role("button", name="签收").click()
        liaison.get_by_label("给来电人的答复").fill(town.ANSWER)
        liaison.get_by_role("button", name="提交签发").click()
    for number in numbers:
        leader.goto(f"/tickets/{number}")
        leader.get_by_label("已审阅").check()
        leader.get_by_role("button", name="签发", exact=True).click()
    citizens = int(house.settings.trunk_contact.rpartition(":")[2])
    with sip.answer(Wait(3), Press("1", 11), Press("2", 8), port=citizens, calls=2) as lines:
        for number in numbers:
            checker.goto(f"/tickets/{number}")
            checker.get_by_role("button", name="答复切题，通过").click()
        done = {caller: _ticket(house, ticket.number, State.CLOSED) for caller, ticket in lodged.items()}
        assert lines.result(120).failed == 0
    return done


def _ticket(house: House, number: str, state: State) -> Ticket:
    query = select(Ticket).where(Ticket.number == number, Ticket.state == state)
    return house.eventually(lambda session: session.scalar(query), 90)


def test_a_matter_carries_its_calls_recording_and_a_deadline_to_its_department_alone(
    house: House, enter: Enter, lodged: dict[str, Ticket]
) -> None:
    ticket = lodged[CONSULT]
    assert ticket.due_at is not None
    kept = select(Recording).where(Recording.id == ticket.recording_id, Recording.state == Kept.COMPLETE)
    assert house.eventually(lambda session: session.scalar(kept)).call_id == ticket.call_id
    sound = enter("liaison.101").request.get(f"/recordings/{ticket.recording_id}/sound?purpose=handle")
    assert (sound.status, sound.body()[:4]) == (200, b"RIFF")
    stranger = enter("liaison.102")
    stranger.goto("/tickets")
    expect(stranger.get_by_text(ticket.number)).to_have_count(0)
    assert stranger.request.get(f"/tickets/{ticket.number}").status == 404
    assert stranger.request.get(f"/recordings/{ticket.recording_id}/sound?purpose=handle").status == 404


def test_the_department_complained_of_reaches_neither_recording_nor_caller(
    enter: Enter, lodged: dict[str, Ticket]
) -> None:
    for login in ("liaison.101", "leader.101"):
        page = enter(login)
        page.goto(f"/tickets/{lodged[COMPLAINT].number}")
        expect(page.get_by_text("来电人想知道身份证怎么换领。")).to_be_visible()
        _reveals_nothing(page, lodged[COMPLAINT])


def _reveals_nothing(page: Page, ticket: Ticket, *calls: str) -> None:
    """Neither the ticket's page nor any other address tells who called, or lets him be heard."""
    page.goto(f"/tickets/{ticket.number}")
    content = page.content()
    for word in (COMPLAINT, COMPLAINT[-4:], "李女士", "/recordings/", *calls):
        assert word not in content, word
    addresses = ["/calls", "/calls/export.csv", "/callbacks", f"/desk/referrals/new?call_id={ticket.call_id}"]
    addresses += [f"/recordings/{ticket.recording_id}/{what}" for what in ("sound", "shape")]
    addresses += [f"/calls/{call}{what}" for call in (ticket.call_id, *calls) for what in ("", "/number")]
    for address in addresses:
        assert page.request.get(address).status in {403, 404, 405}, address
    exported = page.request.get("/tickets/export.csv").text()
    assert ticket.number in exported
    assert COMPLAINT[-4:] not in exported
    assert "李女士" not in exported
    assert ticket.number in page.request.get("/tickets", params={"q": ticket.title}).text()
    for word in (COMPLAINT, COMPLAINT[-4:], "李女士"):
        assert ticket.number not in page.request.get("/tickets", params={"q": word}).text(), word


@pytest.mark.parametrize("caller", [CONSULT, COMPLAINT], ids=["consult", "complaint"])
def test_a_matter_goes_from_ringing_to_closed(house: House, closed: dict[str, Ticket], caller: str) -> None:
    ticket = closed[caller]
    assert (ticket.replied_by, ticket.signed_by, ticket.checked_by) == ("liaison.101", "leader.101", "supervisor")
    assert (ticket.satisfaction, ticket.reached, ticket.reply) == (2, True, town.ANSWER)
    call = _called_back_once(house, ticket)
    heard = ears.of_call(house, call.id)
    _, announced = heard.prompt("callback_answer_is")
    assert heard.hears(town.ANSWER, after=announced)


def test_of_a_closed_complaint_the_department_learns_no_more(
    house: House, enter: Enter, closed: dict[str, Ticket]
) -> None:
    call = _called_back_once(house, closed[COMPLAINT])
    for login in ("liaison.101", "leader.101"):
        _reveals_nothing(enter(login), closed[COMPLAINT], call.id)


def _called_back_once(house: House, ticket: Ticket) -> Call:
    with house.database.reading() as session:
        callback = session.scalars(select(Callback).where(Callback.ticket_id == ticket.id)).one()
        attempt = session.scalars(select(Attempt).where(Attempt.callback_id == callback.id)).one()
    assert (callback.attempts, callback.state, attempt.outcome) == (1, "done", "told")
    call = house.eventually(lambda session: session.scalar(
        select(Call).where(Call.id == attempt.call_id, Call.ended_at.is_not(None))))  # fmt: skip
    assert (call.direction, call.outcome) == ("out", Outcome.CALLED_BACK)
    return call


CODE, PERSONAL = "73519284", "您的身份证已制作完成，证件号末四位4512。"


def _owed_by_a_person(house: House, caller: str) -> tuple[int, str]:
    """A personal reply that passed the hotline's check: its call-back, and the ticket's number."""
    at, matter = now(), Matter(Klass.CONSULT, "身份证办好了吗", "来电人询问身份证是否制作完成。", caller_name="李女士")
    with house.database.writing() as session:
        people = {account.login: account for account in session.scalars(select(Account))}
        calls.begin(session, "personal", caller=caller, at=at)
        session.flush()
        ticket = intake.refer(session, matter, call=session.get_one(Call, "personal"), recording=None, code=CODE,
                                 by="operator1", settings=house.settings, at=at)  # fmt: skip
        settling.end(session, "personal", at=at)
        unit = by_code(session, town.AUTHORISED)
        assert unit is not None
        by = Staff(unit, people["supervisor"], people["liaison.101"], people["leader.101"])
        bring(session, ticket, State.TO_CHECK, by=by, settings=house.settings, at=at, personal=True)
        ticket.reply = PERSONAL
        referrals.pass_reply(session, ticket, by=by.supervisor, settings=house.settings, at=at)
        session.flush()
        return session.scalars(select(Callback.id).where(Callback.ticket_id == ticket.id)).one(), ticket.number


def test_a_personal_reply_is_told_by_an_operator_who_verified_the_citizen(house: House, desk: Page) -> None:
    owed, number = _owed_by_a_person(house, "13800000303")
    citizen = house.settings.trunk_contact.rpartition(":")[2]
    desk.goto(f"/callbacks/{owed}")
    desk.get_by_role("button", name="领取本次回访").click()
    with sip.answer(Wait(12), port=int(citizen), calls=1) as line:
        desk.get_by_role("button", name="拨打来电人").click()
        expect(desk.locator("main")).not_to_contain_text(PERSONAL)
        query = select(Call).join(Attempt, Attempt.call_id == Call.id).where(Attempt.callback_id == owed)
        desk.get_by_label("对方说出的查询码").fill(CODE)
        desk.get_by_role("button", name="核对查询码").click()
        expect(desk.locator("#reply")).to_contain_text(PERSONAL)
        assert line.result(120).failed == 0, "the citizen was rung through the trunk, and heard the operator"
    desk.get_by_label("对承办单位的满意度").select_option("2")
    desk.get_by_label("对接线员的满意度").select_option("1")
    desk.get_by_role("button", name="已告知").click()
    closed = _ticket(house, number, State.CLOSED)
    assert (closed.satisfaction, closed.operator_satisfaction, closed.reached) == (2, 1, True)
    call = house.eventually(lambda session: session.scalar(query.where(Call.ended_at.is_not(None))))
    assert (call.direction, call.outcome, call.caller) == ("out", Outcome.CALLED_BACK, "13800000303")
    kept = select(Recording).where(Recording.call_id == call.id, Recording.state == Kept.COMPLETE)
    sound = house.eventually(lambda session: session.scalar(kept))
    assert sound.seconds is not None
    assert sound.seconds > 10
    desk.goto("/desk")
