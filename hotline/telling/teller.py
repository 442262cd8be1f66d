"""The teller: claims what is owed, brings it out, and notes what became of it; no session is open while it waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import outbox, quiet, wording
from hotline.telling.carriers import Carrier, Later, Message, Refused, Unsure
from hotline.telling.carriers.console import Console
from hotline.telling.carriers.gateway import Gateway
from hotline.telling.carriers.hooks import Hooks
from hotline.telling.carriers.mail import Mail
from hotline.telling.notices import Notice, wish_of
from hotline.telling.outbox import Channel, Delivery, DeliveryAttempt, State
from hotline.times import now

LEASE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=3)
SECRETS_KEPT = timedelta(days=1)  # of what failed: until then it may be sent by hand
MOST_GATHERED = 100
TIDIED_EACH = timedelta(hours=1)
DROPPED_AT_ONCE = 500
log = structlog.get_logger()


@dataclass(frozen=True)
class Claim:
    """What one attempt brings out: one message, or several that go as one."""

    parts: tuple[tuple[int, int, int], ...]  # of each message: its id, its token, the attempt's id
    channel: Channel
    message: Message
    asked_for: bool = False  # a short message to a citizen: somebody may ask for many


NOTHING = Claim((), Channel.EMAIL, Message("", "", "", ""))
"""What was put off: nothing to bring out, but there may be more."""


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 4, 16, 64 minutes, and three hours at most."""
    return min(timedelta(minutes=4 ** (attempts - 1)), LONGEST_PAUSE)


def carriers_of(settings: Settings) -> dict[Channel, Carrier]:
    """The ways out of an installation; what has no address goes to the console. A webhook brings its own."""
    return {
        Channel.EMAIL: Mail(settings) if settings.mail_host else Console("email"),
        Channel.SMS: Gateway(settings) if settings.sms_gateway else Console("sms"),
        Channel.WEBHOOK: Hooks(settings),
    }


@dataclass(frozen=True)
class Teller:
    """The outbox of one installation, emptied by its ways out."""

    settings: Settings
    database: Database
    carriers: Mapping[Channel, Carrier]
    looked: dict[str, datetime] = field(default_factory=dict)  # when it was tidied last

    def work(self) -> None:
        """What a waking does: bring out, and now and then tidy up."""
        self.tell()
        if now() - self.looked.get("tidy", now() - TIDIED_EACH) >= TIDIED_EACH:
            self.tidy()
            self.looked["tidy"] = now()

    def tell(self) -> int:
        """Bring out all that is owed by now; how many attempts that took."""
        self._settle_stranded()
        attempts = 0
        while (claim := self._claimed()) is not None:
            if claim.parts:
                self._bring(claim)
                attempts += 1
        return attempts

    def tidy(self) -> None:
        """Forget the secrets of what did not go out, and drop what is older than it is kept."""
        at = now()
        with self.database.writing() as session:
            failed = select(Delivery).where(Delivery.state.in_((State.FAILED, State.IN_DOUBT)),
                                            Delivery.ended_at < at - SECRETS_KEPT)  # fmt: skip
            for delivery in session.scalars(failed.order_by(Delivery.id.desc()).limit(DROPPED_AT_ONCE)):
                if outbox.shown(delivery) != delivery.values:
                    outbox.forget_secrets(delivery)
            _drop(session, before=at - timedelta(days=self.settings.telling_keep_days))

    def _settle_stranded(self) -> None:
        """What was being brought out when somebody died. A short message counts as sent, in doubt: twice disturbs, and
        costs. E-mails and webhooks go again, under the id that the other side knows them by."""
        at = now()
        with self.database.writing() as session:
            lost = session.scalars(select(Delivery).where(Delivery.state == State.SENDING, Delivery.lease_until < at))
            for delivery in lost.all():
                attempt = delivery.tries[-1]
                self._ended(delivery, attempt, Unsure("发送时系统中断"), at)

    def _claimed(self) -> Claim | None:
        """Claim what is due, by lease; what may not go out yet is put off to when it may."""
        at = now()
        with self.database.writing() as session:
            delivery = _claim(session, at=at)
            if delivery is None:
                return None
            first = self._allowed(session, delivery, at)
            if first <= at:
                return self._begun(session, delivery, at)
            delivery.state, delivery.due_at, delivery.lease_until = State.OWED, first, None
        return NOTHING

    def _allowed(self, session: Session, delivery: Delivery, at: datetime) -> datetime:
        """From when on it may go out. Systems sleep never; who waits for his message gets it."""
        if delivery.channel == Channel.WEBHOOK:
            return at
        wish = wish_of(session, delivery.account_id) if delivery.account_id else None
        still = quiet.read_quiet(wish.quiet if wish and wish.quiet else self.settings.quiet_hours)
        digest = time.fromisoformat(self.settings.digest_at) if wish and wish.digest else None
        return quiet.allowed(delivery.owed_at, at=at, quiet=still, digest=digest, urgent=delivery.urgent)

    def _begun(self, session: Session, first: Delivery, at: datetime) -> Claim:
        """Note the attempt, before anything goes out; with it goes what the same person is to get as one message."""
        rows = [first, *self._gathered(session, first, at)]
        for row in rows[1:]:
            row.state, row.lease_until, row.token = State.SENDING, at + LEASE, row.token + 1
        attempts = [DeliveryAttempt(delivery_id=row.id, at=at) for row in rows]
        for row in rows:
            row.attempts += 1
        session.add_all(attempts)
        session.flush()
        parts = tuple((row.id, row.token, attempt.id) for row, attempt in zip(rows, attempts, strict=True))
        asked_for = first.channel == Channel.SMS and first.account_id is None
        return Claim(parts, Channel(first.channel), wording.message(session, rows, settings=self.settings), asked_for)

    def _gathered(self, session: Session, first: Delivery, at: datetime) -> list[Delivery]:
        if first.account_id is None or not wish_of(session, first.account_id).digest or first.urgent:
            return []
        same = select(Delivery).where(
            Delivery.account_id == first.account_id, Delivery.channel == first.channel, Delivery.place == first.place,
            Delivery.state == State.OWED, Delivery.due_at <= at, Delivery.urgent.is_(False), Delivery.id != first.id,
        )  # fmt: skip
        found = session.scalars(same.order_by(Delivery.id).limit(MOST_GATHERED).with_for_update(skip_locked=True))
        return [row for row in found if self._allowed(session, row, at) <= at]

    def _bring(self, claim: Claim) -> None:
        outcome: str | Later | Refused | Unsure
        try:
            self._within_the_day(claim)
            outcome = self.carriers[claim.channel].carry(claim.message)
        except (Later, Refused, Unsure) as fault:
            outcome = fault
        except Exception as fault:  # a fault of ours: the message is not lost by it
            log.exception("telling.failed", delivery=claim.message.id)
            outcome = Unsure(type(fault).__name__)
        with self.database.writing() as session:
            for delivery_id, token, attempt_id in claim.parts:
                delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
                if delivery.token == token and delivery.state == State.SENDING:
                    delivery.via = self.carriers[claim.channel].name
                    self._ended(delivery, session.get_one(DeliveryAttempt, attempt_id), outcome, now())

    def _within_the_day(self, claim: Claim) -> None:
        """No citizen's telephone is flooded with short messages, whoever asks for them."""
        if not claim.asked_for:
            return
        since = now() - timedelta(days=1)
        with self.database.reading() as session:
            sent = session.scalar(select(func.count()).select_from(Delivery).where(
                Delivery.channel == Channel.SMS, Delivery.place == claim.message.place, Delivery.ended_at > since,
                Delivery.account_id.is_(None), Delivery.state.in_((State.SENT, State.IN_DOUBT)))) or 0  # fmt: skip
        if sent >= self.settings.sms_most_a_day:
            raise Refused("该号码24小时内的短信已达上限")

    def _ended(self, delivery: Delivery, attempt: DeliveryAttempt, outcome: str | Later | Refused | Unsure,
               at: datetime) -> None:
        delivery.lease_until, attempt.ended_at = None, at
        if isinstance(outcome, str):
            delivery.state, delivery.reference, delivery.ground = State.SENT, outcome[:120], ""
            outbox.forget_secrets(delivery)
        else:
            delivery.ground = attempt.ground = str(outcome)[:300]
            delivery.state = self._after(delivery, outcome)
        again = delivery.state == State.OWED
        attempt.outcome = "later" if again else delivery.state
        if again:
            delivery.due_at = at + pause(delivery.attempts)
        else:
            delivery.ended_at = at

    def _after(self, delivery: Delivery, fault: Later | Refused | Unsure) -> State:
        if isinstance(fault, Unsure) and delivery.channel == Channel.SMS:
            return State.IN_DOUBT
        if isinstance(fault, Refused) or delivery.attempts >= self.settings.telling_attempts:
            return State.FAILED
        return State.OWED


def again(session: Session, delivery: Delivery, *, at: datetime) -> bool:
    """Have a message tried anew, by hand; False where it needs no more trying, or what it told is gone."""
    whole = outbox.STARS not in delivery.values.values()
    if delivery.state not in (State.FAILED, State.IN_DOUBT) or not whole:
        return False
    delivery.state, delivery.due_at, delivery.attempts, delivery.ended_at = State.OWED, at, 0, None
    return True


def troubles(session: Session, *, at: datetime) -> tuple[int, int]:
    """How many messages failed within a day, and how many are owed and not out an hour after they were due."""
    count = select(func.count()).select_from(Delivery)
    failed = session.scalar(count.where(Delivery.state == State.FAILED, Delivery.ended_at > at - timedelta(days=1)))
    waiting = Delivery.state.in_((State.OWED, State.SENDING))
    late = session.scalar(count.where(waiting, Delivery.due_at < at - timedelta(hours=1)))
    return failed or 0, late or 0


def _claim(session: Session, *, at: datetime) -> Delivery | None:
    """One conditional UPDATE decides between tellers; what is urgent goes first."""
    due = (
        select(Delivery.id).where(Delivery.state == State.OWED, Delivery.due_at <= at)
        .order_by(Delivery.urgent.desc(), Delivery.due_at, Delivery.id).limit(1).with_for_update(skip_locked=True)
    )  # fmt: skip
    claimed = session.execute(
        update(Delivery).where(Delivery.id == due.scalar_subquery(), Delivery.state == State.OWED)
        .values(state=State.SENDING, lease_until=at + LEASE, token=Delivery.token + 1).returning(Delivery.id)
    ).scalar()  # fmt: skip
    return session.get(Delivery, claimed, populate_existing=True) if claimed else None


def _drop(session: Session, *, before: datetime) -> None:
    old = select(Delivery.id).where(Delivery.owed_at < before, Delivery.state.in_(outbox.OVER)).limit(DROPPED_AT_ONCE)
    ids = list(session.scalars(old))
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(ids)))
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    read = select(Notice.id).where(Notice.at < before, Notice.read_at.is_not(None)).limit(DROPPED_AT_ONCE)
    session.execute(delete(Notice).where(Notice.id.in_(list(session.scalars(read)))))
