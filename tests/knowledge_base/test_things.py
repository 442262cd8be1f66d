"""What a department must confirm, and how fresh it is."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.directory.departments import Department, DirectoryError, in_service, set_interval
from hotline.times import local_day
from knowledge_base.due import State
from knowledge_base.freshness import Terms, freshness
from knowledge_base.things import Part, due_days, things
from tests.conftest import NOON

from .keeping import entry_of, leave_of, licence_of

TODAY = local_day(NOON)
TERMS = Terms(TODAY, grace_days=30, soon_days=14)


def test_base_data_published_entries_authorisations_in_force_and_licences_are_asked_for(
    session: Session, office: Department
) -> None:
    office.confirmed_on = date(2026, 11, 1)
    kept = entry_of(session, office, "居住证如何办理", published=date(2026, 6, 1), confirmed=date(2026, 9, 30))
    new = entry_of(session, office, "落户要什么材料", published=date(2026, 8, 31))
    entry_of(session, office, "已过期的", published=date(2026, 6, 1), until=TODAY - timedelta(days=1))
    draft = entry_of(session, office, "还没发布的", published=TODAY)
    draft.state, draft.published = "draft", None
    leave = leave_of(session, office, signed=date(2026, 5, 31))
    leave_of(session, office, signed=date(2026, 5, 31), document="过期的", until=date(2026, 10, 1))
    seen = licence_of(session, office, "特种行业许可", published=date(2026, 7, 15))
    session.flush()
    found = {(t.part, t.id): t.due_on for t in things(session, [office], at=NOON)}
    assert found == {
        (Part.BASE, office.id): date(2027, 2, 1), (Part.ENTRY, kept.id): date(2026, 12, 30),
        (Part.ENTRY, new.id): date(2026, 11, 30), (Part.AUTHORISATION, leave.id): date(2026, 8, 31),
        (Part.LICENCE, seen.id): date(2026, 10, 15),
    }  # fmt: skip
    assert due_days(things(session, [office], at=NOON)) == {office.id: [
        date(2026, 8, 31), date(2026, 10, 15), date(2026, 11, 30), date(2026, 12, 30), date(2027, 2, 1)]}


def test_base_data_that_nobody_knows_the_age_of_are_asked_for_at_once(session: Session, office: Department) -> None:
    (thing,) = things(session, [office], at=NOON)
    assert (thing.part, thing.due_on) == (Part.BASE, date(2026, 11, 1))
    licence_of(session, office, "没有发布日期的许可", published=None)
    assert {t.due_on for t in things(session, [office], at=NOON)} == {date(2026, 11, 1)}


def test_a_longer_interval_moves_every_day_and_is_written_down(session: Session, office: Department) -> None:
    office.confirmed_on = date(2026, 8, 31)
    set_interval(session, office, 6, by="city", at=NOON)
    assert things(session, [office], at=NOON)[0].due_on == date(2027, 2, 28)
    session.flush()
    row = session.query(AuditRow).filter_by(deed="department.interval").one()
    assert (row.details["before"], row.details["after"], row.by) == (3, 6, "city")
    for wrong in (0, 13, -1):
        with pytest.raises(DirectoryError, match="1至12"):
            set_interval(session, office, wrong, by="city", at=NOON)
    assert office.update_every_months == 6


def test_freshness_is_what_is_confirmed_within_the_interval_by_all_that_must_be(
    session: Session, office: Department
) -> None:
    office.confirmed_on = TODAY  # fresh
    entry_of(session, office, "一", published=date(2026, 8, 30))  # due 11-30: soon
    entry_of(session, office, "二", published=date(2026, 8, 13))  # due 11-13: ten days overdue
    entry_of(session, office, "三", published=date(2026, 7, 20))  # due 10-20: 34 days overdue
    (row,) = freshness([office], things(session, [office], at=NOON), terms=TERMS)
    assert dict(row.counts) == {State.FRESH: 1, State.SOON: 1, State.OVERDUE: 1, State.BEYOND: 1}
    assert (row.within, row.total, row.percent, row.days_overdue) == (2, 4, 50.0, 34)
    assert (row.worst, row.next_due) == (State.BEYOND, date(2026, 10, 20))


def test_the_longest_overdue_comes_first_and_a_department_that_is_gone_is_not_asked(
    session: Session, office: Department
) -> None:
    other = Department(code="102", name="玉溪市医疗保障局", short_name="医保局", confirmed_on=date(2026, 6, 1))
    gone = Department(code="103", name="玉溪市旧局", short_name="旧局", effective_to=date(2026, 1, 1))
    session.add_all([other, gone])
    office.confirmed_on = TODAY
    session.flush()
    units = in_service(session, on=TODAY)
    assert [r.department.code for r in freshness(units, things(session, units, at=NOON), terms=TERMS)] == ["102", "101"]
