"""The list of missed callers, narrowed, and the figure that drills down to it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.missed import MissedCaller, Over
from dispatch.tickets.worklist import to_call
from hotline.accounts.accounts import Account


@dataclass(frozen=True)
class WantedMissed:
    """What somebody looks for; whatever is empty doesn't narrow. `until` is the first moment after."""

    since: datetime | None = None
    until: datetime | None = None
    still_open: bool = False
    over: Over | None = None
    mine: bool = False
    counted: bool = False
    in_time: bool = False


def listed_missed(wanted: WantedMissed, *, account: Account,
                  at: datetime) -> tuple[Select[MissedCaller], Select[MissedCaller]]:
    """Those who wait, who has waited longest before all others; and the others, the latest first."""
    query = select(MissedCaller).options(selectinload(MissedCaller.callback).selectinload(Callback.holder))
    query, over = query.where(*_narrowed(wanted, account, at)), MissedCaller.over_at.is_not(None)
    behind = MissedCaller.over_at.desc(), MissedCaller.first_at, MissedCaller.id
    return query.where(~over).order_by(MissedCaller.first_at, MissedCaller.id), query.where(over).order_by(*behind)


def _narrowed(wanted: WantedMissed, account: Account, at: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(MissedCaller.first_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(MissedCaller.first_at < wanted.until)
    if wanted.still_open:
        conditions.append(MissedCaller.over_at.is_(None))
    if wanted.over is not None:
        conditions.append(MissedCaller.over == wanted.over)
    if wanted.mine:
        conditions.append(MissedCaller.callback_id.in_(select(Callback.id).where(to_call(account))))
    if wanted.counted:
        conditions.append(counted(at))
    if wanted.in_time:
        conditions.append(rung_in_time())
    return conditions


def counted(at: datetime) -> ColumnElement[bool]:
    """Who counts: whoever was rung, and whoever was not within the time. Not he who came through within it by himself,
    nor whose time isn't over yet."""
    late = and_(MissedCaller.owed_until < at,
                or_(MissedCaller.over_at.is_(None), MissedCaller.over_at > MissedCaller.owed_until))  # fmt: skip
    return or_(MissedCaller.rung_at.is_not(None), late)


def rung_in_time() -> ColumnElement[bool]:
    """Whose telephone we have rung within the time."""
    return MissedCaller.rung_at <= MissedCaller.owed_until


def figure(session: Session, *, begins: datetime, ends: datetime, at: datetime) -> tuple[int, int, int]:
    """Of those first missed in this time: rung within the time, those who count, and those who still wait."""
    day = MissedCaller.first_at >= begins, MissedCaller.first_at < ends
    in_time, waits = func.count().filter(counted(at), rung_in_time()), MissedCaller.over_at.is_(None)
    query = select(in_time, func.count().filter(counted(at)), func.count().filter(waits)).where(*day)
    rung, whole, waiting = session.execute(query).one()
    return rung, whole, waiting
