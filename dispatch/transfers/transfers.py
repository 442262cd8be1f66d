"""A caller handed to a department (转接解答): a row for the hunt, one for each attempt, each outcome kept for ever."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.transfers.hunting import Duty, Outcome
from hotline.accounts.accounts import Account
from hotline.database import Base
from hotline.directory.departments import Department
from hotline.directory.liaisons import Position

JUST_OVER = timedelta(minutes=10)  # so long what was asked of the exchange at a hunt's end is seen to be done
PREFIX = "liaison-"  # of a liaison's channel: nobody takes it for a caller's own


class State(StrEnum):
    """Where a transfer stands, and how it ended."""

    RINGING = "ringing"
    CONNECTED = "connected"
    NOBODY = "nobody"
    OUT_OF_HOURS = "out_of_hours"
    STOPPED = "stopped"  # the caller (by 0) or the operator went back to talking
    CALLER_HUNG_UP = "caller_hung_up"
    FAILED = "failed"  # the exchange did not do it: nobody was rung


class Otherwise(StrEnum):
    """Where the caller goes when nobody could be reached."""

    RECORD = "record"  # 录音交办
    OPERATOR = "operator"


class Transfer(Base):
    """One hunt for one caller. `channel` is the caller's at the exchange; `words` is what a liaison hears first."""

    __tablename__ = "transfer"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    klass: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(String(200))
    otherwise: Mapped[Otherwise] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[State] = mapped_column(String(16), default=State.RINGING, index=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    waits_since: Mapped[datetime | None]  # the exchange has led the caller to where he waits
    settled_at: Mapped[datetime | None]
    department: Mapped[Department] = relationship()
    account: Mapped[Account] = relationship()
    attempts: Mapped[list["TransferAttempt"]] = relationship(
        order_by="TransferAttempt.number", back_populates="transfer"
    )


class TransferAttempt(Base):
    """One ringing of one liaison; its id is its channel's at the exchange. Name and telephone are kept as they were."""

    __tablename__ = "transfer_attempt"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id"), index=True)
    number: Mapped[int]  # its place in the hunt
    position: Mapped[str] = mapped_column(String(10), default="")
    name: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    seconds: Mapped[int] = mapped_column(default=0)  # how long it rings at most; 0: it isn't rung
    dialled_at: Mapped[datetime]
    picked_up_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(16), default="", index=True)  # empty: it rings
    transfer: Mapped[Transfer] = relationship(back_populates="attempts")


@dataclass(frozen=True)
class Wish:
    """What an operator asks for: whom, about what (as a liaison hears it), and what then if nobody comes."""

    department: Department
    klass: str
    words: str
    otherwise: Otherwise = Otherwise.RECORD


def begin(session: Session, call: Call, wish: Wish, *, channel: str, by: Account, at: datetime) -> Transfer:
    """Note a hunt that begins, before the exchange is asked. One that never came to ring is over with it."""
    for before in _running(session, call.id):
        settle(session, before, State.FAILED, at=at)
    transfer = Transfer(call_id=call.id, department_id=wish.department.id, account_id=by.id, klass=wish.klass,
                        words=wish.words[:200], otherwise=wish.otherwise, channel=channel[:100], began_at=at,
                        state=State.RINGING, attempts=[])  # fmt: skip
    session.add(transfer)
    session.flush()
    calls.note(session, call.id, Step.TRANSFER_BEGAN, at=at, name=wish.department.name, operator=by.login)
    return transfer


def ring(session: Session, transfer: Transfer, duty: Duty, *, seconds: int, at: datetime) -> TransferAttempt:
    """Note that a liaison is about to be rung."""
    return _attempt(session, transfer, duty.position, duty.name, duty.number, seconds=seconds, at=at)


def not_rung(session: Session, transfer: Transfer, outcome: Outcome, *, duty: Duty | None = None, at: datetime) -> None:
    """Note an attempt that came to nothing before anybody was rung."""
    who = (duty.position, duty.name, duty.number) if duty else ("", "", "")
    over(session, _attempt(session, transfer, *who, seconds=0, at=at), outcome, at=at)


def picked_up(attempt: TransferAttempt, *, at: datetime) -> None:
    """Somebody, or a mailbox, took the liaison's call."""
    attempt.picked_up_at = attempt.picked_up_at or at


def still_wanted(session: Session, attempt_id: str) -> TransferAttempt | None:
    """The attempt, while its caller still waits for this liaison; None otherwise."""
    attempt = session.get(TransferAttempt, attempt_id)
    wanted = attempt is not None and not attempt.outcome and attempt.transfer.state == State.RINGING
    return attempt if wanted else None


def joined(session: Session, attempt: TransferAttempt, *, at: datetime) -> bool:
    """The liaison has entered the caller's room: the hunt has reached its end. Told twice, it is noted once."""
    if attempt.joined_at is not None:
        return False
    attempt.joined_at, attempt.picked_up_at = at, attempt.picked_up_at or at
    attempt.outcome = ""  # whatever was thought of it meanwhile
    _note_attempt(session, attempt, Outcome.ANSWERED, at=at)
    transfer = attempt.transfer
    transfer.state, transfer.settled_at = State.CONNECTED, at
    calls.note(session, transfer.call_id, Step.TRANSFER_JOINED, at=at, name=transfer.department.name)
    return True


def over(session: Session, attempt: TransferAttempt, outcome: Outcome, *, at: datetime) -> None:
    """The attempt's channel is gone, or there never was one; an outcome that is known already stays."""
    attempt.ended_at = attempt.ended_at or at
    if not attempt.outcome or attempt.outcome == Outcome.IN_DOUBT:
        _note_attempt(session, attempt, outcome, at=at)


def decline(session: Session, attempt: TransferAttempt, *, at: datetime) -> None:
    """Who picked up is the wrong person; he is still on the line for a moment."""
    if not attempt.outcome:
        _note_attempt(session, attempt, Outcome.WRONG_PERSON, at=at)


def settle(session: Session, transfer: Transfer, state: State, *, at: datetime, reason: str = "") -> bool:
    """The hunt is over without anybody having joined; who rings is not waited for. False when it was over before."""
    if transfer.state != State.RINGING:
        return False
    transfer.state, transfer.settled_at = state, at
    left = Outcome.CALLER_HUNG_UP if state is State.CALLER_HUNG_UP else Outcome.STOPPED
    for attempt in transfer.attempts:
        if not attempt.outcome:
            _note_attempt(session, attempt, left, at=at)
    calls.note(session, transfer.call_id, Step.TRANSFER_ENDED, at=at, name=transfer.department.name, transfer=state,
               reason=reason)  # fmt: skip
    return True


def call_ended(session: Session, ends: dict[str, datetime]) -> None:
    """The callers of these calls (by id, with the moment) have hung up."""
    query = select(Transfer).where(Transfer.call_id.in_(ends), Transfer.state == State.RINGING)
    for transfer in session.scalars(query).all():
        settle(session, transfer, State.CALLER_HUNG_UP, at=ends[transfer.call_id])


def of_call(session: Session, call_id: str) -> list[Transfer]:
    """The hunts of a call, in order."""
    return list(session.scalars(select(Transfer).where(Transfer.call_id == call_id).order_by(Transfer.id)))


def attempts_of(session: Session, call_id: str) -> Sequence[TransferAttempt]:
    """Every attempt of a call, in order."""
    query = select(TransferAttempt).join(Transfer).where(Transfer.call_id == call_id)
    return session.scalars(query.order_by(Transfer.id, TransferAttempt.number)).all()


def latest(session: Session, call_id: str, *, lock: bool = False) -> Transfer | None:
    """The last hunt of a call; locked, two who change it take turns."""
    query = select(Transfer).where(Transfer.call_id == call_id).order_by(Transfer.id.desc()).limit(1)
    return session.scalar(query.with_for_update() if lock else query)


def ringing(transfer: Transfer) -> TransferAttempt | None:
    """The attempt that is under way."""
    return next((attempt for attempt in transfer.attempts if not attempt.outcome), None)


def handed_on(session: Session, call_ids: Collection[str]) -> set[str]:
    """Those of these calls in which a hunt was begun."""
    return set(session.scalars(select(Transfer.call_id).where(Transfer.call_id.in_(call_ids)))) if call_ids else set()


def with_open_legs(session: Session, call_ids: Collection[str]) -> set[str]:
    """Those of these calls in which a liaison's channel is not known to be gone."""
    query = select(Transfer.call_id).join(TransferAttempt).where(
        Transfer.call_id.in_(call_ids), TransferAttempt.ended_at.is_(None))  # fmt: skip
    return set(session.scalars(query))


def to_hang_up(session: Session, call_ids: Collection[str]) -> Sequence[str]:
    """The liaisons' channels that nobody waits for any more."""
    query = (
        select(TransferAttempt.id).join(Transfer).join(Call, Call.id == Transfer.call_id)
        .where(Transfer.call_id.in_(call_ids), TransferAttempt.ended_at.is_(None),
               TransferAttempt.outcome.in_((Outcome.STOPPED, Outcome.CALLER_HUNG_UP)) | Call.ended_at.is_not(None))
    )  # fmt: skip
    return session.scalars(query).all()


def to_look_at(session: Session, *, node: str, at: datetime) -> list[str]:
    """The calls of an exchange in which a hunt goes on or is just over, or a liaison's channel is not known to be
    gone."""
    open_ones = select(TransferAttempt.transfer_id).where(TransferAttempt.ended_at.is_(None))
    query = select(Transfer.call_id).where(
        (Transfer.state == State.RINGING) | (Transfer.settled_at > at - JUST_OVER) | Transfer.id.in_(open_ones)
    ).distinct()  # fmt: skip
    return list(session.scalars(query.join(Call, Call.id == Transfer.call_id).where(Call.node.in_(("", node)))))


def _running(session: Session, call_id: str) -> Sequence[Transfer]:
    return session.scalars(select(Transfer).where(Transfer.call_id == call_id, Transfer.state == State.RINGING)).all()


def _attempt(session: Session, transfer: Transfer, position: Position | str, name: str, phone: str, *, seconds: int,
             at: datetime) -> TransferAttempt:
    attempt = TransferAttempt(
        id=PREFIX + uuid.uuid4().hex[:24], number=len(transfer.attempts) + 1, position=str(position), name=name[:40],
        phone=phone[:30], seconds=seconds, dialled_at=at, outcome="",
    )  # fmt: skip
    transfer.attempts.append(attempt)
    session.flush()
    return attempt


def _note_attempt(session: Session, attempt: TransferAttempt, outcome: Outcome, *, at: datetime) -> None:
    attempt.outcome = outcome
    calls.note(session, attempt.transfer.call_id, Step.TRANSFER_TRIED, at=at, attempt=attempt.id,
               position=attempt.position, liaison=attempt.name, tried=outcome)  # fmt: skip
