"""The life of an entry in people's hands: each step by whom it belongs to, and what is refused on the way."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import GRANTS, Permission
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Notice, Topic
from hotline.voice.orders import SpeechOrder
from knowledge_base import drafts, life, schedule
from knowledge_base.content import digest
from knowledge_base.entries import Entry, EntryVersion, State, in_force
from knowledge_base.ledger import Deed, LedgerRow
from knowledge_base.stages import LABELS, ONCE_PUBLISHED, UNDER_WAY, Stage
from knowledge_base.transitions import TRANSITIONS, LifeError, transition
from knowledge_base.verifying import verify
from tests.conftest import NOON
from tests.dispatch.town import later
from tests.knowledge_base import people as town
from tests.knowledge_base.people import CONTENT, TODAY, People

POSSIBLE = {(t.source, t.deed): t.target for t in TRANSITIONS}


@pytest.fixture
def who(session: Session, office: Department) -> People:
    return town.people(session, office)


def ledger(session: Session, version: EntryVersion) -> list[tuple[str, str]]:
    rows = session.scalars(select(LedgerRow).where(LedgerRow.thing_id == version.entry_id, LedgerRow.version == version.number)
                           .order_by(LedgerRow.id))  # fmt: skip
    return [(row.deed, row.by) for row in rows]


# ---------------------------------------------------------------- the table
def test_a_step_outside_the_table_is_refused_in_words() -> None:
    for source, deed in set(itertools.product(Stage, Deed)) - set(POSSIBLE):
        with pytest.raises(LifeError, match=LABELS[source]):
            transition(source, deed)


def test_the_only_way_out_leads_by_leader_and_reviewer() -> None:
    to = {t.source: t.target for t in TRANSITIONS if t.deed is Deed.PUBLISHED}
    assert to == {Stage.PASSED: Stage.PUBLISHED}
    assert {t.needs for t in TRANSITIONS if t.target is Stage.PASSED} == {Permission.REVIEW}
    assert {t.source for t in TRANSITIONS if t.target is Stage.PASSED} == {Stage.CHECKED, Stage.REFERRED}
    assert {(t.source, t.needs) for t in TRANSITIONS if t.target is Stage.CHECKED} == {(Stage.SUBMITTED, Permission.CHECK_ENTRY)}


def test_no_role_may_write_and_check_or_review() -> None:
    three = {Permission.WRITE_ENTRY, Permission.CHECK_ENTRY, Permission.REVIEW}
    assert all(len(three & granted) <= 1 for granted in GRANTS.values())
    assert {t.source for t in TRANSITIONS} == UNDER_WAY | {Stage.PUBLISHED}
    assert {t.target for t in TRANSITIONS} == set(Stage)
    assert not UNDER_WAY & ONCE_PUBLISHED


# ---------------------------------------------------------------- the whole way
def test_an_entry_goes_through_three_peoples_hands_and_each_step_stands_in_the_ledger(
    session: Session, who: People, settings: Settings
) -> None:
    version = town.written(session, who, why="新政策")
    entry = session.get_one(Entry, version.entry_id)
    assert (entry.state, entry.question, entry.published) == (State.DRAFT, CONTENT.question, None)
    town.bring(session, version, Stage.PUBLISHED, by=who, settings=settings)
    assert (version.stage, version.written_by, version.checked_by, version.reviewed_by) == (
        Stage.PUBLISHED, "liaison", "leader", "secrecy_reviewer")  # fmt: skip
    assert (entry.state, entry.published, entry.keywords, entry.confirmed_on) == (State.PUBLISHED, 1, ["居住证", "续签"], TODAY)
    assert in_force(session, entry.id, on=TODAY) == (entry, version)
    assert ledger(session, version) == [("written", "liaison"), ("submitted", "liaison"), ("checked", "leader"),
                                        ("passed", "secrecy_reviewer"), ("published", "hotline")]  # fmt: skip
    assert set(session.scalars(select(LedgerRow.digest))) == {digest(version)}


def test_each_row_of_the_ledger_has_its_line_in_the_audit_trail(session: Session, who: People, settings: Settings) -> None:
    town.published(session, who, settings)
    rows = session.scalars(select(LedgerRow).order_by(LedgerRow.id)).all()
    lines = session.scalars(select(AuditRow).where(AuditRow.kind == "ledger").order_by(AuditRow.id)).all()
    assert [(line.thing, line.deed, line.details["digest"]) for line in lines] == [
        (str(row.id), f"entry.{row.deed}", row.digest) for row in rows]  # fmt: skip


def test_what_will_be_spoken_is_ordered_from_the_voice_when_it_is_published(session: Session, who: People, settings: Settings) -> None:
    town.bring(session, town.written(session, who), Stage.CHECKED, by=who, settings=settings)
    assert session.scalars(select(SpeechOrder)).all() == []
    version = session.scalars(select(EntryVersion)).one()
    life.pass_review(session, version, by=who.reviewer, settings=settings, at=NOON)
    assert {order.text for order in session.scalars(select(SpeechOrder))} >= {CONTENT.spoken, CONTENT.summary}


def test_a_new_version_stands_beside_the_old_one_until_it_has_gone_all_the_way(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    first = entry.versions[0]
    second = drafts.revise(session, entry, replace(CONTENT, answer="可在网上办理。"), by=who.liaison, at=later(days=1), why="可网办")
    assert second.number == 2
    for stage in (Stage.SUBMITTED, Stage.CHECKED):
        town.bring(session, second, stage, by=who, settings=settings)
        assert in_force(session, entry.id, on=TODAY) == (entry, first)
    town.bring(session, second, Stage.PUBLISHED, by=who, settings=settings, at=later(days=2))
    assert in_force(session, entry.id, on=TODAY) == (entry, second)
    assert (first.stage, first.ended_at, first.answer) == (Stage.REPLACED, later(days=2), CONTENT.answer)
    assert ledger(session, first)[-1] == ("replaced", "hotline")


def test_a_new_version_needs_a_reason_and_there_is_one_at_a_time(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    with pytest.raises(LifeError, match="修改理由"):
        drafts.revise(session, entry, CONTENT, by=who.liaison, at=NOON, why=" ")
    drafts.revise(session, entry, CONTENT, by=who.liaison, at=NOON, why="更新")
    with pytest.raises(LifeError, match="正在办理"):
        drafts.revise(session, entry, CONTENT, by=who.city, at=NOON, why="也更新")


def test_sent_back_it_is_written_anew_and_checked_anew(session: Session, who: People, settings: Settings) -> None:
    version = town.bring(session, town.written(session, who), Stage.SUBMITTED, by=who, settings=settings)
    with pytest.raises(LifeError, match="退回原因"):
        life.send_back(session, version, by=who.leader, at=NOON, why="")
    life.send_back(session, version, by=who.leader, at=NOON, why="请写明时限")
    assert version.stage == Stage.DRAFT
    drafts.edit(session, version, replace(CONTENT, answer="十五日内办结。"), by=who.liaison, at=NOON)
    town.bring(session, version, Stage.PUBLISHED, by=who, settings=settings)
    assert version.stage == Stage.PUBLISHED


def test_a_refusal_names_its_clause_and_ends_the_version_not_the_entry(session: Session, who: People, settings: Settings) -> None:
    version = town.bring(session, town.written(session, who), Stage.CHECKED, by=who, settings=settings)
    with pytest.raises(LifeError, match="条款"):
        life.refuse(session, version, clause=" ", by=who.reviewer, at=NOON)
    life.refuse(session, version, clause="《保守国家秘密法》第十三条", by=who.reviewer, at=NOON, why="涉及未公开数据")
    row = session.scalars(select(LedgerRow).where(LedgerRow.deed == Deed.REFUSED)).one()
    assert (row.clause, row.why, version.stage) == ("《保守国家秘密法》第十三条", "涉及未公开数据", Stage.REFUSED)
    entry = session.get_one(Entry, version.entry_id)
    again = drafts.revise(session, entry, CONTENT, by=who.liaison, at=NOON, why="已删去数据")
    assert town.bring(session, again, Stage.PUBLISHED, by=who, settings=settings).stage == Stage.PUBLISHED


def test_what_is_referred_upward_is_decided_by_the_citys_reviewer_alone(session: Session, who: People, settings: Settings) -> None:
    version = town.bring(session, town.written(session, who), Stage.REFERRED, by=who, settings=settings)
    for own in (who.reviewer, who.stranger_reviewer):
        with pytest.raises(LifeError):
            life.pass_review(session, version, by=own, settings=settings, at=NOON)
    life.pass_review(session, version, by=who.citys_reviewer, settings=settings, at=NOON)
    assert (version.stage, version.reviewed_by) == (Stage.PUBLISHED, "citys_reviewer")


def test_the_citys_reviewer_reviews_where_a_department_has_none(session: Session, who: People, settings: Settings) -> None:
    version = town.bring(session, town.written(session, who), Stage.CHECKED, by=who, settings=settings)
    life.pass_review(session, version, by=who.citys_reviewer, settings=settings, at=NOON)
    assert version.stage == Stage.PUBLISHED


# ---------------------------------------------------------------- four eyes
Step = Callable[[Session, EntryVersion, People, Settings, str], None]
STEPS: dict[str, tuple[Stage, Step, set[str]]] = {
    "submit": (Stage.DRAFT, lambda s, v, w, c, n: life.submit(s, v, by=getattr(w, n), at=NOON), {"liaison", "liaison_b", "city"}),
    "check": (Stage.SUBMITTED, lambda s, v, w, c, n: life.check(s, v, by=getattr(w, n), at=NOON), {"leader"}),
    "send back": (Stage.SUBMITTED, lambda s, v, w, c, n: life.send_back(s, v, why="改", by=getattr(w, n), at=NOON), {"leader"}),
    "pass": (Stage.CHECKED, lambda s, v, w, c, n: life.pass_review(s, v, by=getattr(w, n), settings=c, at=NOON), {"reviewer", "citys_reviewer"}),
    "refuse": (Stage.CHECKED, lambda s, v, w, c, n: life.refuse(s, v, clause="x", by=getattr(w, n), at=NOON), {"reviewer", "citys_reviewer"}),
    "refer up": (Stage.CHECKED, lambda s, v, w, c, n: life.refer_up(s, v, why="x", by=getattr(w, n), at=NOON), {"reviewer"}),
    "withdraw": (Stage.PUBLISHED, lambda s, v, w, c, n: life.withdraw(s, v, why="x", by=getattr(w, n), at=NOON), {"leader", "city"}),
    "give up": (Stage.CHECKED, lambda s, v, w, c, n: life.withdraw(s, v, why="x", by=getattr(w, n), at=NOON), {"liaison", "liaison_b", "city"}),
}  # fmt: skip
EVERYBODY = ("liaison", "liaison_b", "leader", "reviewer", "citys_reviewer", "city", "supervisor", "operator", "stranger",
             "stranger_leader", "stranger_reviewer")  # fmt: skip


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_by_whom_it_belongs_to_and_by_nobody_else(
    session: Session, who: People, settings: Settings, step: str, name: str
) -> None:
    stage, take, allowed = STEPS[step]
    version = town.bring(session, town.written(session, who), stage, by=who, settings=settings)
    before = ledger(session, version)
    if name in allowed:
        take(session, version, who, settings, name)
        assert len(ledger(session, version)) > len(before)
        return
    with pytest.raises(LifeError):
        take(session, version, who, settings, name)
    assert (version.stage, ledger(session, version)) == (stage, before)


def test_whoever_wrote_at_it_can_neither_check_nor_review_it_whatever_his_role_is_by_then(
    session: Session, who: People, settings: Settings
) -> None:
    version = town.written(session, who)
    drafts.edit(session, version, replace(CONTENT, summary="改"), by=who.liaison_b, at=NOON)
    life.submit(session, version, by=who.liaison_b, at=NOON)
    who.liaison.role = who.leader.role
    with pytest.raises(LifeError, match="起草人不能审核"):
        life.check(session, version, by=who.liaison, at=NOON)
    life.check(session, version, by=who.leader, at=NOON)
    who.liaison.role = who.leader.role = who.reviewer.role
    with pytest.raises(LifeError, match="起草人不能对自己"):
        life.pass_review(session, version, by=who.liaison, settings=settings, at=NOON)
    with pytest.raises(LifeError, match="审核人不能同时"):
        life.pass_review(session, version, by=who.leader, settings=settings, at=NOON)


def test_who_was_locked_out_takes_no_step(session: Session, who: People) -> None:
    version = town.written(session, who)
    who.liaison.active = False
    with pytest.raises(LifeError):
        life.submit(session, version, by=who.liaison, at=NOON)


# ---------------------------------------------------------------- nothing changes behind the review
def test_the_database_itself_refuses_to_change_what_was_handed_in(session: Session, who: People, settings: Settings) -> None:
    version = town.bring(session, town.written(session, who), Stage.SUBMITTED, by=who, settings=settings)
    with pytest.raises(LifeError):
        drafts.edit(session, version, CONTENT, by=who.liaison, at=NOON)
    version.answer = "悄悄改的"
    with pytest.raises(DBAPIError, match="never changes"):
        session.flush()
    session.rollback()


def test_what_was_changed_under_way_comes_out_by_no_door(database: Database, session: Session, who: People, settings: Settings) -> None:
    version = town.bring(session, town.written(session, who, publish_at=later(days=1)), Stage.PASSED, by=who, settings=settings)
    _behind_our_back(session, "UPDATE entry_version SET answer = '悄悄改的'")
    session.expire_all()
    with pytest.raises(LifeError, match="不一致"):
        life.publish(session, version, by=who.city, settings=settings, at=later(days=1))
    session.rollback()


def _behind_our_back(session: Session, statement: str) -> None:
    postgresql = session.get_bind().dialect.name == "postgresql"
    if postgresql:
        session.execute(text("ALTER TABLE entry_version DISABLE TRIGGER ALL"))
    else:
        session.execute(text("DROP TRIGGER entry_version_said"))
    session.execute(text(statement))
    if postgresql:
        session.execute(text("ALTER TABLE entry_version ENABLE TRIGGER ALL"))


# ---------------------------------------------------------------- what can't be written
@pytest.mark.parametrize(("changed", "words"), [
    ({"question": " "}, "请填写问题"), ({"question": "问" * 129}, "不能超过128个字"), ({"spoken": "说" * 301}, "不能超过300"),
    ({"valid_to": TODAY - timedelta(days=1)}, "止日"), ({"keywords": ("字" * 21,)}, "关键词"), ({"category": "没有的"}, "类别"),
])  # fmt: skip
def test_a_draft_that_can_not_be_kept_is_refused_in_words(session: Session, who: People, changed: dict[str, object], words: str) -> None:
    with pytest.raises(LifeError, match=words):
        town.written(session, who, **changed)


@pytest.mark.parametrize("lacking", ["answer", "spoken"])
def test_a_draft_may_be_unfinished_and_is_then_not_handed_in(session: Session, who: People, lacking: str) -> None:
    version = town.written(session, who, **{lacking: ""})
    with pytest.raises(LifeError, match="请填写"):
        life.submit(session, version, by=who.liaison, at=NOON)


def test_a_question_stands_once_in_its_department(session: Session, who: People) -> None:
    town.written(session, who)
    with pytest.raises(LifeError, match="相同问题"):
        town.written(session, who)
    with pytest.raises(LifeError, match="本部门"):
        drafts.begin(session, CONTENT, department=who.other, by=who.liaison, at=NOON)
    assert drafts.begin(session, CONTENT, department=who.other, by=who.stranger, at=NOON).number == 1


# ---------------------------------------------------------------- by the clock
def test_a_version_waits_for_its_moment_and_a_person_may_publish_it_before(session: Session, who: People, settings: Settings) -> None:
    version = town.bring(session, town.written(session, who, publish_at=later(hours=2)), Stage.PASSED, by=who, settings=settings)
    assert (version.stage, schedule.owed(session, at=later(hours=1, minutes=59))) == (Stage.PASSED, [])
    with pytest.raises(LifeError, match="发布时间"):
        life.publish(session, version, by=None, settings=settings, at=later(hours=1))
    life.publish(session, version, by=who.leader, settings=settings, at=later(hours=1))
    assert (version.stage, version.published_at) == (Stage.PUBLISHED, later(hours=1))


def test_what_waited_is_published_by_itself_and_what_ran_out_expires(session: Session, who: People, settings: Settings) -> None:
    until = TODAY + timedelta(days=3)
    version = town.bring(session, town.written(session, who, valid_from=TODAY + timedelta(days=1), valid_to=until),
                         Stage.PASSED, by=who, settings=settings)  # fmt: skip
    entry = session.get_one(Entry, version.entry_id)
    with pytest.raises(LifeError, match="发布时间"):
        life.publish(session, version, by=who.city, settings=settings, at=NOON)
    morning = later(hours=12)  # midnight in Yuxi
    assert schedule.owed(session, at=morning - timedelta(seconds=1)) == []
    assert schedule.owed(session, at=morning) == [version.id]
    schedule.settle(session, version.id, settings=settings, at=morning)
    assert (entry.state, schedule.owed(session, at=later(days=3))) == (State.PUBLISHED, [])
    over = later(days=3, hours=12)
    assert in_force(session, entry.id, on=until) is not None
    assert in_force(session, entry.id, on=until + timedelta(days=1)) is None, "also before anybody swept"
    assert schedule.owed(session, at=over) == [version.id]
    schedule.settle(session, version.id, settings=settings, at=over)
    assert (entry.state, entry.published, version.stage, version.ended_at) == (State.EXPIRED, None, Stage.EXPIRED, over)
    assert schedule.owed(session, at=over) == []


def test_what_ran_out_under_way_is_reviewed_but_takes_the_place_of_nothing(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    version = drafts.revise(session, entry, replace(CONTENT, valid_to=TODAY), by=who.liaison, at=NOON, why="有变化")
    town.bring(session, version, Stage.CHECKED, by=who, settings=settings)
    tomorrow = later(days=1)
    town.bring(session, version, Stage.PUBLISHED, by=who, settings=settings, at=tomorrow)
    assert (version.stage, version.reviewed_by, schedule.owed(session, at=tomorrow)) == (Stage.PASSED, "secrecy_reviewer", [version.id])
    for somebody in (who.leader, None):
        with pytest.raises(LifeError, match="有效期已过"):
            life.publish(session, version, by=somebody, settings=settings, at=tomorrow)
    schedule.settle(session, version.id, settings=settings, at=tomorrow)
    assert (version.stage, entry.state, entry.published) == (Stage.WITHDRAWN, State.PUBLISHED, 1)


@pytest.mark.parametrize("manned", [True, False])
def test_what_waited_for_its_day_beyond_its_last_one_is_given_up_and_its_people_hear_of_it(
    session: Session, who: People, settings: Settings, manned: bool
) -> None:
    entry = town.published(session, who, settings)
    content = replace(CONTENT, answer="过节的安排", valid_from=TODAY + timedelta(days=1), valid_to=TODAY + timedelta(days=2))
    version = drafts.revise(session, entry, content, by=who.liaison, at=NOON, why="过节")
    town.bring(session, version, Stage.PASSED, by=who, settings=settings)
    for person in (who.liaison, who.liaison_b, who.leader):
        person.active = manned
    over = later(days=2, hours=12)  # midnight in Yuxi, and nobody swept before
    assert schedule.owed(session, at=over) == [version.id]
    with pytest.raises(LifeError, match="有效期尚未结束"), session.begin_nested():
        life.lapse(session, version, at=over - timedelta(seconds=1))
    schedule.settle(session, version.id, settings=settings, at=over)
    assert (version.stage, entry.state, entry.published, in_force(session, entry.id, on=TODAY) is None) == (Stage.WITHDRAWN, State.PUBLISHED, 1, False)
    assert ledger(session, version)[-1] == (Deed.EXPIRED, "hotline")
    told = session.execute(select(Account.login, Notice.topic, Notice.thing).join(Account, Account.id == Notice.account_id)).all()
    assert sorted(told) == [(login, Topic.LAPSED, str(entry.id)) for login in (("leader", "liaison", "liaison_b") if manned else ("city_office",))]
    assert schedule.owed(session, at=over) == []
    assert drafts.revise(session, entry, CONTENT, by=who.city, at=over, why="再写").number == 3
    assert list(verify(session)) == []


def test_what_can_not_be_published_is_put_off_and_holds_up_nothing_that_comes_after_it(session: Session, who: People, settings: Settings) -> None:
    waits = [town.bring(session, town.written(session, who, question=q, publish_at=later(hours=1)), Stage.PASSED, by=who, settings=settings)
             for q in ("一问", "二问")]  # fmt: skip
    first, second = (version.id for version in waits)
    assert schedule.owed(session, at=later(hours=1), most=1) == [first]
    schedule.put_off(session, first, why="该部门已有相同问题的条目", at=later(hours=1))
    assert schedule.owed(session, at=later(hours=1), most=1) == [second]
    schedule.settle(session, second, settings=settings, at=later(hours=1))
    assert (schedule.owed(session, at=later(hours=1, minutes=59)), schedule.owed(session, at=later(hours=2))) == ([], [first])
    schedule.settle(session, first, settings=settings, at=later(hours=2))
    assert (waits[0].stage, waits[0].put_off_until, waits[0].put_off_because) == (Stage.PUBLISHED, None, "")


def test_nothing_is_handed_in_that_would_be_over_before_it_is_published(session: Session, who: People) -> None:
    version = town.written(session, who, valid_to=TODAY, publish_at=later(hours=12))  # midnight in Yuxi
    with pytest.raises(LifeError, match="定时发布"):
        life.submit(session, version, by=who.liaison, at=NOON)
    drafts.edit(session, version, replace(CONTENT, valid_to=TODAY), by=who.liaison, at=NOON, publish_at=later(hours=11, minutes=59))
    life.submit(session, version, by=who.liaison, at=NOON)


def test_what_is_withdrawn_stands_nowhere_from_that_moment(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    with pytest.raises(LifeError, match="撤回理由"):
        life.withdraw(session, entry.versions[0], why="", by=who.leader, at=NOON)
    life.withdraw(session, entry.versions[0], why="政策废止", by=who.leader, at=NOON)
    assert (entry.state, in_force(session, entry.id, on=TODAY)) == (State.WITHDRAWN, None)
    again = drafts.revise(session, entry, CONTENT, by=who.liaison, at=NOON, why="恢复")
    town.bring(session, again, Stage.PUBLISHED, by=who, settings=settings)
    assert (entry.state, entry.published) == (State.PUBLISHED, 2)


def test_nothing_new_begins_in_the_name_of_a_department_that_is_no_more(session: Session, who: People) -> None:
    who.office.effective_to = TODAY
    for by in (who.liaison, who.city):
        with pytest.raises(LifeError, match="已撤销"):
            drafts.begin(session, CONTENT, department=who.office, by=by, at=NOON)
    assert session.scalars(select(Entry)).all() == []
