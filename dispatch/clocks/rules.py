"""The rules of tickets as dated data, since they change: a ticket keeps the set that it was opened under."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.tickets.states import Action
from dispatch.tickets.tickets import Klass, Ticket, TicketRules, Urgency
from hotline.database import insert_into
from hotline.settings import Settings
from hotline.times import local_day

WITHOUT = "without"
"""Where a set keeps the steps that its tickets don't have."""
OPTIONAL = frozenset({Action.RETURN, Action.ASK_EXTENSION, Action.ASK_FACTS, Action.WITHDRAW, Action.NOT_ACCEPT,
                      Action.PASS_ON, Action.HAND_DOWN, Action.REDO_AGAIN})  # fmt: skip
"""The steps that rules may be without: from wherever it stands a ticket comes to its end without them."""


@dataclass(frozen=True)
class Rules:
    """How long everybody has. Days are working days; hours run round the clock, for what is urgent."""

    consult_days: int
    answer_days: int
    accept_days: int
    return_days: int
    extension_days: int
    share_days: int
    urgent_hours: int
    urgent_accept_hours: int
    critical_hours: int
    critical_accept_hours: int
    remind_days: int
    chase_days: int
    supervise_days: int
    remind_hours: int
    chase_hours: int
    supervise_hours: int
    county_days: int
    dispatch_days: int
    facts_days: int

    def days(self, klass: Klass) -> int:
        """Working days to answer a matter of this class."""
        return self.consult_days if klass is Klass.CONSULT else self.answer_days

    def hours(self, urgency: Urgency) -> int | None:
        """Hours to answer; None where it has days."""
        return {Urgency.URGENT: self.urgent_hours, Urgency.CRITICAL: self.critical_hours}.get(urgency)

    def accept_hours(self, urgency: Urgency) -> int | None:
        """Hours to accept or return; None where there are days."""
        return {Urgency.URGENT: self.urgent_accept_hours, Urgency.CRITICAL: self.critical_accept_hours}.get(urgency)


def as_set(settings: Settings) -> Rules:
    """The rules as the settings have them."""
    return Rules(**{field.name: getattr(settings, field.name) for field in fields(Rules)})


def of(ticket: Ticket, *, settings: Settings) -> Rules:
    """The rules that the ticket was opened under; what they didn't know yet is as the settings have it."""
    return read(ticket.rules, settings) if ticket.rules is not None else as_set(settings)


def without(kept: TicketRules | None) -> frozenset[Action]:
    """The steps that tickets under this set don't have."""
    named = kept.terms.get(WITHOUT, []) if kept is not None else []
    return frozenset(action for action in OPTIONAL if action in named)


def in_force(session: Session, *, settings: Settings, at: datetime) -> TicketRules:
    """The set for what is opened now: the latest that the office has put in force and that has not ended, else the
    settings', which is written down when it is first used."""
    return current(session, at=at) or _kept(session, as_set(settings), at=at)


def current(session: Session, *, at: datetime) -> TicketRules | None:
    """The set that the office has put in force; None where the settings hold."""
    day = local_day(at)
    query = select(TicketRules).where(
        TicketRules.valid_from <= day, or_(TicketRules.valid_to.is_(None), TicketRules.valid_to >= day),
        TicketRules.confirmed_at.is_not(None), TicketRules.dropped_at.is_(None))  # fmt: skip
    return session.scalar(query.order_by(TicketRules.valid_from.desc(), TicketRules.id.desc()).limit(1))


def _kept(session: Session, rules: Rules, *, at: datetime) -> TicketRules:
    terms = asdict(rules)
    stands = select(TicketRules).where(TicketRules.digest == digest(terms, None))
    if (found := session.scalar(stands)) is None:
        row = insert_into(session, TicketRules)
        row = row.values(terms=terms, digest=digest(terms, None), basis="", by="hotline", at=at,
                         confirmed_by="", dropped_by="")  # fmt: skip
        session.execute(row.on_conflict_do_nothing())
        found = session.scalars(stands).one()
    return found


def digest(terms: dict[str, int], valid_from: date | None) -> str:
    """What tells two sets apart."""
    return hashlib.sha256(json.dumps([str(valid_from), terms], sort_keys=True).encode()).hexdigest()


def read(kept: TicketRules, settings: Settings) -> Rules:
    """The times of a kept set."""
    return Rules(**{f.name: int(kept.terms.get(f.name, getattr(settings, f.name))) for f in fields(Rules)})
