"""A licence item is shown to citizens when three people have had it in hands, and stays until the next one has passed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import licence_life as life
from knowledge_base import licence_sweeping, licence_versions
from knowledge_base.entries import Entry
from knowledge_base.ledger import Deed
from knowledge_base.licence_text import LicenceText, read, text_of
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError
from knowledge_base.verifying import verify
from tests.conftest import NOON, person
from tests.dispatch.town import later

TEXT = LicenceText("公章刻制业特种行业许可", legal_basis="《印章业治安管理办法》", conditions="有固定场所。", materials=("申请表", "营业执照"),
                   office="政务服务中心公安窗口", phone="0877-9601011", promised_limit="5个工作日")  # fmt: skip


@pytest.fixture
def people(session: Session, office: Department) -> dict[str, Account]:
    other = Department(code="102", name="玉溪市民政局", short_name="民政局")
    session.add(other)
    session.flush()
    return {
        "liaison": person(session, Role.LIAISON, of=office), "leader": person(session, Role.LEADER, of=office),
        "reviewer": person(session, Role.SECRECY_REVIEWER, of=office), "city reviewer": person(session, Role.SECRECY_REVIEWER, login="city"),
        "office": person(session, Role.CITY_OFFICE), "operator": person(session, Role.OPERATOR),
        "other liaison": person(session, Role.LIAISON, of=other, login="l2"), "other leader": person(session, Role.LEADER, of=other, login="b2"),
        "other reviewer": person(session, Role.SECRECY_REVIEWER, of=other, login="r2"),
    }  # fmt: skip


def begun(session: Session, office: Department, people: dict[str, Account], text: LicenceText = TEXT) -> Licence:
    return life.begin(session, office, text, by=people["liaison"], at=NOON)


def shown(session: Session, office: Department, people: dict[str, Account]) -> Licence:
    licence = begun(session, office, people)
    life.submit(session, licence, by=people["liaison"], at=NOON)
    life.check(session, licence, by=people["leader"], at=NOON)
    life.pass_review(session, licence, by=people["reviewer"], at=NOON)
    return licence


def test_three_people_bring_it_before_the_citizens_and_every_step_is_in_the_ledger(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = begun(session, office, people)
    life.submit(session, licence, by=people["liaison"], at=NOON)
    life.check(session, licence, by=people["leader"], at=NOON)
    assert licence.shown is None
    life.pass_review(session, licence, by=people["reviewer"], at=NOON)
    assert licence.stage == Stage.PUBLISHED
    assert licence.shown is not None
    assert (licence.shown["name"], licence.shown["materials"], licence.shown["version"]) == (TEXT.name, ["申请表", "营业执照"], 1)
    steps = [(r.deed, r.by) for r in life.history(session, licence)]
    assert steps == [("written", "liaison"), ("submitted", "liaison"), ("checked", "leader"), ("passed", "secrecy_reviewer"), ("published", "hotline")]
    assert len({r.digest for r in life.history(session, licence)}) == 1


def test_a_new_version_leaves_what_citizens_see_until_it_has_passed(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = shown(session, office, people)
    with pytest.raises(LifeError, match="修改理由"):
        life.edit(session, licence, replace(TEXT, fee="不收费"), by=people["liaison"], at=NOON)
    life.edit(session, licence, replace(TEXT, fee="不收费"), by=people["liaison"], at=NOON, why="取消收费")
    assert (licence.version, licence.stage) == (2, Stage.DRAFT)
    assert licence.shown is not None
    assert licence.shown["fee"] == ""
    life.submit(session, licence, by=people["liaison"], at=NOON)
    with pytest.raises(LifeError, match="待审核"):
        life.edit(session, licence, TEXT, by=people["liaison"], at=NOON, why="又改")
    life.check(session, licence, by=people["leader"], at=NOON)
    life.pass_review(session, licence, by=people["reviewer"], at=NOON)
    assert (licence.shown["fee"], licence.shown["version"]) == ("不收费", 2)


def test_a_version_that_is_given_up_or_refused_leaves_what_citizens_see(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = shown(session, office, people)
    life.edit(session, licence, replace(TEXT, name="新名"), by=people["liaison"], at=NOON, why="更名")
    life.drop(session, licence, why="不改了", by=people["liaison"], at=NOON)
    assert licence.shown is not None
    assert licence.shown["name"] == TEXT.name
    life.edit(session, licence, replace(TEXT, fee="10元"), by=people["liaison"], at=NOON, why="收费")
    life.submit(session, licence, by=people["liaison"], at=NOON)
    life.check(session, licence, by=people["leader"], at=NOON)
    with pytest.raises(LifeError, match="条款"):
        life.refuse(session, licence, clause=" ", by=people["reviewer"], at=NOON)
    life.refuse(session, licence, clause="《保守国家秘密法》第十三条", by=people["reviewer"], at=NOON)
    assert (licence.version, licence.stage, licence.shown["fee"]) == (3, Stage.REFUSED, "")
    assert text_of(licence).fee == "10元"


def test_what_is_taken_down_is_seen_by_nobody_at_once(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = shown(session, office, people)
    for who in ("liaison", "other leader", "reviewer"):
        with pytest.raises(LifeError):
            life.take_down(session, licence, why="x", by=people[who], at=NOON)
    life.take_down(session, licence, why="取消许可", by=people["leader"], at=NOON)
    assert (licence.shown, licence.stage) == (None, Stage.WITHDRAWN)
    assert life.history(session, licence)[-1].deed == Deed.WITHDRAWN
    with pytest.raises(LifeError):
        life.take_down(session, licence, why="再撤", by=people["leader"], at=NOON)


def test_every_text_that_citizens_saw_stays_readable_and_two_can_be_compared(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = shown(session, office, people)
    life.edit(session, licence, replace(TEXT, fee="10元", materials=("申请表",)), by=people["liaison"], at=NOON, why="收费")
    life.submit(session, licence, by=people["liaison"], at=NOON)
    life.check(session, licence, by=people["leader"], at=NOON)
    life.pass_review(session, licence, by=people["reviewer"], at=later(days=1))
    life.take_down(session, licence, why="取消许可", by=people["leader"], at=later(days=2))
    first, second = licence_versions.versions(session, licence)
    assert (read(first.text), first.stage, first.shown_at, first.ended_at) == (TEXT, Stage.REPLACED, NOON, later(days=1))
    assert (second.number, second.stage, second.ended_at) == (2, Stage.WITHDRAWN, later(days=2))
    rows = {r.name: ("".join(p.text for p in r.before), "".join(p.text for p in r.after)) for r in licence_versions.compare(first, second) if r.changed}
    assert rows == {"fee": ("", "10元"), "materials": ("申请表\n营业执照", "申请表")}


def test_what_is_shown_is_looked_at_again_after_half_a_year_and_pulled_at_once(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = shown(session, office, people)

    def owed(days: int, by: str = "reviewer") -> list[Licence]:
        return list(session.scalars(licence_sweeping.due(people[by], on=local_day(later(days=days)), days=180)))

    assert (owed(179), owed(180), owed(180, "city reviewer"), owed(999, "other reviewer")) == ([], [licence], [licence], [])
    for wrong in ("liaison", "leader", "other reviewer", "office"):
        with pytest.raises(LifeError):
            licence_sweeping.find_fit(session, licence, by=people[wrong], at=later(days=180))
        with pytest.raises(LifeError):
            licence_sweeping.pull(session, licence, clause="第九条", by=people[wrong], at=later(days=180))
    licence_sweeping.find_fit(session, licence, by=people["reviewer"], at=later(days=180))
    assert (owed(359), owed(360)) == ([], [licence])
    with pytest.raises(LifeError, match="条款"):
        licence_sweeping.pull(session, licence, clause=" ", by=people["reviewer"], at=later(days=360))
    licence_sweeping.pull(session, licence, clause="第九条", by=people["reviewer"], at=later(days=360))
    assert (licence.shown, licence.stage, owed(999)) == (None, Stage.WITHDRAWN, [])
    assert [(r.deed, r.clause) for r in life.history(session, licence)][-2:] == [("swept", ""), ("pulled", "第九条")]
    assert list(verify(session)) == []


Step = Callable[[Session, Licence, Account], None]
STEPS: dict[str, Step] = {
    "edit": lambda s, x, by: life.edit(s, x, replace(TEXT, quota="无"), by=by, at=NOON, why="x"),
    "submit": lambda s, x, by: life.submit(s, x, by=by, at=NOON),
    "check": lambda s, x, by: life.check(s, x, by=by, at=NOON),
    "pass": lambda s, x, by: life.pass_review(s, x, by=by, at=NOON),
}
GOOD = [("submit", "liaison"), ("check", "leader"), ("pass", "reviewer")]


@pytest.mark.parametrize("who", ["liaison", "leader", "reviewer", "city reviewer", "office", "operator", "other liaison", "other leader", "other reviewer"])
def test_each_step_is_taken_by_whom_it_belongs_to(session: Session, office: Department, people: dict[str, Account], who: str) -> None:
    may = {"submit": {"liaison", "office"}, "check": {"leader"}, "pass": {"reviewer", "city reviewer"}, "edit": {"liaison", "office"}}
    licence = begun(session, office, people)
    for step, rightful in GOOD:
        for other, take in STEPS.items():
            if (other == step and who in may[step]) or (other == "edit" and licence.stage == Stage.DRAFT and who in may["edit"]):
                continue
            with pytest.raises(LifeError):
                take(session, licence, people[who])
        STEPS[step](session, licence, people[rightful])


def test_who_had_it_in_hands_once_has_not_a_second_time(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = begun(session, office, people)
    people["leader"].role = Role.LIAISON
    life.edit(session, licence, replace(TEXT, quota="无"), by=people["leader"], at=NOON)
    people["leader"].role = Role.LEADER
    life.submit(session, licence, by=people["liaison"], at=NOON)
    with pytest.raises(LifeError, match="起草人"):
        life.check(session, licence, by=people["leader"], at=NOON)


def test_doubt_goes_up_to_the_citys_reviewer_alone(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = begun(session, office, people)
    life.submit(session, licence, by=people["liaison"], at=NOON)
    life.check(session, licence, by=people["leader"], at=NOON)
    life.refer_up(session, licence, why="涉及内部流程", by=people["reviewer"], at=NOON)
    with pytest.raises(LifeError, match="市保密审查人"):
        life.pass_review(session, licence, by=people["reviewer"], at=NOON)
    life.pass_review(session, licence, by=people["city reviewer"], at=NOON)
    assert licence.shown


def test_what_was_changed_behind_the_reviewers_back_does_not_pass(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = begun(session, office, people)
    life.submit(session, licence, by=people["liaison"], at=NOON)
    life.check(session, licence, by=people["leader"], at=NOON)
    licence.conditions = "给我送礼。"
    with pytest.raises(LifeError, match="不一致"):
        life.pass_review(session, licence, by=people["reviewer"], at=NOON)


@pytest.mark.parametrize(("changed", "why"), [({"name": " "}, "事项名称"), ({"fee": "长" * 121}, "收费"), ({"materials": "一\n" * 61}, "申请材料"),
                                             ({"downloads": ["javascript:alert(1)"]}, "网址")])  # fmt: skip
def test_what_cannot_be_kept_is_refused(session: Session, office: Department, people: dict[str, Account], changed: dict[str, object], why: str) -> None:
    with pytest.raises(LifeError, match=why):
        begun(session, office, people, read({**TEXT.shown(1), **changed}))


def test_what_lacks_something_is_kept_but_not_submitted(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = begun(session, office, people, LicenceText("刻章"))
    with pytest.raises(LifeError, match="依据"):
        life.submit(session, licence, by=people["liaison"], at=NOON)
    with pytest.raises(LifeError, match="同名"):
        begun(session, office, people, LicenceText("刻章"))


def test_which_questions_speak_of_it_is_said_by_who_may_publish(session: Session, office: Department, people: dict[str, Account]) -> None:
    licence = shown(session, office, people)
    mine, other = Entry(department_id=office.id, question="刻章怎么办"), Entry(department_id=people["other liaison"].department_id, question="别人的")
    session.add_all([mine, other])
    session.flush()
    with pytest.raises(LifeError, match="角色"):
        life.link(session, licence, entries=[mine.id], by=people["liaison"], at=NOON)
    with pytest.raises(LifeError, match="本部门"):
        life.link(session, licence, entries=[other.id], by=people["leader"], at=NOON)
    life.link(session, licence, entries=[mine.id], by=people["leader"], at=NOON)
    assert (mine.licence_id, mine.linked_at) == (licence.id, NOON)
    life.link(session, licence, entries=[], by=people["office"], at=NOON)
    assert (mine.licence_id, mine.linked_at) == (None, None)
    rows = session.scalars(select(AuditRow).where(AuditRow.deed == "licence.linked").order_by(AuditRow.id)).all()
    assert [r.details for r in rows] == [{"come": [mine.id], "gone": []}, {"come": [], "gone": [mine.id]}]


def test_a_department_that_is_no_more_begins_no_item(session: Session, office: Department, people: dict[str, Account]) -> None:
    office.effective_to = local_day(NOON)
    with pytest.raises(LifeError, match="已撤销"):
        begun(session, office, people)
