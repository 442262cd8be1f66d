"""The operators' desk: who is ready, whose phone rings for which call, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, exists, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.calls import calls, settling
from dispatch.calls.calls import Call, Step
from hotline.accounts.accounts import Account
from hotline.database import Base


class Readiness(StrEnum):
    """What an operator has said of himself."""

    AWAY = "away"
    READY = "ready"  # 示闲
    PAUSED = "paused"  # 小休
    WRAP_UP = "wrap_up"  # 话后处理


class Presence(Base):
    """An operator at his desk. `phone_up` is what the exchange says of his phone, not what he says."""

    __tablename__ = "presence"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    state: Mapped[Readiness] = mapped_column(String(10), default=Readiness.AWAY)
    since: Mapped[datetime]
    phone_up: Mapped[bool] = mapped_column(default=False)
    phone_state: Mapped[str] = mapped_column(String(20), default="")


class Offer(Base):
    """One ringing of one call at one operator's phone. `wrapped_up_at`: when he said that it is written up; none
    where he never did."""

    __tablename__ = "offer"
    __table_args__ = (Index("ix_offer_ended_at", "ended_at",
                            postgresql_include=["call_id", "account_id", "answered_at", "wrapped_up_at"]),)  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(10), default="ringing")  # ringing | answered | missed | done
    wrapped_up_at: Mapped[datetime | None]


def set_readiness(session: Session, account: Account, state: Readiness, *, at: datetime) -> Presence:
    """Note what the operator says of himself."""
    row = session.get(Presence, account.id)
    if row is None:
        row = Presence(account_id=account.id, state=state, since=at, phone_up=False, phone_state="")
        session.add(row)
    row.state, row.since = state, at
    return row


def operator_at(session: Session, extension: str) -> Account | None:
    """The operator whose phone has this extension."""
    return session.scalar(select(Account).where(Account.extension == extension, Account.active.is_(True)))


def offer(session: Session, call_id: str, account: Account, *, at: datetime) -> Offer | None:
    """The call rings at this operator's phone: a new offer; None when it is told twice, or after he took it."""
    known = _known(session, call_id, account)
    return None if known else _rings(session, call_id, account, at)


def answered(session: Session, call_id: str, account: Account, *, at: datetime) -> bool:
    """The operator took the call; told twice, it is noted once. Whether that is new."""
    call = session.get_one(Call, call_id, with_for_update=True)
    taken = (Offer.call_id == call_id, Offer.account_id == account.id, Offer.answered_at.is_not(None), ~_again(call_id))
    if session.scalar(select(Offer).where(*taken)) is not None:
        return False
    row = _known(session, call_id, account) or _rings(session, call_id, account, at)
    row.answered_at, row.outcome = at, "answered"
    call.operator_id, call.answered_at = account.id, call.answered_at or at
    calls.note(session, call_id, Step.ANSWERED, at=at, operator=account.login)
    for other in _ringing(session, call_id):
        other.outcome, other.ended_at = "missed", at
    if call.ended_at is not None:  # heard of late
        settling.settle(session, call)
    return True


def missed(session: Session, call_id: str, account: Account, *, at: datetime) -> bool:
    """The phone rang and was not taken; whether that is new."""
    rang = [row for row in _ringing(session, call_id) if row.account_id == account.id]
    for row in rang:
        row.outcome, row.ended_at = "missed", at
        calls.note(session, call_id, Step.MISSED, at=at, operator=account.login)
    return bool(rang)


def ended(session: Session, ends: Mapping[str, datetime]) -> list[tuple[str, int]]:
    """These calls are over (by id, with the moment): nothing rings for them any more; call and account of each desk
    that one lay on."""
    rows = session.scalars(select(Offer).where(Offer.call_id.in_(ends), Offer.ended_at.is_(None)).order_by(Offer.id))
    desks = []
    for row in rows.all():
        row.ended_at = ends[row.call_id]
        row.outcome = "done" if row.outcome == "answered" else "missed"
        desks.append((row.call_id, row.account_id))
    return desks


def left(session: Session, gone: Sequence[tuple[str, str, datetime]], *,
         only: Collection[str]) -> list[tuple[str, int]]:
    """Operators (call, extension, moment) have left calls that go on without them, as far as these are among `only`;
    call and account of each desk that is free now."""
    desks = []
    for call_id, extension, at in gone:
        account = operator_at(session, extension) if call_id in only else None
        row = current(session, account.id) if account else None
        if row is not None and row.call_id == call_id and row.answered_at is not None:
            row.ended_at, row.outcome = at, "done"
            desks.append((call_id, row.account_id))
    return desks


def cut_off(session: Session, call_id: str, *, at: datetime) -> list[int]:
    """Whoever talked in this call has lost it, and its caller waits again; accounts of the desks that are free now."""
    rows = session.scalars(select(Offer).where(
        Offer.call_id == call_id, Offer.answered_at.is_not(None), Offer.ended_at.is_(None))).all()  # fmt: skip
    for row in rows:
        row.ended_at, row.outcome = at, "done"
    return [row.account_id for row in rows]


def current(session: Session, account_id: int) -> Offer | None:
    """The call on this operator's desk: ringing or being spoken, the latest."""
    query = (
        select(Offer).where(Offer.account_id == account_id, Offer.ended_at.is_(None)).order_by(Offer.id.desc()).limit(1)
    )
    return session.scalar(query)


def _known(session: Session, call_id: str, account: Account) -> Offer | None:
    """The offer of this call at this desk, while it rings or is taken."""
    known = or_(Offer.outcome == "ringing", Offer.answered_at.is_not(None) & ~_again(call_id))
    return session.scalar(select(Offer).where(Offer.call_id == call_id, Offer.account_id == account.id, known))


def _rings(session: Session, call_id: str, account: Account, at: datetime) -> Offer:
    row = Offer(call_id=call_id, account_id=account.id, at=at)
    session.add(row)
    session.flush()
    calls.note(session, call_id, Step.OFFERED, at=at, operator=account.login)
    return row


def _again(call_id: str) -> ColumnElement[bool]:
    """That the offer is over, and its call isn't: what rings then is another."""
    return and_(Offer.ended_at.is_not(None), exists().where(Call.id == call_id, Call.ended_at.is_(None)))


def _ringing(session: Session, call_id: str) -> list[Offer]:
    return list(session.scalars(select(Offer).where(Offer.call_id == call_id, Offer.outcome == "ringing")))
