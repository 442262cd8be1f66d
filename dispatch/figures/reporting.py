"""附件9 is chased: who owes a report is reminded on the last working day before, and who is late is listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dispatch.figures import reports
from dispatch.figures.report_days import Level, due, last_month, reminded
from dispatch.figures.reports import MonthlyReport, Reporter
from dispatch.tickets import alerts
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.calendar.days import working_days
from hotline.settings import Settings
from hotline.telling import notices
from hotline.telling.notices import Topic
from hotline.times import local_day

REPORT = "report"  # what such a notice is about


@dataclass(frozen=True)
class Standing:
    """How it stands with one reporter's month."""

    reporter: Reporter
    due: date
    report: MonthlyReport | None
    late: bool  # submitted too late, or not yet though it is over

    @property
    def submitted(self) -> datetime | None:
        return self.report.submitted_at if self.report else None


def standings(session: Session, reporter: Reporter, first: date, *, settings: Settings, at: datetime) -> list[Standing]:
    """How it stands with all who report to this one; who is late first."""
    those = reports.below(session, reporter, first)
    query = select(MonthlyReport).where(MonthlyReport.month == first,
                                        MonthlyReport.reporter.in_([one.key for one in those]))  # fmt: skip
    known = {row.reporter: row for row in session.scalars(query.options(selectinload(MonthlyReport.corrections)))}
    found = [_stands(one, known.get(one.key), first, settings=settings, at=at) for one in those]
    return sorted(found, key=lambda one: (one.submitted is not None, not one.late))


def _stands(one: Reporter, report: MonthlyReport | None, first: date, *, settings: Settings, at: datetime) -> Standing:
    day = due(one.level, first, settings=settings)
    given = report.submitted_at if report else None
    return Standing(one, day, report, local_day(given or at) >= day)


def owed(session: Session, *, settings: Settings, at: datetime) -> list[Reporter]:
    """Who is to be reminded now: from the last working day before on, while he hasn't reported the month behind us."""
    on, first = local_day(at), last_month(local_day(at))
    city = Reporter(Level.CITY)
    those = [city, *reports.below(session, city, first)]
    those += [one for county in those if county.level is Level.COUNTY for one in reports.below(session, county, first)]
    query = select(MonthlyReport.reporter).where(MonthlyReport.month == first, MonthlyReport.submitted_at.is_not(None))
    given, calendars = set(session.scalars(query)), {code: working_days(session, county_code=code)
                                                     for code in {one.county_code for one in those}}  # fmt: skip
    return [one for one in those if one.key not in given
            and reminded(one.level, first, calendars[one.county_code], settings=settings) <= on]  # fmt: skip


def remind(session: Session, one: Reporter, *, at: datetime) -> bool:
    """Tell who reports for it, once a month; whether anybody hadn't been told."""
    first = last_month(local_day(at))
    return bool(notices.tell(session, _people(session, one), Topic.REPORT, about=(REPORT, f"{first:%Y-%m}"),
                             key=f"report:{first:%Y-%m}:{one.key}", named=f"{first.year}年{first.month}月统计表",
                             department_id=one.department_id, at=at))  # fmt: skip


def _people(session: Session, one: Reporter) -> Sequence[Account]:
    match one.level:
        case Level.CITY:
            return alerts.people(session, Role.CITY_OFFICE)
        case Level.COUNTY:
            return alerts.people(session, Role.COUNTY_OFFICE, county_code=one.county_code)
        case Level.UNIT:
            return [account for role in (Role.LIAISON, Role.LEADER)
                    for account in alerts.people(session, role, department_id=one.department_id)]  # fmt: skip
