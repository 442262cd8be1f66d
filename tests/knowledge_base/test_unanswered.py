"""The list of what nobody could find: gathered, assigned, and worked off."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from knowledge_base import asked, gathering, keeping_askings, unanswered
from knowledge_base.asked import Asked, Found, Open, Unanswered
from knowledge_base.entries import Approval, Entry, Phrasing, State
from knowledge_base.errors import KnowledgeError
from knowledge_base.personal import masked
from knowledge_base.wording import normal, same_question
from tests.conftest import person

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def city(session: Session) -> Account:
    return person(session, Role.CITY_OFFICE)


@pytest.fixture
def liaison(session: Session, office: Department) -> Account:
    return person(session, Role.LIAISON, of=office)


def missed(session: Session, words: str, times: int = 1) -> Unanswered:
    for _ in range(times):
        asked.note(session, words, channel="web", way="words", found=Found.NOTHING, at=NOON)
    session.flush()
    found = session.scalar(select(Unanswered).where(Unanswered.words == normal(masked(words))).execution_options(populate_existing=True))
    assert found is not None
    return found


def entry(session: Session, of: Department, question: str) -> Entry:
    row = Entry(department_id=of.id, question=question, state=State.PUBLISHED, published=1)
    session.add(row)
    session.flush()
    return row


def gather(session: Session) -> None:
    gathering.gather(session, *gathering.alike(session))
    session.expire_all()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("居住证丢了怎么办", "居住证丢失了怎么办", True),
        ("居住证怎么办", "居住正咋个办", True),
        ("丢了居住证怎么办", "居住证丢了怎么办", True),
        ("老年优待证在哪里办理", "老年优待证在哪办", True),
        ("身份证丢了怎么办", "居住证丢了怎么办", False),
        ("本科生档案怎么转入玉溪人才中心", "本科生档案怎么转出玉溪人才中心", False),
        ("60岁老人乘车免费吗", "65岁老人乘车免费吗", False),
        ("养老保险可以补缴吗", "养老保险不可以补缴吗", False),
    ],
)
def test_two_questions_are_the_same_or_not(one: str, other: str, same: bool) -> None:
    assert same_question(normal(one), normal(other)) is same
    assert same_question(normal(other), normal(one)) is same


def test_spellings_of_one_question_stand_once_on_the_list(session: Session) -> None:
    missed(session, "居住卡丢失了怎么办", 3)
    for words in ("居住卡丢了怎么办", "居住咖丢失了咋个办", "丢失了居住卡怎么办"):
        missed(session, words)
    missed(session, "养犬证丢了怎么办")
    gather(session)
    rows = {r.words: r.count for r in session.scalars(select(Unanswered))}
    assert rows == {"居住卡丢失了怎么办": 6, "养犬证丢了怎么办": 1}
    assert session.scalars(select(Unanswered.compared)).all() == [True, True]


def test_a_gathered_spelling_counts_for_its_question_from_then_on(session: Session) -> None:
    head = missed(session, "居住卡丢失了怎么办", 3)
    missed(session, "居住卡丢了怎么办")
    gather(session)
    asked.note(session, "居住卡丢了怎么办？", channel="web", way="words", found=Found.NOTHING, at=LATER)
    session.expire_all()
    assert (head.count, head.last_at) == (5, LATER)
    assert {a.unanswered_id for a in session.scalars(select(Asked))} == {head.id}
    assert gathering.spellings(session, [head.id]) == {head.id: 1}


def test_the_office_assigns_and_a_department_gives_back(session: Session, office: Department, city: Account, liaison: Account) -> None:
    row = missed(session, "养犬证丢了怎么办")
    with pytest.raises(KnowledgeError, match="指派给本部门"):
        unanswered.not_ours(session, row, why="不归我们", by=liaison, at=LATER)
    unanswered.assign(session, row, department=office, by=city, at=LATER)
    assert session.scalars(select(Unanswered).where(unanswered.within_reach(liaison))).all() == [row]
    with pytest.raises(KnowledgeError, match="理由"):
        unanswered.not_ours(session, row, why=" ", by=liaison, at=LATER)
    unanswered.not_ours(session, row, why="由城管局负责", by=liaison, at=LATER)
    assert (row.state, row.department_id, row.why) == (Open.OPEN, None, "由城管局负责")
    assert session.scalars(select(Unanswered).where(unanswered.within_reach(liaison))).all() == []
    deeds = session.scalars(select(AuditRow.deed).where(AuditRow.kind == "unanswered").order_by(AuditRow.id)).all()
    assert deeds == ["unanswered.assigned", "unanswered.returned"]


def test_an_assigned_question_becomes_a_draft_with_one_click(session: Session, office: Department, city: Account, liaison: Account) -> None:
    missed(session, "请问我叫张三想问养犬证丢了怎么办")
    row = missed(session, "请问养犬证丢了怎么办？")
    unanswered.assign(session, row, department=office, by=city, at=LATER)
    version = unanswered.becomes_draft(session, row, department=office, by=liaison, at=LATER)
    made = session.get_one(Entry, version.entry_id)
    assert (made.question, made.state, made.department_id) == ("请问养犬证丢了怎么办？", State.DRAFT, office.id)
    assert (row.state, row.entry_id, row.decided_by) == (Open.ANSWERED, made.id, liaison.login)
    with pytest.raises(KnowledgeError, match="他人处理"):
        unanswered.dismiss(session, row, why="重复", by=liaison, at=LATER)


def test_what_is_an_entry_already_is_proposed_as_its_phrasing(session: Session, office: Department, city: Account) -> None:
    permit = entry(session, office, "居住证如何续签？")
    row = missed(session, "居住卡到期了咋个整")
    unanswered.is_entry(session, row, entry=permit, by=city, at=LATER)
    [phrasing] = session.scalars(select(Phrasing))
    assert (phrasing.entry_id, phrasing.text, phrasing.approval, phrasing.proposed_by) == (permit.id, "居住卡到期了咋个整", Approval.PROPOSED, city.login)
    assert (row.state, row.entry_id) == (Open.ANSWERED, permit.id)


def test_a_department_points_to_its_own_entries_only(session: Session, office: Department, city: Account, liaison: Account) -> None:
    other = Department(code="102", name="玉溪市民政局", short_name="民政局")
    session.add(other)
    session.flush()
    row = missed(session, "居住卡到期了咋个整")
    unanswered.assign(session, row, department=office, by=city, at=LATER)
    with pytest.raises(KnowledgeError, match="本部门"):
        unanswered.is_entry(session, row, entry=entry(session, other, "结婚登记怎么办"), by=liaison, at=LATER)


def test_what_is_published_and_still_not_found_is_open_again(session: Session, office: Department, city: Account) -> None:
    permit = entry(session, office, "居住证如何续签？")
    row = missed(session, "居住卡到期了咋个整", 5)
    unanswered.is_entry(session, row, entry=permit, by=city, at=LATER)
    session.flush()
    assert unanswered.reopen(session, askings=2, at=LATER + timedelta(hours=1)) == 0
    missed(session, "居住卡到期了咋个整", 1)
    assert unanswered.reopen(session, askings=2, at=LATER + timedelta(hours=1)) == 0
    missed(session, "居住卡到期了咋个整", 1)
    assert unanswered.reopen(session, askings=2, at=LATER + timedelta(hours=1)) == 1
    assert (row.state, row.department_id, row.since) == (Open.ASSIGNED, office.id, 0)


def test_what_was_dismissed_stays_dismissed_however_often_it_is_asked(session: Session, city: Account) -> None:
    row = missed(session, "明天会下雨吗")
    unanswered.dismiss(session, row, why="不属于政务信息", by=city, at=LATER)
    session.flush()
    missed(session, "明天会下雨吗", 9)
    gather(session)
    assert unanswered.reopen(session, askings=2, at=LATER + timedelta(hours=1)) == 0
    assert (row.state, row.count) == (Open.DISMISSED, 10)


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.CITY_OFFICE, Role.LIAISON, Role.LEADER)])
def test_nobody_else_works_on_the_list(session: Session, office: Department, role: Role) -> None:
    row = missed(session, "养犬证丢了怎么办")
    with pytest.raises(KnowledgeError):
        unanswered.dismiss(session, row, why="无关", by=person(session, role, of=office), at=LATER)


def test_old_askings_go_and_the_trail_says_so(session: Session) -> None:
    missed(session, "养犬证丢了怎么办", 3)
    assert keeping_askings.drop_old(session, days=180, at=NOON + timedelta(days=180)) == 0
    assert keeping_askings.drop_old(session, days=180, at=NOON + timedelta(days=181)) == 3
    assert session.scalars(select(Asked)).all() == []
    [row] = session.scalars(select(AuditRow).where(AuditRow.deed == "asked.dropped"))
    assert row.details == {"rows": 3}
    assert session.scalars(select(Unanswered.count)).all() == [3]


def test_a_question_found_after_all_leaves_the_list(session: Session, office: Department) -> None:
    permit = entry(session, office, "居住证如何续签？")
    for found, more in ((Found.UNSURE, {}), (Found.CHOSEN, {"entry_id": permit.id})):
        asked.note(session, "居住卡到期了", channel="operator", way="words", found=found, call_id="c", at=NOON, **more)
        session.flush()
    assert keeping_askings.drop_found(session, at=NOON + timedelta(hours=2)) == 1
    assert session.scalars(select(Unanswered)).all() == []
