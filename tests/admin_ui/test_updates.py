"""The sitting and the freshness board over their pages, on both databases: who is overdue falls silent, and speaks again."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel, Contact
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison, Position
from hotline.settings import Settings
from hotline.times import local_day, now
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.things import due_days, things
from knowledge_base.updates import Confirmation, Reminder

World = Any
Age = Callable[..., int]
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def age(world: World) -> Iterator[Age]:
    """Lets so many days pass since everything was published, in which every department but one has confirmed; its id."""
    start = now()
    with world.database.writing() as session:
        session.execute(update(Department).values(confirmed_on=local_day(start)))
    with time_machine.travel(start, tick=True) as clock:

        def pass_by(days: int, code: str = "101") -> int:
            clock.move_to(start + timedelta(days=days))
            with world.database.writing() as session:
                office = session.scalars(select(Department).where(Department.code == code)).one()
                for table, column in ((Department, Department.id), (Entry, Entry.department_id),
                                      (Authorisation, Authorisation.department_id)):  # fmt: skip
                    session.execute(update(table).where(column != office.id).values(confirmed_on=local_day(now())))
                return office.id

        yield pass_by


def said(world: World, question: str, channel: Channel) -> Any:
    with world.database.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.question == question)).one()
        found = offered(session, entry.id, channel=channel, at=now())
        assert found is not None
        return found.decision


def fields(page: str) -> dict[str, str]:
    """What the page's form would send when nothing is touched."""
    found = dict(re.findall(r'<input type="hidden" name="(seen)" value="(\w+)"', page))
    found |= dict(re.findall(r'<input id="f-\w+" name="(\w+)" value="([^"]*)"', page))
    return found | dict(re.findall(r'<textarea id="f-\w+" name="(\w+)"[^>]*>([^<]*)</textarea>', page))


def ticks(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="((?:entry|authorisation|licence)-\d+)" value="(\d+)"', page))


def test_beyond_the_grace_the_machine_says_who_is_in_charge_until_the_liaison_confirms(
    world: World, signed_in: SignIn, age: Age
) -> None:
    question = "社保卡丢了怎么补办"
    assert isinstance(said(world, question, Channel.MACHINE), Answer)
    age(110)
    assert isinstance(said(world, question, Channel.MACHINE), Answer), "overdue, within the grace"
    age(130)
    silent = said(world, question, Channel.MACHINE)
    assert isinstance(silent, Contact)
    assert "逾期未经部门确认" in silent.reason
    assert isinstance(said(world, question, Channel.OPERATOR), Answer), "a person sees the date and can ask"

    liaison = signed_in("liaison")
    page = liaison.get("/update").text
    assert page.count("已超宽限期") >= 3
    kept = ticks(page)
    assert len([name for name in kept if name.startswith("entry-")]) == 2
    assert re.search(r'href="/authorisations/\d+/version" aria-label="修改：', page)
    leader = signed_in("leader")
    for client, words in ((liaison, ("修改",)), (leader, ("修改", "撤回"))):
        links = re.findall(r'href="([^"]+)" aria-label="(修改|撤回)：', client.get("/update").text)
        assert {word for _, word in links} == set(words)
        assert all(client.get(address).status_code == 200 for address, _ in links)
    answer = liaison.post("/update", data=fields(page) | kept)
    assert (answer.status_code, answer.location) == (303, "/update")
    assert isinstance(said(world, question, Channel.MACHINE), Answer)
    assert "已确认3项" in liaison.get("/update").text
    with world.database.reading() as session:
        row = session.scalars(select(Confirmation)).one()
        assert (row.by, row.base, len(row.entries), len(row.authorisations)) == ("liaison", False, 2, 1)


def test_who_confirms_has_every_word_before_him_that_web_machine_and_operator_tell(
    world: World, signed_in: SignIn
) -> None:
    with world.database.writing() as session:
        office = session.scalars(select(Department).where(Department.code == "101")).one()
        entry = Entry(department_id=office.id, question="医保断交怎么补", state="published", published=1)
        entry.versions.append(EntryVersion(number=1, answer="写在网上的", spoken="机器念出来的", summary="接线员简要说的",
                                           legal_basis="某条例", section="医保科", phone="0877-2101234",
                                           written_by="demo", valid_from=local_day(now()), published_at=now()))  # fmt: skip
        session.add(entry)
    page = signed_in("liaison").get("/update").text
    for label, text in (("供阅读的答复", "写在网上的"), ("供播报的答复", "机器念出来的"), ("摘要", "接线员简要说的"),
                        ("依据", "某条例"), ("经办科室", "医保科"), ("电话", "0877-2101234")):
        assert f'<dt>{label}</dt><dd class="prose">{text}</dd>' in page, label
    assert '<dt>摘要</dt><dd class="prose">（无）</dd>' in page
    links = re.findall(r'href="(/(?:authorisations|licences)/\d+)"', page)
    assert links
    assert {signed_in("liaison").get(there).status_code for there in links} == {200}


def test_the_authorisation_alone_can_silence_the_machine(world: World, signed_in: SignIn, age: Age) -> None:
    question = "社保卡丢了怎么补办"
    age(130)
    liaison = signed_in("liaison")
    page = liaison.get("/update").text
    entries = {name: value for name, value in ticks(page).items() if name.startswith("entry-")}
    liaison.post("/update", data=fields(page) | entries)
    silent = said(world, question, Channel.MACHINE)
    assert isinstance(silent, Contact)
    assert "授权逾期" in silent.reason


def test_bad_input_names_its_field_and_keeps_all_the_rest(world: World, signed_in: SignIn, age: Age) -> None:
    office = age(80)
    liaison = signed_in("liaison")
    page = liaison.get("/update").text
    kept = ticks(page)
    typed = fields(page) | {"phone": "请打窗口", "address": "示范路<2>号", "summer_hours": "周一至周五 9:00-17:00"}
    answer = liaison.post("/update", data=typed | kept | {"remark": "搬家了"})
    assert answer.status_code == 422
    assert 'href="#f-phone"' in answer.text
    assert re.search(r'<div class="invalid-feedback" id="e-phone">[^<]*请打窗口', answer.text)
    assert 'value="示范路&lt;2&gt;号"' in answer.text
    assert 'value="搬家了"' in answer.text
    assert all(re.search(rf'name="{name}" value="{value}" checked', answer.text) for name, value in kept.items())
    with world.database.reading() as session:
        assert session.get_one(Department, office).address == "玉溪市红塔区"
        assert session.scalars(select(Confirmation)).all() == []

    typed |= {"phone": "0877-2101999", "seen": fields(answer.text)["seen"]}
    assert liaison.post("/update", data=typed | kept).status_code == 303
    with world.database.reading() as session:
        found = session.get_one(Department, office)
        assert (found.phone, found.address, found.confirmed_on) == ("08772101999", "示范路<2>号", local_day(now()))
        noted = session.scalars(select(AuditRow).where(AuditRow.deed == "department.changed")).one()
        assert noted.details["changed"]["phone"] == ["0877-2101000", "08772101999"]


def test_what_was_incomplete_before_keeps_nobody_from_confirming_his_entries(world: World, signed_in: SignIn) -> None:
    liaison = signed_in("liaison")
    page = liaison.get("/update").text
    assert fields(page)["summer_hours"] == ""
    assert liaison.post("/update", data=fields(page) | ticks(page)).status_code == 303
    refused = liaison.post("/update", data=fields(page) | {"base": "1"})
    assert refused.status_code == 422
    assert 'href="#f-summer_hours"' in refused.text


def test_two_who_sit_at_once_don_t_overwrite_each_other(world: World, signed_in: SignIn) -> None:
    first, second = signed_in("liaison"), signed_in("leader")
    before = fields(first.get("/update").text)
    assert second.post("/update", data=before | {"address": "示范路9号"}).status_code == 303
    late = first.post("/update", data=before | {"address": "示范路8号"})
    assert late.status_code == 422
    assert "刚被他人修改" in late.text
    assert "现行：示范路9号" in late.text


def test_a_sitting_of_two_hundred_entries_is_one_page_and_one_step(world: World, signed_in: SignIn) -> None:
    then = now() - timedelta(days=100)
    with world.database.writing() as session:
        office = session.scalars(select(Department).where(Department.code == "101")).one()
        for n in range(200):
            entry = Entry(department_id=office.id, question=f"第{n}个问题怎么办", state="published", published=1)
            entry.versions.append(EntryVersion(number=1, answer="请到窗口办理。", spoken="请到窗口办理。", written_by="demo",
                                               valid_from=local_day(then), published_at=then))  # fmt: skip
            session.add(entry)
    liaison = signed_in("liaison")
    page = liaison.get("/update?show=due").text
    kept = ticks(page)
    assert len(kept) == 200
    assert liaison.post("/update", data=fields(page) | kept).status_code == 303
    assert ticks(liaison.get("/update?show=due").text) == {}


def test_the_reminder_stands_on_the_first_page_of_liaison_and_leader_until_they_confirm(
    world: World, signed_in: SignIn, age: Age, settings: Settings
) -> None:
    office = age(100)
    with world.database.writing() as session:
        session.add(Reminder(department_id=office, due_on=reminders_due(session, office), step="7", at=now()))
    board = signed_in("city_office").get("/freshness").text
    assert "未阅" in board
    for login in ("liaison", "leader"):
        client = signed_in(login)
        assert "基础信息定期更新已逾期" in client.get("/", follow_redirects=True).text
        assert "基础信息定期更新已逾期" in client.get("/tickets").text
        assert "基础信息定期更新已逾期" not in client.get("/knowledge").text
    for login in ("liaison_b", "secrecy_reviewer", "operator", "city_office"):
        assert "基础信息定期更新已逾期" not in signed_in(login).get("/tickets").text
    assert "已阅" in signed_in("city_office").get("/freshness").text
    liaison = signed_in("liaison")
    page = liaison.get("/update").text
    mended = fields(page) | {"summer_hours": "周一至周五 08:30-12:00，14:30-18:00"}
    assert liaison.post("/update", data=mended | ticks(page) | {"base": "1"}).status_code == 303
    assert "基础信息定期更新已逾期" not in liaison.get("/tickets").text


def reminders_due(session: Any, department_id: int) -> Any:
    office = session.get_one(Department, department_id)
    return due_days(things(session, [office], at=now()))[department_id][0]


def test_the_board_leads_from_the_whole_to_the_single_thing_and_is_taken_away_as_a_file(
    world: World, signed_in: SignIn, age: Age
) -> None:
    office = age(130)
    city = signed_in("city_office")
    page = city.get("/freshness").text
    assert "市人社局" in page
    assert "市公安局" in page
    only = city.get("/freshness?state=beyond").text
    table = only[only.index("<table") :]
    assert "市人社局" in table
    assert "市公安局" not in table
    drill = city.get(f"/freshness/{office}?part=entry&state=beyond").text
    assert "社保卡丢了怎么补办" in drill
    assert "玉101授" not in drill
    csv = city.get("/freshness/export.csv?state=beyond").text.splitlines()
    assert len(csv) == 2
    assert csv[1].startswith("101,玉溪市人力资源和社会保障局,3,0.0%,4,")


def test_the_office_sets_an_interval_and_others_do_not(world: World, signed_in: SignIn, age: Age) -> None:
    office = age(100)
    city = signed_in("city_office")
    assert "due-overdue" in city.get(f"/freshness/{office}").text
    assert city.post(f"/freshness/{office}/interval", data={"months": "0"}).status_code == 422
    assert city.post(f"/freshness/{office}/interval", data={"months": "x"}).status_code == 422
    assert city.post(f"/freshness/{office}/interval", data={"months": "6"}).status_code == 303
    assert "due-overdue" not in city.get(f"/freshness/{office}").text
    assert signed_in("supervisor").post(f"/freshness/{office}/interval", data={"months": "1"}).status_code == 403
    with world.database.reading() as session:
        assert session.get_one(Department, office).update_every_months == 6
        assert session.scalars(select(AuditRow.by).where(AuditRow.deed == "department.interval")).all() == ["city_office"]


def test_a_countys_office_sees_its_own_county_alone(world: World, signed_in: SignIn) -> None:
    county = signed_in("county_office")
    page = county.get("/freshness").text
    assert "市自然资源局" in page
    assert "市公安局" not in page
    with world.database.reading() as session:
        others = session.scalars(select(Department.id).where(Department.code == "102")).one()
    assert county.get(f"/freshness/{others}").status_code == 404
    assert county.post(f"/freshness/{others}/interval", data={"months": "1"}).status_code == 404
    assert "市公安局" not in county.get("/freshness/export.csv").text


@pytest.mark.parametrize("login", ["liaison", "leader"])
def test_nobody_confirms_for_another_department(world: World, signed_in: SignIn, login: str) -> None:
    client = signed_in(login)
    page = client.get("/update").text
    assert "居住证在哪里办" not in page
    with world.database.reading() as session:
        theirs = session.scalars(select(Entry).where(Entry.question == "居住证在哪里办")).one()
    assert client.post("/update", data=fields(page) | {f"entry-{theirs.id}": "1"}).status_code == 422
    with world.database.reading() as session:
        assert session.get_one(Entry, theirs.id).confirmed_on is None


def test_a_departments_page_and_file_show_the_base_data_but_not_whom_the_hotline_rings(
    world: World, signed_in: SignIn
) -> None:
    with world.database.writing() as session:
        office = session.scalars(select(Department).where(Department.code == "102")).one()
        office.duty_phone, office.fax, office.office_hours = "08772109999", "08772108888", [{"days": "1-5", "open": "09:00", "close": "17:00"}]
        office.confirmed_on = local_day(now())
    for login, inside in (("operator", True), ("liaison_b", True), ("liaison", False)):
        page = signed_in(login).get(f"/departments/{office.id}").text
        assert "08772108888" in page
        assert "周一至周五 09:00-17:00" in page
        assert ("08772109999" in page) is inside, login
    csv = signed_in("liaison").get("/departments/export.csv?q=公安").text
    assert len(csv.splitlines()) == 2
    assert "08772108888" in csv
    assert "08772109999" not in csv
    assert 'href="/update"' in signed_in("liaison_b").get(f"/departments/{office.id}").text


@pytest.fixture
def reminded(world: World, age: Age) -> int:
    """A department that was reminded a week after its day, with a liaison and a leader who can be rung; its id."""
    office = age(100)
    with world.database.writing() as session:
        unit = session.get_one(Department, office)
        unit.leader, unit.duty_phone = "李副局长", "08772109999"
        session.add(Liaison(department_id=office, name="张立新", position=Position.A, phone="13900001234"))
        session.add(Reminder(department_id=office, due_on=reminders_due(session, office), step="7", at=now()))
    return office


def chase(client: FlaskClient, query: str = "") -> tuple[str, str]:
    """The table of the list, and the same as a file."""
    page = client.get(f"/freshness/chase{query}").text
    return page[page.index("</form>", page.index("data-filters")) :], client.get(f"/freshness/chase/export.csv{query}").text


def test_whom_a_reminder_did_not_reach_is_on_the_offices_list_with_the_numbers_to_ring(
    world: World, signed_in: SignIn, reminded: int
) -> None:
    city = signed_in("city_office")
    assert 'href="/freshness/chase"' in city.get("/freshness").text
    page, file = chase(city)
    for shown in ("市人社局", "张立新", "13900001234", "李副局长", "0877-2101000", "08772109999", "未阅"):
        assert shown in page, shown
    assert "市公安局" not in page
    assert "139****1234" in file
    assert "13900001234" not in file
    assert [len(chase(city, query)[1].splitlines()) for query in ("?q=人社", "?q=公安", "?seen=seen", "?rung=yes")] == [2, 1, 1, 1]

    said = city.post(f"/freshness/{reminded}/rung?seen=unseen&rung=no", data={"reached": "no", "remark": "无人接听"})
    assert (said.status_code, said.location) == (303, "/freshness/chase?seen=unseen&rung=no")
    assert "市人社局" not in chase(city, "?rung=no")[0]
    page, file = chase(city, "?rung=yes")
    assert "无人接听" in page
    assert "未接通" in file
    with world.database.reading() as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.deed == "update.rung")).one()
    assert (noted.by, noted.details["reached"], noted.reason) == ("city_office", False, "无人接听")


@pytest.mark.parametrize("there", ["/tickets", "/update"])
def test_who_of_a_department_had_the_reminder_before_him_is_noted_and_once(
    world: World, signed_in: SignIn, reminded: int, there: str
) -> None:
    city = signed_in("city_office")
    signed_in("leader").get("/knowledge")
    assert "未阅" in chase(city)[0]
    signed_in("leader").get(there)
    signed_in("liaison").get(there)
    assert "市人社局" not in chase(city)[0]
    assert "王国栋" in chase(city, "?seen=seen")[0]
    liaison = signed_in("liaison")
    page = liaison.get("/update").text
    mended = fields(page) | {"summer_hours": "周一至周五 08:30-12:00，14:30-18:00"}
    assert liaison.post("/update", data=mended | ticks(page) | {"base": "1"}).status_code == 303
    assert "市人社局" not in chase(city, "?seen=all")[0]


def test_a_call_before_the_last_reminder_is_none_about_it_and_a_county_rings_its_own(
    world: World, signed_in: SignIn, reminded: int
) -> None:
    city = signed_in("city_office")
    city.post(f"/freshness/{reminded}/rung", data={"reached": "yes"})
    with world.database.writing() as session:
        session.add(Reminder(department_id=reminded, due_on=reminders_due(session, reminded), step="21",
                             at=now() + timedelta(minutes=1)))
    assert "市人社局" in chase(city, "?rung=no")[0]
    county = signed_in("county_office")
    assert "市人社局" not in "".join(chase(county, "?seen=all"))
    assert county.post(f"/freshness/{reminded}/rung", data={"reached": "yes"}).status_code == 404
    assert signed_in("inspector").post(f"/freshness/{reminded}/rung", data={"reached": "yes"}).status_code == 403
