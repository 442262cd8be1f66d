"""The pages of authorisation: entered by one, signed by another, revoked, printed; coverage and succession."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from hotline.directory.departments import Department
from hotline.times import local_day, now
from knowledge_base import granting
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.leave import Form, Scope
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage
from knowledge_base.terms import Terms

World = Any
SignIn = Callable[[str], FlaskClient]


def today() -> date:
    return local_day(now())


def form(**more: object) -> dict[str, object]:
    return {"document": "玉人社授〔2026〕9号", "scope": "department", "form": "full", "valid_from": today().isoformat(),
            "valid_to": (today() + timedelta(days=200)).isoformat(), "signer": "李局长", **more}


def ids(world: World) -> dict[str, int]:
    with world.database.reading() as session:
        return {d.code: d.id for d in session.scalars(select(Department))}


def latest(world: World) -> Authorisation:
    with world.database.reading() as session:
        found = session.scalar(select(Authorisation).order_by(Authorisation.id.desc()).limit(1))
    assert found is not None
    return found


def entered(world: World, client: FlaskClient, **more: object) -> Authorisation:
    answer = client.post("/authorisations/new", data=form(**more))
    assert answer.status_code == 303, answer.text
    return latest(world)


def said(world: World, question: str) -> str | None:
    with world.database.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.question.contains(question))).one()
        found = offered(session, entry.id, channel=Channel.MACHINE, at=now())
    return found.decision.form if found and isinstance(found.decision, Answer) else None


def test_a_liaison_enters_the_leader_signs_and_the_machine_speaks_from_then_on(world: World, signed_in: SignIn) -> None:
    liaison, leader = signed_in("liaison_b"), signed_in("leader_b")
    assert said(world, "居住证") == "summary"
    a = entered(world, liaison, document="玉公授〔2026〕9号")
    waiting = leader.get(f"/authorisations/{a.id}").text
    assert "待签发" in waiting
    assert "居住证在哪里办" in waiting.split("生效后将据此答复的问题")[-1]
    assert said(world, "居住证") == "summary"
    assert liaison.post(f"/authorisations/{a.id}/sign").status_code == 403
    refused = leader.post(f"/authorisations/{a.id}/sign")
    assert refused.status_code == 422
    assert "请确认已阅读" in refused.text
    assert leader.post(f"/authorisations/{a.id}/sign", data={"read": "1", "seen": seen_on(waiting)}).status_code == 303
    assert said(world, "居住证") == "full"
    page = leader.get(f"/authorisations/{a.id}").text
    assert "高远" in page
    assert "居住证在哪里办" in page


def test_the_office_enters_and_a_second_person_records_the_paper(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    page = office.get(f"/authorisations/new?department={ids(world)['103']}").text
    assert "不动产登记要带什么材料" in page
    a = entered(world, office, department=ids(world)["103"], document="玉自然授〔2026〕1号")
    assert "/sign-on-paper" not in office.get(f"/authorisations/{a.id}").text
    refused = office.post(f"/authorisations/{a.id}/sign-on-paper", data={"document": a.document, "signer": "张局长"})
    assert refused.status_code == 422
    assert "录入人不能签发" in refused.text


def test_what_is_typed_stays_on_the_page_when_it_is_refused(signed_in: SignIn) -> None:
    client = signed_in("liaison")
    answer = client.post("/authorisations/new", data=form(scope="entries", remark="备忘一二三"))
    assert answer.status_code == 422
    assert "请选择授权的类别、许可事项或条目" in answer.text
    assert "备忘一二三" in answer.text
    assert client.post("/authorisations/new", data={}).status_code == 422
    assert client.post("/authorisations/new", data=form(valid_to="31.12.2026")).status_code == 422


def test_a_new_version_begins_with_what_stands_and_takes_its_place_when_signed(world: World, signed_in: SignIn) -> None:
    with world.database.reading() as session:
        first = session.scalars(select(Authorisation).where(Authorisation.department_id == ids(world)["101"])).one()
    client = signed_in("liaison")
    assert first.document in client.get(f"/authorisations/{first.id}/version").text
    answer = client.post(f"/authorisations/{first.id}/version", data=form(form="contact"))
    assert answer.status_code == 303
    second = latest(world)
    assert (second.document, second.version) == (first.document, 2)
    assert said(world, "社保卡") == "full"
    leader = signed_in("leader")
    seen = seen_on(leader.get(f"/authorisations/{second.id}").text)
    leader.post(f"/authorisations/{second.id}/sign", data={"read": "1", "seen": seen})
    assert said(world, "社保卡") is None
    assert "已被新版取代" in client.get(f"/authorisations/{first.id}").text


def signed(world: World, document: str, days: int) -> Authorisation:
    """One of department 101 that ends in so many days."""
    with world.database.writing() as session:
        a = Authorisation(department_id=ids(world)["101"], document=document, signer="x", scope="department", form="full",
                          valid_from=today(), valid_to=today() + timedelta(days=days), signed_at=now())  # fmt: skip
        session.add(a)
    return a


def test_whoever_goes_on_with_what_ends_renews_it_and_nobody_enters_a_second_version_beside_one(world: World, signed_in: SignIn) -> None:
    client = signed_in("liaison")
    for days, proposed in ((200, today() + timedelta(days=200)), (30, date(today().year + 1, 12, 31))):
        a = signed(world, f"玉人社授〔2026〕{days}号", days)
        there = f"/authorisations/{a.id}"
        assert f'name="valid_to" value="{proposed}"' in client.get(f"{there}/version").text
    assert f"{there}/version" in client.get(there).text
    client.post(f"{there}/version", data=form())
    assert f"{there}/version" not in client.get(there).text
    assert client.get(f"{there}/version").location == f"/authorisations/{latest(world).id}"


def test_a_leader_revokes_with_a_reason_and_the_machine_is_silent_at_once(world: World, signed_in: SignIn) -> None:
    with world.database.reading() as session:
        a = session.scalars(select(Authorisation).where(Authorisation.department_id == ids(world)["101"])).one()
    client = signed_in("leader")
    assert client.post(f"/authorisations/{a.id}/revoke", data={"why": " "}).status_code == 422
    assert client.post(f"/authorisations/{a.id}/revoke", data={"why": "口径调整", "moment": "gestern"}).text.count("口径调整") == 1
    refused = client.post(f"/authorisations/{a.id}/sign").text
    assert '<details class="panel"><summary>撤销授权' in refused, "what was refused was a signature"
    assert client.post(f"/authorisations/{a.id}/revoke", data={"why": "口径调整"}).status_code == 303
    assert said(world, "社保卡") is None
    page = signed_in("liaison").get(f"/authorisations/{a.id}").text
    assert "已撤销" in page
    assert "口径调整" in page


def test_a_departments_people_reach_their_own_authorisations_only(world: World, signed_in: SignIn) -> None:
    with world.database.reading() as session:
        a = session.scalars(select(Authorisation).where(Authorisation.department_id == ids(world)["101"])).one()
    for login, steps in (("liaison_b", ("version", "sign-on-paper")), ("leader_b", ("sign", "revoke"))):
        client = signed_in(login)
        assert client.get(f"/authorisations/{a.id}").status_code == 404
        assert client.get(f"/authorisations/{a.id}/sheet").status_code == 404
        for step in steps:
            assert client.post(f"/authorisations/{a.id}/{step}", data=form(why="x", read="1")).status_code == 404
        assert a.document not in client.get("/authorisations").text
        assert a.document not in client.get("/authorisations/export.csv").text
        assert "人力资源" not in client.get("/authorisations/coverage").text
        assert "人力资源" not in client.get("/authorisations/coverage/export.csv").text
    assert signed_in("liaison_b").post("/authorisations/new", data=form(department=ids(world)["101"])).status_code in (303, 404)
    assert latest(world).department_id != ids(world)["101"] or latest(world).id == a.id


def test_the_list_is_filtered_and_taken_away_as_a_file(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    entered(world, client, department=ids(world)["103"], document="玉自然授〔2026〕1号", valid_to=(today() + timedelta(days=9)).isoformat())
    assert "待签发" in client.get("/authorisations").text
    only = client.get("/authorisations?standing=unsigned").text
    assert "玉自然授〔2026〕1号" in only
    assert "玉101授" not in only.split("<table")[1]
    rows = list(csv.reader(io.StringIO(client.get(f"/authorisations/export.csv?department={ids(world)['103']}").text.lstrip("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["玉自然授〔2026〕1号"]


def test_what_ends_soon_is_said_above_the_list(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    signed(world, "三十一天", 31)
    assert "即将到期" not in client.get("/authorisations").text
    a = signed(world, "三十天", 30)
    assert "将在30天内到期" in client.get("/authorisations").text
    assert a.document in client.get("/authorisations?ending=1").text.split("<table")[1]
    assert "本授权将于" in client.get(f"/authorisations/{a.id}").text


def test_coverage_counts_what_the_machine_may_say(world: World, signed_in: SignIn) -> None:
    client = signed_in("city_office")
    rows = list(csv.reader(io.StringIO(client.get("/authorisations/coverage/export.csv").text.lstrip("\ufeff"))))
    assert {row[0]: row[2:] for row in rows[1:]} == {
        "101": ["2", "2", "0", "0", "0", "0"], "102": ["1", "0", "1", "0", "0", "0"], "103": ["1", "0", "0", "0", "0", "1"]}  # fmt: skip
    page = client.get(f"/authorisations/coverage?department={ids(world)['103']}&saying=none").text
    assert "不动产登记要带什么材料" in page
    assert "该部门从未授权热线代为答复" in page


def test_the_sheet_says_all_that_is_signed(world: World, signed_in: SignIn) -> None:
    with world.database.writing() as session:
        entries = list(session.scalars(select(Entry).where(Entry.department_id == ids(world)["101"]).order_by(Entry.id)))
        a = Authorisation(department_id=ids(world)["101"], document="玉人社授〔2026〕7号", signer="李局长", scope="entries", form="summary",
                          entries=[entries[0].id], exclusions=[entries[1].id], valid_from=today(), valid_to=today(), signed_at=now())  # fmt: skip
        session.add(a)
        session.flush()
    text = signed_in("liaison").get(f"/authorisations/{a.id}/sheet").text
    for words in ("附件8", "玉人社授〔2026〕7号", "玉溪市人力资源和社会保障局", entries[0].question, entries[1].question, "李局长", "单位公章"):
        assert words in text, words


def test_the_office_lets_a_department_pass_into_another(world: World, signed_in: SignIn) -> None:
    client, of = signed_in("city_office"), ids(world)
    page = client.get(f"/succession?predecessor={of['101']}").text
    assert "玉101授〔2026〕1号" in page
    wrong = client.post("/succession", data={"predecessor": of["101"], "successor": of["103"]})
    assert wrong.status_code == 422
    done = client.post("/succession", data={"predecessor": of["101"], "successor": of["103"], "change": "merged", "document": "玉机编1号"})
    assert done.status_code == 303, done.text
    assert said(world, "社保卡") == "full"
    assert "暂行有效" in client.get(f"/authorisations/{latest(world).id}").text
    assert signed_in("leader").get("/succession").status_code == 403


def test_what_a_department_leaves_passes_on_by_one_step_of_the_office(world: World, signed_in: SignIn) -> None:
    client, of, first, second = signed_in("city_office"), ids(world), world.ticket(), world.ticket()
    done = client.post("/succession", data={"predecessor": of["101"], "successor": of["102"], "change": "merged"}, follow_redirects=True)
    assert "请转由承接单位接办" in done.text
    assert all(number in done.text for number in (first, second))
    step: dict[str, object] = {"unit": of["101"], "heir": of["102"], "why": "玉机编2号"}
    assert signed_in("supervisor").post("/succession/tickets", data=step).status_code == 403
    wrongs: list[dict[str, object]] = [{"why": " "}, {"heir": of["103"]}, {"unit": of["103"]}]
    for wrong in wrongs:
        assert client.post("/succession/tickets", data=step | wrong).status_code == 422
    page = signed_in("supervisor").get(f"/tickets/{first}").text
    assert all(words in page for words in ("承办单位已停止服务", "转由承接单位接办", "收回重派"))
    said = {"heir": of["102"], "why": "先行接办", "version": world.of(first).version}
    assert signed_in("supervisor").post(f"/tickets/{first}/succeed", data=said).status_code == 303
    assert "接办1件" in client.post("/succession/tickets", data=step, follow_redirects=True).text
    page = signed_in("liaison_b").get(f"/tickets/{second}").text
    assert all(words in page for words in ("承接单位接办", "玉机编2号"))
    assert signed_in("liaison").get(f"/tickets/{second}").status_code == 404


def test_a_ticket_of_a_department_that_is_no_more_is_taken_away_to_be_dispatched_again(world: World, signed_in: SignIn) -> None:
    number, supervisor = world.ticket(), signed_in("supervisor")
    with world.database.writing() as session:
        session.get_one(Department, ids(world)["101"]).effective_to = today()
    said = {"why": "机构撤销", "version": world.of(number).version}
    assert supervisor.post(f"/tickets/{number}/take-away", data=said).status_code == 303
    assert (world.of(number).state, world.of(number).department_id) == ("to_dispatch", None)
    page = supervisor.get(f"/tickets/{number}").text
    assert "101 玉溪市人力资源和社会保障局</option>" not in page, "nothing is handed to it any more"


def test_an_old_sheet_reprints_as_it_was_signed(world: World, signed_in: SignIn) -> None:
    terms = Terms("玉101授〔2026〕9号", Scope.DEPARTMENT, Form.FULL, today(), today())
    with world.database.writing() as session:
        unit = session.get_one(Department, ids(world)["101"])
        a = granting.enter(session, unit, terms=terms, by=world.account("liaison"), at=now())
        granting.sign(session, a, by=world.account("leader"), at=now())
        before, unit.name = unit.name, "已更名的局"
    sheet = signed_in("liaison").get(f"/authorisations/{a.id}/sheet").text.split('<article class="sheet"')[1]
    assert before in sheet
    assert "已更名的局" not in sheet


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_shown_in_both_languages_to_everybody_who_may(world: World, signed_in: SignIn, lang: str) -> None:
    with world.database.writing() as session:
        a = session.scalars(select(Authorisation).order_by(Authorisation.id).limit(1)).one()
        licence = Licence(department_id=a.department_id, name="某许可", shown={"name": "某许可", "version": 1})
        session.add(licence)
        session.flush()
    pages = ["/authorisations", f"/authorisations/{a.id}", f"/authorisations/{a.id}/sheet", "/authorisations/coverage", "/licences", f"/licences/{licence.id}"]
    for login in ("city_office", "liaison", "leader", "secrecy_reviewer", "operator", "inspector"):
        client = signed_in(login)
        for page in pages:
            assert client.get(f"{page}?lang={lang}").status_code == 200, (login, page)
    for page in (f"/authorisations/new?department={a.department_id}", f"/authorisations/{a.id}/version", "/licences/new", f"/licences/{licence.id}/edit", f"/succession?predecessor={a.department_id}"):
        assert signed_in("city_office").get(f"{page}{'&' if '?' in page else '?'}lang={lang}").status_code == 200, page


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]


def publish(session: Session, entry: Entry) -> None:
    """The entry's next version stands from now on."""
    last = session.scalars(select(EntryVersion).where(EntryVersion.entry_id == entry.id).order_by(EntryVersion.number.desc())).first()
    number = last.number + 1 if last else 1
    session.add(EntryVersion(entry_id=entry.id, number=number, question=entry.question, answer="新的答复。", spoken="新的答复。", written_by="liaison", valid_from=today(), stage=Stage.PUBLISHED))
    entry.published, entry.state = number, State.PUBLISHED


def test_nobody_signs_other_questions_than_he_saw(world: World, signed_in: SignIn) -> None:
    with world.database.writing() as session:
        card = session.scalars(select(Entry).where(Entry.question.contains("社保卡"))).one()
        card.category = "社保/社保卡"
        licence = Licence(department_id=card.department_id, name="职业中介许可", shown={"name": "职业中介许可", "version": 1})
        moved = Entry(department_id=card.department_id, category="社保/参保", question="灵活就业怎么参保", keywords=[])
        session.add_all([licence, moved])
        session.flush()
        publish(session, moved)
        card.licence_id = licence.id
    liaison, leader = signed_in("liaison"), signed_in("leader")
    for number, scope in enumerate(({"scope": "categories", "categories": ["社保/社保卡", "社保/参保"]}, {"scope": "licences", "licences": [licence.id]})):
        a = entered(world, liaison, document=f"玉人社授〔2026〕{20 + number}号", **scope)
        before = seen_on(leader.get(f"/authorisations/{a.id}").text)
        assert f"{card.id}." in before
        with world.database.writing() as session:
            fresh = Entry(department_id=card.department_id, category="社保/参保", licence_id=licence.id, keywords=[],
                          question=f"参保登记要什么材料{number}")  # fmt: skip
            session.add(fresh)
            session.flush()
            publish(session, fresh)
            publish(session, session.get_one(Entry, card.id))
            session.get_one(Entry, moved.id).category = "其他"
        refused = leader.post(f"/authorisations/{a.id}/sign", data={"read": "1", "seen": before})
        assert refused.status_code == 422
        assert "问题有变动，尚未签发" in refused.text
        changed = refused.text.split('id="since"')[1].split("</section>")[0]
        came, rest = changed.split("答复有新版本")
        assert f"参保登记要什么材料{number}" in came.split("不再包括")[0]
        assert ("灵活就业怎么参保" in came) == (number == 0), "it lay in the category, and never at the item"
        assert "社保卡" in rest
        with world.database.reading() as session:
            assert session.get_one(Authorisation, a.id).signed_at is None
        assert leader.post(f"/authorisations/{a.id}/sign", data={"read": "1"}).status_code == 422, "who saw nothing signs nothing"
        answer = leader.post(f"/authorisations/{a.id}/sign", data={"read": "1", "seen": seen_on(refused.text)})
        assert answer.status_code == 303, "the page that refuses shows what there is now"
        with world.database.writing() as session:
            session.get_one(Entry, moved.id).category = "社保/参保"


def test_whoever_records_a_paper_is_held_to_what_he_saw_too(world: World, signed_in: SignIn) -> None:
    a = entered(world, signed_in("liaison"), document="玉人社授〔2026〕30号")
    office, given = signed_in("city_office"), {"document": a.document, "signer": "李局长"}
    before = seen_on(office.get(f"/authorisations/{a.id}").text)
    with world.database.writing() as session:
        publish(session, session.scalars(select(Entry).where(Entry.department_id == a.department_id).order_by(Entry.id)).first())
    refused = office.post(f"/authorisations/{a.id}/sign-on-paper", data={**given, "seen": before})
    assert (refused.status_code, "答复有新版本" in refused.text) == (422, True)
    done = office.post(f"/authorisations/{a.id}/sign-on-paper", data={**given, "seen": seen_on(refused.text)})
    assert done.status_code == 303
