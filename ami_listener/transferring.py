"""What the exchange tells of a caller who is handed to a department, and of those who meet him."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ami_listener.messages import LiaisonGone, Staged
from dispatch.calls import desk
from dispatch.calls.calls import Call, Leg
from dispatch.calls.spool import see_leg
from dispatch.transfers import hunting, transfers
from dispatch.transfers.transfers import PREFIX, State, TransferAttempt
from hotline.events import Event
from hotline.exchange.names import extension_of
from hotline.settings import Settings
from recordings import recordings
from recordings.recordings import Kind

STAGES = frozenset({"transfer", "transfer_left", "liaison", "officer", "three_way"})


def staged(session: Session, message: Staged, *, settings: Settings, at: datetime) -> list[Event]:
    """The caller waits, or no longer; a liaison has picked up; somebody has entered the room."""
    if session.get(Call, message.call_id) is None:
        return []
    match message.stage:
        case "transfer":
            _waits(session, message.call_id, at)
        case "transfer_left":
            _left(session, message.call_id, at)
        case "liaison" | "officer":
            _on_the_line(session, message, settings, at)
    return [_event(session, message.call_id)]


def gone(session: Session, message: LiaisonGone, *, settings: Settings, at: datetime) -> list[Event]:
    """A liaison's channel is gone: he has talked, or the next one is to be rung."""
    attempt = session.get(TransferAttempt, message.attempt_id)
    if attempt is None:
        return []
    outcome = hunting.outcome_of(message.cause, picked_up=attempt.picked_up_at is not None)
    transfers.over(session, attempt, outcome, at=at)
    if (leg := session.get(Leg, (settings.exchange_node, attempt.id))) is not None:
        leg.ended_at = at
    return [_event(session, attempt.transfer.call_id)]


def officers_gone(session: Session, legs: Sequence[Leg]) -> list[Event]:
    """Operators who have left calls that were handed on: the call goes on without them, their desks are free."""
    return [Event("ended", call_id=call_id, account_id=account) for call_id, account in desk.left(
        session, [(leg.call_id, extension_of(leg.channel), leg.ended_at) for leg in legs if leg.ended_at],
        only=transfers.handed_on(session, {leg.call_id for leg in legs}))]  # fmt: skip


def left_behind(session: Session, call_ids: Sequence[str]) -> list[Event]:
    """Calls that are over while a liaison still rings or talks."""
    return [Event("transfer", call_id=call_id) for call_id in transfers.with_open_legs(session, call_ids)]


def _waits(session: Session, call_id: str, at: datetime) -> None:
    transfer = transfers.latest(session, call_id, lock=True)
    if transfer is not None:
        transfer.waits_since = transfer.waits_since or at


def _left(session: Session, call_id: str, at: datetime) -> None:
    transfer = transfers.latest(session, call_id, lock=True)
    if transfer is not None:
        transfers.settle(session, transfer, State.STOPPED, at=at)


def _on_the_line(session: Session, message: Staged, settings: Settings, at: datetime) -> None:
    see_leg(session, message.call_id, node=settings.exchange_node, uniqueid=message.uniqueid, channel=message.channel,
            at=at)  # fmt: skip
    recordings.expect(session, message.call_id, kind=Kind.LEG, leg=message.uniqueid, spool=settings.spool, at=at)
    if not message.uniqueid.startswith(PREFIX):
        return
    attempt = session.get(TransferAttempt, message.uniqueid)
    if attempt is not None and message.stage == "officer":
        transfers.joined(session, attempt, at=at)
    elif attempt is not None:
        transfers.picked_up(attempt, at=at)


def _event(session: Session, call_id: str) -> Event:
    transfer = transfers.latest(session, call_id)
    return Event("transfer", call_id=call_id, account_id=transfer.account_id if transfer else None)
