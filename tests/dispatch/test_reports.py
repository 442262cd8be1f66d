"""附件9 is reported: frozen at the month's end, locked once submitted, corrected with a trace, summed upwards, chased."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Outcome
from dispatch.figures import report_days, reporting, reports
from dispatch.figures.report_days import Level
from dispatch.figures.reports import CODES, MonthlyReport, Reporter, ReportError
from dispatch.transfers import transfers
from dispatch.transfers.transfers import State as Hunt
from dispatch.transfers.transfers import Transfer
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Notice, Topic
from knowledge_base.ledger import Deed, Kind, write
from tests.dispatch import town
from tests.dispatch.town import Staff

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
OCTOBER, THEN = date(2026, 10, 1), datetime(2026, 10, 20, 4, tzinfo=UTC)
FIRST = datetime(2026, 11, 1, 1, tzinfo=UTC)  # nine in the morning of 1 November
FILLED = {code: 0 for code, one in CODES.items() if one.count is None}


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


def unit_of(staff: Staff) -> Reporter:
    return Reporter(Level.UNIT, department_id=staff.office.id)


def reviewed(session: Session, staff: Staff, *, at: datetime) -> None:
    write(session, Deed.PASSED, of=(Kind.ENTRY, 9), version=1, department_id=staff.office.id, by="x", at=at)
    session.flush()


def submit(session: Session, by: Account, *, month: date = OCTOBER, zero: bool = False, at: datetime = FIRST, **more: int) -> MonthlyReport:
    reporter = reports.of(by)
    assert reporter is not None
    filled = FILLED | {code.removeprefix("c").replace("_", "."): n for code, n in more.items()}
    return reports.submit(session, reporter, month, filled=filled, zero=zero, by=by, at=at)


def test_a_month_is_frozen_when_it_is_over_whatever_is_noted_later(session: Session, staff: Staff) -> None:
    reviewed(session, staff, at=THEN)
    unit = unit_of(staff)
    assert reports.freeze(session, unit, OCTOBER, {}, at=FIRST - timedelta(hours=10)) is None, "it isn't over"
    assert [one.key for one in reports.unfrozen(session, OCTOBER)] == [unit.key]
    frozen = reports.freeze(session, unit, OCTOBER, reports.counted(session, unit, OCTOBER), at=FIRST)
    assert frozen is not None
    reviewed(session, staff, at=THEN)
    assert reports.counted(session, unit, OCTOBER)["6.1"] == 2
    assert reports.freeze(session, unit, OCTOBER, reports.counted(session, unit, OCTOBER), at=FIRST) is frozen
    assert (submit(session, staff.liaison, c7=3).figures["6.1"], reports.unfrozen(session, OCTOBER)) == (1, [])


def test_who_is_handed_on_at_midnight_counts_in_the_month_in_which_it_began(session: Session, staff: Staff) -> None:
    midnight = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert report_days.to_freeze(midnight + timedelta(minutes=59)) == date(2026, 9, 1), "he may still be rung"
    assert report_days.to_freeze(midnight + timedelta(hours=1)) == OCTOBER
    town.call(session, at=midnight - timedelta(seconds=40))
    hunt = Transfer(call_id=town.CALL, department_id=staff.office.id, account_id=staff.supervisor.id, klass="consult", words="",
                    otherwise="record", began_at=midnight - timedelta(seconds=5))  # fmt: skip
    session.add(hunt)
    session.flush()
    assert reports.counted(session, unit_of(staff), OCTOBER, codes={"3.2", "3.3"}) == {"3.2": 0, "3.3": 0}
    transfers.settle(session, hunt, Hunt.CONNECTED, at=midnight + timedelta(seconds=20))
    session.flush()
    assert reports.counted(session, unit_of(staff), OCTOBER, codes={"3.2", "3.3"}) == {"3.2": 1, "3.3": 1}


def test_what_was_submitted_is_locked_and_corrected_with_a_trace(session: Session, staff: Staff) -> None:
    reviewed(session, staff, at=THEN)
    row = submit(session, staff.liaison, c7=3)
    with pytest.raises(ReportError, match="已报送并锁定"):
        submit(session, staff.leader, c7=4)
    for code, after, why in (("7", 3, "漏统计"), ("7", 4, " "), ("99", 4, "漏统计"), ("7", -1, "漏统计")):
        with pytest.raises(ReportError):
            reports.correct(session, row, code, after, why=why, by=staff.liaison, at=FIRST)
    stranger = town.somebody(session, Role.LIAISON, of=town.unit(session, "102", "玉溪市教育局"), login="theirs")
    with pytest.raises(ReportError, match="本单位"):
        reports.correct(session, row, "7", 4, why="漏统计", by=stranger, at=FIRST)
    reports.correct(session, row, "7", 4, why="漏统计", by=staff.liaison, at=FIRST)
    reports.correct(session, row, "7", 5, why="再漏一件", by=staff.leader, at=FIRST)
    assert (row.figures["7"], reports.standing(row)["7"]) == (3, 5), "what was reported stays readable"
    assert [(c.before, c.after, c.by, c.why) for c in row.corrections] == [(3, 4, "liaison", "漏统计"), (4, 5, "leader", "再漏一件")]
    november = submit(session, staff.liaison, month=date(2026, 11, 1), at=FIRST + timedelta(days=30), c7=2)
    year = {line.indicator.code: (line.month, line.year) for line in reports.lines(session, unit_of(staff), november.month, november.figures)}
    assert (year["7"], year["4.2"]) == ((2, 7), (0, 0)), "the year takes what is right by now"


def test_an_empty_month_is_a_zero_report_and_no_other(session: Session, staff: Staff) -> None:
    with pytest.raises(ReportError, match="请作零报告"):
        submit(session, staff.liaison)
    row = submit(session, staff.liaison, zero=True)
    assert (row.zero, set(row.figures.values()) - {None}) == (True, {0})
    reviewed(session, staff, at=FIRST)
    with pytest.raises(ReportError, match="不能作零报告"):
        submit(session, staff.liaison, month=date(2026, 11, 1), zero=True, at=FIRST + timedelta(days=30))
    with pytest.raises(ReportError, match="行政复议"):
        reports.submit(session, unit_of(staff), date(2026, 11, 1), filled={}, zero=False, by=staff.liaison, at=FIRST + timedelta(days=30))


def test_who_only_looks_or_is_too_early_reports_nothing(session: Session, staff: Staff) -> None:
    assert [reports.of(one) for one in (staff.supervisor, town.somebody(session, Role.AUDITOR))] == [None, None]
    with pytest.raises(ReportError, match="已结束月份"):
        submit(session, staff.liaison, month=date(2026, 11, 1), c7=1)
    with pytest.raises(ReportError, match="本单位"):
        reports.submit(session, Reporter(Level.CITY), OCTOBER, filled=FILLED, zero=True, by=staff.liaison, at=FIRST)


def test_units_report_to_their_county_and_the_county_to_the_city_whose_calls_are_its_own(session: Session, settings: Settings, staff: Staff) -> None:
    town.call(session, at=THEN).outcome = Outcome.ANSWERED_BY_OPERATOR
    theirs = town.unit(session, "201", "通海县水务局", county="530423")
    liaison = town.somebody(session, Role.LIAISON, of=theirs, login="theirs")
    county = town.somebody(session, Role.COUNTY_OFFICE, county="530423")
    assert staff.competent is not None
    city, of_county = reports.of(staff.competent), reports.of(county)
    assert city is not None
    assert of_county is not None
    assert [one.key for one in reports.below(session, city, OCTOBER)] == [unit_of(staff).key, "county:530423"]
    submit(session, liaison, c7=2)
    row = submit(session, county)
    assert (row.figures["7"], row.figures["3"]) == (2, None)
    submit(session, staff.liaison, c7=5)
    late = [(one.reporter.key, one.late, one.submitted is not None)
            for one in reporting.standings(session, city, OCTOBER, settings=settings, at=FIRST + timedelta(days=12))]  # fmt: skip
    assert late == [(unit_of(staff).key, False, True), ("county:530423", False, True)]
    total = submit(session, staff.competent)
    assert (total.figures["7"], total.figures["3"]) == (7, 1)


def test_who_is_late_is_listed_first_and_who_owes_is_reminded_once_in_time(session: Session, settings: Settings, staff: Staff) -> None:
    other = town.unit(session, "102", "玉溪市教育局")
    submit(session, staff.liaison, zero=True)
    city = Reporter(Level.CITY)
    assert {one.key for one in reporting.owed(session, settings=settings, at=FIRST + timedelta(days=2))} == set(), "3 November"
    wednesday = FIRST + timedelta(days=3)  # 4 November
    [one] = reporting.owed(session, settings=settings, at=wednesday)
    assert one.department_id == other.id
    boss = town.somebody(session, Role.LEADER, of=other, login="theirs")
    assert [reporting.remind(session, one, at=wednesday) for _ in range(2)] == [True, False]
    assert session.scalars(select(Notice.account_id).where(Notice.topic == Topic.REPORT)).all() == [boss.id]
    found = reporting.standings(session, city, OCTOBER, settings=settings, at=FIRST + timedelta(days=4))
    assert [(row.reporter.department_id, row.late) for row in found] == [(other.id, True), (staff.office.id, False)]
    assert session.scalar(select(func.count()).select_from(MonthlyReport)) == 1
