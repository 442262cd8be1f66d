"""What `hotline doctor` sees of the calendar: whether each year that somebody reckons with has its plan."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch.clocks import unplanned
from hotline.calendar.days import working_days
from hotline.calendar.keeping import WARNED_AHEAD
from hotline.settings import Settings
from hotline.times import local_day


def seen(session: Session, settings: Settings, *, at: datetime) -> tuple[bool, str]:
    """Whether it is well, and what was seen. Of a year that is further off, its plan may not be published yet: it is
    said, and not yet wrong."""
    calendar, on = working_days(session), local_day(at)
    guessed = unplanned.guessed(session)
    missing = unplanned.lacking(calendar, guessed, on=on, ahead=WARNED_AHEAD)
    if missing:
        late = sum(day.year in missing for day in guessed)
        days = f"; provisional deadlines on {late} days" if late else ""
        return False, f"no holidays are known of {_said(missing)}{days}"
    soon = unplanned.lacking(calendar, (), on=on, ahead=timedelta(days=settings.calendar_ahead_days))
    return True, f"known, but of {_said(soon)} not yet" if soon else "the holidays of each year are known"


def _said(years: list[int]) -> str:
    return ", ".join(map(str, years))
