"""What is owed to somebody outside: one row a message, written in the transaction of what it tells of."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.database import Base, insert_into


class Channel(StrEnum):
    """By which way a message leaves the house."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"
    PHONE = "phone"  # rung, and spoken to


class State(StrEnum):
    """Where a message stands."""

    OWED = "owed"
    SENDING = "sending"  # claimed by lease; noted before anything goes out
    SENT = "sent"
    FAILED = "failed"  # refused, or tried as often as may be
    IN_DOUBT = "in_doubt"  # it may have gone out: a short message is not sent twice for that
    VOID = "void"  # nobody need hear it any more


OVER = frozenset({State.SENT, State.FAILED, State.IN_DOUBT, State.VOID})
SECRET = frozenset({"code", "answer"})
"""Values that nobody reads in the outbox, and that go from it when they are sent."""
STARS = "********"


class Delivery(Base):
    """One message by one way to one place. `key` names what it tells of: the same is owed once to each place.
    `token` fences: whoever holds an older one has lost the claim."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("key", "channel", "place"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    channel: Mapped[Channel] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(120), index=True)  # an address, a number, or which webhook
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    topic: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20), default="")
    thing: Mapped[str] = mapped_column(String(60), default="", index=True)
    template: Mapped[str] = mapped_column(String(30), default="")
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(String(10), default=State.OWED)
    owed_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    ground: Mapped[str] = mapped_column(String(300), default="")  # why it failed, or waits
    via: Mapped[str] = mapped_column(String(20), default="")  # console, or the way itself; none before it went by it
    reference: Mapped[str] = mapped_column(String(120), default="")  # what the other side calls it
    ended_at: Mapped[datetime | None]
    tries: Mapped[list["DeliveryAttempt"]] = relationship(order_by="DeliveryAttempt.id")


class DeliveryAttempt(Base):
    """One time that a message was brought to the other side; noted before, so that a crash shows."""

    __tablename__ = "delivery_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(10), default="")  # sent | later | failed | in_doubt
    ground: Mapped[str] = mapped_column(String(300), default="")


def owe(session: Session, *, key: str, channel: Channel, place: str, topic: str, at: datetime,
        about: tuple[str, object] = ("", ""), account_id: int | None = None, template: str = "",
        values: Mapping[str, object] | None = None, urgent: bool = False) -> bool:
    """Owe one message; False where the same is owed, or was sent, already."""
    kind, thing = about
    row = insert_into(session, Delivery).values(
        key=key, channel=channel, place=place, topic=topic, kind=kind, thing=str(thing), account_id=account_id,
        template=template, values=dict(values or {}), urgent=urgent, state=State.OWED, owed_at=at, due_at=at, token=0,
        attempts=0, ground="", via="", reference="",
    )  # fmt: skip
    return session.execute(row.on_conflict_do_nothing().returning(Delivery.id)).scalar() is not None


def shown(delivery: Delivery) -> dict[str, Any]:
    """The values of a message as somebody may read them: what is secret stays so."""
    return {name: STARS if name in SECRET else value for name, value in delivery.values.items()}


def forget_secrets(delivery: Delivery) -> None:
    """Take what is secret out of the outbox."""
    delivery.values = shown(delivery)


def handed_over(delivery: Delivery) -> bool:
    """Whether it is on its way out at this moment: nobody can hold it any more."""
    return delivery.state == State.SENDING and delivery.via != ""


def void(delivery: Delivery, *, at: datetime) -> None:
    """Nobody need hear of it any more; whoever was about to bring it out finds so."""
    delivery.state, delivery.ended_at, delivery.lease_until = State.VOID, at, None
    for begun in delivery.tries:
        if begun.ended_at is None:
            begun.outcome, begun.ended_at = State.VOID, at
    forget_secrets(delivery)
