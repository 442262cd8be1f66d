"""The clocks of a ticket: deadlines in working days, stopped while others are waited for, explained line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.calendar.days import WorkingDays, count_days
from hotline.calendar.hours import read_hours
from hotline.calendar.working_time import WorkingTime
from hotline.settings import Settings
from hotline.times import local, local_day


@dataclass(frozen=True)
class Stop:
    """A time in which the clock stood, because somebody else was waited for."""

    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True)
class Deadline:
    """When something is due; provisional when the calendar of that year isn't published; why, line by line."""

    at: datetime
    provisional: bool
    lines: tuple[str, ...]


def due(start: datetime, days: int, calendar: WorkingDays, *, settings: Settings, stops: Sequence[Stop] = (),
        extended: int = 0) -> Deadline:
    """The end of office hours on the n-th working day after the day of `start`, `extended` working days being granted
    on top; and as much working time later as the clock stood meanwhile."""
    worked = WorkingTime(read_hours(settings.office_hours), calendar)
    count = count_days(local_day(start), days + extended, calendar)
    ends = worked.closing(count.last)
    lines, counted = [f"{local_day(start):%Y-%m-%d} 起算日，不计入"], 0
    for day, works, why in count.lines:
        counted += works
        granted = f"（延期的第{counted - days}个）" if works and counted > days else ""
        lines.append(f"{day:%Y-%m-%d} {why}，" + (f"第{counted}个工作日{granted}" if works else "不计入"))
    lines.append(f"{count.last:%Y-%m-%d} {ends:%H:%M} 下班时到期（办公时间{_spans(worked.on(count.last))}）")
    return _stopped(Deadline(ends, count.provisional, tuple(lines)), worked, stops)


def due_same_day(start: datetime, calendar: WorkingDays, *, settings: Settings) -> Deadline:
    """The end of office hours on the same working day; of the next, where offices are closed by then."""
    worked = WorkingTime(read_hours(settings.office_hours), calendar)
    day = local_day(worked.next(start))
    ends = worked.closing(day)
    passed = [local_day(start) + timedelta(days=n) for n in range((day - local_day(start)).days)]
    lines = [f"{one:%Y-%m-%d} {'已下班' if calendar.works(one) else calendar.why(one)}，不计入" for one in passed]
    lines.append(f"{day:%Y-%m-%d} {calendar.why(day)}，"
                 f"当日{ends:%H:%M} 下班时到期（办公时间{_spans(worked.on(day))}）")  # fmt: skip
    known = all(calendar.known(one) for one in (*passed, day))
    return Deadline(ends, not known, tuple(lines))


def due_in_hours(start: datetime, hours: int, *, why: str, stops: Sequence[Stop] = ()) -> Deadline:
    """So many hours after `start`, by night and on rest days too; and as much later as the clock stood meanwhile."""
    lines = [f"{local(start):%Y-%m-%d %H:%M} 起算（{why}，昼夜连续计时）"]
    at = start + timedelta(hours=hours)
    lines.append(f"{local(at):%Y-%m-%d %H:%M} 满{hours}小时到期")
    for stop in stops:
        at += stop.until - stop.since
        lines.append(f"{local(stop.since):%Y-%m-%d %H:%M} 至 {local(stop.until):%Y-%m-%d %H:%M} {stop.why}，"
                     f"停表{_long(stop.until - stop.since)}，顺延至{local(at):%Y-%m-%d %H:%M}")  # fmt: skip
    return Deadline(local(at), False, tuple(lines))


def not_after(found: Deadline, latest: datetime | None) -> Deadline:
    """The same, but never later than somebody else's deadline that depends on it."""
    if latest is None or found.at <= latest:
        return found
    return Deadline(latest, found.provisional, (*found.lines, f"{local(latest):%Y-%m-%d %H:%M} 不晚于承办单位的期限"))


def _stopped(plain: Deadline, worked: WorkingTime, stops: Sequence[Stop]) -> Deadline:
    """The same deadline, later by the working time of the stops."""
    stood = [(stop, worked.between(stop.since, stop.until)) for stop in stops]
    if not (total := sum((time for _, time in stood), timedelta())):
        return plain
    lines = [f"{local(stop.since):%Y-%m-%d %H:%M} 至 {local(stop.until):%Y-%m-%d %H:%M} {stop.why}，"
             f"停表{_long(time)}（只计办公时间，午休不计）" for stop, time in stood]  # fmt: skip
    at, provisional = plain.at, plain.provisional
    for day, used, reached in worked.after(plain.at, total):
        provisional |= not worked.calendar.known(day)
        at = reached
        if day > local_day(plain.at):
            lines.append(f"{day:%Y-%m-%d} {worked.calendar.why(day)}，" + (f"顺延{_long(used)}" if used else "不计入"))
    lines.append(f"{local(at):%Y-%m-%d %H:%M} 顺延后到期")
    return Deadline(at, provisional, (*plain.lines, *lines))


def _spans(worked: Sequence[tuple[datetime, datetime]]) -> str:
    return "、".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in worked)


def _long(time: timedelta) -> str:
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    return "".join((f"{hours}小时" if hours else "", f"{minutes}分钟" if minutes or not hours else ""))
