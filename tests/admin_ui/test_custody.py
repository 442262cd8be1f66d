"""录音保管: findings are listed, filtered, exported and settled; holds and rules take two people; certificates are read."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.reconciling import breaks, destroying
from hotline.times import local_day, now
from recordings import findings, keeping, two_hands
from recordings.archive import archive
from recordings.findings import Done, Finding, Kind, Reconciliation
from recordings.recordings import Recording
from recordings.retention import Destruction, RetentionRule

World = Any
SignIn = Callable[[str], FlaskClient]


def find(world: World) -> None:
    with world.database.writing() as session:
        at = now()
        session.add(Reconciliation(began_at=at, ended_at=at, by="hotline", counts={}))
        findings.note(session, Kind.UNOWNED, "/spool/calls/strange.wav", Done.LEFT, at=at)
        findings.note(session, Kind.NO_RECORDING, "call-1", Done.TOO_SHORT, call_id="call-1", detail="1 s", at=at)


@pytest.mark.parametrize("login", ["supervisor", "administrator"])
def test_what_was_found_is_listed_narrowed_taken_out_and_settled(world: World, signed_in: SignIn, login: str) -> None:
    find(world)
    client = signed_in(login)
    assert all(text in client.get("/custody").text for text in ("strange.wav", "待人工处理", "通话太短", "最近核对"))
    assert "call-1" not in client.get("/custody?show=open").text
    assert "strange.wav" not in client.get("/custody?kind=no_recording").text
    sheet = client.get("/custody/export.csv?show=open").text
    assert "/spool/calls/strange.wav,,,待人工处理" in sheet
    assert "call-1" not in sheet
    with world.database.reading() as session:
        strange = session.scalars(select(Finding.id).where(Finding.open)).one()
    assert client.post(f"/custody/findings/{strange}", data={"remark": ""}, follow_redirects=True).text.count("请写明处理情况") == 1
    client.post(f"/custody/findings/{strange}", data={"remark": "测试文件，已移走"})
    assert "测试文件，已移走" in client.get("/custody?show=settled").text


def test_what_an_exchange_took_along_is_listed_narrowed_and_taken_out(world: World, signed_in: SignIn) -> None:
    call = world.call(operator="operator", recorded=True)
    with world.database.writing() as session:
        breaks.note(session, "exchange1", [call], away=4, at=now())
    client = signed_in("administrator")
    assert "近一天重启1次" in client.get("/system").text
    page = client.get("/custody?kind=exchange").text
    assert all(text in page for text in ("交换机重启", "exchange1", "4 s", "中断通话1个", "秒", "已记录"))
    assert call not in page
    assert call in client.get("/custody?kind=cut_off").text
    sheet = client.get("/custody/export.csv?kind=exchange").text
    assert "交换机重启,exchange1,,4 s，中断通话1个" in sheet.replace('"', "")
    assert call not in sheet


def test_a_hold_stands_at_once_and_ends_by_two_people(world: World, signed_in: SignIn) -> None:
    call = world.call(operator="operator", recorded=True)
    one, other = signed_in("supervisor"), signed_in("administrator")
    assert "没有这次通话" in one.post("/retention/holds", data={"call_id": "x", "reason": "y"}, follow_redirects=True).text
    one.post("/retention/holds", data={"call_id": call, "reason": "法院调取"})
    assert "法院调取" in other.get("/retention").text
    assert "法院调取" in other.get("/custody").text, "it waits for the second person"
    other.post("/custody/requests/1", data={"grant": "1"})
    one.post("/retention/holds", data={"call_id": call, "reason": "案件已结", "release": "1"})
    assert "须由另一人决定" in one.post("/custody/requests/2", data={"grant": "1"}, follow_redirects=True).text
    with world.database.reading() as session:
        assert two_hands.held(session, [call]) == {call}
    other.post("/custody/requests/2", data={"grant": "1"})
    with world.database.reading() as session:
        assert two_hands.held(session, [call]) == set()


def test_a_rule_of_retention_is_proposed_by_one_and_confirmed_by_another(world: World, signed_in: SignIn) -> None:
    one, other = signed_in("supervisor"), signed_in("administrator")
    wanted = {"days": "1095", "valid_from": local_day(now()).isoformat(), "basis": "云档发〔2026〕7号"}
    assert "至少保存730天" in one.post("/retention/rules", data=wanted | {"days": "30"}, follow_redirects=True).text
    assert "早于今天" in one.post("/retention/rules", data=wanted | {"valid_from": "soon"}, follow_redirects=True).text
    one.post("/retention/rules", data=wanted)
    assert "须由另一人确认" in one.post("/retention/rules/1", follow_redirects=True).text
    other.post("/retention/rules/1")
    with world.database.reading() as session:
        assert session.get_one(RetentionRule, 1).confirmed_by == "administrator"
    assert "现行规则：保存1095天" in one.get("/retention").text


def test_a_certificate_lists_what_was_destroyed_so_that_its_digest_can_be_made_again(world: World, signed_in: SignIn) -> None:
    world.call(operator="operator", recorded=True)
    keeping.put_away(world.database, archive(world.settings), put_off={}, at=now())
    destroying.destroy_due(world.settings, world.database, archive(world.settings), at=now() + timedelta(days=800))
    with world.database.reading() as session:
        act, row = session.scalars(select(Destruction)).one(), session.scalars(select(Recording)).one()
        assert destroying.digest([row]) == act.list_sha256
    client = signed_in("supervisor")
    assert act.list_sha256 in client.get("/retention").text
    assert row.sha256 in client.get(f"/retention/destructions/{act.id}.csv").text
    assert client.get("/retention/destructions/99.csv").status_code == 404
    assert client.get(f"/recordings/{row.id}/sound").status_code == 404
    held = client.post("/retention/holds", data={"call_id": row.call_id, "reason": "法院调取"}, follow_redirects=True)
    assert "已经销毁" in held.text
    assert not Path(row.path).exists()
