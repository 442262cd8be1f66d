"""Taking a message that is due: claimed by lease, its attempt noted, before anything goes out."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.calendar.hours import next_sensible, read_hours
from hotline.settings import Settings
from hotline.telling import outbox, outcomes, quiet, wording
from hotline.telling.carriers import Message, Refused
from hotline.telling.notices import wish_of
from hotline.telling.outbox import Channel, Delivery, DeliveryAttempt, State
from hotline.telling.sms import DUTY, SmsError

LEASE = timedelta(minutes=5)
MOST_GATHERED = 100


class Needless(Protocol):
    """Says of a message, as it is about to go out, whether nobody is to hear it any more."""

    def __call__(self, session: Session, delivery: Delivery, *, settings: Settings, at: datetime) -> bool: ...


@dataclass(frozen=True)
class Claim:
    """What one attempt brings out: one message, or several that go as one."""

    parts: tuple[tuple[int, int, int], ...]  # of each message: its id, its token, the attempt's id
    channel: Channel
    message: Message
    asked_for: bool = False  # a short message to a citizen: somebody may ask for many


NOTHING = Claim((), Channel.EMAIL, Message("", "", "", ""))
"""What was put off, or can't be said: nothing to bring out, but there may be more."""


def claim(session: Session, *, settings: Settings, at: datetime, needless: Needless | None = None) -> Claim | None:
    """Claim what is due; None when nothing is. What may not go out yet is put off to when it may; what nobody is to
    hear any more is void."""
    delivery = _taken(session, at=at)
    if delivery is None:
        return None
    if needless is not None and needless(session, delivery, settings=settings, at=at):
        outbox.void(delivery, at=at)
        return NOTHING
    first = _allowed(session, delivery, settings, at)
    if first > at:
        delivery.state, delivery.due_at, delivery.lease_until = State.OWED, first, None
        return NOTHING
    return _begun(session, delivery, settings, at)


def hand_over(session: Session, claim: Claim, *, via: str, settings: Settings, at: datetime,
              needless: Needless | None = None) -> bool:  # fmt: skip
    """The last look at one message, with its row in our hands, before it leaves the house by this way: what was claimed
    may be void since. False where nobody is to hear it any more; True, and nobody can hold it from now on."""
    [(delivery_id, token, _attempt)] = claim.parts
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
    if delivery.token != token or delivery.state != State.SENDING:
        return False
    if needless is not None and needless(session, delivery, settings=settings, at=at):
        outbox.void(delivery, at=at)
        return False
    delivery.via = via
    return True


def _taken(session: Session, *, at: datetime) -> Delivery | None:
    """One conditional UPDATE decides between tellers; what is urgent goes first."""
    due = (
        select(Delivery.id).where(Delivery.state == State.OWED, Delivery.due_at <= at)
        .order_by(Delivery.urgent.desc(), Delivery.due_at, Delivery.id).limit(1).with_for_update(skip_locked=True)
    )  # fmt: skip
    taken = session.execute(
        update(Delivery).where(Delivery.id == due.scalar_subquery(), Delivery.state == State.OWED)
        .values(state=State.SENDING, lease_until=at + LEASE, token=Delivery.token + 1).returning(Delivery.id)
    ).scalar()  # fmt: skip
    return session.get(Delivery, taken, populate_existing=True) if taken else None


def _allowed(session: Session, delivery: Delivery, settings: Settings, at: datetime) -> datetime:
    """From when on it may go out. Systems never sleep; a citizen who waits for his message gets it, and is rung when
    citizens may be."""
    if delivery.channel == Channel.WEBHOOK:
        return at
    if delivery.channel == Channel.PHONE:
        return at if delivery.urgent else next_sensible(at, read_hours(settings.callback_hours))
    wish = wish_of(session, delivery.account_id) if delivery.account_id else None
    still = quiet.read_quiet(wish.quiet if wish and wish.quiet else settings.quiet_hours)
    digest = time.fromisoformat(settings.digest_at) if wish and wish.digest else None
    return quiet.allowed(delivery.owed_at, at=at, quiet=still, digest=digest, urgent=delivery.urgent)


def _begun(session: Session, first: Delivery, settings: Settings, at: datetime) -> Claim:
    """Note the attempt; with it goes what the same person is to get as one message."""
    rows = [first, *_gathered(session, first, settings, at)]
    for row in rows[1:]:
        row.state, row.lease_until, row.token = State.SENDING, at + LEASE, row.token + 1
    tries = [DeliveryAttempt(delivery_id=row.id, at=at) for row in rows]
    for row in rows:
        row.attempts, row.via = row.attempts + 1, ""
    session.add_all(tries)
    session.flush()
    parts = tuple((row.id, row.token, attempt.id) for row, attempt in zip(rows, tries, strict=True))
    try:
        message = wording.message(session, rows, settings=settings)
    except (LookupError, ValueError, SmsError):  # it lacks what its words need: it must not stand before all others
        for row, attempt in zip(rows, tries, strict=True):
            outcomes.ended(row, attempt, Refused("内容不完整"), settings=settings, at=at)
        return NOTHING
    asked_for = first.channel == Channel.SMS and first.account_id is None and first.template != DUTY
    return Claim(parts, Channel(first.channel), message, asked_for)


def _gathered(session: Session, first: Delivery, settings: Settings, at: datetime) -> list[Delivery]:
    """What else is due to the same person, if he wants one message instead of many."""
    if first.account_id is None or not wish_of(session, first.account_id).digest or first.urgent:
        return []
    same = select(Delivery).where(
        Delivery.account_id == first.account_id, Delivery.channel == first.channel, Delivery.place == first.place,
        Delivery.state == State.OWED, Delivery.due_at <= at, Delivery.urgent.is_(False), Delivery.id != first.id,
    )  # fmt: skip
    found = session.scalars(same.order_by(Delivery.id).limit(MOST_GATHERED).with_for_update(skip_locked=True))
    return [row for row in found if _allowed(session, row, settings, at) <= at]
