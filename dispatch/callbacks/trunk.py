"""The trunk's channels: how many the machine may take without a caller finding none free."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import LONGEST_CALL, Attempt, Callback, State
from dispatch.calls.calls import Call
from hotline.settings import Settings


@dataclass(frozen=True)
class Taken:
    """The trunk's channels that live on the exchange: how many, and the ids of them and of the calls they belong to."""

    channels: int = 0
    ids: frozenset[str] = frozenset()


def taken(rows: Iterable[Mapping[str, str]], *, trunk: str) -> Taken:
    """Of all channels of the exchange those of this trunk."""
    own = [row for row in rows if row.get("Channel", "").startswith(f"PJSIP/{trunk}-")]
    ids = frozenset(row[name] for row in own for name in ("Uniqueid", "AccountCode") if row.get(name))
    return Taken(len(own), ids)


def claim(session: Session, lines: Taken, *, settings: Settings, at: datetime) -> Callback | None:
    """Claim one call-back that is due; None also while the trunk is needed for who calls us."""
    callbacks.one_claimant(session)
    if room(session, lines, settings=settings, at=at) < 1:
        return None
    return callbacks.claim(session, settings=settings, at=at)


def room(session: Session, lines: Taken, *, settings: Settings, at: datetime) -> int:
    """How many more citizens the machine may ring now: only so many at once, and never on the channels that are kept
    for callers. What we have just asked for counts too, though the exchange shows no channel of it yet."""
    ringing = session.scalar(select(func.count()).select_from(Callback).where(
        Callback.state.in_((State.CLAIMED, State.DIALLING)), Callback.by_person.is_(False))) or 0  # fmt: skip
    free = settings.trunk_channels - settings.trunk_reserved - lines.channels - _to_come(session, lines, at)
    return min(settings.callbacks_at_once - ringing, free)


def _to_come(session: Session, lines: Taken, at: datetime) -> int:
    """Telephones that are about to be rung, of which the trunk carries nothing yet."""
    asked = session.execute(
        select(Attempt.id, Attempt.call_id).join(Callback, Callback.id == Attempt.callback_id)
        .outerjoin(Call, Call.id == Attempt.call_id)
        .where(Attempt.outcome == "", Callback.state == State.DIALLING, Attempt.dialled_at > at - LONGEST_CALL,
               or_(Call.id.is_(None), Call.ended_at.is_(None)))
    ).all()  # fmt: skip
    claimed = session.scalar(select(func.count()).select_from(Callback).where(
        Callback.state == State.CLAIMED, Callback.by_person.is_(False))) or 0  # fmt: skip
    return claimed + sum(not lines.ids & set(ids) for ids in asked)
