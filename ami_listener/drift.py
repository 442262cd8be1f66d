"""Where what we believe is not what the exchange shows: told in the same messages as if the exchange had said it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.messages import Device, HungUp, Message, NotTaken, Rings, Staged, Taken
from ami_listener.seen import Seen
from dispatch.calls.calls import Call, Leg
from dispatch.calls.desk import Offer, Presence
from dispatch.transfers.transfers import PREFIX
from hotline.accounts.accounts import Account

YOUNG = timedelta(seconds=10)  # a call of which no channel is known may wait so long for its first one
Desk = tuple[str, str]  # a call and the extension of an operator


@dataclass(frozen=True)
class Believed:
    """What our rows say of the calls that are not over: which rings or is spoken at which desk, and their legs."""

    calls: dict[str, Call]
    ringing: frozenset[Desk]
    spoken: frozenset[Desk]
    legs: dict[str, str]  # a channel and its call
    phones: dict[str, str]  # by extension; empty: never heard of


def believed(session: Session, *, node: str) -> Believed:
    """Read it, of this node's calls."""
    open_calls = session.scalars(select(Call).where(Call.ended_at.is_(None), Call.node.in_(("", node))))
    calls = {call.id: call for call in open_calls}
    offers = select(Offer.call_id, Account.extension, Offer.answered_at)
    desks = session.execute(offers.join(Account, Account.id == Offer.account_id)
                            .where(Offer.ended_at.is_(None), Offer.call_id.in_(calls))).all()  # fmt: skip
    legs = select(Leg.uniqueid, Leg.call_id).where(Leg.node == node, Leg.ended_at.is_(None), Leg.call_id.in_(calls))
    phones = select(Account.extension, Presence.phone_state).outerjoin(Presence, Presence.account_id == Account.id)
    operators = phones.where(Account.extension != "", Account.active.is_(True))
    return Believed(
        calls,
        frozenset((call_id, extension) for call_id, extension, taken in desks if taken is None),
        frozenset((call_id, extension) for call_id, extension, taken in desks if taken is not None),
        {leg.uniqueid: leg.call_id for leg in session.execute(legs)},
        {extension: state or "" for extension, state in session.execute(operators)},
    )


@dataclass(frozen=True)
class Others:
    """What other exchanges tell: which calls live there, and whether it is one of them that knows the phones."""

    live: frozenset[str] = frozenset()
    phones: bool = False


NOBODY = Others()


def drift(seen: Seen, ours: Believed, others: Others = NOBODY) -> Iterator[Message]:
    """What is to be noted so that we believe what is seen: first who came, then who talks, then who is gone, then how
    the phones are."""
    yield from _waiting(seen, ours)
    yield from _at_desks(seen, ours)
    yield from _rung_out(seen, ours)
    yield from _gone(seen, ours, others)
    if not others.phones:
        yield from _phones(seen, ours)


def _waiting(seen: Seen, ours: Believed) -> Iterator[Message]:
    """Callers in a queue of whom we don't know it; who has been at a desk has waited before."""
    desks = {channel.call_id for channel in seen.channels if channel.at_desk}
    talked = {call_id for call_id, _ in ours.spoken}
    for channel in seen.channels:
        call = ours.calls.get(channel.call_id)
        waits = channel.uniqueid in seen.waiting
        unknown = call is None or call.queued_at is None
        lost = waits and channel.call_id in talked - desks
        if channel.first and channel.call_id and (((waits or channel.call_id in desks) and unknown) or lost):
            yield Staged(channel.call_id, "queue", channel.uniqueid, channel.name, channel.caller)


def _at_desks(seen: Seen, ours: Believed) -> Iterator[Message]:
    """Phones that the queue rings or has connected."""
    for channel in seen.channels:
        here = (channel.call_id, channel.at_desk)
        if not channel.at_desk or here in ours.spoken:
            continue
        if channel.up:
            yield Taken(*here, channel.uniqueid, channel.name)
        elif here not in ours.ringing:
            yield Rings(*here)


def _rung_out(seen: Seen, ours: Believed) -> Iterator[Message]:
    """Phones of which we believe that they ring."""
    there = {(channel.call_id, channel.at_desk) for channel in seen.channels}
    yield from (NotTaken(*desk) for desk in sorted(ours.ringing - there))


def _gone(seen: Seen, ours: Believed, others: Others) -> Iterator[Message]:
    """Channels and calls that are over. Liaisons' channels are looked for by who hunts them."""
    there = {channel.uniqueid for channel in seen.channels}
    over = {call.id for call in ours.calls.values() if call.id not in others.live and _is_over(call, seen, there)}
    for uniqueid, call_id in sorted(ours.legs.items()):
        if uniqueid not in there and not uniqueid.startswith(PREFIX) and ours.calls[call_id].uniqueid != uniqueid:
            yield HungUp(call_id, uniqueid, own=False)
    yield from (HungUp(call_id, ours.calls[call_id].uniqueid, own=True) for call_id in sorted(over))


def _is_over(call: Call, seen: Seen, there: set[str]) -> bool:
    """A call's own channel lived before its row was made; where none is known, any of the call's may still come."""
    if call.uniqueid and call.direction == "in":
        return call.uniqueid not in there and call.began_at < seen.at
    return call.id not in seen.live and call.began_at < seen.at - YOUNG


def _phones(seen: Seen, ours: Believed) -> Iterator[Message]:
    """Phones that are otherwise than we believe; one that the exchange no longer names is none."""
    for extension, state in sorted(ours.phones.items()):
        now = seen.phones.get(extension, "INVALID" if state else "")
        if now[:20] != state:
            yield Device(extension, now)
