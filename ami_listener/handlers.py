"""What each message of the exchange means for us: noted in the session, and what is to be said once it is committed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener import transferring
from ami_listener.messages import (
    BUSY,
    UNSAID,
    Device,
    Dialled,
    HungUp,
    LiaisonGone,
    Message,
    NotTaken,
    Rings,
    Staged,
    Taken,
)
from dispatch.callbacks import by_phone, contacting
from dispatch.callbacks.callbacks import Attempt
from dispatch.calls import calls, desk, settling
from dispatch.calls.calls import Call, CallStep, Leg, Step
from dispatch.calls.endings import end_calls, rang_out
from dispatch.calls.settling import Ending
from dispatch.calls.spool import see_leg
from hotline.accounts.accounts import Account
from hotline.events import Event
from hotline.settings import Settings
from recordings import recordings
from recordings.recordings import Kind

EMERGENCY: Final = "emergency_"  # of a stage: the number that he was told to ring


def handle(session: Session, message: Message, *, settings: Settings, at: datetime) -> Iterable[Event]:
    """Note one message; the events to publish after the commit: of what is new alone, for a look at the exchange may
    have told us what still waits in the link."""
    match message:
        case Staged(stage=stage) if stage in transferring.STAGES:
            return transferring.staged(session, message, settings=settings, at=at)
        case LiaisonGone():
            return transferring.gone(session, message, settings=settings, at=at)
        case Staged(call_id, stage) if call_id and stage.startswith(EMERGENCY):
            return _in_danger(session, message, settings, at)
        case Staged():
            return _staged(session, message, settings, at)
        case Rings(call_id, extension):
            return _at_desk(session, call_id, extension, "offer", at)
        case Taken(call_id, extension):
            see_leg(session, call_id, node=settings.exchange_node, uniqueid=message.leg, channel=message.channel, at=at)
            return _at_desk(session, call_id, extension, "answered", at)
        case NotTaken(call_id, extension):
            return _at_desk(session, call_id, extension, "missed", at)
        case HungUp():
            return hung_up(session, [(message, at)], settings=settings)
        case Device():
            return _device(session, message, at)
        case Dialled():
            return _dialled(session, message, settings, at)


def _staged(session: Session, message: Staged, settings: Settings, at: datetime) -> list[Event]:
    if message.stage != "queue" or not message.call_id:
        return []
    call = _begun(session, message, settings, at)
    calls.move(call, node=settings.exchange_node, uniqueid=message.uniqueid)
    new = calls.queue(session, call, at=at)
    see_leg(session, call.id, node=settings.exchange_node, uniqueid=message.uniqueid, channel=message.channel, at=at)
    freed = desk.cut_off(session, call.id, at=at)
    waits = [Event("queued", call_id=call.id)] if new or freed else []
    return waits + [Event("ended", call_id=call.id, account_id=one) for one in freed]


def _begun(session: Session, message: Staged, settings: Settings, at: datetime) -> Call:
    """The call, should nobody have noted it before."""
    calls.begin(session, message.call_id, caller=message.caller, dialled=settings.number, uniqueid=message.uniqueid,
                node=settings.exchange_node, taken_from="listener", at=at)  # fmt: skip
    recordings.expect(session, message.call_id, kind=Kind.CALL, spool=settings.spool, at=at)
    return session.get_one(Call, message.call_id)


def _in_danger(session: Session, message: Staged, settings: Settings, at: datetime) -> list[Event]:
    """He was told whom to ring by the exchange alone; told twice, it is noted once."""
    call, told = _begun(session, message, settings, at), {"number": message.stage.removeprefix(EMERGENCY)}
    noted = select(CallStep.detail).where(CallStep.call_id == call.id, CallStep.kind == Step.EMERGENCY)
    if told not in session.scalars(noted).all():
        calls.note(session, call.id, Step.EMERGENCY, at=at, **told)
    return []


def _at_desk(session: Session, call_id: str, extension: str, kind: str, at: datetime) -> list[Event]:
    account, call = desk.operator_at(session, extension), session.get(Call, call_id)
    if account is None or call is None:
        return []
    if call.ended_at is not None and kind != "answered":  # heard of late: nothing rings any more
        return []
    noted = {"offer": desk.offer, "answered": desk.answered, "missed": desk.missed}[kind]
    new = noted(session, call_id, account, at=at)
    return [Event(kind, call_id=call_id, account_id=account.id)] if new else []


def hung_up(session: Session, gone: Sequence[tuple[HungUp, datetime]], *, settings: Settings) -> list[Event]:
    """Note that channels are gone, of many calls at a time."""
    moments = {message.uniqueid: at for message, at in gone}
    legs = select(Leg).where(Leg.node == settings.exchange_node, Leg.uniqueid.in_(moments))
    ended = [leg for leg in session.scalars(legs) if leg.ended_at is None]
    for leg in ended:
        leg.ended_at = moments[leg.uniqueid]
    said = transferring.officers_gone(session, ended)
    for message, at in gone:
        by_phone.rang_out(session, message.uniqueid, settings=settings, at=at)
    endings = [Ending(message.call_id, at, cause=message.cause) for message, at in gone if message.own]
    if not endings:
        return said
    over = end_calls(session, endings, settings=settings)
    said += transferring.left_behind(session, [ending.call_id for ending in endings])
    # One that the exchange's own records have ended was told to nobody yet.
    new = {*over.closed, *(leg.call_id for leg in ended), *(call_id for call_id, _ in over.desks)}
    return said + [Event("ended", call_id=call_id, account_id=account) for call_id, account in over.desks] + [
        Event("ended", call_id=ending.call_id) for ending in endings if ending.call_id in new
    ]


def _device(session: Session, message: Device, at: datetime) -> list[Event]:
    account = desk.operator_at(session, message.extension)
    known = session.get(desk.Presence, account.id) if account else None
    if account is None or (known and (known.phone_up, known.phone_state) == (message.up, message.state[:20])):
        return []
    return [_presence(session, account, message, at)]


def _presence(session: Session, account: Account, message: Device, at: datetime) -> Event:
    row = session.get(desk.Presence, account.id) or desk.set_readiness(session, account, desk.Readiness.AWAY, at=at)
    row.phone_up, row.phone_state = message.up, message.state[:20]
    return Event("presence", account_id=account.id, detail={"phone": message.state})


def _dialled(session: Session, message: Dialled, settings: Settings, at: datetime) -> list[Event]:
    attempt = session.get(Attempt, message.attempt_id)
    told = not message.success and by_phone.rang_out(session, message.attempt_id, settings=settings, at=at)
    if not message.success and attempt is None and not told:
        contacting.rang_out(session, message.attempt_id, at=at)
    if attempt is None or message.success:
        return []
    if message.reason == UNSAID and not attempt.by:  # his channel's end says why
        return []
    rang_out(session, attempt, busy=message.reason == BUSY, settings=settings, at=at)
    settling.end(session, attempt.call_id, at=at, place="callback")
    return [Event("callback", call_id=attempt.call_id)]
