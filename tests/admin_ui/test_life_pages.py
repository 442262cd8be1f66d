"""The life of an entry over the pages: three people sign in, each does his part, and nobody else's."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from admin_ui.views import corrections
from dispatch.answering.answers import offered
from dispatch.answering.decision import Channel
from dispatch.callbacks.callbacks import Callback
from dispatch.calls import tellings
from dispatch.tickets import reply_versions
from dispatch.tickets.states import State as TicketState
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.times import CHINA, local_day, now
from knowledge_base.entries import Attachment, Entry, EntryVersion, Phrasing
from knowledge_base.ledger import LedgerRow
from knowledge_base.verifying import verify
from tests.dispatch.town import put

World = Any
SignIn = Callable[[str], FlaskClient]
PDF = b"%PDF-1.7\nx"
ENTRY = 1  # 社保卡丢了怎么补办, of department 101


def form(**changed: str) -> dict[str, str]:
    return {"question": "社保卡如何挂失", "answer": "拨打12333挂失。", "spoken": "请打幺二三三三挂失。", "summary": "打12333。",
            "keywords": "社保卡，挂失", "valid_from": str(local_day(now())), "why": "常有人问", **changed}  # fmt: skip


def seen(page: TestResponse, near: str = "") -> str:
    """The token of what a person has before his eyes: in the form whose address ends so."""
    found = re.search(rf'action="[^"]*{near}"[^>]*>.*?name="seen" value="([^"]*)"', page.text, re.S)
    assert found, near
    return found[1]


def step(client: FlaskClient, entry: int, number: int, name: str, **more: str) -> TestResponse:
    token = seen(client.get(f"/knowledge/{entry}"), f"/versions/{number}/{name}")
    return client.post(f"/knowledge/{entry}/versions/{number}/{name}", data={"seen": token, **more})


def version(world: World, entry: int, number: int) -> EntryVersion:
    with world.database.reading() as session:
        return session.scalars(select(EntryVersion).where(EntryVersion.entry_id == entry, EntryVersion.number == number)).one()


def test_a_day_of_publication_that_is_none_is_refused_and_two_who_write_at_once_lose_none(world: World, signed_in: SignIn) -> None:
    liaison, city = signed_in("liaison"), signed_in("city_office")
    wrong = liaison.post("/knowledge/new", data=form(publish_at="2026年12月1日上午"))
    assert (wrong.status_code, "日期格式有误" in wrong.text, "社保卡如何挂失" in liaison.get("/knowledge").text) == (422, True, False)
    there = liaison.post("/knowledge/new", data=form()).location + "/edit"
    first, second = seen(liaison.get(there)), seen(city.get(there))
    assert liaison.post(there, data=form(seen=first, publish_at="2099-12-01T09:00")).status_code == 303
    late = city.post(there, data=form(seen=second))
    assert (late.status_code, "已被他人更新" in late.text) == (422, True)
    assert version(world, int(there.split("/")[2]), 1).publish_at is not None


def test_three_people_bring_an_entry_out(world: World, signed_in: SignIn) -> None:
    liaison, leader, reviewer, operator = (signed_in(n) for n in ("liaison", "leader", "secrecy_reviewer", "operator"))
    made = liaison.post("/knowledge/new", data=form())
    assert made.status_code == 303, made.text
    entry = int(made.location.rpartition("/")[2])
    assert operator.get(f"/knowledge/{entry}").status_code == 404, "an operator would tell it to callers"
    assert "社保卡如何挂失" not in operator.get("/knowledge").text
    assert step(liaison, entry, 1, "submit").status_code == 303
    assert "社保卡如何挂失" in leader.get("/review").text
    assert step(leader, entry, 1, "check", why="属实").status_code == 303
    assert "社保卡如何挂失" in reviewer.get("/review").text
    assert step(reviewer, entry, 1, "pass").status_code == 422, "not without the tick"
    assert step(reviewer, entry, 1, "pass", no_secrets="1").status_code == 303
    assert version(world, entry, 1).stage == "published"
    assert "拨打12333挂失" in operator.get(f"/knowledge/{entry}").text
    page = liaison.get("/ledger?department=1&deed=passed").text
    assert "保密审查通过" in page
    assert "赵静" in page
    with world.database.reading() as session:
        assert list(verify(session)) == []
        assert session.scalars(select(LedgerRow.deed).where(LedgerRow.thing_id == entry).order_by(LedgerRow.id)).all() == [
            "written", "submitted", "checked", "passed", "published"]  # fmt: skip


def test_a_change_stands_beside_what_is_in_force_and_is_compared_with_it(world: World, signed_in: SignIn) -> None:
    liaison, operator = signed_in("liaison"), signed_in("operator")
    page = liaison.get(f"/knowledge/{ENTRY}/edit")
    assert "当场可取新卡" in page.text
    token = seen(page, "/edit")
    changed = form(question="社保卡丢了怎么补办", answer="请带户口簿到任一社保服务网点办理，当场可取新卡。", seen=token, why="材料有变")
    assert liaison.post(f"/knowledge/{ENTRY}/edit", data={**changed, "why": ""}).status_code == 422
    assert liaison.post(f"/knowledge/{ENTRY}/edit", data=changed).status_code == 303
    assert liaison.post(f"/knowledge/{ENTRY}/edit", data=changed).status_code == 422, "somebody has written meanwhile"
    assert "身份证" in operator.get(f"/knowledge/{ENTRY}").text
    assert "户口簿" not in operator.get(f"/knowledge/{ENTRY}").text
    compared = liaison.get(f"/knowledge/{ENTRY}/compare").text
    assert re.search(r"<del><span class=\"visually-hidden\">删去：</span>身份证</del>", compared)
    assert re.search(r"<ins><span class=\"visually-hidden\">新增：</span>户口簿</ins>", compared)


def test_what_was_refused_stands_in_the_form_that_was_sent_and_in_no_other(signed_in: SignIn) -> None:
    liaison, leader, reviewer = (signed_in(n) for n in ("liaison", "leader", "secrecy_reviewer"))
    entry = int(liaison.post("/knowledge/new", data=form(then="submit")).location.rpartition("/")[2])
    step(leader, entry, 1, "check")
    page = reviewer.post(f"/knowledge/{entry}/versions/1/refuse", data={"seen": "another", "clause": "第三条", "why": "涉及内部事项", "no_secrets": "1"})
    assert (page.status_code, page.text.count('name="why"') > 2) == (422, True)
    assert (page.text.count('value="涉及内部事项"'), page.text.count('value="第三条"')) == (1, 1)
    sent = page.text.partition(f'action="/knowledge/{entry}/versions/1/refuse"')[2].partition("</form>")[0]
    assert all(f'value="{typed}"' in sent for typed in ("涉及内部事项", "第三条"))
    again = reviewer.post(f"/knowledge/{entry}/versions/1/pass", data={"seen": "another", "why": "已核", "no_secrets": "1"}).text
    assert ('value="已核"' in again, " checked" in again) == (True, False), "nobody has looked through what is new"


def test_one_approves_what_he_saw_and_nothing_else(world: World, signed_in: SignIn) -> None:
    liaison, leader = signed_in("liaison"), signed_in("leader")
    entry = int(liaison.post("/knowledge/new", data=form(then="submit")).location.rpartition("/")[2])
    token = seen(leader.get(f"/knowledge/{entry}"), "/versions/1/check")
    assert step(leader, entry, 1, "send-back", why="请补充").status_code == 303
    edit = seen(liaison.get(f"/knowledge/{entry}/edit"), "/edit")
    liaison.post(f"/knowledge/{entry}/edit", data=form(answer="另一种答复", then="submit", seen=edit))
    answer = leader.post(f"/knowledge/{entry}/versions/1/check", data={"seen": token})
    assert answer.status_code == 422
    assert "已被他人更新" in answer.text
    assert version(world, entry, 1).stage == "submitted"


def test_while_a_version_is_under_review_there_is_no_form_that_could_not_be_saved(signed_in: SignIn) -> None:
    liaison = signed_in("liaison")
    entry = int(liaison.post("/knowledge/new", data=form()).location.rpartition("/")[2])
    edit = liaison.get(f"/knowledge/{entry}/edit")
    step(liaison, entry, 1, "submit")
    page = liaison.get(f"/knowledge/{entry}/edit").text
    assert ("第1版正在办理" in page, f'href="/knowledge/{entry}#coming"' in page, 'name="answer"' in page) == (True, True, False)
    late = liaison.post(f"/knowledge/{entry}/edit", data=form(answer="想好的另一种答复", seen=seen(edit, "/edit")))
    assert (late.status_code, "想好的另一种答复" in late.text, 'name="then"' in late.text) == (422, True, False)


def test_a_departments_people_reach_only_their_own_by_any_address(world: World, signed_in: SignIn) -> None:
    entry = int(signed_in("liaison").post("/knowledge/new", data=form()).location.rpartition("/")[2])
    with world.database.writing() as session:
        session.add(Phrasing(entry_id=ENTRY, text="新问法", approval="proposed"))
        account = session.scalars(select(Account).where(Account.login == "leader_b")).one()
        reviewer = Account(login="reviewer_b", name="外", role=Role.SECRECY_REVIEWER, password_hash=account.password_hash,
                           department_id=account.department_id)  # fmt: skip
        session.add(reviewer)
    for login in ("liaison_b", "leader_b", "reviewer_b"):
        client = signed_in(login)
        for there in (f"/knowledge/{entry}", f"/knowledge/{ENTRY}", f"/knowledge/{entry}/edit", f"/knowledge/{ENTRY}/compare"):
            assert client.get(there).status_code in (403, 404), (login, there)
        for there in ("/versions/1/submit", "/versions/1/give-up", "/versions/1/send-back", "/versions/1/check", "/versions/1/pass",
                      "/versions/1/refuse", "/versions/1/refer-up", "/versions/1/publish", "/versions/1/withdraw", "/still-fit", "/pull",
                      "/edit", "/phrasings", "/phrasings/5", "/versions/1/files", "/pin"):  # fmt: skip
            for one in (entry, ENTRY):
                data = {"seen": "x", "why": "x", "clause": "x", "deed": "approve", "text": "别处来的", "file": (io.BytesIO(PDF), "a.pdf")}
                assert client.post(f"/knowledge/{one}{there}", data=data).status_code in (403, 404), (login, there)
        for there in ("/knowledge", "/knowledge?department=1", "/knowledge/export.csv?department=1", "/review", "/review/export.csv", "/review?show=sweep", "/ledger?department=1",
                      "/ledger/export.csv?department=1", "/ledger?print=1"):  # fmt: skip
            assert "社保卡" not in client.get(there).text, (login, there)
    assert "社保卡如何挂失" in signed_in("secrecy_reviewer").get("/knowledge?stage=draft").text


def test_a_file_is_put_to_a_draft_and_saved_never_shown(world: World, signed_in: SignIn) -> None:
    liaison, operator = signed_in("liaison"), signed_in("operator")
    entry = int(liaison.post("/knowledge/new", data=form()).location.rpartition("/")[2])
    there = f"/knowledge/{entry}/versions/1/files"
    big = b"%PDF-1.7" + b"x" * 3_000_000
    assert liaison.post(there, data={"file": (io.BytesIO(big), "../办事 指南.pdf")}).status_code == 303
    assert liaison.post(there, data={"file": (io.BytesIO(b"<script>"), "a.pdf")}).status_code == 422
    assert liaison.post(there, data={"file": (io.BytesIO(b"%PDF" + b"x" * 10_200_000), "b.pdf")}).status_code == 413
    assert liaison.post(there).status_code == 422
    with world.database.reading() as session:
        (file,) = session.scalars(select(Attachment)).all()
    answer = liaison.get(f"/knowledge/files/{file.id}")
    assert answer.data == big
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert operator.get(f"/knowledge/files/{file.id}").status_code == 404, "not before its version is published"
    assert signed_in("liaison_b").get(f"/knowledge/files/{file.id}").status_code == 404
    for client, name, more in ((liaison, "submit", {}), (signed_in("leader"), "check", {}),
                               (signed_in("secrecy_reviewer"), "pass", {"no_secrets": "1"})):
        assert step(client, entry, 1, name, **more).status_code == 303
    assert operator.get(f"/knowledge/files/{file.id}").data == big
    assert liaison.post(f"{there}/{file.id}/remove").status_code == 422, "what was handed in never changes"


def test_a_phrasing_is_proposed_and_decided_on_the_page(world: World, signed_in: SignIn) -> None:
    liaison, leader = signed_in("liaison"), signed_in("leader")
    assert liaison.post(f"/knowledge/{ENTRY}/phrasings", data={"text": "社保卡整丢了咋办"}).status_code == 303
    with world.database.reading() as session:
        row = session.scalars(select(Phrasing).where(Phrasing.text == "社保卡整丢了咋办")).one()
    assert "社保卡整丢了咋办" not in signed_in("operator").get(f"/knowledge/{ENTRY}").text
    assert "社保卡整丢了咋办" in leader.get("/review?show=phrasings").text
    assert liaison.post(f"/knowledge/{ENTRY}/phrasings/{row.id}", data={"deed": "approve"}).status_code == 422
    assert leader.post(f"/knowledge/{ENTRY}/phrasings/{row.id}", data={"deed": "approve", "back": "review phrasings"}).location == "/review?show=phrasings"
    assert "社保卡整丢了咋办" in signed_in("operator").get(f"/knowledge/{ENTRY}").text


def test_a_hot_topic_stands_first_and_falls_back(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    until = (now() + timedelta(hours=3)).astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")
    assert office.post("/knowledge/3/pin", data={"until": until, "why": "突发"}).status_code == 303
    assert office.post("/knowledge/4/pin", data={"until": until, "why": "突发"}).status_code == 422, "not authorised"
    assert office.post("/knowledge/3/pin", data={"until": "", "why": "突发"}).status_code == 422
    listed = signed_in("operator").get("/knowledge").text
    assert listed.index("居住证在哪里办") < listed.index("社保卡丢了怎么补办")
    assert "突发热点" in listed
    assert signed_in("supervisor").post("/knowledge/3/unpin", data={"why": "已平息"}).status_code == 303
    listed = signed_in("operator").get("/knowledge").text
    assert listed.index("居住证在哪里办") > listed.index("社保卡丢了怎么补办")


def test_what_is_swept_again_stays_or_goes(world: World, signed_in: SignIn) -> None:
    reviewer = signed_in("secrecy_reviewer")
    with world.database.writing() as session:
        for row in session.scalars(select(Entry)):
            row.swept_on = local_day(now()) - timedelta(days=181)
    listed = reviewer.get("/review?show=sweep")
    page = listed.text
    assert "社保卡丢了怎么补办" in page
    before_him = page.partition("社保卡丢了怎么补办")[2].partition("</details>")[0]
    for words in (version(world, ENTRY, 1).answer, "关键词", "依据", "经办科室", "/1/still-fit"):
        assert words in before_him, "whoever finds it fit has every word before him"
    assert "失业金怎么申领" in page
    assert "居住证在哪里办" not in page, "another department's"
    fit = {"back": "review sweep", "seen": seen(listed, "/1/still-fit")}
    assert reviewer.post("/knowledge/1/still-fit", data={**fit, "seen": "another"}).status_code == 422
    assert reviewer.post("/knowledge/1/still-fit", data=fit).location == "/review?show=sweep"
    mark = seen(reviewer.get("/knowledge/2"), "/2/pull")
    for wrong in ({"clause": "", "seen": mark}, {"clause": "第十三条", "seen": "another"}):
        assert reviewer.post("/knowledge/2/pull", data=wrong).status_code == 422
    assert reviewer.post("/knowledge/2/pull", data={"clause": "《保守国家秘密法》第十三条", "seen": mark}).status_code == 303
    assert "社保卡丢了怎么补办" not in reviewer.get("/review?show=sweep").text
    assert "失业金怎么申领" not in signed_in("operator").get("/knowledge").text
    assert "第十三条" in reviewer.get("/ledger?deed=reviews").text


def test_categories_are_kept_by_the_office(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    for above, name in (("", "社会保障"), ("社会保障", "社保卡")):
        assert office.post("/categories/add", data={"above": above, "name": name}).status_code == 303
    assert office.post("/categories/add", data={"above": "", "name": "社会保障"}).status_code == 422
    assert signed_in("liaison").post("/knowledge/new", data=form(category="社会保障/社保卡")).status_code == 303
    renamed = {"path": "社会保障", "to": "人社", "why": "改称"}
    assert office.post("/categories/rename", data=renamed).status_code == 303
    assert "人社/社保卡" in signed_in("liaison").get("/knowledge/new").text
    assert office.post("/categories/retire", data={"path": "人社/社保卡", "why": "不用"}).status_code == 422
    for named in ("人社", "社会保障"):
        page = signed_in("liaison").get(f"/knowledge?category={named}").text
        assert "社保卡如何挂失" in page
        assert '<option value="人社" selected>' in page
    assert '<option value="人社/社保卡">' in signed_in("liaison").get("/knowledge").text


def test_what_was_published_before_its_category_was_renamed_is_edited_in_the_new_one(world: World, signed_in: SignIn) -> None:
    office, liaison = signed_in("city_office"), signed_in("liaison")
    office.post("/categories/add", data={"above": "", "name": "户籍"})
    with world.database.writing() as session:
        unit = session.get_one(Entry, ENTRY).department_id
        entry = Entry(department_id=unit, question="迁户口要带什么", category="户籍", state="published", published=1)
        entry.versions = [EntryVersion(number=1, stage="published", question=entry.question, category="户籍", answer="户口簿。", spoken="户口簿。",
                                       written_by="x", valid_from=local_day(now()))]  # fmt: skip
        session.add(entry)
        session.flush()
        entry_id = entry.id
    assert office.post("/categories/rename", data={"path": "户籍", "to": "户政", "why": "改称"}).status_code == 303
    page = liaison.get(f"/knowledge/{entry_id}/edit")
    assert '<option value="户政" selected>' in page.text
    assert "已停用" not in page.text
    assert liaison.post(f"/knowledge/{entry_id}/edit", data=form(question="迁户口要带什么", category="户政", seen=seen(page))).status_code == 303


def told(world: World, entry: int, caller: str) -> str:
    call_id = world.call(caller=caller)
    with world.database.writing() as session:
        found = offered(session, entry, channel=Channel.OPERATOR, at=now())
        assert found is not None
        tellings.tell(session, call_id, found.decision, channel=Channel.OPERATOR, entry_id=entry, entry_version_id=found.version.id,
                      by="operator", at=now())  # fmt: skip
    return str(call_id)


def test_who_was_told_what_was_withdrawn_is_offered_a_call(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "PEOPLE", 2)
    supervisor, leader = signed_in("supervisor"), signed_in("leader")
    replied = world.ticket()
    with world.database.writing() as session:
        ticket = session.scalars(select(Ticket)).one()
        session.execute(update(Ticket).values(reached=True, contact="13887712388"))
        reply_versions.note(session, ticket, session.get_one(EntryVersion, version(world, ENTRY, 1).id), at=now() - timedelta(days=1))
    calls = [told(world, ENTRY, "13887712345"), told(world, ENTRY, "13887712399"), told(world, ENTRY, "")]
    number = version(world, ENTRY, 1).id
    assert supervisor.get(f"/corrections/{number}").status_code == 404, "nothing was wrong with it yet"
    assert step(leader, ENTRY, 1, "withdraw", why="政策废止").status_code == 303
    assert "社保卡丢了怎么补办" in supervisor.get("/corrections").text
    page = supervisor.get(f"/corrections/{number}").text
    assert "138****2399" in page
    assert "13887712345" not in page
    assert "共4条，第1／2页" in page
    other = supervisor.get(f"/corrections/{number}?channel=reply").text
    assert (other.count('name="call"'), f'value="{replied}"' in other, "138****2388" in other, "工单答复" in other) == (1, True, True, True)
    assert "工单答复" in supervisor.get(f"/corrections/{number}/export.csv").text
    assert [call in page for call in calls] == [False, True, True]
    ordered = supervisor.post(f"/corrections/{number}?page=2", data={"call": [calls[0], calls[2], "x"]})
    assert (ordered.status_code, ordered.location) == (303, f"/corrections/{number}?page=2")
    assert supervisor.post(f"/corrections/{number}", data={"call": calls[:2]}).status_code == 303
    with world.database.reading() as session:
        assert sorted(session.scalars(select(Callback.number))) == ["13887712345", "13887712399"]
        assert sorted(session.scalars(select(Ticket.source))) == ["call", "correction", "correction"]
        assert session.scalars(select(AuditRow).where(AuditRow.deed == "correction.read")).first() is not None
    unmasked = supervisor.post(f"/calls/{calls[0]}/number", data={"why": "核实号码"})
    assert "13887712345" in unmasked.text
    assert signed_in("liaison").get(f"/corrections/{number}").status_code == 403


@pytest.mark.parametrize(("klass", "may"), [(Klass.CONSULT, True), (Klass.COMPLAINT, False)])
def test_a_reply_becomes_a_draft_with_one_click(world: World, signed_in: SignIn, klass: Klass, may: bool) -> None:
    number = world.ticket(klass, title="王小明问失业金" if may else "失业金未发")  # of a complaint no name goes out
    with world.database.writing() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        put(session, ticket, TicketState.CLOSED).reply = "请到窗口申领，联系13887712345。"
    liaison = signed_in("liaison")
    assert ("生成知识库条目草稿" in liaison.get(f"/tickets/{number}").text) is may
    answer = liaison.post(f"/tickets/{number}/draft")
    assert answer.status_code == (303 if may else 422)
    if may:
        page = liaison.get(answer.location).text
        assert "请到窗口申领" in page
        assert "王小明" not in page
        assert "13887712345" not in page
        assert "已由本工单的答复生成条目" in liaison.get(f"/tickets/{number}").text
        assert signed_in("liaison_b").post(f"/tickets/{number}/draft").status_code == 404


@pytest.mark.parametrize("there", ["/knowledge/export.csv", "/ledger/export.csv?deed=reviews"])
def test_lists_are_taken_home_as_files_that_run_nothing(world: World, signed_in: SignIn, there: str) -> None:
    answer = signed_in("secrecy_reviewer").get(there)
    assert answer.status_code == 200
    assert answer.text.startswith("\ufeff")
    assert "社保卡丢了怎么补办" in answer.text


def test_an_entrys_number_is_on_its_page_in_the_list_and_its_file_and_finds_it(signed_in: SignIn) -> None:
    operator, number = signed_in("operator"), f"9{ENTRY:04}"
    assert f"{number}#" in operator.get(f"/knowledge/{ENTRY}").text
    assert f"{number}#" in operator.get("/desk/search?q=社保卡").text
    for there in ("/knowledge", "/knowledge/export.csv"):
        found = operator.get(there, query_string={"q": f"{number}#"}).text
        assert (found.count(number) >= 1, "社保卡丢了怎么补办" in found) == (True, True), there
        assert f"9{ENTRY + 1:04}" not in found, "no other"


MAY, MAY_NOT = "可告知来电人", "不得告知来电人"


@pytest.mark.parametrize(("entry_id", "banner", "marks"), [
    (1, "", [MAY, MAY, MAY]),  # 全文
    (3, "只能告知摘要", [MAY_NOT, MAY_NOT, MAY]),
    (4, "只能告知由谁承办：玉溪市自然资源和规划局，电话 0877-2103000", [MAY_NOT, MAY_NOT]),
])  # fmt: skip
def test_the_page_says_over_the_texts_which_of_them_an_operator_may_tell(
    signed_in: SignIn, entry_id: int, banner: str, marks: list[str]
) -> None:
    texts = signed_in("operator").get(f"/knowledge/{entry_id}").text.split("<aside>")[0]
    assert re.findall(rf'class="may may-\w+">({MAY}|{MAY_NOT})<', texts) == marks
    assert ('role="note"' in texts) is bool(banner)
    assert banner in texts
    assert not banner or texts.index(banner) < texts.index("供阅读的答复")


def test_an_answer_that_holds_no_longer_is_marked_for_those_who_still_see_it(signed_in: SignIn) -> None:
    assert step(signed_in("leader"), ENTRY, 1, "withdraw", why="政策已变").status_code == 303
    texts = signed_in("liaison").get("/knowledge/1").text.split("<aside>")[0]
    assert "现在无效" in texts
    assert f">{MAY}<" not in texts
