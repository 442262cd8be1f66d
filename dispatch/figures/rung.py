"""How often each operator's telephone rang in some time, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.desk import Offer
from dispatch.figures.figures import mean
from hotline.accounts.accounts import Account
from hotline.durations import total_seconds


@dataclass(frozen=True)
class Rung:
    """The rings of one operator that were over in that time: all, those that he took, those of which he said when they
    were written up; and the seconds that he spoke, and wrote up, together."""

    account_id: int
    operator: str
    rang: int
    taken: int
    wrapped_up: int
    spoke: float
    wrote_up: float

    @property
    def missed(self) -> int:
        return self.rang - self.taken

    @property
    def talk(self) -> float | None:
        """The mean seconds of his talks."""
        return mean(self.spoke, self.taken)

    @property
    def wrap_up(self) -> float | None:
        """The mean seconds that he wrote up."""
        return mean(self.wrote_up, self.wrapped_up)


def rung(session: Session, begins: datetime, ends: datetime) -> tuple[Rung, ...]:
    """Of each who was rung, by name. What nobody saw live is in it once the exchange's own book is taken in."""
    query = (
        select(Account.id, Account.name, func.count(), func.count(Offer.answered_at), func.count(Offer.wrapped_up_at),
               total_seconds(Offer.answered_at, Offer.ended_at), total_seconds(Offer.ended_at, Offer.wrapped_up_at))
        .join(Offer, Offer.account_id == Account.id)
        .where(Offer.ended_at >= begins, Offer.ended_at < ends)
        .group_by(Account.id, Account.name).order_by(Account.name, Account.id)
    )  # fmt: skip
    return tuple(Rung(*row) for row in session.execute(query))
