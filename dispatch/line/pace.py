"""How long who waits may have to wait: by what talks lasted lately and how many operators take calls; else unknown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import mean

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.desk import Offer, Presence, Readiness
from hotline.settings import Settings

LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Pace:
    """The mean length of talks, in seconds, and how many operators take calls at the same time."""

    talk: float
    operators: int

    def minutes(self, place: int) -> int:
        """In how many minutes about whoever stands at this place meets an operator, rounded up; 0: in less than half
        of one."""
        seconds = place * self.talk / self.operators
        return 0 if seconds < 30 else ceil(seconds / 60)


def pace(session: Session, *, settings: Settings, at: datetime) -> Pace | None:
    """What the last hour teaches; None when too few talks ended in it, or nobody takes calls. Time for writing up is
    not in it: nobody measures that."""
    ended = select(Offer.answered_at, Offer.ended_at).where(
        Offer.answered_at.is_not(None), Offer.ended_at > at - LATELY)  # fmt: skip
    talks = [(end - began).total_seconds() for began, end in session.execute(ended) if began and end]
    takes = select(func.count()).select_from(Presence).where(
        Presence.state == Readiness.READY, Presence.phone_up.is_(True))  # fmt: skip
    operators = session.scalar(takes) or 0
    if len(talks) < settings.queue_time_talks or not operators:
        return None
    return Pace(mean(talks), operators)
