"""The pages of licence items: written, checked, reviewed, shown; and which questions speak of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from admin_ui.house import now
from admin_ui.views.licences import mark
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.entries import Entry
from knowledge_base.licences import Licence

World = Any
SignIn = Callable[[str], FlaskClient]
TEXT = {"name": "劳务派遣经营许可", "legal_basis": "《劳动合同法》", "conditions": "有固定场所。", "materials": "申请书\n\n营业执照\n", "office": "人社窗口",
        "phone": "0877-2101000"}  # fmt: skip


def only(world: World) -> Licence:
    with world.database.reading() as session:
        return session.scalars(select(Licence)).one()


def take(world: World, client: FlaskClient, step: str, **more: object) -> int:
    x = only(world)
    return client.post(f"/licences/{x.id}/{step}", data={"version": mark(x), **more}).status_code


def shown(world: World, signed_in: SignIn) -> Licence:
    assert signed_in("liaison").post("/licences/new", data=TEXT).status_code == 303
    assert take(world, signed_in("liaison"), "submit") == 303
    assert take(world, signed_in("leader"), "check") == 303
    assert take(world, signed_in("secrecy_reviewer"), "pass") == 422
    assert take(world, signed_in("secrecy_reviewer"), "pass", no_secrets="1") == 303
    return only(world)


def test_three_people_bring_an_item_before_the_citizens(world: World, signed_in: SignIn) -> None:
    licence = shown(world, signed_in)
    assert licence.shown is not None
    assert licence.shown["materials"] == ["申请书", "营业执照"]
    page = signed_in("operator").get(f"/licences/{licence.id}").text
    assert "营业执照" in page
    assert "台账" not in page


def test_a_draft_is_seen_by_its_keepers_only_and_beside_what_citizens_see(world: World, signed_in: SignIn) -> None:
    licence = shown(world, signed_in)
    form = {**TEXT, "version": mark(licence), "conditions": "另有注册资本要求。"}
    assert signed_in("liaison").post(f"/licences/{licence.id}/edit", data=form).status_code == 422
    assert signed_in("liaison").post(f"/licences/{licence.id}/edit", data={**form, "why": "标准提高"}).status_code == 303
    stale = signed_in("city_office").post(f"/licences/{licence.id}/edit", data={**form, "why": "也改一下"})
    assert stale.status_code == 422
    assert "已被他人更新" in stale.text
    inside = signed_in("leader").get(f"/licences/{licence.id}").text
    assert "注册资本" in inside
    assert "群众现在看到的" in inside
    for login in ("operator", "liaison_b"):
        assert "注册资本" not in signed_in(login).get(f"/licences/{licence.id}").text
        assert "注册资本" not in signed_in(login).get("/licences/export.csv").text
    assert "注册资本" in signed_in("liaison").get("/licences/export.csv").text


def test_an_item_that_was_never_shown_is_not_there_for_others(world: World, signed_in: SignIn) -> None:
    signed_in("liaison").post("/licences/new", data=TEXT)
    licence = only(world)
    for login in ("operator", "liaison_b", "leader_b"):
        client = signed_in(login)
        assert client.get(f"/licences/{licence.id}").status_code == 404
        assert TEXT["name"] not in client.get("/licences").text
    assert signed_in("liaison_b").get(f"/licences/{licence.id}/edit").status_code == 404
    assert take(world, signed_in("leader_b"), "check") == 404


def test_a_countys_office_sees_what_is_not_public_of_its_own_county_alone(world: World, signed_in: SignIn) -> None:
    licence, county = shown(world, signed_in), signed_in("county_office")
    form = {**TEXT, "version": mark(licence), "name": "改了名的许可", "conditions": "另有注册资本要求。", "why": "标准提高"}
    signed_in("liaison").post(f"/licences/{licence.id}/edit", data=form)
    there = (f"/licences/{licence.id}", "/licences", "/licences/export.csv")
    for page in there:
        assert ("改了名" in county.get(page).text or "注册资本" in county.get(page).text, TEXT["name"] in county.get(page).text) == (False, True)
    assert f"/licences/{licence.id}" not in county.get("/licences?q=注册资本").text, "nor is it found by what isn't public"
    with world.database.writing() as session:
        session.get_one(Department, licence.department_id).county_code = "530402"
    assert ["注册资本" in county.get(page).text or "改了名" in county.get(page).text for page in there] == [True, True, True]


def test_who_answers_callers_is_told_that_an_items_text_is_for_reading_and_what_its_questions_may_say(world: World, signed_in: SignIn) -> None:
    licence = shown(world, signed_in)
    with world.database.writing() as session:
        own = session.scalars(select(Entry).where(Entry.department_id == licence.department_id).order_by(Entry.id)).all()
        for entry in own:
            entry.licence_id = licence.id
        own[1].state = "draft"
    page = signed_in("operator").get(f"/licences/{licence.id}").text
    assert "不得照此页答复来电人" in page
    assert "可答复" in page.partition(own[0].question)[2].partition("</li>")[0]
    assert own[1].question not in page, "nobody has let it out"
    inside = signed_in("leader").get(f"/licences/{licence.id}")
    assert (inside.status_code, own[1].question in inside.text, "不得照此页答复来电人" in inside.text) == (200, True, False)


def test_a_step_on_what_has_changed_meanwhile_is_refused(world: World, signed_in: SignIn) -> None:
    signed_in("liaison").post("/licences/new", data=TEXT)
    licence = only(world)
    answer = signed_in("liaison").post(f"/licences/{licence.id}/submit", data={"version": "1published"})
    assert answer.status_code == 422
    assert only(world).stage == "draft"


def test_of_two_who_write_at_a_draft_at_once_none_loses_a_word_and_nobody_checks_what_he_has_not_seen(world: World, signed_in: SignIn) -> None:
    liaison, city, leader = (signed_in(n) for n in ("liaison", "city_office", "leader"))
    liaison.post("/licences/new", data=TEXT)
    there = f"/licences/{only(world).id}"
    before = mark(only(world))
    assert liaison.post(f"{there}/edit", data={**TEXT, "version": before, "fee": "每件十元"}).status_code == 303
    late = city.post(f"{there}/edit", data={**TEXT, "version": before, "quota": "无"})
    assert (late.status_code, "已被他人更新" in late.text, before in late.text, only(world).fee) == (422, True, True, "每件十元")
    take(world, liaison, "submit")
    opened = mark(only(world))
    take(world, leader, "send-back", why="收费有误")
    liaison.post(f"{there}/edit", data={**TEXT, "version": mark(only(world)), "fee": "每件一百元"})
    take(world, liaison, "submit")
    assert leader.post(f"{there}/check", data={"version": opened}).status_code == 422
    assert only(world).stage == "submitted"


def test_what_is_under_review_has_no_form_that_could_not_be_saved(world: World, signed_in: SignIn) -> None:
    liaison = signed_in("liaison")
    liaison.post("/licences/new", data=TEXT)
    there = f"/licences/{only(world).id}"
    assert 'name="conditions"' in liaison.get(f"{there}/edit").text
    take(world, liaison, "submit")
    assert liaison.get(f"{there}/edit").location == there
    assert "第1版正在办理" in liaison.get(there).text


def test_the_reason_of_a_refused_step_stands_in_its_form_again(world: World, signed_in: SignIn) -> None:
    licence = shown(world, signed_in)
    page = signed_in("secrecy_reviewer").post(f"/licences/{licence.id}/pull", data={"version": "0draft", "clause": "第十三条", "why": "含内部号码"})
    assert page.status_code == 422
    sent = page.text.partition(f'action="/licences/{licence.id}/pull"')[2].partition("</form>")[0]
    assert 'value="第十三条"' in sent
    assert ">含内部号码</textarea>" in sent
    assert page.text.count("含内部号码") == 1


def test_the_leader_says_which_questions_speak_of_it_and_takes_it_down(world: World, signed_in: SignIn) -> None:
    licence = shown(world, signed_in)
    with world.database.reading() as session:
        entry = session.scalars(select(Entry).join(Department).where(Department.code == "101").order_by(Entry.id).limit(1)).one()
    assert take(world, signed_in("leader"), "link", entries=str(entry.id)) == 303
    assert entry.question in signed_in("operator").get(f"/licences/{licence.id}").text
    assert take(world, signed_in("leader"), "take-down", why="取消许可") == 303
    assert only(world).shown is None
    assert signed_in("operator").get(f"/licences/{licence.id}").status_code == 404


def test_what_is_typed_stays_on_the_page_when_it_is_refused(signed_in: SignIn) -> None:
    answer = signed_in("liaison").post("/licences/new", data={**TEXT, "name": "", "fee": "每件十元"})
    assert answer.status_code == 422
    assert "每件十元" in answer.text


def test_what_is_shown_is_looked_at_again_and_pulled_by_the_reviewer(world: World, signed_in: SignIn) -> None:
    licence, reviewer = shown(world, signed_in), signed_in("secrecy_reviewer")
    with world.database.writing() as session:
        session.get_one(Licence, licence.id).swept_on = local_day(now()) - timedelta(days=181)
    queue = reviewer.get("/review?show=sweep").text
    assert f'/licences/{licence.id}"' in queue
    assert TEXT["name"] in reviewer.get("/review/export.csv?show=sweep").text
    for login in ("leader", "city_office", "liaison"):
        assert take(world, signed_in(login), "still-fit") == 403
    assert take(world, reviewer, "still-fit") == 303
    assert TEXT["name"] not in reviewer.get("/review?show=sweep").text
    assert take(world, reviewer, "pull", clause="") == 422
    assert take(world, reviewer, "pull", clause="《保守国家秘密法》第十三条") == 303
    assert only(world).shown is None
    assert "第十三条" in reviewer.get("/ledger?deed=pulled").text


def test_two_texts_that_citizens_saw_stand_side_by_side(world: World, signed_in: SignIn) -> None:
    licence, liaison = shown(world, signed_in), signed_in("liaison")
    form = {**TEXT, "version": mark(licence), "fee": "每件十元", "why": "开始收费"}
    assert liaison.post(f"/licences/{licence.id}/edit", data=form).status_code == 303
    for login, step, more in (("liaison", "submit", {}), ("leader", "check", {}), ("secrecy_reviewer", "pass", {"no_secrets": "1"})):
        assert take(world, signed_in(login), step, **more) == 303
    assert f"/licences/{licence.id}/compare" in liaison.get(f"/licences/{licence.id}").text
    page = liaison.get(f"/licences/{licence.id}/compare").text
    assert "<ins>" in page
    assert "每件十元" in page
    assert liaison.get(f"/licences/{licence.id}/compare?before=9").status_code == 404
    assert signed_in("operator").get(f"/licences/{licence.id}/compare").status_code == 403
    assert signed_in("liaison_b").get(f"/licences/{licence.id}/compare").status_code == 404
