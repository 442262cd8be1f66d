"""What time it is, and where: the database keeps UTC, people read China's time."""

from datetime import UTC, date, datetime
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
