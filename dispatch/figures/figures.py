"""What all figures are made of: a part of a whole, a mean, and the transfers that count."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dispatch.transfers.transfer_list import counted
from dispatch.transfers.transfers import State as TransferState
from dispatch.transfers.transfers import Transfer


@dataclass(frozen=True)
class Share:
    """A part of a whole; no percentage where there is nothing to divide by."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.part / self.whole, 1) if self.whole else None


def mean(seconds: float, many: int) -> float | None:
    """The mean of so many; none where there are none."""
    return round(seconds / many, 1) if many else None


def transfers_of(session: Session, begins: datetime, ends: datetime, *narrowed: ColumnElement[bool]) -> Share:
    """Of the hunts of a time that count, those that reached a liaison."""
    own = Transfer.began_at >= begins, Transfer.began_at < ends, counted(), *narrowed
    reached = func.count().filter(Transfer.state == TransferState.CONNECTED)
    return Share(*session.execute(select(reached, func.count()).where(*own)).one())
