"""Call-backs: what a citizen is owed after the reply; claimed once, dialled once, never two at a time."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Select, String, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, aliased, mapped_column, relationship

from dispatch.calls import calls
from dispatch.calls.calls import Call
from dispatch.line import flags
from dispatch.tickets import alerts, caller_sms
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.calendar.hours import next_sensible, read_hours
from hotline.database import Base
from hotline.exchange import holding
from hotline.phones import extension_of
from hotline.settings import Settings
from hotline.telling import outbox
from hotline.telling.outbox import Channel, Delivery
from hotline.voice import orders
from recordings import recordings

LEASE = timedelta(minutes=5)
LONGEST_CALL = timedelta(hours=12)
TOLD = "told"
REFUSED = "refused"  # he doesn't want to be called back
WRONG_PERSON = "wrong_person"  # whoever picked up knows nothing of it: the machine rings there no more
BUSY = "busy"  # he is speaking with somebody: no attempt, as long as that isn't so for ever
LINE_FAULT = "line_fault"  # the carrier didn't take the call: nobody was rung
MOST_SPARED = {BUSY: 6, LINE_FAULT: 60}
NOT_RUNG = "not_rung"  # the operator's own phone wasn't answered: the citizen's never rang
DESK = "desk"  # who noted a call in which an operator rings a citizen
CLAIMING = 96128_01  # the advisory lock of who claims a call-back


class State(StrEnum):
    """Where a call-back stands."""

    DUE = "due"
    CLAIMED = "claimed"
    DIALLING = "dialling"
    DONE = "done"
    GIVEN_UP = "given_up"
    VOID = "void"


class Callback(Base):
    """One call owed to one citizen: for the reply to his ticket, because nobody answered him, because his place in the
    queue was kept, or to rate a call that was cut off. `token` fences:
    whoever holds an older one has lost the claim."""

    __tablename__ = "callback"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    number: Mapped[str] = mapped_column(String(24))
    state: Mapped[State] = mapped_column(String(10), default=State.DUE, index=True)
    by_person: Mapped[bool] = mapped_column(default=False)  # told by an operator, not by the machine
    survey_of: Mapped[str | None] = mapped_column(ForeignKey("call.id"), index=True)  # to be rated, that was cut off
    due_at: Mapped[datetime] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # the operator who took it
    ticket: Mapped[Ticket | None] = relationship()
    holder: Mapped[Account | None] = relationship()

    @property
    def replied(self) -> Ticket:
        """The ticket whose reply is owed."""
        if self.ticket is None:
            raise LookupError(f"call-back {self.id} is owed for no ticket")
        return self.ticket

    @property
    def for_place(self) -> bool:
        """Whether it is owed for a place kept in the queue."""
        return self.ticket_id is None and not self.by_person and self.survey_of is None

    @property
    def about(self) -> tuple[str, object]:
        """What the audit trail knows it by."""
        return ("ticket", self.ticket.number) if self.ticket is not None else ("callback", self.id)


class Attempt(Base):
    """One dialling of one call-back; its id travels with the channel, so that a crash can be told from a miss."""

    __tablename__ = "callback_attempt"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), index=True)
    call_id: Mapped[str] = mapped_column(String(40), index=True)
    dialled_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20), default="")  # told | unconfirmed | no_answer | …
    by: Mapped[str] = mapped_column(String(60), default="")  # the operator who rings; empty: the machine
    verified: Mapped[str] = mapped_column(String(10), default="")  # how he verified the citizen: matter | code
    words: Mapped[str] = mapped_column(String(500), default="")  # what became of it, in his words


def owe_callback(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> Callback:
    """Owe the ticket's caller a call at the next sensible hour, and have the reply spoken by then; where a short
    message can go ahead, it does, and the call some minutes later. Who is spared the machine is rung by a person, and
    who is reached by way of a switchboard only: the machine would tell the reply to whoever picks up there."""
    hours = read_hours(settings.callback_hours)
    row = Callback(ticket_id=ticket.id, number=ticket.contact, due_at=next_sensible(at, hours),
                   by_person=ticket.personal or bool(extension_of(ticket.contact))
                   or flags.spares(session, ticket.contact))  # fmt: skip
    later = next_sensible(at + timedelta(minutes=settings.callback_message_minutes), hours)
    if settings.callback_message_minutes and caller_sms.ahead(session, ticket, rung_at=later, settings=settings, at=at):
        row.due_at = later
    session.add(row)
    if row.by_person:
        alerts.callback_owed(session, ticket, at=at)
    else:
        orders.order(session, ticket.reply, voice=settings.voice, urgent=True, at=at)
    session.flush()
    return row


def waits(session: Session, *, settings: Settings, at: datetime) -> bool:
    """Whether a call-back is due for the machine at an hour when one may ring."""
    return read_hours(settings.callback_hours).holds(at) and session.scalar(_due(at).limit(1)) is not None


def claim(session: Session, *, settings: Settings, at: datetime) -> Callback | None:
    """Claim one call-back that is due, by lease; None when nothing is due, or it is no hour to ring anybody. Whether
    the trunk has room for it is decided in dispatch/callbacks/trunk.py.

    One conditional UPDATE decides between claimants. A telephone that we are ringing already is left alone."""
    if not read_hours(settings.callback_hours).holds(at):
        return None
    one_claimant(session)
    due = _due(at).limit(1).with_for_update(skip_locked=True)
    claimed = session.execute(
        update(Callback)
        .where(Callback.id == due.scalar_subquery(), Callback.state == State.DUE)
        .values(state=State.CLAIMED, lease_until=at + LEASE, token=Callback.token + 1)
        .returning(Callback.id)
    ).scalar()
    return session.get(Callback, claimed, populate_existing=True) if claimed else None


def _due(at: datetime) -> Select[int]:
    """Call-backs that the machine may make now, the longest due first; never to who is on the line to us."""
    return (
        select(Callback.id)
        .where(Callback.state == State.DUE, Callback.by_person.is_(False), Callback.due_at <= at,
               or_(Callback.ticket_id.is_not(None), Callback.survey_of.is_not(None)), ~under_way(),
               ~is_ringing_us(Callback.number, at=at))
        .order_by(Callback.due_at)
    )  # fmt: skip


def under_way() -> ColumnElement[bool]:
    """The condition that the telephone of a call-back is being rung already, for whichever matter, or to be told
    something."""
    other = aliased(Callback)
    told = exists().where(Delivery.place == Callback.number, Delivery.channel == Channel.PHONE,
                          Delivery.state == outbox.State.SENDING)  # fmt: skip
    return or_(exists().where(other.number == Callback.number, other.state.in_((State.CLAIMED, State.DIALLING))), told)


def is_ringing_us(number: ColumnElement[str] | InstrumentedAttribute[str], *, at: datetime) -> ColumnElement[bool]:
    """The condition that who has this telephone is on the line to us at this moment: he rang, and would be busy."""
    return exists().where(Call.caller == number, Call.direction == "in", Call.ended_at.is_(None),
                          Call.began_at > at - LONGEST_CALL)  # fmt: skip


def one_claimant(session: Session) -> None:
    """Claimants take turns until the commit: two at once would not see each other's claims on one telephone.
    SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(CLAIMING)))


def place(session: Session, callback: Callback, *, settings: Settings, at: datetime,
          by: Account | None = None) -> Attempt:
    """Note, before the exchange is asked, that we are about to ring: the call, its recording and the attempt. What acts
    on the world comes after the commit. `by`: the operator from whose phone it is rung."""
    call_id, node = calls.mint_id(at), holding.holder(session, settings=settings)
    calls.begin(session, call_id, caller=callback.number, dialled=callback.number, direction="out", node=node,
                taken_from=DESK if by else "worker", at=at)  # fmt: skip
    recordings.expect(session, call_id, kind=recordings.Kind.CALL, spool=settings.spool, at=at)
    if by is not None:
        session.get_one(Call, call_id).operator_id = by.id
    return dial(session, callback, call_id=call_id, by=by.login if by else "", at=at)


def dial(session: Session, callback: Callback, *, call_id: str, by: str = "", at: datetime) -> Attempt:
    """Note an attempt to ring, in a call that is noted."""
    callback.state, callback.attempts = State.DIALLING, callback.attempts + 1
    callback.lease_until = at + LEASE
    attempt = Attempt(id=uuid.uuid4().hex, callback_id=callback.id, call_id=call_id, dialled_at=at, by=by)
    session.add(attempt)
    return attempt


def settle(session: Session, attempt: Attempt, *, outcome: str, settings: Settings, at: datetime) -> Callback:
    """Note how an attempt ended: told ends the call-back, and so does refusing it; anything else owes it again, up to
    the most attempts. One in which nobody was rung is none, nor a busy tone, nor a carrier that was away."""
    callback = session.get_one(Callback, attempt.callback_id)
    if attempt.outcome:
        return callback
    attempt.outcome, attempt.ended_at = outcome, at
    if outcome == NOT_RUNG:
        callback.state, callback.attempts = State.CLAIMED, callback.attempts - 1
        callback.lease_until = at + timedelta(minutes=settings.callback_hold_minutes)
        return callback
    callback.lease_until = callback.holder_id = None
    if outcome in MOST_SPARED and _times(session, callback, outcome) <= MOST_SPARED[outcome]:
        callback.attempts -= 1
    if outcome == TOLD or (callback.survey_of and callback.ticket_id):  # the reply itself he has heard before
        callback.state = State.DONE
    elif outcome == REFUSED or callback.survey_of or callback.attempts >= settings.callback_attempts:
        callback.state = State.GIVEN_UP
    else:
        _to_a_person(session, callback, outcome, at)
        callback.state, callback.due_at = State.DUE, _again(callback, settings, at)
    return callback


def _again(callback: Callback, settings: Settings, at: datetime) -> datetime:
    """When he is rung once more; whose place is kept at any hour."""
    if callback.for_place:
        return at + timedelta(minutes=settings.queue_place_pause_minutes)
    later = at + timedelta(minutes=settings.callback_pause_minutes)
    return next_sensible(later, read_hours(settings.callback_hours))


def _times(session: Session, callback: Callback, outcome: str) -> int:
    query = select(func.count()).where(Attempt.callback_id == callback.id, Attempt.outcome == outcome)
    return session.scalar(query) or 0


def _to_a_person(session: Session, callback: Callback, outcome: str, at: datetime) -> None:
    """A stranger is not bothered again by a machine: an operator sees whether the number is right, and rings."""
    if outcome == WRONG_PERSON and callback.ticket is not None and not callback.by_person:
        callback.by_person = True
        alerts.callback_owed(session, callback.ticket, at=at)


def stranded(session: Session, *, at: datetime) -> list[Attempt]:
    """Attempts whose lease ran out: whether they still run is to be asked of the exchange."""
    query = (
        select(Attempt).join(Callback, Callback.id == Attempt.callback_id)
        .where(Attempt.outcome == "", Callback.state == State.DIALLING, Callback.lease_until < at)
    )  # fmt: skip
    return list(session.scalars(query))


def runs_on(session: Session, attempt: Attempt, *, lease: timedelta = LEASE, at: datetime) -> None:
    """The attempt isn't over: the exchange still has its channel, or the operator writes it up. Nobody else may ring
    the citizen meanwhile."""
    session.get_one(Callback, attempt.callback_id).lease_until = at + lease


def release(session: Session, *, at: datetime) -> int:
    """Put back what was claimed by somebody who died before dialling."""
    released = session.execute(
        update(Callback).where(Callback.state == State.CLAIMED, Callback.lease_until < at)
        .values(state=State.DUE, lease_until=None, holder_id=None).returning(Callback.id)
    )  # fmt: skip
    return len(released.all())
