"""Word to a caller of what became of his matter: by short message where one can be sent, else by telephone, and by a
person where neither can. It never says what the matter is about: a telephone may be a family's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from dispatch.line import flags
from dispatch.line.dialable import dialable
from dispatch.passed import passed_answers
from dispatch.tickets import alerts, caller_sms
from dispatch.tickets.history import write_step
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Role
from hotline.phones import extension_of
from hotline.settings import Settings
from hotline.telling import notices, outbox, phone, sms
from hotline.telling.notices import Topic
from hotline.telling.outbox import Channel, Delivery, State
from hotline.telling.phone import Line
from hotline.times import local

UNSENT = frozenset({State.OWED, State.FAILED, State.IN_DOUBT})
WAITS = frozenset({State.OWED, State.SENDING})
OUT = "sms_out"  # in the ticket's history: a short message is out, or may be, that was to be held


@dataclass(frozen=True)
class Word:
    """What he is told: by which template with which values, and as the machine says it."""

    template: str
    values: Mapping[str, str]
    spoken: str


def owe(session: Session, ticket: Ticket, word: Word, *, key: str, settings: Settings, at: datetime) -> None:
    """Owe him a word, once for each key; who left no telephone looks for himself, and who is spared the machine hears
    it of a person."""
    if not ticket.contact:
        return
    about = ("ticket", ticket.number)
    if caller_sms.may(ticket) and sms.sendable(session, word.template, ticket.contact, settings=settings):
        sms.owe(session, word.template, ticket.contact, word.values, at, key=key, about=about)
    elif number := "" if flags.spares(session, ticket.contact) else _rung(ticket, settings):
        phone.owe(session, [Line(number)], word.spoken, key=key, topic=word.template, about=about,
                  rounds=settings.callback_attempts, pause_minutes=settings.callback_pause_minutes,
                  voice=settings.voice, at=at)  # fmt: skip
    else:
        notices.tell(session, alerts.people(session, Role.SUPERVISOR), Topic.UNHEARD, key=key, about=about,
                     at=at)  # fmt: skip


def of(session: Session, ticket: Ticket) -> Sequence[Delivery]:
    """Each message by which the caller was to be told something of it, himself or by 12345, and where it stands; not
    what rings the duty telephones of its department."""
    return session.scalars(_his(ticket)).all()


def drop(session: Session, ticket: Ticket, topic: str, *, but: str = "", at: datetime) -> None:
    """What he was to be told isn't so any more: what of it didn't go out goes to nobody; `but` what has this key."""
    for row in _held(session, ticket, UNSENT):
        if row.topic == topic and row.key != but:
            outbox.void(row, at=at)


def hush(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """He wishes secrecy from now on, and the gateway is outside the house: no short message goes out that isn't out
    already. A person tells him what it was to; what is out, or may be, the history says."""
    unsent = [row for row in _held(session, ticket, UNSENT | WAITS) if row.channel == Channel.SMS]
    if any(row.state in WAITS and row.topic != sms.AHEAD for row in unsent):
        notices.tell(session, alerts.people(session, Role.SUPERVISOR), Topic.UNHEARD, key=f"ticket:{ticket.id}:hushed",
                     about=("ticket", ticket.number), at=at)  # fmt: skip
    if any(outbox.handed_over(row) or row.state == State.IN_DOUBT for row in unsent):
        write_step(session, ticket, OUT, by="hotline", source=ticket.state, at=at)
    for row in unsent:
        if not outbox.handed_over(row):
            outbox.void(row, at=at)


def secret(session: Session, delivery: Delivery) -> bool:
    """Whether it is a short message to the caller of a matter that is confidential by now: nobody gets it, whenever it
    was owed."""
    citizens = delivery.channel == Channel.SMS and delivery.account_id is None and delivery.topic != sms.DUTY
    if not citizens or delivery.kind != "ticket":
        return False
    return bool(session.scalar(select(Ticket.confidential).where(Ticket.number == delivery.thing)))


def which(ticket: Ticket) -> str:
    """The matter by the day on which it was lodged, as the machine names it."""
    taken = local(ticket.intake_at)
    return f"您{taken.month}月{taken.day}日登记的事项"


def _his(ticket: Ticket) -> Select[Delivery]:
    himself = and_(Delivery.channel.in_((Channel.SMS, Channel.PHONE)), Delivery.topic != sms.DUTY)
    his = Delivery.account_id.is_(None), or_(himself, Delivery.topic == passed_answers.TOPIC)
    about = Delivery.kind == "ticket", Delivery.thing == ticket.number
    return select(Delivery).where(*about, *his).order_by(Delivery.id)


def _held(session: Session, ticket: Ticket, states: frozenset[State]) -> Sequence[Delivery]:
    """What stands so, ours until the end: whoever would bring it out at this moment comes before or after."""
    query = _his(ticket).where(Delivery.state.in_(states)).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _rung(ticket: Ticket, settings: Settings) -> str:
    """The telephone that the machine rings; none behind a switchboard, where it would tell whoever picks up."""
    return "" if extension_of(ticket.contact) else dialable(ticket.contact, may_dial=settings.operators_may_dial)
