"""A department passes into another: what it allowed passes on provisionally, and no word more."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department, Succession, heirs, in_charge
from hotline.directory.liaisons import Liaison, Position
from knowledge_base.authorisations import Authorisation, Covered, NotCovered, cover, leaves, subject_of, versions
from knowledge_base.confirming import Sitting, confirm
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.leave import Form, Scope
from knowledge_base.licences import Licence
from knowledge_base.succession import Change, Passed, inherit
from knowledge_base.things import Part, things
from tests.conftest import NOON, person
from tests.knowledge_base.keeping import entry_of, leave_of

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
LATER = NOON + 2 * DAY


@pytest.fixture
def heir(session: Session) -> Department:
    unit = Department(code="102", name="玉溪市城市运行局", short_name="运行局", aliases=["运行局热线"])
    session.add(unit)
    session.flush()
    return unit


@pytest.fixture
def clerk(session: Session) -> Account:
    return person(session, Role.CITY_OFFICE)


def entry(session: Session, of: Department, question: str, category: str = "户政/居住证", licence: Licence | None = None) -> Entry:
    row = Entry(department_id=of.id, question=question, category=category, licence_id=licence.id if licence else None)
    session.add(row)
    session.flush()
    return row


def allow(session: Session, of: Department, document: str = "旧授〔2026〕1号", **more: object) -> Authorisation:
    said: dict[str, object] = {"scope": Scope.DEPARTMENT, "form": Form.FULL, "valid_from": TODAY - 9 * DAY, "valid_to": TODAY + 300 * DAY,
                               "signed_at": NOON - 9 * DAY, "signer": "李局长", **more}  # fmt: skip
    a = Authorisation(department_id=of.id, document=document, **said)
    session.add(a)
    session.flush()
    return a


def pass_on(session: Session, old: Department, new: Department, by: Account, change: Change = Change.MERGED, **more: object) -> Passed:
    return inherit(session, old, new, change=change, document="玉机编〔2026〕8号", days=90, by=by, at=NOON, **more)  # type: ignore[arg-type]


def asked(session: Session, row: Entry, *, after: timedelta = timedelta()) -> Covered | NotCovered:
    unit = session.get_one(Department, row.department_id)
    at = NOON + after
    return cover(leaves(session, unit, on=at.date(), grace_days=9999), subject_of(row), on=at.date(), at=at)


def test_what_passes_on_is_answered_provisionally_and_the_heirs_own_matters_are_not(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    came, out, mine = entry(session, office, "居住证怎么办"), entry(session, office, "迁户口"), entry(session, heir, "路灯坏了")
    first = allow(session, office, exclusions=[out.id])
    (copy,) = pass_on(session, office, heir, clerk).authorisations
    found = asked(session, came)
    assert isinstance(found, Covered)
    assert (found.provisional, found.form, found.authorisation_id) == (True, Form.FULL, copy.id)
    assert (copy.inherited_from, copy.document, copy.signer, copy.valid_to) == (first.id, first.document, "李局长", TODAY + 90 * DAY)
    assert asked(session, out) == NotCovered("该问题已被部门列为授权例外")
    assert isinstance(asked(session, mine), NotCovered)
    assert asked(session, came, after=91 * DAY) == NotCovered("承接的暂行授权已到期，部门尚未重新授权")


def test_the_heirs_older_authorisation_does_not_reach_over_what_came_later(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    came = entry(session, office, "居住证怎么办")
    allow(session, heir, "新授〔2026〕1号")
    pass_on(session, office, heir, clerk)
    assert asked(session, came) == NotCovered("该问题由其他部门转入，部门尚未就其授权")
    allow(session, heir, "新授〔2026〕2号", form=Form.SUMMARY, signed_at=NOON + timedelta(hours=1))
    found = asked(session, came, after=DAY)
    assert isinstance(found, Covered)
    assert found.form is Form.SUMMARY


def test_the_heirs_own_word_ends_the_provisional_one(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    came = entry(session, office, "居住证怎么办")
    allow(session, office)
    pass_on(session, office, heir, clerk)
    allow(session, heir, "新授〔2026〕2号", form=Form.CONTACT, signed_at=NOON + timedelta(hours=1))
    found = asked(session, came, after=DAY)
    assert isinstance(found, Covered)
    assert (found.form, found.provisional) == (Form.CONTACT, False)


def test_everything_passes_and_the_old_name_leads_to_the_heir(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    licence = Licence(department_id=office.id, name="刻章许可")
    session.add_all([licence, Liaison(department_id=office.id, name="李四", position=Position.A, phone="1")])
    office.aliases = ["派出所", "运行局"]
    entry(session, office, "刻章怎么办", licence=licence)
    old = allow(session, office)
    unsigned = allow(session, office, "待签", signed_at=None)
    passed = pass_on(session, office, heir, clerk, liaisons=True)
    assert (passed.entries, passed.licences, passed.liaisons, len(passed.authorisations)) == (1, 1, 1, 1)
    assert licence.department_id == heir.id
    assert heir.aliases == ["运行局热线", "玉溪市公安局", "公安局", "派出所"]
    assert office.effective_to == TODAY
    assert old.revoked_at == unsigned.revoked_at == NOON
    assert "玉溪市城市运行局" in old.revoked_because
    link = session.scalars(select(Succession)).one()
    assert (link.kind, link.on, link.document) == ("merged", TODAY, "玉机编〔2026〕8号")
    row = session.scalars(select(AuditRow).where(AuditRow.deed == "department.passed_on")).one()
    assert row.details["authorisations"] == {str(old.id): passed.authorisations[0].id}


def test_a_split_takes_what_is_named_and_leaves_the_rest(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    both, one = Licence(department_id=office.id, name="甲许可"), Licence(department_id=office.id, name="乙许可")
    session.add_all([both, one])
    session.flush()
    goes, stays = entry(session, office, "一", licence=both), entry(session, office, "二", licence=both)
    also = entry(session, office, "三", licence=one)
    allow(session, office)
    passed = pass_on(session, office, heir, clerk, Change.SPLIT, entries=[goes.id, also.id])
    assert (passed.entries, passed.licences) == (2, 1)
    assert (both.department_id, one.department_id) == (office.id, heir.id)
    kept = asked(session, stays)
    assert isinstance(kept, Covered)
    assert not kept.provisional
    assert office.effective_to is None
    assert set(passed.authorisations[0].entries) == {goes.id, also.id}


def test_a_planned_revocation_passes_on_too(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    came = entry(session, office, "居住证怎么办")
    allow(session, office, revoked_at=NOON + 2 * DAY, revoked_because="口径调整")
    pass_on(session, office, heir, clerk)
    assert isinstance(asked(session, came, after=DAY), Covered)
    assert asked(session, came, after=2 * DAY) == NotCovered("部门已撤销授权")


def test_two_documents_of_one_number_are_told_apart(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    entry(session, office, "居住证怎么办")
    allow(session, office, "1号")
    allow(session, heir, "1号")
    pass_on(session, office, heir, clerk)
    assert sorted(a.document for a in versions(session, heir.id)) == ["1号", "1号（承接公安局）"]


def test_what_cannot_pass_is_refused_with_the_reason(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    mine = entry(session, office, "居住证怎么办")
    entry(session, heir, "居住证怎么办")
    with pytest.raises(KnowledgeError, match="居住证怎么办"):
        pass_on(session, office, heir, clerk)
    assert mine.department_id == office.id
    for change, entries, why in ((Change.SPLIT, None, "拆分"), (Change.MERGED, [mine.id], "拆分"), (Change.SPLIT, [10**6], "本部门"), (Change.SPLIT, [], "本部门")):
        with pytest.raises(KnowledgeError, match=why):
            pass_on(session, office, heir, clerk, change, entries=entries)
    with pytest.raises(KnowledgeError, match="自己"):
        pass_on(session, office, office, clerk)
    with pytest.raises(KnowledgeError, match="市主管部门"):
        pass_on(session, office, heir, person(session, Role.LIAISON, of=office))


def test_nothing_passes_to_a_department_that_is_no_more(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    heir.effective_to = TODAY
    with pytest.raises(KnowledgeError, match="承接部门已撤销"):
        pass_on(session, office, heir, clerk)
    heir.effective_to = TODAY + DAY
    pass_on(session, office, heir, clerk)


@pytest.mark.parametrize("confirmed", [None, TODAY - 130 * DAY])
def test_passing_on_confirms_nothing_what_was_silent_stays_silent(
    session: Session, office: Department, heir: Department, clerk: Account, confirmed: date | None
) -> None:
    entry(session, office, "居住证怎么办")
    allow(session, office, signed_at=NOON - 400 * DAY, valid_from=TODAY - 400 * DAY, confirmed_on=confirmed)
    assert [a.stale for a in leaves(session, office, on=TODAY, grace_days=30)] == [True]
    (copy,) = pass_on(session, office, heir, clerk).authorisations
    assert [a.stale for a in leaves(session, heir, on=TODAY, grace_days=30)] == [True]
    (thing,) = (t for t in things(session, [heir], at=NOON) if t.part is Part.AUTHORISATION)
    assert thing.due_on < TODAY
    copy.confirmed_on, copy.due_by = TODAY, None  # by the successor
    assert [a.stale for a in leaves(session, heir, on=TODAY, grace_days=30)] == [False]


def test_a_longer_interval_of_the_heir_revives_nothing(session: Session, office: Department, heir: Department, clerk: Account) -> None:
    """Four months after its confirmation, with three months and thirty days, the machine speaks it no more."""
    since, heir.update_every_months = TODAY - 125 * DAY, 12
    came = entry_of(session, office, "居住证怎么办", published=since, confirmed=since)
    leave_of(session, office, signed=since, confirmed=since)

    def due() -> dict[Part, date]:
        unit = session.get_one(Department, came.department_id)
        return {t.part: t.due_on for t in things(session, [unit], at=LATER) if t.part is not Part.BASE}

    def spoken() -> bool:
        found = offered(session, came.id, channel=Channel.MACHINE, at=LATER, grace_days=30)
        return found is not None and isinstance(found.decision, Answer)

    before = due()
    assert not spoken()
    (copy,) = pass_on(session, office, heir, clerk).authorisations
    assert (due(), spoken()) == (before, False)
    third = Department(code="103", name="玉溪市新局", short_name="新局", aliases=[], update_every_months=12)
    session.add(third)
    session.flush()
    (copy,) = inherit(session, heir, third, change=Change.MERGED, document="x", days=90, by=clerk, at=NOON + DAY).authorisations
    assert (due(), spoken()) == (before, False), "nor does the next"
    ticked = {Part.ENTRY: {came.id: 1}, Part.AUTHORISATION: {copy.id: 1}}
    confirm(session, third, Sitting(ticked=ticked), by=person(session, Role.LIAISON, of=third), at=LATER)
    assert set(due().values()) == {date(2027, 11, 25)}
    assert spoken()


def test_an_inherited_exception_ends_when_the_heir_signs_for_the_entry_by_its_name(
    session: Session, office: Department, heir: Department, clerk: Account
) -> None:
    came = entry(session, office, "居住证怎么办")
    allow(session, office, exclusions=[came.id])
    pass_on(session, office, heir, clerk)
    whole, later = allow(session, heir, "新授〔2026〕2号", signed_at=NOON + timedelta(hours=1)), timedelta(hours=2)
    assert asked(session, came, after=later) == NotCovered("该问题已被部门列为授权例外"), "the heir has not looked at this one"
    own = allow(session, heir, "新授〔2026〕3号", scope=Scope.ENTRIES, entries=[came.id], signed_at=NOON + timedelta(hours=1))
    found = asked(session, came, after=later)
    assert isinstance(found, Covered)
    assert found.authorisation_id in {whole.id, own.id}
    third = Department(code="103", name="玉溪市新局", short_name="新局", aliases=[])
    session.add(third)
    session.flush()
    inherit(session, heir, third, change=Change.MERGED, document="x", days=90, by=clerk, at=NOON + DAY)
    assert isinstance(asked(session, came, after=DAY), Covered), "and doesn't come back with the next heir"


def test_who_takes_all_that_is_left_does_the_work_and_not_who_took_a_part_before_or_since(
    session: Session, office: Department, heir: Department, clerk: Account
) -> None:
    other = Department(code="103", name="玉溪市新局", short_name="新局", aliases=[])
    session.add(other)
    session.flush()
    first, second = entry(session, office, "一"), entry(session, office, "二")
    entry(session, office, "三")
    pass_on(session, office, heir, clerk, Change.SPLIT, entries=[first.id])
    pass_on(session, office, other, clerk, Change.SPLIT, entries=[second.id])
    assert in_charge(session, office, on=TODAY) is office
    pass_on(session, office, heir, clerk, Change.ABOLISHED)
    assert (in_charge(session, office, on=TODAY), in_charge(session, heir, on=TODAY)) == (heir, heir)
    assert heirs(session, office, on=TODAY) == [heir, other]
