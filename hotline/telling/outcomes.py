"""What became of a message: sent, put off, to be tried again, failed, in doubt; and what people may do about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.settings import Settings
from hotline.telling import notices, outbox, phone, sms
from hotline.telling.carriers import CarrierError, NotNow, Refused, Unregistered, Unsure
from hotline.telling.notices import Topic
from hotline.telling.outbox import Channel, Delivery, DeliveryAttempt, State
from hotline.telling.webhooks import Webhook
from hotline.times import local_day

LONGEST_PAUSE = timedelta(hours=3)
TEMPLATE = "sms_template"  # what a notice of an unregistered text is about
PUT_OFF = timedelta(seconds=10)
BESIDE = frozenset({sms.AHEAD, sms.DUTY})
"""Short messages that go beside a telephone, which rings all the same: nothing is lost with them."""


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 4, 16, 64 minutes, and three hours at most."""
    return min(timedelta(minutes=4 ** (attempts - 1)), LONGEST_PAUSE)


def ended(delivery: Delivery, attempt: DeliveryAttempt, outcome: str | CarrierError, *, settings: Settings,
          at: datetime) -> None:
    """Note how an attempt ended: what the other side calls the message, or why it didn't go out."""
    delivery.lease_until, attempt.ended_at = None, at
    if isinstance(outcome, str):
        delivery.state, delivery.reference, delivery.ground = State.SENT, outcome[:120], ""
        outbox.forget_secrets(delivery)
    else:
        delivery.ground = attempt.ground = str(outcome)[:300]
        delivery.state = _after(delivery, outcome, settings)
    if delivery.state == State.OWED:
        by_phone = delivery.channel == Channel.PHONE
        attempt.outcome = "later"
        delivery.due_at = at + (phone.pause(delivery) if by_phone else pause(delivery.attempts))
    else:
        attempt.outcome, delivery.ended_at = delivery.state, at
    session = object_session(delivery)
    if session is not None and delivery.state in (State.FAILED, State.IN_DOUBT):
        _missed(session, delivery, outcome, at=at)


def put_off(session: Session, delivery: Delivery, attempt: DeliveryAttempt, fault: NotNow, *, at: datetime) -> None:
    """It was not tried, so there was no attempt; it stays owed, and says why."""
    session.delete(attempt)
    delivery.state, delivery.due_at, delivery.lease_until = State.OWED, at + PUT_OFF, None
    delivery.attempts, delivery.ground = delivery.attempts - 1, str(fault)[:300]


def repeatable(delivery: Delivery) -> bool:
    """Whether it may be tried anew by hand: it didn't go out, or nobody knows, and what it told isn't gone."""
    return delivery.state in (State.FAILED, State.IN_DOUBT) and outbox.STARS not in delivery.values.values()


def again(session: Session, delivery: Delivery, *, by: str, at: datetime) -> bool:
    """Have a message tried anew, by hand; False where it needs no more trying, or what it told is gone."""
    if not repeatable(delivery):
        return False
    delivery.state, delivery.due_at, delivery.attempts, delivery.ended_at = State.OWED, at, 0, None
    audit.note(session, "delivery.again", by=by, at=at, about=("delivery", delivery.id))
    return True


def troubles(session: Session, *, at: datetime) -> tuple[int, int]:
    """How many messages failed within a day, and how many are owed and not out an hour after they were due."""
    count = select(func.count()).select_from(Delivery)
    failed = session.scalar(count.where(Delivery.state == State.FAILED, Delivery.ended_at > at - timedelta(days=1)))
    waiting = Delivery.state.in_((State.OWED, State.SENDING))
    late = session.scalar(count.where(waiting, Delivery.due_at < at - timedelta(hours=1)))
    return failed or 0, late or 0


def _after(delivery: Delivery, fault: CarrierError, settings: Settings) -> State:
    """A short message in doubt counts as sent: twice disturbs, and costs. E-mails and webhooks go again, under the id
    that the other side knows them by; a telephone that may have rung has rung, and rings again as if it hadn't been
    answered."""
    if isinstance(fault, Unsure) and delivery.channel == Channel.SMS:
        return State.IN_DOUBT
    most = phone.most(delivery) if delivery.channel == Channel.PHONE else settings.telling_attempts
    given_up = isinstance(fault, Refused) or delivery.attempts >= most
    return State.FAILED if given_up else State.OWED


def _missed(session: Session, delivery: Delivery, outcome: str | CarrierError, *, at: datetime) -> None:
    """Who sees to what didn't go out, or nobody knows. A text that isn't registered fails for everybody alike: that is
    told once a day until it is; who lodged a matter has heard his code already."""
    unregistered = isinstance(outcome, Unregistered)
    if unregistered:
        key = f"unregistered:{delivery.template}:{local_day(at)}"
        notices.tell(session, _people(session, Role.SUPERVISOR, Role.ADMINISTRATOR), Topic.UNREGISTERED, key=key,
                     about=(TEMPLATE, delivery.template), named="短信模板", at=at)  # fmt: skip
    if _else_untold(session, delivery) and not (unregistered and delivery.topic == sms.CODE):
        _by_a_person(session, delivery, at=at)


def _else_untold(session: Session, delivery: Delivery) -> bool:
    """Whether it was the only word of something: people of the house find it in their inbox too, and of other systems
    only 12345 passes it on to a citizen."""
    match Channel(delivery.channel):
        case Channel.SMS:
            return delivery.account_id is None and delivery.topic not in BESIDE
        case Channel.WEBHOOK:
            hook = session.get(Webhook, int(delivery.place)) if delivery.place.isdecimal() else None
            return hook is not None and hook.exchange
        case channel:
            return channel is Channel.PHONE


def _by_a_person(session: Session, delivery: Delivery, *, at: datetime) -> None:
    """Nobody has heard it, or nobody knows: the hotline's supervisors see to it that it is told."""
    notices.tell(session, _people(session, Role.SUPERVISOR), Topic.UNHEARD, about=(delivery.kind, delivery.thing),
                 key=f"delivery:{delivery.id}:{delivery.token}", urgent=delivery.urgent, at=at)  # fmt: skip


def _people(session: Session, *roles: Role) -> Sequence[Account]:
    query = select(Account).where(Account.role.in_(roles), Account.active.is_(True))
    return session.scalars(query.order_by(Account.id)).all()
