"""A department's base data: read as typed, in force at once, with what stood before."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import base_data, base_sweeping, base_words, queues
from knowledge_base.ledger import LedgerRow
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError
from knowledge_base.verifying import verify
from tests.conftest import NOON, person

GOOD = {
    "short_name": "公安局", "address": "玉溪市红塔区示范路1号", "phone": "0877-9601001",
    "summer_hours": "周一至周五 08:30-12:00，14:30-18:00",
}  # fmt: skip


def typed(**more: str) -> dict[str, str]:
    return GOOD | more


def test_what_stands_is_shown_as_it_is_typed_and_typing_it_again_changes_nothing(
    session: Session, office: Department
) -> None:
    values, faults = base_data.understood(typed(sections="户政科｜0877-9601011｜落户\n车管所", aliases="公安；派出所"))
    assert faults == {}
    assert base_data.change(session, office, values, by="liaison", at=NOON)
    again, faults = base_data.understood(base_data.latest(office))
    assert faults == {}
    assert base_data.change(session, office, again, by="liaison", at=NOON) == {}


def test_a_changed_telephone_holds_at_once_and_the_audit_trail_keeps_both(session: Session, office: Department) -> None:
    values, _ = base_data.understood(typed(phone="0877 960-2002"))
    changed = base_data.change(session, office, values, by="liaison", at=NOON)
    assert changed["phone"] == ["0877-9601001", "08779602002"]
    assert (office.phone, office.confirmed_on) == ("08779602002", local_day(NOON))
    session.flush()
    row = session.query(AuditRow).filter_by(deed="department.changed").one()
    assert row.details["changed"]["phone"] == ["0877-9601001", "08779602002"]


def test_a_number_that_is_only_written_otherwise_is_no_change(session: Session, office: Department) -> None:
    office.address, office.short_name = GOOD["address"], "公安局"
    values, _ = base_data.understood(typed(phone="(0877) 9601001"))
    assert "phone" not in base_data.change(session, office, values, by="liaison", at=NOON)
    assert office.phone == "0877-9601001"


@pytest.mark.parametrize(("field", "text", "why"), [
    ("phone", "", "必须填写"), ("phone", "12", "电话"), ("phone", "请打窗口", "电话"),
    ("phone", "0877-2012345/2012346", "电话"), ("address", "", "必须填写"), ("post_code", "65310", "6位"),
    ("email", "a@b", "电子邮箱"), ("web_site", "javascript:alert(1)", "http"), ("web_site", "http://[", "http"),
    ("summer_hours", "上班时间", "周一至周五"), ("summer_hours", "周一至周五 18:00-08:30", "起止"),
    ("transfer_numbers", "0877-9601001；窗口", "电话"), ("sections", "户政科｜没有", "电话"), ("duties", "职" * 1001, "1000"),
])  # fmt: skip
def test_what_cannot_be_taken_is_named_and_the_rest_is_understood(field: str, text: str, why: str) -> None:
    values, faults = base_data.understood(typed(**{field: text}))
    assert list(faults) == [field]
    assert why in faults[field]
    assert len(values) == len(base_data.FIELDS) - 1


@pytest.mark.parametrize("service", ["12345", "96128", "12366", "13888888888", "4008123456", "0877-2012345"])
def test_every_number_that_can_be_rung_is_taken(service: str) -> None:
    assert base_data.understood(typed(phone=service))[1] == {}


def test_winter_has_hours_of_its_own_only_where_it_is_told(session: Session, office: Department) -> None:
    def hours(**more: str) -> list[dict[str, Any]]:
        base_data.change(session, office, base_data.understood(typed(**more))[0], by="liaison", at=NOON)
        return office.office_hours

    assert [s.get("season") for s in hours()] == [None, None]
    assert [s["season"] for s in hours(winter_hours="周一至周五 09:00-17:00")] == ["summer", "summer", "winter"]
    shown = base_data.texts(office)
    assert (shown["summer_hours"], shown["winter_hours"]) == (GOOD["summer_hours"], "周一至周五 09:00-17:00")
    assert [s.get("season") for s in hours()] == [None, None]


def test_name_and_interval_are_not_the_departments_to_change() -> None:
    assert not base_data.OFFICE_ALONE & {c.key for c in base_data.FIELDS}
    assert not base_data.OFFICE_ALONE & base_data.understood(typed(update_every_months="12", department="别的局"))[0].keys()


# ---------------------------------------------------------------- free words wait for a second person
WORDS = {"duties": "负责户籍和治安。", "sections": "户政科｜0877-9601011｜落户", "way_there": "公交2路"}


@pytest.fixture
def staff(session: Session, office: Department) -> dict[str, Account]:
    other = Department(code="102", name="玉溪市民政局", short_name="民政局")
    session.add(other)
    session.flush()
    return {
        "liaison": person(session, Role.LIAISON, of=office, login="liaison"), "leader": person(session, Role.LEADER, of=office, login="leader"),
        "reviewer": person(session, Role.SECRECY_REVIEWER, of=office, login="reviewer"), "office": person(session, Role.CITY_OFFICE, login="office"),
        "citys": person(session, Role.SECRECY_REVIEWER, login="citys"), "stranger": person(session, Role.LEADER, of=other, login="stranger"),
    }  # fmt: skip


def proposed(session: Session, office: Department, by: str = "liaison", **more: str) -> str:
    """Free words proposed at one sitting with a new telephone; their token."""
    values, faults = base_data.understood(typed(**{**WORDS, "phone": "0877-2012345", **more}))
    assert faults == {}
    base_data.change(session, office, values, by=by, at=NOON)
    session.flush()
    return base_words.token(office)


def let_out(session: Session, office: Department, staff: dict[str, Account], token: str) -> None:
    base_words.check(session, office, seen=token, by=staff["leader"], at=NOON)
    base_words.pass_review(session, office, seen=token, by=staff["reviewer"], at=NOON)


def queued(session: Session, account: Account) -> list[str]:
    return [row.title for row in session.execute(queues.waiting(account, *queues.stages_of(account))) if row.kind == "base"]


def test_free_words_are_seen_by_nobody_before_leader_and_reviewer_have_found_them_fit(
    session: Session, office: Department, staff: dict[str, Account]
) -> None:
    token = proposed(session, office)
    assert (office.phone, office.duties, office.sections, office.way_there) == ("08772012345", "", [], "")
    assert (base_data.texts(office)["duties"], base_data.latest(office)["duties"]) == ("", WORDS["duties"])
    assert [name for name in staff if queued(session, staff[name])] == ["leader"]
    for first in ("reviewer", "citys"):  # no review without the leader's word
        with pytest.raises(LifeError):
            base_words.pass_review(session, office, seen=token, by=staff[first], at=NOON)
    base_words.check(session, office, seen=token, by=staff["leader"], at=NOON)
    assert (office.duties, office.way_there) == ("", ""), "what the leader found right isn't public yet"
    assert [name for name in staff if queued(session, staff[name])] == ["reviewer", "citys"]
    base_words.pass_review(session, office, seen=token, by=staff["reviewer"], at=NOON)
    assert (office.duties, office.sections[0]["name"], office.way_there, office.proposed) == (WORDS["duties"], "户政科", "公交2路", None)
    rows = session.query(LedgerRow).filter_by(kind="base").order_by(LedgerRow.id).all()
    assert [(row.deed, row.by, row.digest) for row in rows] == [
        ("checked", "leader", token), ("passed", "reviewer", token), ("published", "reviewer", base_words.digest(office))]  # fmt: skip
    assert list(verify(session)) == []
    office.duties = "背后改的"
    session.flush()
    assert [(f.thing, f.reason) for f in verify(session)] == [(f"base data of department {office.id}", "no longer says what the secrecy review passed")]


@pytest.mark.parametrize(("proposers", "checker", "reviewer"), [
    (["liaison"], "leader", "reviewer"), (["office"], "leader", "citys"), (["leader", "liaison"], None, None), (["liaison", "office"], "leader", "reviewer")])  # fmt: skip
def test_who_proposed_who_checked_and_who_reviews_are_three_people_of_the_department_or_the_citys_reviewer(
    session: Session, office: Department, staff: dict[str, Account], proposers: list[str], checker: str | None, reviewer: str | None
) -> None:
    for number, proposer in enumerate(proposers):  # each some of it: nobody decides on his own part
        token = proposed(session, office, by=proposer, way_there=f"公交{number}路")
    for wrong in set(staff) - {checker}:
        with pytest.raises(LifeError):
            base_words.check(session, office, seen=token, by=staff[wrong], at=NOON)
    if checker is None or reviewer is None:
        return
    base_words.check(session, office, seen=token, by=staff[checker], at=NOON)
    staff["leader"].role = Role.SECRECY_REVIEWER  # the same person in another role is no third one
    for wrong in set(staff) - {"reviewer", "citys"}:
        with pytest.raises(LifeError):
            base_words.pass_review(session, office, seen=token, by=staff[wrong], at=NOON)
    base_words.pass_review(session, office, seen=token, by=staff[reviewer], at=NOON)
    assert office.duties == WORDS["duties"]


def test_what_is_proposed_anew_is_checked_anew(session: Session, office: Department, staff: dict[str, Account]) -> None:
    base_words.check(session, office, seen=proposed(session, office), by=staff["leader"], at=NOON)
    token = proposed(session, office, way_there="公交9路")
    assert office.proposed_stage == Stage.SUBMITTED
    office.proposed_stage = Stage.CHECKED  # behind everybody's back
    with pytest.raises(LifeError, match="不一致"):
        base_words.pass_review(session, office, seen=token, by=staff["reviewer"], at=NOON)
    assert office.way_there == ""


def test_what_is_sent_back_or_refused_is_dropped_with_its_reason_and_what_stands_stays(
    session: Session, office: Department, staff: dict[str, Account]
) -> None:
    let_out(session, office, staff, proposed(session, office))
    token = proposed(session, office, duties="内部职责")
    with pytest.raises(LifeError, match="退回原因"):
        base_words.send_back(session, office, seen=token, why=" ", by=staff["leader"], at=NOON)
    with pytest.raises(LifeError, match="已被他人更新"):
        base_words.send_back(session, office, seen="x", why="不宜公开", by=staff["leader"], at=NOON)
    base_words.send_back(session, office, seen=token, why="不宜公开", by=staff["leader"], at=NOON)
    assert (office.duties, office.proposed, base_data.latest(office)["duties"]) == (WORDS["duties"], None, WORDS["duties"])
    token = proposed(session, office, duties="内部职责")
    base_words.check(session, office, seen=token, by=staff["leader"], at=NOON)
    base_words.refer_up(session, office, seen=token, why="拿不准", by=staff["reviewer"], at=NOON)
    with pytest.raises(LifeError, match="市保密审查人"):
        base_words.refuse(session, office, seen=token, clause="第九条", by=staff["reviewer"], at=NOON)
    with pytest.raises(LifeError, match="条款"):
        base_words.refuse(session, office, seen=token, clause=" ", by=staff["citys"], at=NOON)
    base_words.refuse(session, office, seen=token, clause="第九条", by=staff["citys"], at=NOON)
    assert (office.duties, office.proposed, office.proposed_stage) == (WORDS["duties"], None, "")
    assert list(verify(session)) == []


def test_free_words_are_swept_again_and_pulled_by_a_reviewer(session: Session, office: Department, staff: dict[str, Account]) -> None:
    def owed(days_later: int) -> list[str]:
        on = local_day(NOON) + timedelta(days=days_later)
        return [row.kind for row in session.execute(queues.to_sweep(staff["reviewer"], on=on, days=180))]

    assert owed(999) == [], "where there are no words there is nothing to look at"
    office.duties = "早先录入的职责"
    session.flush()
    assert owed(0) == ["base"], "what stood before there were reviews nobody has ever looked at"
    base_sweeping.find_fit(session, office, seen=base_words.digest(office), by=staff["citys"], at=NOON)
    let_out(session, office, staff, proposed(session, office))
    assert (owed(179), owed(180)) == ([], ["base"])
    seen = base_words.digest(office)
    for wrong in ("leader", "liaison", "office", "stranger"):
        with pytest.raises(LifeError, match="角色"):
            base_sweeping.pull(session, office, seen=seen, clause="第九条", by=staff[wrong], at=NOON)
    with pytest.raises(LifeError, match="他人更新"):
        base_sweeping.find_fit(session, office, seen="x", by=staff["reviewer"], at=NOON)
    base_sweeping.pull(session, office, seen=seen, clause="第九条", by=staff["reviewer"], at=NOON)
    assert (office.duties, office.sections, office.way_there, owed(999)) == ("", [], "", [])
    assert list(verify(session)) == []


def test_who_types_again_what_stands_takes_his_proposal_back(session: Session, office: Department) -> None:
    proposed(session, office)
    proposed(session, office, duties="", sections="", way_there="")
    assert office.proposed is None
