"""When people answer the line: on which days, at what hours, and when again; a pure matter of hours and calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.calendar.days import WorkingDays, working_days
from hotline.calendar.hours import MINUTES_A_DAY, Hours, read_hours
from hotline.database import Base
from hotline.settings import Settings
from hotline.times import CHINA, local

LOOKED_AHEAD = 60  # days: a line that nobody answers for longer says no day
MONDAY, SUNDAY = 1, 7
Spans = tuple[tuple[int, int], ...]  # minutes of the day, from and to


class SpecialHours(Base):
    """A day on which the line keeps hours of its own, whatever the calendar says: none, for a closure."""

    __tablename__ = "special_hours"
    day: Mapped[date] = mapped_column(primary_key=True)
    hours: Mapped[str] = mapped_column(String(80), default="")  # 09:00-12:00,14:00-17:00; empty: closed all day
    reason: Mapped[str] = mapped_column(String(100))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Standing:
    """How the line stands at a moment: whether people answer, else when again (None: not within two months)."""

    staffed: bool
    again: datetime | None = None
    moved: bool = False  # the day it is again is a weekend's day that is worked
    why: str = ""  # of the day itself, in Chinese


@dataclass(frozen=True)
class Staffing:
    """The hours of the line by weekday, changed by the calendar, and by days that the office keeps specially.

    A weekday that rests keeps the hours of a Sunday; a weekend's day that is worked keeps those of a Monday."""

    hours: Hours
    calendar: WorkingDays = field(default_factory=WorkingDays)
    special: Mapping[date, tuple[Hours, str]] = field(default_factory=dict)

    def on(self, day: date) -> Spans:
        """The spans in which people answer on that day."""
        if day in self.special:
            return self.special[day][0].on(day.isoweekday())
        return self.hours.on(self._kept_as(day))

    def why(self, day: date) -> str:
        """In Chinese, why that day has the hours it has."""
        return self.special[day][1] if day in self.special else self.calendar.why(day)

    def moved(self, day: date) -> bool:
        """Whether it is a Saturday or Sunday on which work is done, as few expect."""
        return day.weekday() >= 5 and day not in self.special and self.calendar.works(day)

    def standing(self, at: datetime) -> Standing:
        """How the line stands at that moment."""
        there = local(at)
        today, minute = there.date(), there.hour * 60 + there.minute
        if any(opens <= minute < closes for opens, closes in self.on(today)):
            return Standing(True, why=self.why(today))
        for ahead in range(LOOKED_AHEAD + 1):
            day = today + timedelta(days=ahead)
            for opens, _ in self.on(day):
                if ahead or opens > minute:
                    return Standing(False, moment(day, opens), self.moved(day), self.why(today))
        return Standing(False, why=self.why(today))

    def _kept_as(self, day: date) -> int:
        weekday, works = day.isoweekday(), self.calendar.works(day)
        if works == (weekday <= 5):
            return weekday
        return MONDAY if works else SUNDAY


def moment(day: date, minute: int) -> datetime:
    """A minute of a day in Yuxi."""
    days, left = divmod(minute, MINUTES_A_DAY)
    return datetime.combine(day + timedelta(days=days), time(*divmod(left, 60)), CHINA)


def staffing(session: Session, *, settings: Settings) -> Staffing:
    """The line's hours as they stand now."""
    special = {row.day: (read_hours(row.hours), row.reason) for row in session.scalars(select(SpecialHours))}
    return Staffing(read_hours(settings.staffed_hours), working_days(session), special)
