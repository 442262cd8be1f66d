"""The pages of what nobody could find, of phrasings, of synonyms, and of what was asked."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.calls.desk import Offer
from hotline.audit import AuditRow
from hotline.times import local_day, now
from knowledge_base import asked, measured
from knowledge_base.asked import Asked, Found, Open, Unanswered
from knowledge_base.entries import Approval, Entry, Phrasing, State
from knowledge_base.search import limits, rebuilding
from knowledge_base.synonyms import Synonym
from knowledge_base.worth import Led, Worth

World = Any
SignIn = Callable[[str], FlaskClient]


def put(world: World, words: str, found: Found = Found.NOTHING, *, times: int = 1, channel: str = "web", **more: Any) -> None:
    with world.database.writing() as session:
        for _ in range(times):
            asked.note(session, words, channel=channel, way="words", found=found, at=now(), **more)


def entry_of(world: World, question: str) -> Entry:
    with world.database.reading() as session:
        found = session.scalar(select(Entry).where(Entry.question == question))
    assert found is not None
    return found


def question(world: World, words: str) -> Unanswered:
    with world.database.reading() as session:
        found = session.scalar(select(Unanswered).where(Unanswered.words == words))
    assert found is not None
    return found


def propose(world: World, text: str, entry: str = "社保卡丢了怎么补办", **more: Any) -> int:
    with world.database.writing() as session:
        row = Phrasing(entry_id=entry_of(world, entry).id, text=text, approval=Approval.PROPOSED, source="call", heard=2, **more)
        session.add(row)
        session.flush()
        return row.id


def test_the_office_sees_all_and_a_department_what_was_assigned_to_it(world: World, signed_in: SignIn) -> None:
    put(world, "养犬证怎么办理", times=3)
    put(world, "医保卡怎么激活", channel="machine")
    city, liaison = signed_in("city_office"), signed_in("liaison")
    page = city.get("/unanswered").text
    assert page.index("养犬证怎么办理") < page.index("医保卡怎么激活")
    assert "养犬证" not in liaison.get("/unanswered").text
    number = question(world, "养犬证怎么办理").id
    assert liaison.get(f"/unanswered/{number}").status_code == 404
    assert liaison.post(f"/unanswered/{number}/dismiss", data={"why": "x"}).status_code == 404
    department = entry_of(world, "社保卡丢了怎么补办").department_id
    assert city.post(f"/unanswered/{number}/assign", data={"department": department}).status_code == 303
    assert "养犬证怎么办理" in liaison.get("/unanswered").text
    assert "养犬证怎么办理" not in signed_in("liaison_b").get("/unanswered").text
    assert "养犬证怎么办理" not in city.get("/unanswered?channel=machine&state=all").text


def test_a_liaison_drafts_or_gives_back_or_points_to_an_entry(world: World, signed_in: SignIn) -> None:
    department = entry_of(world, "社保卡丢了怎么补办").department_id
    city, liaison = signed_in("city_office"), signed_in("liaison")
    for words in ("养犬证怎么办理", "天上有几颗星", "社保咖掉了咋个整"):
        put(world, words)
        city.post(f"/unanswered/{question(world, words).id}/assign", data={"department": department})
    liaison.post(f"/unanswered/{question(world, '养犬证怎么办理').id}/draft")
    assert entry_of(world, "养犬证怎么办理").state == State.DRAFT
    star = question(world, "天上有几颗星")
    assert "请说明理由" in liaison.post(f"/unanswered/{star.id}/return", data={"why": ""}, follow_redirects=True).text
    liaison.post(f"/unanswered/{star.id}/return", data={"why": "不是本部门的事"})
    assert question(world, "天上有几颗星").state == Open.OPEN
    assert "不是本部门的事" in city.get("/unanswered").text
    card = question(world, "社保咖掉了咋个整")
    assert "社保卡丢了怎么补办" in liaison.get(f"/unanswered/{card.id}").text, "what comes near is offered"
    liaison.post(f"/unanswered/{card.id}/entry", data={"entry": entry_of(world, "社保卡丢了怎么补办").id})
    with world.database.reading() as session:
        row = session.scalars(select(Phrasing).where(Phrasing.text == "社保咖掉了咋个整")).one()
    assert (row.approval, row.proposed_by) == (Approval.PROPOSED, "liaison")
    assert question(world, "社保咖掉了咋个整").state == Open.ANSWERED


def test_the_list_is_a_file_too(world: World, signed_in: SignIn) -> None:
    put(world, "养犬证怎么办理", times=3)
    text = signed_in("city_office").get("/unanswered/export.csv").data.decode("utf-8-sig")
    assert "养犬证怎么办理,3," in text
    assert "网站" in text


def test_a_leader_decides_on_his_own_departments_phrasings(world: World, signed_in: SignIn) -> None:
    mine, other, bad = propose(world, "社保卡掉了咋整"), propose(world, "居住证咋办", "居住证在哪里办"), propose(world, "随便说说的话")
    leader = signed_in("leader")
    page = leader.get("/phrasings").text
    assert "社保卡掉了咋整" in page
    assert "居住证咋办" not in page
    assert leader.post(f"/phrasings/{other}/approve").status_code == 404
    answer = leader.post(f"/phrasings/{mine}/approve", headers={"HX-Request": "true"})
    assert "已通过" in answer.text
    leader.post(f"/phrasings/{bad}/refuse")
    again = leader.post(f"/phrasings/{mine}/refuse", headers={"HX-Request": "true"}).text
    assert "已由他人处理" in again
    with world.database.reading() as session:
        assert session.get_one(Phrasing, mine).approval == Approval.APPROVED
        assert session.get_one(Phrasing, bad).approval == Approval.REFUSED
        deeds = session.scalars(select(AuditRow.deed).where(AuditRow.deed.startswith("phrasing."))).all()
    assert sorted(deeds) == ["phrasing.approved", "phrasing.refused"]


def test_what_is_idle_or_leads_astray_is_retired(world: World, signed_in: SignIn) -> None:
    long_ago = now() - timedelta(days=300)
    with world.database.writing() as session:
        asked.note(session, "很久以前", channel="web", way="words", found=Found.SHOWN, at=long_ago)
    idle, astray = propose(world, "久无人问的话", decided_at=long_ago), propose(world, "引错的话")
    with world.database.writing() as session:
        for number in (idle, astray):
            session.get_one(Phrasing, number).approval = Approval.APPROVED
        month = local_day(now()).replace(day=1)
        measured.keep(session, [Worth(month, 2, 40, 0.5, 0.75, 0.25, 0.5), Worth(local_day(long_ago).replace(day=1), 1, 40, 0.5, 0.7, 0.6, 0.7)],
                      [Led(astray, 1, 3)], at=now())  # fmt: skip
    city = signed_in("city_office")
    assert "久无人问的话" in city.get("/phrasings?show=idle").text
    page = city.get("/phrasings?show=astray").text
    assert "引错的话" in page
    assert "引对1次，引错3次" in page
    city.post(f"/phrasings/{astray}/retire?show=astray")
    assert "引错的话" not in city.get("/phrasings?show=astray").text
    worth = city.get("/phrasings/worth").text
    assert "+25.0" in worth
    assert "50.0 %" in worth
    drawn = re.findall(r'<rect class="(bar[a-z-]*)" x="([\d.]+)" width="[\d.]+" y="([\d.]+)" height="([\d.]+)"', worth)
    assert [(kind, float(y), float(high)) for kind, _, y, high in drawn] == [
        ("bar", 60.0, 20.0), ("bar-part", 60.0, 0.0), ("bar", 10.0, 50.0), ("bar-part", 10.0, 50.0)], "what was lost hangs down"
    assert sorted(drawn, key=lambda one: float(one[1])) == drawn, "the earliest month first"
    assert ",2,40,0.5,0.75,0.25,0.5" in city.get("/phrasings/worth.csv").text
    assert "引错的话" in city.get("/phrasings/export.csv?show=all").text


def test_the_office_keeps_synonyms(world: World, signed_in: SignIn) -> None:
    city = signed_in("city_office")
    city.post("/synonyms", data={"words": "居住证、居住卡"})
    with world.database.reading() as session:
        [group] = session.scalars(select(Synonym))
    assert "居住证、居住卡" in city.get("/synonyms").text
    assert "已在另一组" in city.post("/synonyms", data={"words": "居住卡 暂住证"}, follow_redirects=True).text
    city.post(f"/synonyms/{group.id}", data={"words": "居住证 居住卡 暂住证"})
    assert "居住证、居住卡、暂住证" in city.get("/synonyms/export.csv").text
    city.post(f"/synonyms/{group.id}/remove")
    assert "没有符合条件的同义词" in city.get("/synonyms").text
    assert city.post(f"/synonyms/{group.id}/remove").status_code == 404


def test_the_picture_drills_down_to_the_askings(world: World, signed_in: SignIn) -> None:
    put(world, "养犬证怎么办理", times=3)
    put(world, "社保卡掉了", Found.CHOSEN, channel="operator", entry_id=entry_of(world, "社保卡丢了怎么补办").id, place=2)
    inspector = signed_in("quality_inspector")
    page = inspector.get("/asked").text
    assert page.count("fill-nothing") >= 1
    assert page.count('class="fill-chosen"') == 1
    assert "养犬证怎么办理" in page
    found = inspector.get("/asked/askings?found=chosen&place=2").text
    assert "社保卡掉了" in found
    assert "养犬证" not in found
    assert "养犬证" not in inspector.get("/asked/askings?channel=operator").text
    assert "养犬证怎么办理" in inspector.get("/asked/askings.csv").data.decode("utf-8-sig")
    assert f"{local_day(now())},网站,0,0,0,3,3" in inspector.get("/asked/export.csv").data.decode("utf-8-sig")


def test_beside_the_picture_stands_where_not_knowing_begins_and_what_that_does(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    usual = "可能性不到15 %时说“不知道”。这是通用界限："
    assert len(re.findall(f"{usual}按本库测定至少要300条找得到的说法，本库只有[0-9]+条已批准的说法", office.get("/asked").text)) == 2
    with world.database.writing() as session:
        limits.keep(session, [limits.measured(limits.MEANING, [10.0, *[60.0] * 399], [12.0, 40.0]),
                              limits.measured(limits.LETTERS, [60.0] * 299, [])], at=now())  # fmt: skip
    page = office.get("/asked").text
    assert re.search(f"边输入边搜索：{usual}按本库测定至少要300条找得到的说法，[^，]+试问的说法里只找到299条", page)
    assert "完整搜索：可能性不到50 %时说“不知道”" in page
    assert "按本库400条找得到的说法测定：这些说法有0.2 %被说成不知道，换成库里没有的条目则有100.0 %；如用通用界限15 %，分别为0.2 %和50.0 %" in page


@pytest.mark.parametrize("query", ["since=x&until=2026-13-01", "since=2030-01-01&until=2020-01-01", "since=1900-01-01", "place=0", "place=99",
                                   "since=0001-01-01&until=9999-12-31"])
def test_no_wish_breaks_the_picture(signed_in: SignIn, query: str) -> None:
    client = signed_in("supervisor")
    assert client.get(f"/asked?{query}").status_code == 200
    assert client.get(f"/asked/askings?{query}").status_code == 200


def test_nothing_personal_is_kept_or_shown(world: World, signed_in: SignIn) -> None:
    put(world, "我叫张三，电话13812341234，养犬证怎么办理")
    for there in ("/unanswered", "/asked", "/asked/askings"):
        text = signed_in("city_office").get(there).text
        assert "张三" not in text
        assert "13812341234" not in text
    with world.database.reading() as session:
        assert "138" not in session.scalars(select(Asked.words)).one()


def answered_call(world: World) -> str:
    """A call that lies on the operator's desk."""
    call_id: str = world.call(operator="operator")
    with world.database.writing() as session:
        session.add(Offer(call_id=call_id, account_id=world.account("operator").id, at=now(), answered_at=now()))
    return call_id


def test_what_an_operator_searched_for_and_what_he_took_is_one_asking(world: World, signed_in: SignIn) -> None:
    call_id, operator = answered_call(world), signed_in("operator")
    found = entry_of(world, "社保卡丢了怎么补办")
    page = operator.get(f"/desk/search?q=社保卡丢了咋补办&call_id={call_id}").text
    assert 'name="words" value="社保卡丢了咋补办"' in page
    assert 'name="place" value="1"' in page
    assert operator.post(f"/desk/asked?call_id={call_id}", data={"q": "社保卡丢了咋补办"}).status_code == 204
    assert operator.post(f"/desk/asked?call_id={call_id}", data={"q": "怎样上天揽月"}).status_code == 204
    operator.post("/desk/told", data={"call_id": call_id, "entry_id": found.id, "version_id": found_version(world, found),
                                      "heard": "whole", "words": "社保卡丢了咋补办", "place": "1"})  # fmt: skip
    with world.database.reading() as session:
        rows = session.scalars(select(Asked).order_by(Asked.id)).all()
        proposed = session.scalars(select(Phrasing.text).where(Phrasing.approval == Approval.PROPOSED)).all()
        missed = session.scalars(select(Unanswered.words)).all()
    assert [(r.words, r.found, r.entry_id, r.place) for r in rows] == [
        ("社保卡丢了咋补办", Found.CHOSEN, found.id, 1), ("怎样上天揽月", Found.NOTHING, None, None)]
    assert proposed == ["社保卡丢了咋补办"]
    assert missed == ["怎样上天揽月"]


def test_a_search_without_a_call_of_ones_own_is_nobodys_question(world: World, signed_in: SignIn) -> None:
    operator = signed_in("operator")
    assert operator.post(f"/desk/asked?call_id={world.call()}", data={"q": "社保卡"}).status_code == 404
    assert operator.post("/desk/asked", data={"q": "社保卡"}).status_code == 404


def found_version(world: World, entry: Entry) -> int:
    with world.database.reading() as session:
        return session.get_one(Entry, entry.id).versions[0].id


def test_an_index_that_cannot_follow_is_seen_on_the_system_page(app: Flask, signed_in: SignIn) -> None:
    administrator = signed_in("administrator")
    assert "随数据库更新" in administrator.get("/system").text
    app.extensions["house"].index.trouble = "OSError('the disk is gone')"
    assert "the disk is gone" in administrator.get("/system").text


def test_who_runs_the_system_has_every_index_made_anew_and_sees_how_it_goes(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = signed_in("administrator")
    assert signed_in("supervisor").post("/system/index").status_code == 403
    for _ in range(2):
        assert administrator.post("/system/index").status_code == 303
    with world.database.writing() as session:
        assert rebuilding.latest(session) == 1, "one at a time"
        rebuilding.begun(session, 1, "web@here:7", at=now())
        rebuilding.over(session, 1, "agi@here:8", entries=1234, at=now())
    page = administrator.get("/system/index").text
    assert ("进行中" in page, "1234" in page, 'hx-get="/system/index"' in page, "重建所有索引" in page) == (True, True, True, False)
    with world.database.writing() as session:
        rebuilding.over(session, 1, "web@here:7", entries=None, trouble="OSError('no room')", at=now())
        rebuilding.begun(session, 1, "agi@there:9", at=now() - rebuilding.LOST_AFTER)
    monkeypatch.setattr("admin_ui.views.system.now", lambda: now() + rebuilding.ANSWERED_WITHIN)
    page = administrator.get("/system").text
    assert ("no room" in page, page.count("没有回应"), "hx-get" in page, "重建所有索引" in page) == (True, 1, False, True)
    assert page.count("进程在重建中退出") == 1


def test_lists_are_filtered_as_the_search_understands_words_and_so_are_their_files(world: World, signed_in: SignIn) -> None:
    for asking in ("养犬证怎么办理", "路灯坏了找谁"):
        put(world, asking)
        propose(world, asking)
    with world.database.writing() as session:
        for asking in ("养犬证丢了能补吗", "路灯不亮报给谁"):
            session.add(Entry(department_id=1, category="其他", question=asking, state=State.DRAFT, keywords=[]))
    city = signed_in("city_office")
    for path in ("/unanswered", "/phrasings", "/knowledge"):
        for words in ("养犬证", "yangquanzheng", "yqz", "养犬正", "养q证"):
            for found in (city.get(f"{path}?q={words}").text,
                          city.get(f"{path}/export.csv?q={words}").data.decode("utf-8-sig")):  # fmt: skip
                assert "养犬证" in found, (path, words)
                assert "路灯" not in found, (path, words)
        assert "养犬证" not in city.get(f"{path}/export.csv?q=ludeng").data.decode("utf-8-sig"), path
