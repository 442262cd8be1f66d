"""The list of transfers, narrowed; and which of them count for the rate of success."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from dispatch.transfers.transfers import State, Transfer, TransferAttempt

_COUNTED = (State.CONNECTED, State.NOBODY, State.STOPPED, State.FAILED)


@dataclass(frozen=True)
class WantedTransfers:
    """What somebody looks for; whatever is empty doesn't narrow. `until` is the first moment after."""

    since: datetime | None = None
    until: datetime | None = None
    state: State | None = None
    department_id: int | None = None
    counted: bool = False


def counted() -> ColumnElement[bool]:
    """Whether a transfer counts for 转接成功率: it was attempted in office hours, and its caller didn't hang up.

    Where the office closed in the middle of the hunt it was attempted; where nobody was rung it wasn't. Of the few
    that ended so the longest ring is looked up one by one: for EXISTS PostgreSQL would read all attempts there are."""
    longest = select(func.max(TransferAttempt.seconds)).where(TransferAttempt.transfer_id == Transfer.id)
    closed_meanwhile = and_(Transfer.state == State.OUT_OF_HOURS, longest.scalar_subquery() > 0)
    return or_(Transfer.state.in_(_COUNTED), closed_meanwhile)


def listed_transfers(wanted: WantedTransfers) -> Select[Transfer]:
    """The transfers, newest first."""
    whole = joinedload(Transfer.department), joinedload(Transfer.account), selectinload(Transfer.attempts)
    query = select(Transfer).options(*whole).order_by(Transfer.began_at.desc(), Transfer.id.desc())
    if wanted.since is not None:
        query = query.where(Transfer.began_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Transfer.began_at < wanted.until)
    if wanted.state is not None:
        query = query.where(Transfer.state == wanted.state)
    if wanted.department_id is not None:
        query = query.where(Transfer.department_id == wanted.department_id)
    return query.where(counted()) if wanted.counted else query
