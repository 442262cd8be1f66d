"""A submitted report of 附件9, and what corrects it, is changed by nobody: on both databases, by the database itself."""

from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Delete, Update

from dispatch.figures import reports
from dispatch.figures.reports import MonthlyReport, ReportCorrection
from hotline.directory.departments import Department
from tests.dispatch import town
from tests.dispatch.test_reports import FIRST, OCTOBER, THEN, reviewed, submit

CHANGES: dict[type[Any], list[dict[str, Any]]] = {
    MonthlyReport: [{"figures": {}}, {"zero": True}, {"submitted_at": None}, {"submitted_by": "x"}, {"reporter": "city"}],
    ReportCorrection: [{"before": 9}, {"after": 9}, {"why": "x"}, {"by": "x"}, {"at": FIRST}],
}
DEEDS: list[Update | Delete] = [
    *(update(table).values(change) for table, changes in CHANGES.items() for change in changes), *(delete(table) for table in reversed(CHANGES)),
]  # fmt: skip


def test_the_database_itself_refuses_to_change_what_was_submitted_or_corrected(session: Session, office: Department) -> None:
    staff = town.staff(session, office)
    reviewed(session, staff, at=THEN)
    row = submit(session, staff.liaison, c7=3)
    reports.correct(session, row, "7", 4, why="漏统计", by=staff.liaison, at=FIRST)
    for deed in DEEDS:
        with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
            session.execute(deed)
    session.expire_all()
    assert (row.figures["7"], reports.standing(row)["7"], row.submitted_by) == (3, 4, staff.liaison.login)


def test_what_is_frozen_and_not_submitted_yet_may_still_be_counted_anew(session: Session, office: Department) -> None:
    unit = reports.of(town.staff(session, office).liaison)
    assert unit is not None
    row = reports.freeze(session, unit, OCTOBER, {"6.1": 1}, at=FIRST)
    assert row is not None
    session.execute(update(MonthlyReport).values(figures={"6.1": 2}))
    session.refresh(row)
    assert row.figures == {"6.1": 2}
    session.execute(delete(MonthlyReport))
