"""An operator's telephone in his browser, over WSS: rung in every tab, answered by a key, heard on both sides, recorded."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from cli import draining
from cli.engine import ExchangeError
from cli.exchange import Exchange
from cli.sip import free_port
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.desk import Presence
from dispatch.line import browser_phones
from dispatch.line.browser_phones import STORE
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.exchange import actions, holding, nodes
from hotline.exchange.link import Link
from hotline.times import now
from hotline.voice import alaw
from recordings.recordings import Recording, State
from tests.admin_ui.support import picture
from tests.journeys import ears, town
from tests.journeys.browser import windows
from tests.journeys.conftest import BROWSER_PHONE, House, a_house, free_ports
from tests.support.axe import faults
from tests.support.own_records import ONE, TWO
from tests.support.sound import EVENT, lasts, tone
from tests.support.telephone import Telephone
from tests.voice.studio_sounds import file

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.proof, pytest.mark.timeout(240)]
OPERATOR, CALLER, TO_FIRST, TO_SECOND = "operator.browser", "13800000611", "13800000622", "13800000633"
SAYS, HEARS = 625.0, 1000.0  # Hz: what the operator says, and the caller
RATE = 48_000
SIGNED_IN, UNREACHABLE, REFUSED, DISPLACED = "已登录，来电在此振铃", "连不上交换机", "交换机拒绝了本分机的登录", "本分机已在别处登录"
NO_MICROPHONE = "无法使用麦克风"
PULLED = "() => { navigator.mediaDevices.enumerateDevices = async () => []; navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }"
PLUGGED = "() => { delete navigator.mediaDevices.enumerateDevices; navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }"
FLAGS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection",
         "--ignore-certificate-errors", "--disable-features=WebRtcHideLocalIpsWithMdns"]  # fmt: skip
PATIENCE = re.compile(r"/(telephone|sign_in)\.js")
LOUDEST = """async () => {
  const sound = new AudioContext(), ear = sound.createAnalyser();
  await sound.resume();
  sound.createMediaStreamSource(document.querySelector("#phone audio").srcObject).connect(ear);
  await new Promise((heard) => setTimeout(heard, 700));
  const heights = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(heights);
  return heights.indexOf(Math.max(...heights)) * sound.sampleRate / ear.fftSize;
}"""


def _beeps(path: Path) -> Path:
    """A microphone that hears beeps: what never changes is filtered out as noise."""
    moments = np.arange(RATE * 10) / RATE
    path.write_bytes(file((0.5 * np.sin(2 * np.pi * SAYS * moments) * (moments % 0.6 < 0.3)).astype(np.float32), RATE))
    return path


@pytest.fixture(scope="module")
def chromium(house: House, launch: Callable[..., Browser], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with a headset, and an operator who speaks by it."""
    with house.database.writing() as session:
        town.person(session, OPERATOR, Role.OPERATOR, now(), extension=BROWSER_PHONE)
    said = _beeps(tmp_path_factory.mktemp("headset") / "said.wav")
    browser = launch(*FLAGS, f"--use-file-for-fake-audio-capture={said}")
    yield browser
    browser.close()


@pytest.fixture
def desk(house: House, chromium: Browser) -> Page:
    """His desk, whose telephone has signed in by itself; he is ready."""
    page = windows(house, chromium)(OPERATOR)
    page.goto("/desk")
    _says(page, SIGNED_IN)
    expect(page.get_by_text("话机在线")).to_be_visible()
    page.get_by_role("button", name="示闲").click()
    expect(page.locator("#line")).to_contain_text("示闲 · 自")
    return page


def _says(page: Page, what: str, *, seconds: float = 20) -> None:
    """What can be seen of the telephone's words: the others are there too."""
    expect(page.locator("#phone [role=status]")).to_contain_text(what, use_inner_text=True, timeout=seconds * 1000)


def test_an_operator_talks_by_his_browser_and_both_are_heard_and_recorded(house: House, desk: Page) -> None:
    assert _password(house) not in desk.content()
    with desk.context.expect_page() as opened:
        desk.locator(".rail-links a[href='/tickets']").click()
    aside = opened.value
    with Telephone(house.port, CALLER) as caller:
        caller.rings()
        time.sleep(1.5)
        caller.voice.press("0")
        _says(desk, "来电振铃")
        _says(aside, "来电振铃")
        expect(desk.locator(".card-call")).to_be_visible()
        picture(desk, "browser-phone")
        assert faults(desk) == []
        aside.keyboard.press("F8")
        _says(desk, "通话中")
        _talk(house, desk, caller)
        desk.get_by_role("button", name="挂断").click()
        _says(desk, SIGNED_IN)
        caller.leaves()  # he was asked whether he is satisfied
    call = house.call_of(CALLER)
    assert call.outcome == Outcome.ANSWERED_BY_OPERATOR
    citizen, ours = _sides(house, call)
    assert lasts(citizen, HEARS) > 1
    assert lasts(ours, SAYS) > 0.5
    _keeps_its_loudspeaker(desk)
    desk.get_by_role("button", name="离席").click()
    expect(desk.locator("#line")).to_contain_text("离席 · 自")
    desk.close()
    gone = select(Presence).join(Account, Account.id == Presence.account_id)
    gone = gone.where(Account.login == OPERATOR, Presence.phone_up.is_(False))
    house.eventually(lambda session: session.scalar(gone), 10)
    aside.get_by_role("button", name="退出").click()
    house.eventually(lambda _: _password(house) == "" or None, 15)
    with house.database.reading() as session:
        told = session.scalars(select(AuditRow).where(AuditRow.deed == "phone.secret_told")).all()
    assert {(row.by, row.thing) for row in told} == {(OPERATOR, BROWSER_PHONE)}


def _password(house: House) -> str:
    """As the exchange knows it."""
    with Link(nodes.address(house.settings)) as link:
        known = actions.db_get(link, STORE, BROWSER_PHONE)
    return str(json.loads(known)["password"]) if known else ""


def _keeps_its_loudspeaker(desk: Page) -> None:
    """What was chosen on this computer is used when the desk is opened again."""
    desk.get_by_text("声音设备").click()
    label = desk.get_by_label("听筒").locator("option").last.inner_text()
    desk.get_by_label("听筒").select_option(label=label)
    desk.reload()
    _says(desk, SIGNED_IN)
    desk.get_by_text("声音设备").click()
    assert desk.get_by_label("听筒").locator("option:checked").inner_text() == label != "浏览器默认"
    assert desk.evaluate("() => document.querySelector('#phone audio').sinkId") != ""


def _talk(house: House, desk: Page, caller: Telephone) -> None:
    """Each hears the other; a key goes through; who is muted isn't heard; nobody leaves the page unasked."""
    answered = select(Call.id).where(Call.caller == CALLER, Call.answered_at.is_not(None))
    house.eventually(lambda session: session.scalar(answered))
    caller.voice.say(tone((HEARS,), 30))
    assert desk.evaluate(LOUDEST) == pytest.approx(HEARS, abs=30)
    assert _hears(caller, 1.5) > 0.3
    desk.get_by_text("拨号键盘").first.click()
    desk.get_by_role("button", name="5", exact=True).click()
    house.eventually(lambda _: any(packet[1] & 0x7F == EVENT for packet in caller.voice.came) or None)
    desk.keyboard.press("F2")
    _says(desk, "已静音")
    time.sleep(0.5)
    assert _hears(caller, 1.0) < 0.1
    desk.get_by_role("button", name="静音").click()
    assert desk.evaluate("() => dispatchEvent(new Event('beforeunload', { cancelable: true }))") is False
    time.sleep(1)


def _hears(caller: Telephone, seconds: float) -> float:
    """For how long of the next seconds the operator's voice comes to him."""
    before = len(caller.voice.came)
    time.sleep(seconds)
    came = b"".join(packet[12:] for packet in caller.voice.came[before:] if packet[1] & 0x7F != EVENT)
    return lasts(alaw.decode(came)[:, None], SAYS)


def _sides(house: House, call: Call) -> tuple[ears.Samples, ears.Samples]:
    """The whole recording: the citizen's side, and ours."""
    kept = select(Recording.id).where(Recording.call_id == call.id, Recording.state == State.COMPLETE)
    house.eventually(lambda session: session.scalar(kept))
    with ears.opened(house, house.settings.spool / f"calls/{call.id}.wav") as sound:
        heard = ears.samples(sound)
    return heard[:, :1], heard[:, 1:]


def _hastily(route: Route) -> None:
    """The telephone's own patience, shortened: it looks every eight seconds, renews its sign-in when it is asked after, and
    takes a password that is refused to be over a second after it was made."""
    response = route.fetch()
    text = response.text()
    for slow, soon in {"TICK = 20_000": "TICK = 8_000", "RENEWED = 120_000": "RENEWED = 1_000", "JUST = 10_000": "JUST = 1_000"}.items():
        assert (slow in text) == (("JUST" in slow) == route.request.url.endswith("telephone.js"))
        text = text.replace(slow, soon)
    route.fulfill(response=response, body=text)


def _lie(route: Route) -> None:
    """What the page is told isn't the password."""
    response = route.fetch()
    route.fulfill(response=response, json=response.json() | {"secret": "another"})


def _restart(house: House) -> None:
    """The exchange's own process begins again, in its container: whoever looks after that has nothing to do."""
    with suppress(ExchangeError):  # who is asked over its console hears no more
        Exchange(house.here.plan()).cli("core restart now")


def _sent(page: Page) -> list[str]:
    """What its telephone will have sent."""
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(str(frame))))
    return frames


def test_why_the_telephone_is_not_there_is_said_and_it_signs_in_again(house: House, chromium: Browser) -> None:
    desk = windows(house, chromium)(OPERATOR)
    desk.route(PATIENCE, _hastily)
    desk.goto("/desk")
    _says(desk, SIGNED_IN)
    _restart(house)
    _says(desk, UNREACHABLE)
    _says(desk, SIGNED_IN, seconds=60)
    first = _password(house)
    browser_phones.shut_out(house.settings, BROWSER_PHONE)
    house.eventually(lambda _: True if _password(house) not in {"", first} else None, 60)
    _says(desk, SIGNED_IN)
    desk.route("**/desk/phone", _lie)
    browser_phones.shut_out(house.settings, BROWSER_PHONE)
    _says(desk, REFUSED, seconds=60)
    desk.unroute("**/desk/phone")
    desk.get_by_role("button", name="重新连接").click()
    _says(desk, SIGNED_IN)
    elsewhere = windows(house, chromium)(OPERATOR)
    elsewhere.route(PATIENCE, _hastily)
    sent = _sent(elsewhere)
    elsewhere.goto("/desk")
    _says(elsewhere, SIGNED_IN)
    _says(desk, DISPLACED, seconds=90)
    _says(elsewhere, SIGNED_IN)
    assert sum("REGISTER" in frame for frame in sent) > 2, "asked, and with the password, it is one sign-in: it was renewed"
    desk.get_by_role("button", name="重新连接").click()
    _says(desk, SIGNED_IN)
    desk.evaluate(PULLED)
    _says(desk, NO_MICROPHONE)
    desk.evaluate(PLUGGED)
    _says(desk, SIGNED_IN)


def test_of_two_exchanges_it_signs_in_at_both_and_rings_by_whichever_holds_the_queues(launch: Callable[..., Browser], tmp_path: Path) -> None:
    (tmp_path / "trunks.toml").write_text(f'[phones]\nbrowser = ["{BROWSER_PHONE}"]\n')
    ami, second = free_ports(1)[0], free_port()
    more = f"{TWO}=127.0.0.1:{ami}/127.0.0.1:{second}"
    with a_house(MORE_EXCHANGES=more, TRUNKS_FILE=str(tmp_path / "trunks.toml"), RTP_FROM="16200", RTP_TO="16399") as house:
        with house.database.writing() as session:
            town.person(session, OPERATOR, Role.OPERATOR, now(), extension=BROWSER_PHONE)
        browser = launch(*FLAGS, f"--use-file-for-fake-audio-capture={_beeps(tmp_path / 'said.wav')}")
        desk = windows(house, browser)(OPERATOR)
        desk.goto("/desk")
        _says(desk, SIGNED_IN)
        exchanges = [Exchange(plan) for plan in house.here.plans()]
        house.eventually(lambda _: True if all(BROWSER_PHONE in one.cli("pjsip show contacts") for one in exchanges) else None, 20)
        desk.get_by_role("button", name="示闲").click()
        for caller, port in ((TO_FIRST, house.port), (TO_SECOND, second)):
            _is_rung(desk, caller, port)
            draining.drain(house.settings, ONE)
            house.eventually(lambda session: True if holding.holder(session, settings=house.settings) == TWO else None, 20)
        browser.close()


def _is_rung(desk: Page, number: str, port: int) -> None:
    with Telephone(port, number) as caller:
        caller.rings()
        time.sleep(1.5)
        caller.voice.press("0")
        _says(desk, "来电振铃")
        desk.keyboard.press("F8")
        _says(desk, "通话中")
        desk.get_by_role("button", name="挂断").click()
        _says(desk, SIGNED_IN)
        caller.leaves()
