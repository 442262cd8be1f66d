"""Entered by one, signed by another, revoked with a reason; every step is recorded and nothing is ever deleted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from knowledge_base import granting, keeping_categories
from knowledge_base.authorisations import Authorisation, of_department, versions
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.leave import Form, Scope
from knowledge_base.licences import Licence
from knowledge_base.papers import wording
from knowledge_base.standing import Standing, standings
from knowledge_base.terms import Terms
from tests.conftest import NOON, person

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
TERMS = Terms("玉公授权〔2026〕1号", Scope.DEPARTMENT, Form.FULL, TODAY, TODAY + 90 * DAY, signer="李局长")


@pytest.fixture
def people(session: Session, office: Department) -> dict[str, Account]:
    other = Department(code="102", name="玉溪市民政局", short_name="民政局")
    session.add(other)
    session.flush()
    return {
        "liaison": person(session, Role.LIAISON, of=office), "leader": person(session, Role.LEADER, of=office),
        "other liaison": person(session, Role.LIAISON, of=other, login="liaison2"),
        "other leader": person(session, Role.LEADER, of=other, login="leader2"),
        "office": person(session, Role.CITY_OFFICE), "office 2": person(session, Role.CITY_OFFICE, login="office2"),
        "operator": person(session, Role.OPERATOR), "county": person(session, Role.COUNTY_OFFICE, county_code="530402"),
    }  # fmt: skip


def stands(session: Session, a: Authorisation, *, after: timedelta = timedelta()) -> Standing:
    at = NOON + after
    return standings(versions(session, a.department_id), on=at.date(), at=at)[a.id]


def entered(session: Session, office: Department, by: Account, **changed: object) -> Authorisation:
    return granting.enter(session, office, terms=replace(TERMS, **changed), by=by, at=NOON)  # type: ignore[arg-type]


def test_what_the_liaison_entered_counts_only_when_the_leader_has_signed(session: Session, office: Department, people: dict[str, Account]) -> None:
    a = entered(session, office, people["liaison"])
    assert stands(session, a) is Standing.UNSIGNED
    granting.sign(session, a, by=people["leader"], at=NOON + timedelta(hours=1))
    assert stands(session, a) is Standing.UNSIGNED
    assert stands(session, a, after=timedelta(hours=1)) is Standing.IN_FORCE
    assert (a.signer, a.signed_by, a.entered_by, a.confirmed_on) == ("某人", "leader", "liaison", TODAY)


def test_the_office_enters_for_any_department_and_a_second_of_its_people_records_the_paper(session: Session, office: Department, people: dict[str, Account]) -> None:
    a = entered(session, office, people["office"])
    for by, document, signer, why in (("office", a.document, "李局长", "录入人"), ("office 2", "别的文号", "李局长", "不一致"),
                                      ("office 2", a.document, " ", "签发人"), ("leader", a.document, "李局长", "无权")):  # fmt: skip
        with pytest.raises(KnowledgeError, match=why):
            granting.sign_on_paper(session, a, document=document, signer=signer, by=people[by], at=NOON)
    granting.sign_on_paper(session, a, document=a.document, signer="李局长", by=people["office 2"], at=NOON)
    assert (a.signer, a.signed_by) == ("李局长", "office2")
    row = session.scalars(select(AuditRow).where(AuditRow.deed == "authorisation.signed")).one()
    assert row.details["paper"]


@pytest.mark.parametrize("who", ["other liaison", "leader", "operator", "county"])
def test_nobody_else_enters(session: Session, office: Department, people: dict[str, Account], who: str) -> None:
    with pytest.raises(KnowledgeError, match="无权"):
        entered(session, office, people[who])


@pytest.mark.parametrize("who", ["other leader", "liaison", "office", "operator"])
def test_nobody_but_the_departments_leader_signs(session: Session, office: Department, people: dict[str, Account], who: str) -> None:
    a = entered(session, office, people["liaison"])
    with pytest.raises(KnowledgeError):
        granting.sign(session, a, by=people[who], at=NOON)
    assert a.signed_at is None


def test_a_new_version_takes_the_old_ones_place_when_it_is_signed_and_not_before(session: Session, office: Department, people: dict[str, Account]) -> None:
    first = entered(session, office, people["liaison"])
    granting.sign(session, first, by=people["leader"], at=NOON)
    terms = replace(TERMS, document="不论写什么", form=Form.SUMMARY, valid_from=TODAY + 5 * DAY)
    second = granting.enter(session, office, terms=terms, by=people["liaison"], at=NOON + DAY, follows=first)
    assert (second.document, second.version) == (first.document, 2)
    assert stands(session, first, after=2 * DAY) is Standing.IN_FORCE
    assert of_department(session, office.id) == [first]
    with pytest.raises(KnowledgeError, match="待签发"):
        granting.enter(session, office, terms=terms, by=people["office"], at=NOON + DAY, follows=first)
    granting.sign(session, second, by=people["leader"], at=NOON + 3 * DAY)
    assert stands(session, first, after=2 * DAY) is Standing.IN_FORCE
    assert stands(session, first, after=3 * DAY) is Standing.SUPERSEDED
    assert stands(session, second, after=3 * DAY) is Standing.NOT_YET
    assert stands(session, second, after=5 * DAY) is Standing.IN_FORCE
    assert of_department(session, office.id) == [second]


def test_a_number_is_entered_once(session: Session, office: Department, people: dict[str, Account]) -> None:
    entered(session, office, people["liaison"])
    with pytest.raises(KnowledgeError, match="新版本"):
        entered(session, office, people["office"])


def test_a_signature_is_given_once_and_not_to_what_is_revoked_or_over(session: Session, office: Department, people: dict[str, Account]) -> None:
    a = entered(session, office, people["liaison"])
    with pytest.raises(KnowledgeError, match="有效期已过"):
        granting.sign(session, a, by=people["leader"], at=NOON + 91 * DAY)
    granting.sign(session, a, by=people["leader"], at=NOON)
    with pytest.raises(KnowledgeError, match="已签发"):
        granting.sign(session, a, by=people["leader"], at=NOON)
    dropped = entered(session, office, people["liaison"], document="2号")
    granting.revoke(session, dropped, why="写错了", by=people["leader"], at=NOON)
    with pytest.raises(KnowledgeError, match="已撤销"):
        granting.sign(session, dropped, by=people["leader"], at=NOON)


def test_a_revocation_has_a_reason_and_holds_at_once_or_from_its_moment_and_only_comes_nearer(session: Session, office: Department, people: dict[str, Account]) -> None:
    a = entered(session, office, people["liaison"])
    granting.sign(session, a, by=people["leader"], at=NOON)
    with pytest.raises(KnowledgeError, match="理由"):
        granting.revoke(session, a, why=" ", by=people["leader"], at=NOON)
    for who in ("liaison", "other leader", "operator"):
        with pytest.raises(KnowledgeError, match="无权"):
            granting.revoke(session, a, why="口径调整", by=people[who], at=NOON)
    granting.revoke(session, a, why="口径调整", by=people["leader"], at=NOON, moment=NOON + 2 * DAY)
    assert stands(session, a, after=DAY) is Standing.IN_FORCE
    assert stands(session, a, after=2 * DAY) is Standing.REVOKED
    with pytest.raises(KnowledgeError, match="更早"):
        granting.revoke(session, a, why="推迟", by=people["office"], at=NOON, moment=NOON + 3 * DAY)
    granting.revoke(session, a, why="立即停止", by=people["office"], at=NOON + DAY, moment=NOON - DAY)
    assert (a.revoked_at, a.revoked_by, a.revoked_because) == (NOON + DAY, "city_office", "立即停止")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"document": " "}, "文号"),
        ({"document": "长" * 61}, "文号"),
        ({"valid_to": TODAY - DAY}, "止日"),
        ({"valid_from": TODAY - 9 * DAY, "valid_to": TODAY - DAY}, "已过"),
        ({"scope": Scope.ENTRIES}, "请选择"),
        ({"scope": Scope.CATEGORIES}, "请选择"),
        ({"scope": Scope.LICENCES}, "请选择"),
        ({"scope": Scope.ENTRIES, "entries": (10**6,)}, "本部门"),
        ({"exclusions": (10**6,)}, "本部门"),
        ({"scope": Scope.LICENCES, "licences": (10**6,)}, "本部门"),
        ({"scope": Scope.CATEGORIES, "categories": ("不存在",)}, "类别"),
        ({"excluded_categories": ("不存在",)}, "类别"),
    ],
)
def test_what_makes_no_sense_is_refused(session: Session, office: Department, people: dict[str, Account], changed: dict[str, object], why: str) -> None:
    with pytest.raises(KnowledgeError, match=why):
        entered(session, office, people["liaison"], **changed)


def test_a_department_grants_what_is_its_own(session: Session, office: Department, people: dict[str, Account]) -> None:
    other = people["other liaison"].department_id
    assert other
    mine, foreign = (Entry(department_id=d, question="怎么办", category="户政/居住证") for d in (office.id, other))
    own = Licence(department_id=office.id, name="刻章许可")
    theirs = Licence(department_id=other, name="社会团体登记")
    session.add_all([mine, foreign, own, theirs])
    session.flush()
    a = entered(session, office, people["liaison"], scope=Scope.CATEGORIES, categories=("户政",), excluded_categories=("户政/居住证",), exclusions=(mine.id,), entries=(mine.id,))
    assert (a.categories, a.excluded_categories, a.exclusions, a.entries) == (["户政"], ["户政/居住证"], [mine.id], [])
    for changed in ({"scope": Scope.ENTRIES, "entries": (foreign.id,)}, {"exclusions": (mine.id, foreign.id)}, {"scope": Scope.LICENCES, "licences": (own.id, theirs.id)}):
        with pytest.raises(KnowledgeError, match="本部门"):
            entered(session, office, people["liaison"], document="2号", **changed)


def test_every_step_stands_in_the_audit_trail(session: Session, office: Department, people: dict[str, Account]) -> None:
    a = entered(session, office, people["liaison"])
    granting.sign(session, a, by=people["leader"], at=NOON)
    granting.revoke(session, a, why="口径调整", by=people["leader"], at=NOON)
    session.flush()
    rows = session.scalars(select(AuditRow).where(AuditRow.kind == "authorisation").order_by(AuditRow.id)).all()
    assert [(r.deed, r.by, r.thing) for r in rows] == [(f"authorisation.{deed}", by, str(a.id)) for deed, by in (
        ("entered", "liaison"), ("signed", "leader"), ("revoked", "leader"))]  # fmt: skip
    assert rows[2].reason == "口径调整"


# ---------------------------------------------------------------- what was signed stays
@pytest.mark.parametrize("change", ["signer = 'x'", "form = 'contact'", "valid_to = '2030-01-01'", "scope = 'entries'", "entries = '[1]'", "exclusions = '[]'",
                                    "document = 'x'", "signed_at = NULL", "signed_words = NULL", "provisional = true", "department_id = 2"])  # fmt: skip
def test_the_database_itself_refuses_to_change_what_was_signed(session: Session, office: Department, people: dict[str, Account], change: str) -> None:
    a = entered(session, office, people["liaison"])
    granting.sign(session, a, by=people["leader"], at=NOON)
    session.flush()
    for deed in (f"UPDATE authorisation SET {change}", "DELETE FROM authorisation"):  # noqa: S608
        with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
            session.execute(text(deed))


def test_a_revocation_is_brought_forward_at_most(session: Session, office: Department, people: dict[str, Account]) -> None:
    a = entered(session, office, people["liaison"])
    granting.sign(session, a, by=people["leader"], at=NOON)
    granting.revoke(session, a, why="x", by=people["leader"], at=NOON, moment=NOON + 9 * DAY)
    granting.revoke(session, a, why="x", by=people["leader"], at=NOON, moment=NOON + DAY)
    session.flush()
    for value in (None, NOON + 2 * DAY):
        with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
            session.execute(update(Authorisation).values(revoked_at=value))


def test_what_a_paper_named_reads_for_ever_as_it_was_signed(session: Session, office: Department, people: dict[str, Account]) -> None:
    keeping_categories.add(session, "户籍", by=people["office"], at=NOON)
    entry = Entry(department_id=office.id, question="居住证怎么办", category="户籍")
    session.add(entry)
    session.flush()
    a = entered(session, office, people["liaison"], scope=Scope.CATEGORIES, categories=("户籍",), exclusions=(entry.id,))
    keeping_categories.rename(session, "户籍", "户政", why="x", by=people["office"], at=NOON)
    assert wording(session, a)["categories"] == ["户政"], "nobody has signed it yet"
    granting.sign(session, a, by=people["leader"], at=NOON)
    keeping_categories.rename(session, "户政", "治安", why="x", by=people["office"], at=NOON)
    entry.question, office.name = "居住证在哪里办", "玉溪市公安局（新）"
    session.flush()
    session.expire_all()
    assert a.categories == ["治安"], "it speaks of the same place"
    said = wording(session, a)
    assert (said["department"], said["categories"], said["exclusions"]) == ("玉溪市公安局", ["户政"], ["居住证怎么办"])


def test_for_a_department_that_is_no_more_nothing_is_entered_or_signed(session: Session, office: Department, people: dict[str, Account]) -> None:
    waiting = entered(session, office, people["liaison"], document="9号")
    office.effective_to = TODAY
    for who in ("liaison", "office"):
        with pytest.raises(KnowledgeError, match="已撤销"):
            entered(session, office, people[who])
    with pytest.raises(KnowledgeError, match="已撤销"):
        granting.sign(session, waiting, by=people["leader"], at=NOON)
    with pytest.raises(KnowledgeError, match="已撤销"):
        granting.sign_on_paper(session, waiting, document="9号", signer="李局长", by=people["office"], at=NOON)
    granting.revoke(session, waiting, why="机构已撤销", by=people["office"], at=NOON)
