"""Messages by telephone (电话告知): noted before the exchange is asked, and what became of each attempt.

A message is claimed in the outbox (hotline/telling); the channel that rings for it carries its id and its token.
Whoever hears of that channel (the script, the listener) says what became of it, once; where nobody does, the claim ends
by itself, and it counts as not answered."""

import re
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks, trunk
from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.callbacks import State as Owed
from dispatch.callbacks.trunk import Taken
from dispatch.calls import calls, settling
from dispatch.clocks import duty_phones
from dispatch.tickets.alerts import WITH_DEPARTMENT
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State as Life
from dispatch.tickets.tickets import Ticket
from hotline.exchange import holding
from hotline.phones import normalise
from hotline.settings import Settings
from hotline.telling import outbox, outcomes, phone
from hotline.telling.carriers import CarrierError, Later, NotNow, Refused
from hotline.telling.claiming import LEASE
from hotline.telling.outbox import Channel, Delivery, State
from hotline.telling.sms import DUTY
from hotline.voice import orders
from recordings import recordings

PICKED_UP = "已接听"
HEARD, UNHEARD = "phone_told", "phone_untold"  # in a ticket's history
VOICED_WITHIN = timedelta(minutes=1)  # then it is rung without: what matters is that he looks
_CHANNEL = re.compile(r"telling-(\d{1,12})-(\d{1,9})")


def channel_of(delivery: Delivery) -> str:
    """The id of the channel that rings for this attempt."""
    return f"telling-{delivery.id}-{delivery.token}"


def find(session: Session, channel_id: str, *, lock: bool = False) -> Delivery | None:
    """The message that a channel rings for, while that attempt isn't over."""
    if (found := _CHANNEL.fullmatch(channel_id)) is None:
        return None
    row = session.get(Delivery, int(found[1]), with_for_update=lock or None, populate_existing=lock)
    return row if row is not None and row.state == State.SENDING and row.token == int(found[2]) else None


def begin(session: Session, delivery_id: int, lines: Taken, *, settings: Settings, at: datetime) -> Delivery | None:
    """Note that a telephone is about to be rung, in a call of its own; NotNow where it had better wait, None where
    nobody need hear it any more."""
    callbacks.one_claimant(session)
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
    if delivery.state != State.SENDING:
        raise Refused("已由其他进程处理")
    if _needless(session, delivery):
        outbox.void(delivery, at=at)
        return None
    number = phone.rung(delivery).number
    if trouble := _in_the_way(session, delivery, number, lines, settings, at):
        raise NotNow(trouble)
    call_id = calls.mint_id(at)
    calls.begin(session, call_id, caller=number, dialled=number, direction="out", taken_from=calls.TELLING, at=at,
                node=holding.holder(session, settings=settings))  # fmt: skip
    recordings.expect(session, call_id, kind=recordings.Kind.CALL, spool=settings.spool, at=at)
    delivery.reference = call_id
    return delivery


def picked_up(session: Session, channel_id: str, *, at: datetime) -> Delivery | None:
    """What whoever took it is to hear; until he has heard it, it is nobody else's. None when it is over."""
    delivery = find(session, channel_id, lock=True)
    if delivery is not None:
        delivery.lease_until, delivery.ground = at + LEASE, PICKED_UP
    return delivery


def settle(session: Session, channel_id: str, outcome: str | CarrierError, *, settings: Settings,
           at: datetime) -> bool:
    """Note what became of an attempt: heard (in which call), or why not; False where that is known already."""
    delivery = find(session, channel_id, lock=True)
    if delivery is None:
        return False
    line = phone.rung(delivery)
    outcomes.ended(delivery, delivery.tries[-1], outcome, settings=settings, at=at)
    if delivery.kind == "ticket" and delivery.state in (State.SENT, State.FAILED):
        _remark(session, delivery, line.name, at)
    return True


def rang_out(session: Session, channel_id: str, *, settings: Settings, at: datetime) -> bool:
    """The telephone was not taken, or could not be rung, or whoever took it is gone: what nobody has heard to its end
    is owed again. False where it is no message's, or its end is known."""
    if (delivery := find(session, channel_id, lock=True)) is None:
        return False
    settling.end(session, delivery.reference, at=at, place="callback")
    why = "没有听完" if delivery.ground == PICKED_UP else "无人接听"
    return settle(session, channel_id, Later(why), settings=settings, at=at)


def _remark(session: Session, delivery: Delivery, name: str, at: datetime) -> None:
    """It stands in the ticket's history, too; a citizen has no name there."""
    ticket = session.scalar(select(Ticket).where(Ticket.number == delivery.thing))
    if ticket is not None:
        heard = delivery.state == State.SENT
        names = [name] if heard else [line.name for line in phone.lines_of(delivery)]
        write_step(session, ticket, HEARD if heard else UNHEARD, by="hotline", source=ticket.state, at=at,
                   told=[one for one in names if one])  # fmt: skip


def _in_the_way(session: Session, delivery: Delivery, number: str, lines: Taken, settings: Settings,
                at: datetime) -> str:  # fmt: skip
    """In words, why it isn't rung now; empty when it is. What is urgent takes the last free channel, too."""
    if delivery.owed_at > at - VOICED_WITHIN and _unmade(session, delivery, settings):
        return "语音正在生成"
    under_way = _under_way(session, but=delivery)
    if number in under_way or _called_back(session, number):
        return "该号码正在通话"
    room = trunk.room(session, lines, settings=settings, at=at)
    return "" if delivery.urgent or room > len(under_way) else "中继线路繁忙"


def _needless(session: Session, delivery: Delivery) -> bool:
    """A duty office hears of what its department has in hand, and of nothing else; that it was handed it, until it
    accepts."""
    if delivery.topic != DUTY:
        return False
    state = session.scalar(select(Ticket.state).where(Ticket.number == delivery.thing))
    handed = delivery.key.endswith(f":{duty_phones.HANDED}")
    return state != Life.TO_ACCEPT if handed else state not in WITH_DEPARTMENT


def _unmade(session: Session, delivery: Delivery, settings: Settings) -> bool:
    names = orders.heard_names(session, str(delivery.values["text"]), voice=settings.voice)
    return bool(orders.unmade(session, names)) and not orders.hopeless(session, names)


def _under_way(session: Session, *, but: Delivery) -> list[str]:
    """The telephones that ring for other messages, or are spoken to."""
    others = select(Delivery).where(Delivery.state == State.SENDING, Delivery.channel == Channel.PHONE,
                                    Delivery.id != but.id, Delivery.reference != "")  # fmt: skip
    return [phone.rung(row).number for row in session.scalars(others)]


def _called_back(session: Session, number: str) -> bool:
    rung = (Owed.CLAIMED, Owed.DIALLING)
    kept = Callback.number.in_({number, normalise(number)})
    return session.scalar(select(func.count()).where(exists().where(kept, Callback.state.in_(rung)))) == 1
