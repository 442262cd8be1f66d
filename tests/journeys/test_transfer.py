"""A caller is handed to a department: busy, no answer, the section; three talk; one leaves; nobody, and he is recorded."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.exchange import Exchange
from cli.installation import secret
from cli.sip_scenario import Say, Signal, Told, Touch, Wait
from dispatch.calls.calls import Call, Leg, Step
from dispatch.tickets.tickets import Ticket, TicketStep
from dispatch.transfers.transfers import State, Transfer, TransferAttempt
from hotline.calendar.days import CalendarDay
from hotline.directory.departments import Department, by_code
from hotline.directory.liaisons import Liaison, Position
from hotline.times import local_day, now
from hotline.voice import alaw
from recordings.recordings import Kind, Recording
from recordings.recordings import State as Kept
from tests.exchange.conftest import until
from tests.journeys import ears, prompter
from tests.journeys.browser import Enter, windows
from tests.journeys.conftest import House
from tests.journeys.liaisons import BUSY, SILENT, scenario

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(240)]
EXTENSION = "8002"
CALLER_HERTZ, OPERATOR_HERTZ, LIAISON_HERTZ = 450, 1050, 1750
SPEAKING = "13800000411"
ALONE = "13800000412"


def tone(folder: Path, hertz: int, seconds: float = 60) -> Path:
    """A voice that can be told from the others."""
    path = folder / f"{hertz}.alaw"
    path.write_bytes(alaw.encode(np.sin(np.arange(int(8000 * seconds)) * 2 * np.pi * hertz / 8000).astype(np.float32) / 6))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("transfer")


@pytest.fixture(scope="module")
def offices(house: House) -> None:
    """101 has a liaison who talks, one who doesn't answer, and a section; 102 one who is busy. Both are open today."""
    with house.database.writing() as session:
        session.merge(CalendarDay(day=local_day(now()), county_code="", works=True, reason="试验"))
        _office(session, "101", (Position.A, f"0877-96010{BUSY}"), (Position.B, f"0877-96010{SILENT}"), (Position.SECTION, "0877-9601011"))
        _office(session, "102", (Position.A, f"0877-96020{SILENT}"))
        _office(session, "103", (Position.A, f"0877-96030{BUSY}"))


def _office(session: Session, code: str, *liaisons: tuple[Position, str]) -> Department:
    office = by_code(session, code)
    assert office is not None
    office.office_hours = [{"days": "1-7", "open": "00:00", "close": "24:00"}]
    session.add_all(Liaison(department_id=office.id, name="某联络员", position=p, phone=phone) for p, phone in liaisons)
    return office


@pytest.fixture(scope="module")
def desk(house: House, offices: None, folder: Path, launch: Callable[[], Browser]) -> Iterator[Page]:
    """An operator who is ready, with a telephone that hums."""
    browser = launch()
    enter: Enter = windows(house, browser)
    password = secret(house.settings.folder, f"phone_{EXTENSION}")
    hums = Say(tone(folder, OPERATOR_HERTZ))
    with sip.phone(EXTENSION, password, hums, Wait(100), exchange=house.port, ring=1):
        page = enter("operator2")
        page.goto("/desk")
        expect(page.get_by_text("话机在线")).to_be_visible(timeout=10_000)
        page.get_by_role("button", name="示闲").click()
        expect(page.locator("#line")).to_contain_text("示闲 · 自")
        yield page
        page.get_by_role("button", name="离席").click()
    browser.close()


def hand_on(house: House, desk: Page, caller: str, office: str) -> None:
    """Wait until the operator talks to this caller, then hand him to a department."""
    taken = select(Call.id).where(Call.caller == caller, Call.answered_at.is_not(None))
    house.eventually(lambda session: session.scalar(taken), 30)
    panel = desk.locator("#transfer")
    panel.locator("select[name=department]").select_option(label=office)
    panel.get_by_label("联络员将听到的事项").fill("居住证怎么续签")
    panel.get_by_role("button", name="转接承办单位").click()


def transfers_of(house: House, caller: str, state: State, seconds: float = 40) -> Transfer:
    query = select(Transfer).join(Call, Call.id == Transfer.call_id).where(Call.caller == caller)

    def found(session: Session) -> Transfer | None:
        row = session.scalar(query.order_by(Transfer.id.desc()).limit(1))
        return row if row is not None and row.state == state else None

    return house.eventually(found, seconds)


def attempts_of(house: House, transfer: Transfer) -> list[TransferAttempt]:
    with house.database.reading() as session:
        query = select(TransferAttempt).where(TransferAttempt.transfer_id == transfer.id)
        return list(session.scalars(query.order_by(TransferAttempt.number)))


def heard(house: House, sound: Recording, begins: datetime, ends: datetime) -> tuple[set[int], set[int]]:
    """Whose tones are among the loud ones between two moments, half a second off each: on the citizen's side, and on
    ours."""
    first, last = ((moment - sound.began_at).total_seconds() for moment in (begins, ends))
    sides = ears.samples(ears.opened(house, Path(sound.path)))[int((first + 0.5) * 8000) : int((last - 0.5) * 8000)].T
    citizen, ours = (_tones(side) for side in sides)
    return citizen, ours


def _tones(side: ears.Samples) -> set[int]:
    power = np.abs(np.fft.rfft(side * np.hanning(len(side))))
    least = max(power.max() / 8, len(side) / 400)  # no tone of ours is so soft

    def loud(hertz: int) -> bool:
        place = round(hertz * len(side) / 8000)
        return bool(power[place - 3 : place + 4].max() > least)

    return {hertz for hertz in (CALLER_HERTZ, OPERATOR_HERTZ, LIAISON_HERTZ) if loud(hertz)}


def test_three_talk_one_leaves_and_the_room_is_gone_with_the_caller(house: House, desk: Page, folder: Path) -> None:
    exchange = Exchange(house.here.plan())
    trunk = int(house.settings.trunk_contact.rpartition(":")[2])
    liaison = sip.answer(Wait(2), Touch("1", 0.2), Say(tone(folder, LIAISON_HERTZ)), Wait(90), port=trunk, scenario=scenario(folder))
    caller = prompter.call(house, SPEAKING, Wait(2), Signal("0"), Say(tone(folder, CALLER_HERTZ)), Told())
    with liaison, caller as line:
        hand_on(house, desk, SPEAKING, "101 公安局")
        expect(desk.locator("#transfer")).to_contain_text("正在转接")
        transfer = transfers_of(house, SPEAKING, State.CONNECTED)
        together = now()
        expect(desk.locator("#transfer")).to_contain_text("来电人和联络员继续通话")
        time.sleep(3)
        leaves = now()
        desk.get_by_role("button", name="退出三方通话").click()
        expect(desk.locator("#phase")).to_contain_text("通话已结束")
        left = now()
        with house.database.reading() as session:
            assert session.get_one(Call, transfer.call_id).ended_at is None
        assert transfer.call_id in exchange.cli("confbridge list")
        time.sleep(4)
        prompter.hang_up(line)
    call = house.call_of(SPEAKING)
    assert transfer.call_id not in exchange.cli("confbridge list")
    assert "0 active channels" in exchange.cli("core show channels")
    rows = attempts_of(house, transfer)
    assert [(r.position, r.outcome) for r in rows] == [("A", "busy"), ("B", "no_answer"), ("section", "answered")]
    assert all(row.ended_at for row in rows)
    kinds = [kind for kind in house.kinds(call) if kind.startswith("transfer")]
    assert kinds == [Step.TRANSFER_BEGAN, *[Step.TRANSFER_TRIED] * 3, Step.TRANSFER_JOINED]
    _legs(house, call, rows[-1].id)
    whole = _sound(house, call.id, Kind.CALL)
    assert call.ended_at is not None
    assert whole.seconds == pytest.approx((call.ended_at - whole.began_at).total_seconds(), abs=0.5)
    assert heard(house, whole, together, leaves) == ({CALLER_HERTZ}, {OPERATOR_HERTZ, LIAISON_HERTZ})
    assert heard(house, whole, left, left + timedelta(seconds=3)) == ({CALLER_HERTZ}, {LIAISON_HERTZ})
    assert heard(house, _leg(house, rows[-1].id), left, left + timedelta(seconds=3)) == ({CALLER_HERTZ}, {LIAISON_HERTZ})


def _leg(house: House, uniqueid: str) -> Recording:
    with house.database.reading() as session:
        return session.scalars(select(Recording).where(Recording.leg == uniqueid)).one()


def _legs(house: House, call: Call, liaison: str) -> None:
    """Each channel is a leg of the call, and each officer has a recording of his own."""
    with house.database.reading() as session:
        legs = {leg.uniqueid for leg in session.scalars(select(Leg).where(Leg.call_id == call.id))}
        assert liaison in legs
        assert len(legs) == 3
    query = select(Recording).where(Recording.call_id == call.id, Recording.kind == Kind.LEG, Recording.state == Kept.COMPLETE)
    house.eventually(lambda session: True if len(session.scalars(query).all()) == 2 else None, 15)


def _sound(house: House, call_id: str, kind: Kind) -> Recording:
    query = select(Recording).where(Recording.call_id == call_id, Recording.kind == kind, Recording.state == Kept.COMPLETE)
    return house.eventually(lambda session: session.scalar(query), 15)


def test_by_0_he_is_back_with_his_operator_and_when_nobody_comes_his_question_is_recorded(
    house: House, desk: Page, folder: Path
) -> None:
    trunk = int(house.settings.trunk_contact.rpartition(":")[2])
    desk.get_by_role("button", name="示闲").click()
    steps = (Wait(2), Signal("0"), Told(), Signal("0"), Say(tone(folder, CALLER_HERTZ)), Told())
    with (
        sip.answer(port=trunk, scenario=scenario(folder)),
        prompter.call(house, ALONE, *steps) as line,
    ):
        hand_on(house, desk, ALONE, "102 民政局")
        rings = select(TransferAttempt.id).join(Transfer).join(Call, Call.id == Transfer.call_id).where(Call.caller == ALONE)
        house.eventually(lambda session: session.scalar(rings))
        prompter.go_on(line, 2)
        stopped = transfers_of(house, ALONE, State.STOPPED)
        expect(desk.locator("#transfer")).to_contain_text("停止转接")
        hand_on(house, desk, ALONE, "103 司法局")
        nobody = transfers_of(house, ALONE, State.NOBODY)
        expect(desk.locator("#phase")).to_contain_text("通话已结束")
        with house.database.reading() as session:  # the operator is free while his caller speaks
            assert session.get_one(Call, nobody.call_id).ended_at is None
        until(lambda: any((house.settings.spool / "messages").glob(f"{nobody.call_id}*.wav")))
        time.sleep(5)  # he speaks
        prompter.hang_up(line)
    call = house.call_of(ALONE)
    assert [row.outcome for row in attempts_of(house, stopped)] == ["stopped"]
    assert [row.outcome for row in attempts_of(house, nobody)] == ["busy"]
    ticket = house.eventually(lambda session: session.scalar(select(Ticket).where(Ticket.call_id == call.id)), 20)
    with house.database.reading() as session:
        steps_of = session.scalars(select(TicketStep).where(TicketStep.ticket_id == ticket.id, TicketStep.action == "transfer_tried"))
        assert [step.detail["tried"] for step in steps_of] == ["stopped", "busy"]
    assert _sound(house, call.id, Kind.MESSAGE).seconds
