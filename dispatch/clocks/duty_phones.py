"""Who is rung for what is urgent (紧急, 特急): the department's duty telephone, its liaisons, the city's duty office.

One after the other until somebody hears it, at any hour; mobiles get a short message, too, where one can be sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.clocks.deadlines import HURRY
from dispatch.clocks.rungs import ORDER, Rung
from dispatch.line.dialable import dialable
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket, Urgency
from hotline.directory.departments import Department
from hotline.directory.liaisons import Position, duty_list
from hotline.logs import mask
from hotline.settings import Settings
from hotline.telling import phone, sms
from hotline.telling.phone import Line
from hotline.times import local

CITY = "市政府总值班室"
TO_THE_CITY = ORDER[2:]
"""Rungs of which the city's duty office hears whatever the department does."""
HANDED = "dispatch"
"""In the key of what is rung for when the department is handed the ticket: needless once it has accepted it."""
ANEW = "anew"
"""The same where it has it in hand at once: to be done again, or from the department that it stands for."""


def ring(session: Session, ticket: Ticket, rung: Rung | None = None, *, settings: Settings, at: datetime) -> list[str]:
    """Owe it to those who answer at night that they are rung; who they are, in words. Nobody, for what has days.
    Without a rung: the department was handed it at this moment."""
    unit = session.get(Department, ticket.department_id) if ticket.department_id else None
    if ticket.due_hours is None or ticket.due_at is None or unit is None:
        return []
    theirs, city = _department(session, unit, settings), _city(settings)
    # The city's hears of it at once, or where nobody of the department answers.
    chains = [theirs, city] if rung in TO_THE_CITY else [[*theirs, *city]]
    phone.drop(session, sms.DUTY, about=("ticket", ticket.number), at=at)  # of an earlier rung: this one says more
    for chain in chains:
        _owe(session, ticket, unit, rung, chain, settings=settings, at=at)
    told = [*theirs, *city] if rung in TO_THE_CITY else theirs or city
    return [f"{line.name}{mask(line.number) if sms.is_mobile(line.number) else line.number}" for line in told]


def _owe(session: Session, ticket: Ticket, unit: Department, rung: Rung | None, chain: Sequence[Line], *,
         settings: Settings, at: datetime) -> None:  # fmt: skip
    what = rung or (HANDED if ticket.state == State.TO_ACCEPT else ANEW)
    key, about = f"duty:{ticket.id}:{unit.id}:{ticket.due_at:%Y%m%d%H%M}:{what}", ("ticket", ticket.number)
    words = _words(ticket, unit, at)
    phone.owe(session, chain, text_of(ticket, unit, at=at), key=key, topic=sms.DUTY, about=about,
              rounds=settings.duty_ring_rounds, pause_minutes=settings.duty_ring_pause_minutes, voice=settings.voice,
              urgent=True, at=at)  # fmt: skip
    for line in chain:
        if sms.sendable(session, sms.DUTY, line.number, settings=settings):
            sms.owe(session, sms.DUTY, line.number, words, at, key=key, about=about, urgent=True)


def text_of(ticket: Ticket, unit: Department, *, at: datetime) -> str:
    """What is said: which ticket, how urgent, what is due when; not what it is about."""
    words = _words(ticket, unit, at)
    return "{department}有一件{urgency}工单，编号{number}，{due}。请立即登录系统办理。".format_map(words)


def _words(ticket: Ticket, unit: Department, at: datetime) -> dict[str, str]:
    return {"number": ticket.number, "urgency": HURRY[Urgency(ticket.urgency)], "due": _due(ticket, at),
            "department": unit.short_name or unit.name}  # fmt: skip


def _department(session: Session, unit: Department, settings: Settings) -> list[Line]:
    called = unit.short_name or unit.name
    people = [(f"{called}联络员{one.name}", one.phone) for one in duty_list(session, unit.id)
              if one.position != Position.SECTION]  # fmt: skip
    return _dialled([(f"{called}值班电话", unit.duty_phone), *people], settings)


def _city(settings: Settings) -> list[Line]:
    return _dialled([(CITY, settings.city_duty_phone)], settings)


def _dialled(named: Iterable[tuple[str, str]], settings: Settings) -> list[Line]:
    """Those that may be dialled, each number once."""
    found = {dialable(given, may_dial=settings.operators_may_dial): name for name, given in reversed([*named])}
    return [Line(number, name) for number, name in reversed(found.items()) if number]


def _due(ticket: Ticket, at: datetime) -> str:
    """By when it is due, or since when it is over."""
    due = local(ticket.due_at or at)
    moment = f"{due.month}月{due.day}日{due:%H:%M}"
    return f"应于{moment}前办结" if due > at else f"已于{moment}到期，至今未办结"
