"""The register of departments and the roster of liaisons: what may stand in them, and who keeps which part."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.line import emergency
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison, duty_list
from hotline.times import local_day
from knowledge_base import register, roster
from knowledge_base.errors import KnowledgeError, Unfit
from knowledge_base.forms import typed
from tests.conftest import NOON

CITY = Account(login="office", role=Role.CITY_OFFICE, active=True)
COUNTY = Account(login="county", role=Role.COUNTY_OFFICE, county_code="530402", active=True)


def values(**other: str) -> dict[str, Any]:
    found, faults = typed.understood(register.FIELDS, {"name": "玉溪市文化和旅游局", "short_name": "文旅局", "level": "市级", **other})
    assert faults == {}
    return found


def person(**other: str) -> dict[str, Any]:
    found, faults = typed.understood(roster.FIELDS, {"name": "普国华", "position": "A角", "phone": "0877-2012345", **other})
    assert faults == {}
    return found


def why(session: Session, by: Account = CITY, **other: str) -> dict[str, str]:
    with pytest.raises(Unfit) as refused:
        register.add(session, values(**other), by=by, at=NOON)
    return refused.value.faults


def test_nobody_who_keys_an_emergency_number_comes_to_a_department() -> None:
    assert all(emergency.keyed(code) is not None for code in register.NEVER)
    assert {code for code in map(str, range(100, 1000)) if emergency.keyed(code)} == register.NEVER


def test_a_department_without_a_code_gets_the_next_that_is_free(session: Session, office: Department) -> None:
    codes = [register.add(session, values(name=f"第{n}局"), by=CITY, at=NOON).code for n in range(10)]
    assert office.code == "101"
    assert codes == ["102", "103", "104", "105", "106", "107", "108", "109", "111", "112"]


@pytest.mark.parametrize(("field", "other"), [
    ("name", {"name": "玉溪市公安局"}), ("code", {"code": "101"}), ("code", {"code": "012"}), ("code", {"code": "110"}),
    ("code", {"code": "12"}), ("county_code", {"level": "县级"}), ("county_code", {"county_code": "红塔区"}),
])  # fmt: skip
def test_what_cant_stand_in_the_register_is_named_at_its_field(session: Session, office: Department, field: str,
                                                               other: dict[str, str]) -> None:
    assert set(why(session, **other)) == {field}


def test_a_countys_office_keeps_its_own_countys_departments_alone(session: Session, office: Department) -> None:
    assert set(why(session, COUNTY)) == {"county_code"}
    assert set(why(session, COUNTY, level="县级", county_code="江川区")) == {"county_code"}
    own = register.add(session, values(level="县级", county_code="红塔区"), by=COUNTY, at=NOON)
    assert (register.reaches(COUNTY, own), register.reaches(COUNTY, office), register.reaches(CITY, own)) == (True, False, True)
    with pytest.raises(Unfit):
        register.change(session, own, values(), by=COUNTY, at=NOON)
    assert not register.reaches(Account(login="x", role=Role.COUNTY_OFFICE, county_code="", active=True), office)
    assert not register.reaches(Account(login="x", role=Role.SUPERVISOR, active=True), own)


def test_what_stands_typed_again_changes_nothing_and_a_change_keeps_both(session: Session) -> None:
    one = register.add(session, values(aliases="文化局；旅游局", effective_from="2026-01-01"), by=CITY, at=NOON)
    again, faults = typed.understood(register.FIELDS, typed.texts(register.FIELDS, one))
    assert (faults, register.change(session, one, again, by=CITY, at=NOON)) == ({}, {})
    assert register.change(session, one, again | {"short_name": "文化旅游局"}, by=CITY, at=NOON) == {"short_name": ["文旅局", "文化旅游局"]}
    session.flush()
    rows = session.scalars(select(AuditRow).where(AuditRow.kind == "department").order_by(AuditRow.id)).all()
    assert [row.deed for row in rows] == ["department.registered", "department.changed"]
    assert rows[0].details["aliases"] == "文化局\n旅游局"
    assert rows[1].details["changed"] == {"short_name": ["文旅局", "文化旅游局"]}


def test_what_is_no_more_stays_as_it_is(session: Session) -> None:
    one = register.add(session, values(), by=CITY, at=NOON)
    one.effective_to = local_day(NOON)
    with pytest.raises(KnowledgeError, match="已撤并"):
        register.change(session, one, values(short_name="x"), by=CITY, at=NOON)


def test_only_what_nothing_speaks_of_is_taken_out(session: Session) -> None:
    one, other = (register.add(session, values(name=name), by=CITY, at=NOON) for name in ("甲局", "乙局"))
    roster.add(session, one, person(), by="office", at=NOON)
    with pytest.raises(KnowledgeError, match="不能删除"):
        register.remove(session, one, by="office", at=NOON)
    register.remove(session, other, by="office", at=NOON)
    assert session.scalars(select(Department.name)).all() == ["甲局"]


def test_liaisons_are_rung_in_their_order_and_every_change_is_noted(session: Session, office: Department) -> None:
    for name, position, section in (("丙", "科室", "户政科"), ("乙", "B角", ""), ("甲", "A角", "")):
        roster.add(session, office, person(name=name, position=position, section=section), by="office", at=NOON)
    assert [one.name for one in duty_list(session, office.id)] == ["甲", "乙", "丙"]
    first = duty_list(session, office.id)[0]
    assert roster.change(session, first, person(name="甲", phone="0877 201 2345"), by="office", at=NOON) == {}
    assert roster.change(session, first, person(name="甲", position="B角"), by="office", at=NOON) == {"position": ["A角", "B角"]}
    roster.remove(session, first, by="office", at=NOON)
    assert session.scalars(select(Liaison.name).order_by(Liaison.id)).all() == ["丙", "乙"]
    session.flush()
    rows = session.scalars(select(AuditRow).where(AuditRow.kind == "liaison").order_by(AuditRow.id)).all()
    assert [row.deed for row in rows] == ["liaison.added"] * 3 + ["liaison.changed", "liaison.removed"]
    assert rows[-1].details["phone"] == "08772012345"


@pytest.mark.parametrize(("field", "other"), [
    ("name", {}), ("phone", {"name": "别人", "phone": "110"}), ("phone", {"name": "别人", "phone": "12345678901234"}),
    ("section", {"name": "别人", "position": "科室"}),
])  # fmt: skip
def test_whom_nobody_could_ring_is_no_liaison(session: Session, office: Department, field: str, other: dict[str, str]) -> None:
    roster.add(session, office, person(), by="office", at=NOON)
    with pytest.raises(Unfit) as refused:
        roster.add(session, office, person(**other), by="office", at=NOON)
    assert set(refused.value.faults) == {field}


def test_who_is_no_more_gets_no_liaison(session: Session, office: Department) -> None:
    office.effective_to = local_day(NOON)
    with pytest.raises(Unfit):
        roster.add(session, office, person(), by="office", at=NOON)
