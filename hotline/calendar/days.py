"""Which days are worked: the published plan, changed by the days that the office keeps in its own table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base


class CalendarDay(Base):
    """A day on which the office departs from the published plan, for the city or for one county."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(primary_key=True, default="")
    works: Mapped[bool]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(60), default="")
    at: Mapped[datetime | None]


class SettledYear(Base):
    """A year whose notice the office has entered itself, day by day, because the published plan here lacks it."""

    __tablename__ = "settled_year"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


@dataclass(frozen=True)
class WorkingDays:
    """The working days as one county (or the city: empty code) keeps them."""

    changed: Mapping[date, tuple[bool, str]] = field(default_factory=dict)
    settled: frozenset[int] = frozenset()

    def known(self, day: date) -> bool:
        """Whether the plan for that day's year is published, or the office has settled the day or its year itself."""
        return day in self.changed or day.year in self.settled or _planned(day) is not None

    def plans(self, year: int) -> bool:
        """Whether the whole year's plan is published, or settled by the office itself."""
        return year in self.settled or _planned(date(year, 1, 1)) is not None

    def works(self, day: date) -> bool:
        """Whether that day is worked; in a year without a plan, weekdays are taken to be (provisional)."""
        if day in self.changed:
            return self.changed[day][0]
        planned = _planned(day)
        return day.weekday() < 5 if planned is None else planned

    def why(self, day: date) -> str:
        """In Chinese, why that day counts or doesn't."""
        if day in self.changed:
            return self.changed[day][1]
        if not self.known(day):
            return "该年度放假安排尚未公布，暂按周一至周五计算"
        works, weekend = self.works(day), day.weekday() >= 5
        if works:
            return "调休上班" if weekend else "工作日"
        if _planned(day) is None:
            return "周末"
        _, name = chinese_calendar.get_holiday_detail(day)
        return _HOLIDAYS.get(name, name) if name else "周末"


@cache
def _planned(day: date) -> bool | None:
    """Whether the published plan has that day worked; None in a year without one."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


_HOLIDAYS: dict[str | None, str] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def working_days(session: Session, *, county_code: str = "") -> WorkingDays:
    """The calendar as it stands now for a county; the city's changes hold in every county."""
    rows = session.scalars(
        select(CalendarDay).where(CalendarDay.county_code.in_({"", county_code})).order_by(CalendarDay.county_code)
    )
    return WorkingDays({row.day: (row.works, row.reason) for row in rows},
                       frozenset(session.scalars(select(SettledYear.year))))  # fmt: skip


@dataclass(frozen=True)
class Count:
    """The last day of a count of working days, whether it is provisional, and every day looked at with its reason."""

    last: date
    provisional: bool
    lines: tuple[tuple[date, bool, str], ...]


def count_days(start: date, days: int, calendar: WorkingDays) -> Count:
    """The n-th working day after `start`; the starting day does not count.

    Source of the vectors that hold it: the yearly holiday notices of the State Council.
    """
    day, left, provisional = start, days, False
    lines: list[tuple[date, bool, str]] = []
    while left > 0:
        day += timedelta(days=1)
        works = calendar.works(day)
        provisional |= not calendar.known(day)
        left -= works
        lines.append((day, works, calendar.why(day)))
    return Count(day, provisional, tuple(lines))
