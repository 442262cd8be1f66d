"""How often each operator's telephone rang on a day, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.desk import Offer
from hotline.accounts.accounts import Account


@dataclass(frozen=True)
class Rung:
    """The rings of one operator that were over on that day: all, and those that he took."""

    account_id: int
    operator: str
    rang: int
    taken: int

    @property
    def missed(self) -> int:
        return self.rang - self.taken


def rung(session: Session, begins: datetime) -> tuple[Rung, ...]:
    """Of each who was rung, by name. What nobody saw live is in it once the exchange's own book is taken in."""
    query = (
        select(Account.id, Account.name, func.count(), func.count(Offer.answered_at))
        .join(Offer, Offer.account_id == Account.id)
        .where(Offer.ended_at >= begins, Offer.ended_at < begins + timedelta(days=1))
        .group_by(Account.id, Account.name).order_by(Account.name, Account.id)
    )  # fmt: skip
    return tuple(Rung(*row) for row in session.execute(query))
