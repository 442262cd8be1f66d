"""A sitting: what was seen is confirmed, what was not stays due, and each thing has its evidence."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import base_data, licence_life
from knowledge_base.confirming import Sat, Sitting, confirm, sittings
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.errors import KnowledgeError
from knowledge_base.ledger import Deed, LedgerRow
from knowledge_base.licence_text import LicenceText
from knowledge_base.things import Part, things
from knowledge_base.updates import Confirmation
from tests.conftest import NOON
from tests.dispatch.town import somebody, unit

from .keeping import LONG_AGO, entry_of, leave_of, licence_of

TODAY = local_day(NOON)
OLD = date(2026, 6, 1)


@pytest.fixture
def liaison(session: Session, office: Department) -> Account:
    return somebody(session, Role.LIAISON, of=office)


def sit(session: Session, office: Department, by: Account, **said: Any) -> Sat:
    return confirm(session, office, Sitting(**{"seen": base_data.digest(office)} | said), by=by, at=NOON)


def test_a_sitting_is_one_row_and_everything_that_was_ticked_is_fresh_again(
    session: Session, office: Department, liaison: Account
) -> None:
    one, two = (entry_of(session, office, q, published=OLD) for q in ("居住证", "落户"))
    leave, licence = leave_of(session, office, signed=OLD), licence_of(session, office, "特种行业", published=OLD)
    ticked = {Part.ENTRY: {one.id: 1}, Part.AUTHORISATION: {leave.id: 1}, Part.LICENCE: {licence.id: 1}}
    sat = sit(session, office, liaison, base=True, ticked=ticked, remark=" 季度核对 ")
    session.flush()
    assert [x.confirmed_on for x in (office, one, leave, licence)] == [TODAY] * 4
    assert two.confirmed_on is None
    row = session.scalars(select(Confirmation)).one()
    assert (row.base, row.entries, row.authorisations, row.licences) == (True, [one.id], [leave.id], [licence.id])
    assert (row.by, row.remark, sat.missed, sat.changed) == ("liaison", "季度核对", (), {})
    overdue = [t for t in things(session, [office], at=NOON) if t.due_on < TODAY]
    assert [(t.part, t.id) for t in overdue] == [(Part.ENTRY, two.id)]
    assert sittings(session, office.id) == [row]


def test_the_ledger_and_the_audit_trail_tell_of_each_thing(session: Session, office: Department, liaison: Account) -> None:
    entry, leave = entry_of(session, office, "居住证", published=OLD), leave_of(session, office, signed=OLD)
    sit(session, office, liaison, base=True, ticked={Part.ENTRY: {entry.id: 1}, Part.AUTHORISATION: {leave.id: 1}})
    session.flush()
    rows = session.scalars(select(LedgerRow).where(LedgerRow.deed == Deed.CONFIRMED).order_by(LedgerRow.id)).all()
    assert [(r.kind, r.thing_id, r.version) for r in rows] == [("base", office.id, None), ("entry", entry.id, 1)]
    assert all(len(r.digest) == 64 and r.by == "liaison" and r.at == NOON for r in rows)
    deeds = session.scalars(select(AuditRow.deed)).all()
    assert {"update.confirmed", "authorisation.confirmed", "entry.confirmed", "base.confirmed"} <= set(deeds)


def test_an_answer_that_was_replaced_under_his_hands_stays_due(
    session: Session, office: Department, liaison: Account
) -> None:
    entry, other = (entry_of(session, office, q, published=OLD) for q in ("居住证", "落户"))
    session.add(EntryVersion(entry_id=entry.id, number=2, answer="新的", spoken="新的", valid_from=LONG_AGO, written_by="a"))
    entry.published = 2
    session.flush()
    sat = sit(session, office, liaison, ticked={Part.ENTRY: {entry.id: 1, other.id: 1, 4711: 1}})
    assert [t.title for t in sat.missed] == ["居住证"]
    assert (entry.confirmed_on, other.confirmed_on, sat.confirmation.entries) == (None, TODAY, [other.id])


def test_of_a_licence_item_only_what_citizens_see_is_confirmed_never_a_version_under_way(
    session: Session, office: Department, liaison: Account
) -> None:
    licence = licence_of(session, office, "特种行业", published=OLD)
    leader, reviewer = (somebody(session, role, of=office) for role in (Role.LEADER, Role.SECRECY_REVIEWER))
    new = LicenceText("特种行业（新）", "条例", conditions="有场所", materials=("申请书",), office="窗口", phone="08772012345")
    licence_life.edit(session, licence, new, by=liaison, at=NOON, why="改名")
    (seen,) = [t for t in things(session, [office], at=NOON) if t.part is Part.LICENCE]
    assert (seen.title, seen.version) == ("特种行业", 1)
    licence_life.submit(session, licence, by=liaison, at=NOON)
    licence_life.check(session, licence, by=leader, at=NOON)
    licence_life.pass_review(session, licence, by=reviewer, at=NOON)  # while the page is open
    licence.confirmed_on = None
    sat = sit(session, office, liaison, base=True, ticked={Part.LICENCE: {licence.id: seen.version}})
    assert ([t.title for t in sat.missed], sat.confirmation.licences, licence.confirmed_on) == (["特种行业（新）"], [], None)


def test_base_data_that_somebody_else_has_just_changed_are_not_overwritten(
    session: Session, office: Department, liaison: Account
) -> None:
    seen, office.phone = base_data.digest(office), "08779601009"
    session.flush()
    for said in ({"base": True}, {"values": {"phone": "08779601002"}}):
        with pytest.raises(KnowledgeError, match="他人修改"):
            sit(session, office, liaison, seen=seen, **said)
    assert office.phone == "08779601009"


def test_a_change_confirms_the_base_data_too(session: Session, office: Department, liaison: Account) -> None:
    values = base_data.understood(base_data.texts(office) | {"address": "示范路2号", "summer_hours": "周一至周五 9:00-17:00"})[0]
    sat = sit(session, office, liaison, values=values)
    assert set(sat.changed) == {"address", "summer_hours"}
    assert (sat.confirmation.base, office.confirmed_on, office.address) == (True, TODAY, "示范路2号")
    assert session.scalars(select(LedgerRow.why).where(LedgerRow.deed == Deed.CONFIRMED)).one() == "修改后确认"


def test_nothing_ticked_and_nothing_changed_is_no_sitting(session: Session, office: Department, liaison: Account) -> None:
    with pytest.raises(KnowledgeError, match="至少勾选一项"):
        sit(session, office, liaison, values=base_data.understood(base_data.texts(office))[0])
    assert sittings(session, office.id) == []


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_OFFICE, Role.SECRECY_REVIEWER])
def test_nobody_but_the_departments_own_liaison_and_leader_confirms(
    session: Session, office: Department, role: Role
) -> None:
    with pytest.raises(KnowledgeError, match="本部门"):
        sit(session, office, somebody(session, role, of=office), base=True)
    stranger = somebody(session, Role.LEADER, of=unit(session, "102", "别的局"), login="stranger")
    with pytest.raises(KnowledgeError, match="本部门"):
        sit(session, office, stranger, base=True)


def test_another_departments_things_are_not_confirmed_however_they_are_ticked(
    session: Session, office: Department, liaison: Account
) -> None:
    theirs = entry_of(session, unit(session, "102", "别的局"), "医保", published=OLD)
    sit(session, office, liaison, base=True, ticked={Part.ENTRY: {theirs.id: 1}})
    assert session.get_one(Entry, theirs.id).confirmed_on is None
