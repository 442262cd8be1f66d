"""The clocks of a ticket: deadlines in working days, each explained line by line."""

from dataclasses import dataclass
from datetime import datetime

from hotline.calendar.days import WorkingDays, count_days
from hotline.calendar.hours import read_hours
from hotline.settings import Settings
from hotline.times import CHINA, local_day


@dataclass(frozen=True)
class Deadline:
    """When something is due; provisional when the calendar of that year isn't published; why, line by line."""

    at: datetime
    provisional: bool
    lines: tuple[str, ...]


def due(start: datetime, days: int, calendar: WorkingDays, *, settings: Settings) -> Deadline:
    """The end of office hours on the n-th working day after the day of `start`."""
    count = count_days(local_day(start), days, calendar)
    closes = read_hours(settings.office_hours).closing()
    lines = [f"{local_day(start):%Y-%m-%d} 起算日，不计入"]
    counted = 0
    for day, works, why in count.lines:
        counted += works
        lines.append(f"{day:%Y-%m-%d} {why}，" + (f"第{counted}个工作日" if works else "不计入"))
    lines.append(f"{count.last:%Y-%m-%d} {closes:%H:%M} 下班时到期")
    return Deadline(datetime.combine(count.last, closes, CHINA), count.provisional, tuple(lines))
