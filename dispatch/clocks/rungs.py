"""催办、督办: the rungs of the ladder and the moments at which they are climbed; in working time, or by the clock for
what is urgent."""

from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.clocks.rules import Rules
from hotline.calendar.days import WorkingDays
from hotline.calendar.hours import read_hours
from hotline.calendar.working_time import WorkingTime
from hotline.settings import Settings
from hotline.times import local, local_day


class Rung(StrEnum):
    """Who hears of a deadline, one after the other."""

    REMIND = "remind"  # 到期提醒: the liaison, before it is over
    OVERDUE = "overdue"  # 逾期: liaison and leader in charge
    CHASE = "chase"  # 催办通知: the competent office
    SUPERVISE = "supervise"  # 督办: the inspector's list


ORDER = tuple(Rung)


def moment(rung: Rung, due_at: datetime, *, urgent: bool, rules: Rules, calendar: WorkingDays,
           settings: Settings) -> datetime:
    """When a rung is climbed. What has days is told within office hours only: the reminder when they begin on the
    working day before, the rest as soon as they are open. What has hours is told by night and on rest days too."""
    if urgent:
        hours = {Rung.REMIND: -rules.remind_hours, Rung.OVERDUE: 0, Rung.CHASE: rules.chase_hours,
                 Rung.SUPERVISE: rules.supervise_hours}[rung]  # fmt: skip
        return due_at + timedelta(hours=hours)
    worked = WorkingTime(read_hours(settings.office_hours), calendar)
    days = {Rung.REMIND: -rules.remind_days, Rung.OVERDUE: 0, Rung.CHASE: rules.chase_days,
            Rung.SUPERVISE: rules.supervise_days}[rung]  # fmt: skip
    shifted = _shifted(due_at, days, calendar)
    return worked.on(local_day(shifted))[0][0] if rung is Rung.REMIND else worked.next(shifted)


def _shifted(at: datetime, days: int, calendar: WorkingDays) -> datetime:
    """So many working days later, or earlier, at the same time of day."""
    step, left, moved = timedelta(days=1 if days > 0 else -1), abs(days), local(at)
    while left > 0 or (days < 0 and not calendar.works(moved.date())):
        moved += step
        left -= calendar.works(moved.date())
    return moved
