"""A department's base data: read as typed, in force at once, with what stood before."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import base_data
from tests.conftest import NOON

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
    again, faults = base_data.understood(base_data.texts(office))
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
