"""What a caller hears out of hours: when people answer again, put together from fixed prompts."""

from datetime import datetime, timedelta

from hotline.calendar.staffing import Standing
from hotline.times import local

Prompts = tuple[str, ...]
HALF = 30


def out_of_hours(standing: Standing, *, at: datetime) -> Prompts:
    """The prompts for somebody who rings at that moment; none while people answer."""
    if standing.staffed:
        return ()
    if standing.again is None:
        return ("closed_now",)
    return ("closed_now", *_day(standing, standing.again, at), "people_from", *clock(standing.again), "people_begin")


def clock(at: datetime) -> Prompts:
    """A time of day: 8点, 8点半, 8点15分."""
    there = local(at)
    if there.minute == 0:
        return (f"hour_{there.hour}",)
    if there.minute == HALF:
        return (f"hour_{there.hour}", "half_past")
    return (f"hour_{there.hour}", *_number(there.minute), "minutes")


def calendar_day(at: datetime) -> Prompts:
    """A day: 11月 28日."""
    there = local(at)
    return (f"month_{there.month}", f"day_{there.day}")


def _day(standing: Standing, again: datetime, at: datetime) -> Prompts:
    day, today = local(again).date(), local(at).date()
    if day == today:
        return ("today",)
    named = ("tomorrow",) if day == today + timedelta(days=1) else calendar_day(again)
    return (*named, f"weekday_{day.isoweekday()}", *(("is_working_day",) if standing.moved else ()))


def _number(number: int) -> Prompts:
    """Below 60, as people say it: 零五, 十五, 二十五."""
    if number < 10:
        return ("digits/0", f"digits/{number}")
    tens, ones = divmod(number, 10)
    if tens == 1 or not ones:
        return (f"digits/{number}",)
    return (f"digits/{tens}0", f"digits/{ones}")
