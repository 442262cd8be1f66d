"""When somebody may be told: not in his quiet hours, and as one message a morning where he wants it so. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hotline.times import CHINA, local

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Quiet:
    """Hours of each day in which nobody is disturbed; they may pass midnight."""

    since: time
    until: time

    def holds(self, at: datetime) -> bool:
        clock = local(at).time()
        if self.since <= self.until:
            return self.since <= clock < self.until
        return clock >= self.since or clock < self.until


def read_quiet(text: str) -> Quiet | None:
    """The hours of a text such as 22:00-07:00; None when it is none."""
    found = _SPAN.fullmatch(text.strip())
    return Quiet(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))) if found else None


def next_time(at: datetime, clock: time) -> datetime:
    """The next moment, `at` or later, when it is that time in Yuxi."""
    there = datetime.combine(local(at).date(), clock, CHINA)
    return there if there >= at else there + timedelta(days=1)


def allowed(owed_at: datetime, *, at: datetime, quiet: Quiet | None, digest: time | None, urgent: bool) -> datetime:
    """From when on a message may go out: what is urgent at once, what is gathered on the morning after it was owed,
    the rest as soon as it isn't quiet."""
    if urgent:
        return at
    first = max(at, next_time(owed_at, digest)) if digest is not None else at
    return next_time(first, quiet.until) if quiet is not None and quiet.holds(first) else first
