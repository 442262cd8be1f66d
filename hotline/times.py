"""What time it is, and where: the database keeps UTC, people read China's time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(at: datetime) -> datetime:
    """The same moment on a clock in Yuxi."""
    return at.astimezone(CHINA)


def local_day(at: datetime) -> date:
    """The day it is in Yuxi at that moment."""
    return local(at).date()


def day_begins(day: date) -> datetime:
    """The first moment of a day in Yuxi."""
    return datetime.combine(day, time(), CHINA)


def day_ends(day: date) -> datetime:
    """The first moment after a day in Yuxi."""
    return day_begins(day) + timedelta(days=1)


def moment_of(text: str) -> datetime:
    """The moment that a text is, in UTC; without a zone by the clock in Yuxi. ValueError where it is none, or one that
    has no year in UTC."""
    given = datetime.fromisoformat(text)
    try:
        return (given if given.tzinfo else given.replace(tzinfo=CHINA)).astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None
