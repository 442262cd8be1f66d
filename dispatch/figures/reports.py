"""附件9 as it is reported (报送): frozen at the month's end, submitted once, then locked; what is wrong in it is
corrected with a trace (上期更正), and what stood there stays readable."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from dispatch.figures import monthly
from dispatch.figures.monthly import INDICATORS, STOCKS, Line
from dispatch.figures.report_days import Level, next_month
from dispatch.tickets import counties
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Role
from hotline.database import Base, insert_into
from hotline.directory.departments import Department, in_service
from hotline.times import local_day

MOST = 10**9
CODES = {indicator.code: indicator for indicator in INDICATORS}
CALLS = frozenset({"3"})
"""What only the whole hotline can count."""


class ReportError(Exception):
    """What can't be reported or corrected so; the text is fit for a person."""


class MonthlyReport(Base):
    """One month of one reporter. `figures`: by code what was counted when it was frozen, and what was filled in."""

    __tablename__ = "monthly_report"
    __table_args__ = (UniqueConstraint("month", "reporter"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    reporter: Mapped[str] = mapped_column(String(24), index=True)  # unit:12, county:530402, city
    figures: Mapped[dict[str, int | None]] = mapped_column(JSON, default=dict)
    frozen_at: Mapped[datetime]
    zero: Mapped[bool] = mapped_column(default=False)  # 零报告
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str] = mapped_column(String(60), default="")
    corrections: Mapped[list["ReportCorrection"]] = relationship(order_by="ReportCorrection.id")


class ReportCorrection(Base):
    """One figure of a submitted month that was wrong: what stood there, what is right, who says so and why."""

    __tablename__ = "monthly_report_correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("monthly_report.id"), index=True)
    code: Mapped[str] = mapped_column(String(8))
    before: Mapped[int]
    after: Mapped[int]
    why: Mapped[str] = mapped_column(String(300))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


_CORRECTED = selectinload(MonthlyReport.corrections)


@dataclass(frozen=True)
class Reporter:
    """Who reports, and by which account's reach its figures are counted."""

    level: Level
    department_id: int | None = None
    county_code: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        return {Level.UNIT: f"unit:{self.department_id}", Level.COUNTY: f"county:{self.county_code}",
                Level.CITY: "city"}[self.level]  # fmt: skip

    @property
    def reach(self) -> Account:
        """Nobody's account: what whoever reports would see."""
        role = {Level.UNIT: Role.LEADER, Level.COUNTY: Role.COUNTY_OFFICE, Level.CITY: Role.CITY_OFFICE}[self.level]
        return Account(login="", role=role, department_id=self.department_id, county_code=self.county_code, active=True)


def of(account: Account) -> Reporter | None:
    """For whom this account reports; None for who only looks."""
    match Role(account.role):
        case Role.COUNTY_OFFICE if account.county_code:
            return Reporter(Level.COUNTY, county_code=account.county_code)
        case Role.CITY_OFFICE:
            return Reporter(Level.CITY)
        case role if role in DEPARTMENTAL and account.department_id is not None:
            return Reporter(Level.UNIT, department_id=account.department_id)
    return None


def below(session: Session, reporter: Reporter, first: date) -> list[Reporter]:
    """Who reports to this one: a county's office its units; the city's its own, the counties' offices, and the units
    of counties that have none."""
    units = [unit for unit in in_service(session, on=next_month(first)) if reporter.level != Level.UNIT]
    if reporter.level is Level.COUNTY:
        return [_unit(one) for one in units if one.county_code == reporter.county_code]
    offices = counties.offices(session) if units else ()
    own = [_unit(one) for one in units if one.county_code not in offices]
    return [*own, *(Reporter(Level.COUNTY, county_code=code) for code in offices)]


def _unit(unit: Department) -> Reporter:
    return Reporter(Level.UNIT, department_id=unit.id, county_code=unit.county_code, name=unit.name)


def find(session: Session, reporter: Reporter, first: date, *, lock: bool = False) -> MonthlyReport | None:
    """Its report of the month, once it was frozen."""
    query = select(MonthlyReport).where(MonthlyReport.month == first, MonthlyReport.reporter == reporter.key)
    return session.scalar(query.with_for_update() if lock else query)


def unfrozen(session: Session, first: date) -> list[Reporter]:
    """The units whose month is over and isn't frozen yet."""
    known = set(session.scalars(select(MonthlyReport.reporter).where(MonthlyReport.month == first)))
    return [one for unit in in_service(session, on=next_month(first)) if (one := _unit(unit)).key not in known]


def counted(session: Session, reporter: Reporter, first: date, *,
            codes: Collection[str] = CODES.keys()) -> dict[str, int | None]:  # fmt: skip
    """What is counted of the month at this moment, of no other time and of these codes alone."""
    found = monthly.figures(session, monthly.month_of(first), account=reporter.reach, codes=codes)
    return dict.fromkeys(codes) | {code: figure for code, (figure,) in found.items()}


def freeze(session: Session, reporter: Reporter, first: date, figures: Mapping[str, int | None], *,
           at: datetime) -> MonthlyReport | None:  # fmt: skip
    """Keep what the month came to: whatever is noted afterwards is another month's, or a correction. None while the
    month isn't over."""
    if local_day(at) < next_month(first):
        return None
    row = insert_into(session, MonthlyReport).values(month=first, reporter=reporter.key, figures=dict(figures),
                                                     frozen_at=at, zero=False, submitted_by="")  # fmt: skip
    session.execute(row.on_conflict_do_nothing())
    return find(session, reporter, first)


def submit(session: Session, reporter: Reporter, first: date, *, filled: Mapping[str, int | None], zero: bool,
           by: Account, at: datetime) -> MonthlyReport:  # fmt: skip
    """报送: with what a person filled in; an empty month only as 零报告. Locked from then on."""
    row = find(session, reporter, first, lock=True)
    if row is None:
        row = freeze(session, reporter, first, base(session, reporter, first), at=at)
    if row is None or not _own(by, row):
        raise ReportError("只能报送本单位已结束月份的统计表")
    if row.submitted_at is not None:
        raise ReportError("该月统计表已报送并锁定，更正请写明理由")
    figures = base(session, reporter, first) if reporter.level is not Level.UNIT else dict(row.figures)
    row.figures = _whole(figures, filled, zero=zero)
    row.zero, row.submitted_at, row.submitted_by = zero, at, by.login
    audit.note(session, "report.submitted", by=by.login, at=at, about=("monthly_report", row.id),
               month=f"{first:%Y-%m}", reporter=reporter.key, zero=zero)  # fmt: skip
    return row


def _whole(figures: Mapping[str, int | None], filled: Mapping[str, int | None], *, zero: bool) -> dict[str, int | None]:
    """What was counted, and what a person fills in; ReportError where that doesn't go together."""
    open_ones = [code for code, figure in figures.items() if figure is None and CODES[code].count is None]
    whole = dict(figures) | {code: 0 if zero else filled.get(code) for code in open_ones}
    missing = [CODES[code].name for code in open_ones if whole[code] is None]
    if missing:
        raise ReportError("请填写：" + "、".join(missing))
    if any(figure is not None and not 0 <= figure <= MOST for figure in whole.values()):
        raise ReportError("数字应为不小于0的整数")
    nothing = not any(figure for code, figure in whole.items() if code not in STOCKS)
    if zero and not nothing:
        raise ReportError("本月有业务数据，不能作零报告")
    if nothing and not zero:
        raise ReportError("本月没有业务数据，请作零报告")
    return whole


def correct(session: Session, report: MonthlyReport, code: str, after: int, *, why: str, by: Account,
            at: datetime) -> ReportCorrection:  # fmt: skip
    """上期更正: a figure of a submitted month is set right; the next report above it takes what is right by then."""
    if not _own(by, report) or report.submitted_at is None:
        raise ReportError("只能更正本单位已报送的统计表")
    before = standing(report).get(code)
    if before is None or not 0 <= after <= MOST or after == before:
        raise ReportError("请选择指标，并填写与原数不同的数字")
    if not why.strip():
        raise ReportError("更正必须说明理由")
    row = ReportCorrection(report_id=report.id, code=code, before=before, after=after, why=why.strip()[:300],
                           by=by.login, at=at)  # fmt: skip
    report.corrections.append(row)
    session.flush()
    audit.note(session, "report.corrected", by=by.login, at=at, about=("monthly_report", report.id), code=code,
               before=before, after=after, reason=row.why)  # fmt: skip
    return row


def _own(account: Account, report: MonthlyReport) -> bool:
    reporter = of(account)
    return reporter is not None and reporter.key == report.reporter


def standing(report: MonthlyReport) -> dict[str, int | None]:
    """Its figures as they are right by now."""
    return dict(report.figures) | {one.code: one.after for one in report.corrections}


def shown(session: Session, reporter: Reporter, first: date, report: MonthlyReport | None) -> dict[str, int | None]:
    """What its page shows: what was submitted, what is frozen, or how things stand until then."""
    if report is not None and (report.submitted_at is not None or reporter.level is Level.UNIT):
        return standing(report)
    return base(session, reporter, first)


def base(session: Session, reporter: Reporter, first: date) -> dict[str, int | None]:
    """What a report begins with: a unit's own count, or the sum of what was submitted below; what no unit can count
    (calls) is the city's own."""
    if reporter.level is Level.UNIT:
        return counted(session, reporter, first)
    keys = [one.key for one in below(session, reporter, first)]
    query = select(MonthlyReport).where(MonthlyReport.month == first, MonthlyReport.submitted_at.is_not(None),
                                        MonthlyReport.reporter.in_(keys))  # fmt: skip
    sums = summed([standing(row) for row in session.scalars(query.options(_CORRECTED))])
    return sums | (counted(session, reporter, first, codes=CALLS) if reporter.level is Level.CITY else {})


def summed(figures: Iterable[Mapping[str, int | None]]) -> dict[str, int | None]:
    """Code by code; of calls, which belong to no unit, there is no figure."""
    rows = list(figures)
    known = {code: [figure for row in rows if (figure := row.get(code)) is not None] for code in CODES}
    return {code: sum(some) if some or code not in CALLS else None for code, some in known.items()}


def lines(session: Session, reporter: Reporter, first: date, figures: Mapping[str, int | None]) -> list[Line]:
    """The form: the month as given, and the year as the months before were submitted, corrections and all."""
    query = select(MonthlyReport).where(MonthlyReport.reporter == reporter.key, MonthlyReport.month < first,
                                        MonthlyReport.month >= first.replace(month=1))  # fmt: skip
    before = [standing(row) for row in session.scalars(query.options(_CORRECTED))]
    return [Line(one, figures.get(one.code), _year(one.code, figures.get(one.code), before)) for one in INDICATORS]


def _year(code: str, month: int | None, before: Sequence[Mapping[str, int | None]]) -> int | None:
    if month is None or code in STOCKS:
        return month
    return month + sum(row.get(code) or 0 for row in before)
