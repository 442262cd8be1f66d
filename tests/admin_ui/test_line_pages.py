"""The pages of the line's rules: what the office enters there holds for calls, is listed, and is written down."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.calls import calls, queue_log
from dispatch.calls.desk import Offer
from dispatch.line import rules, rush
from dispatch.line.barring import Block, CallerWarning
from dispatch.line.flags import CallerFlag, Skill
from dispatch.line.rules import Reception, receive
from dispatch.line.rush import Flood, Sighting
from dispatch.line.switches import LineSwitch
from dispatch.tickets.tickets import Klass
from hotline.audit import AuditRow
from hotline.calendar.days import CalendarDay
from hotline.times import local_day, now

World = Any
SignIn = Callable[[str], FlaskClient]
CALLER = "13887712345"
CALL = "20261127090000-0123456789ab"
RANGE = {"number": "0877201*", "cause": "occupying", "reason": "群呼设备"}


def received(world: World, caller: str = CALLER) -> Reception:
    with world.database.reading() as session:
        return receive(rules.load(session, settings=world.settings, at=now()), caller=caller, dialled="96128", at=now())


def in_days(n: int) -> str:
    return (local_day(now()) + timedelta(days=n)).isoformat()


def trail(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(AuditRow.deed).order_by(AuditRow.id)))


def test_from_a_warning_by_the_operator_to_a_block_and_its_lifting(world: World, signed_in: SignIn) -> None:
    call = world.call(operator="operator")
    operator, boss = signed_in("operator"), signed_in("supervisor")
    block = {"number": CALLER, "cause": "nuisance", "reason": "多次辱骂", "until": in_days(7)}
    assert "须先提醒" in boss.post("/barring/blocks", data=block, follow_redirects=True).text
    warning = {"number": call, "cause": "nuisance", "reason": "辱骂接线员", "told": "1"}
    operator.post("/flags/warnings", data=warning)
    page = boss.post("/barring/blocks", data=block, follow_redirects=True).text
    assert "138****2345" in page
    assert CALLER not in page
    assert received(world).blocked[0] == "blocked_nuisance"
    with world.database.reading() as session:
        row = session.scalars(select(Block)).one()
        assert session.scalars(select(CallerWarning.number)).one() == CALLER
    assert str(row.id) in page
    assert "多次辱骂" in boss.get("/barring?q=2345&show=standing&cause=nuisance").text
    assert "多次辱骂" not in boss.get("/barring?show=over").text
    boss.post(f"/barring/blocks/{row.id}/lift", data={"why": "本人道歉"})
    assert not received(world).blocked
    assert "本人道歉" in boss.get("/barring?show=over").text
    assert {"caller.warned", "caller.blocked", "caller.unblocked"} <= set(trail(world))
    assert operator.get("/barring").status_code == 403


@pytest.mark.parametrize("until", ["", "yesterday", "2020-01-01", "9999-12-31"])
def test_a_block_needs_an_end(world: World, signed_in: SignIn, until: str) -> None:
    page = signed_in("supervisor").post("/barring/blocks", data=RANGE | {"until": until}, follow_redirects=True).text
    assert "截止日期" in page
    assert not received(world, "2012345").blocked


def test_the_end_of_a_block_is_the_end_of_its_day(world: World, signed_in: SignIn) -> None:
    signed_in("supervisor").post("/barring/blocks", data=RANGE | {"until": in_days(0)})
    assert received(world, "2012345").blocked


def test_a_flood_stands_on_wallboard_and_page_until_somebody_says_what_was_done(world: World, signed_in: SignIn) -> None:
    boss = signed_in("supervisor")
    assert "处集中来电" not in boss.get("/figures/board").text
    with world.database.writing() as session:
        rush.note(session, [Sighting(CALLER, 10, now(), sent_away=True), Sighting("", 10, now())])
    assert "2处集中来电待处理" in boss.get("/figures/board").text
    assert "处集中来电" not in signed_in("auditor").get("/figures/board").text
    page = boss.get("/barring").text
    assert "机器拨打，已示忙" in page
    assert "未显示号码" in page
    with world.database.reading() as session:
        flood = session.scalars(select(Flood).where(Flood.number == CALLER)).one()
    boss.post(f"/barring/floods/{flood.id}", data={"verdict": "已电话提醒"})
    assert "1处集中来电待处理" in boss.get("/figures/board").text
    assert not received(world).blocked, "only people block"


def test_an_operator_flags_who_needs_somebody_and_takes_it_back(world: World, signed_in: SignIn) -> None:
    call, operator = world.call(operator="operator"), signed_in("operator")
    page = operator.post("/flags", data={"number": call, "skill": "dialect", "reason": "只会彝语"}, follow_redirects=True).text
    assert "138****2345" in page
    assert received(world).skill == Skill.DIALECT
    assert "只会彝语" not in operator.get("/flags?skill=elderly").text
    operator.post("/flags", data={"number": call, "skill": "", "reason": "换了号主"})
    assert received(world).skill is None
    with world.database.reading() as session:
        assert session.scalars(select(CallerFlag.reason)).one() == "换了号主"


def test_a_call_that_one_may_not_see_gives_no_number_away(world: World, signed_in: SignIn) -> None:
    ticket = world.ticket(Klass.REPORT)
    call = world.of(ticket).call_id
    for login, there in (("city_office", call), ("operator", "20261123120000-0123456789ab")):
        page = signed_in(login).post("/flags", data={"number": there, "skill": "elderly", "reason": "年长"}, follow_redirects=True).text
        assert "没有这次通话" in page
    assert received(world).skill is None


def test_self_service_is_switched_off_and_the_rule_ended(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    assert "自助服务开启" in office.get("/switches").text
    page = office.post("/switches", data={"number": "96128", "hours": "", "reason": "知识库整理"}, follow_redirects=True).text
    assert "自助服务关闭" in page
    assert not received(world).self_service
    with world.database.reading() as session:
        row = session.scalars(select(LineSwitch)).one()
    office.post(f"/switches/{row.id}/end")
    assert received(world).self_service
    assert "知识库整理" in office.get("/switches?show=ended&q=96128").text
    assert "时间应写成" in office.post("/switches", data={"hours": "9 to 5", "reason": "试点"}, follow_redirects=True).text


def test_the_office_closes_the_line_for_a_day_and_opens_it_again(world: World, signed_in: SignIn) -> None:
    office, today = signed_in("city_office"), in_days(0)
    assert "现在有人接听" in office.get("/calendar").text
    page = office.post("/calendar/hours", data={"day": today, "hours": "", "reason": "线路检修"}, follow_redirects=True).text
    assert "现在无人接听" in page
    assert page.count("线路检修") >= 3  # beside the form: the row, and the day among the next two weeks
    assert received(world).closed[0] == "closed_now"
    office.post(f"/calendar/hours/{today}/forget")
    assert received(world).staffed
    assert {"hours.special", "hours.usual"} <= set(trail(world))


def test_a_countys_holiday_is_entered_with_its_reason_and_taken_back(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    given = {"first": "2026-07-27", "last": "2026-07-29", "works": "0", "county": "530428", "reason": "花街节"}
    page = office.post("/calendar", data=given, follow_redirects=True).text
    with world.database.reading() as session:
        assert session.scalars(select(CalendarDay.day).order_by(CalendarDay.day)).all() == [date(2026, 7, n) for n in (27, 28, 29)]
    assert "元江哈尼族彝族傣族自治县" in office.get("/calendar?year=2026&q=花街").text
    assert "2026-07-28" not in office.get("/calendar?year=2025").text
    office.post("/calendar/2026-07-28/forget", data={"county": "530428"})
    assert "2026-07-28" not in office.get("/calendar/export.csv?year=2026").text
    assert "起止日期不对" in office.post("/calendar", data=given | {"last": "2026-07-01"}, follow_redirects=True).text
    assert page
    for wrong in ({"first": "soon"}, {"county": "000000"}):
        assert office.post("/calendar", data=given | wrong).status_code == 400


def test_a_year_without_a_plan_is_shouted_about_where_it_is_seen_until_the_office_has_entered_it(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin_ui.views.system.now", lambda: now() + timedelta(days=900))
    assert "放假安排，期限和人工服务时间暂按周一至周五计算" in signed_in("administrator").get("/system").text
    monkeypatch.setattr("admin_ui.views.calendar.now", lambda: now() + timedelta(days=900))
    office = signed_in("city_office")
    page = office.get("/calendar").text
    assert 'role="alert"' in page
    year = (local_day(now()) + timedelta(days=900)).year
    assert "请先录入该年度" in office.post("/calendar/settle", data={"year": year}, follow_redirects=True).text


def test_a_supervisor_says_what_an_operator_can_do_and_his_phone_takes_those_callers(world: World, signed_in: SignIn) -> None:
    operator, boss = world.account("operator"), signed_in("supervisor")
    given = {"account": str(operator.id), "skill": ["dialect", "elderly", "magic"]}
    assert signed_in("operator").post("/flags/skills", data=given).status_code == 403
    assert "接线员专长" not in signed_in("operator").get("/flags").text
    assert boss.post("/flags/skills", data=given).status_code == 303
    assert boss.post("/flags/skills", data=given | {"account": "999"}).status_code == 404
    assert boss.get("/flags").text.count(" checked") == 2
    signed_in("operator").post("/desk/readiness", data={"state": "ready"})
    assert ("on dialect elderly", "6001") in world.phones.asked
    assert "operator.skilled" in trail(world)


@pytest.mark.parametrize("state", ["ready", "paused"])
def test_the_book_of_the_exchange_names_an_operator_as_it_is_read(world: World, signed_in: SignIn, tmp_path: Path, state: str) -> None:
    signed_in("operator").post("/desk/readiness", data={"state": state})
    begins = f"{now().timestamp():.0f}|exchange1-7.1|hotline"
    (tmp_path / "queue_log").write_text(f"{begins}|NONE|ENTERQUEUE|{CALL}|13887712345|0\n{begins}|{world.phones.names['6001']}|RINGNOANSWER|20000\n")
    with world.database.writing() as session:
        calls.begin(session, CALL, at=now())
        queue_log.note(session, queue_log.read(session, tmp_path / "queue_log", settings=world.settings), settings=world.settings)
        assert session.scalars(select(Offer.account_id)).all() == [world.account("operator").id]


def test_a_caller_is_warned_and_a_person_reminded_and_an_empty_box_says_what_it_means(signed_in: SignIn) -> None:
    operator, boss = signed_in("operator"), signed_in("supervisor")
    flags = operator.get("/flags?lang=en").text
    assert (">Warn a caller</button>" in flags, ">Reminder</button>" in flags) == (True, False)
    barring = boss.get("/barring?lang=en").text
    assert ("<h2>Callers warned</h2>" in barring, "<h2>Reminder</h2>" in barring) == (True, False)
    assert "不勾选即为关闭" in boss.get("/switches?lang=zh").text
