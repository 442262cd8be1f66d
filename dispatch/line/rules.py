"""All rules of the line as they stand, and what they make of one call: a decision by values alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.callbacks import missed, places
from dispatch.line import barring, flags, menus, priority, switches
from dispatch.line.barring import Barred, Block, CallerWarning, Cause
from dispatch.line.flags import CallerFlag, Skill
from dispatch.line.menus import MenuVersion, Spoken
from dispatch.line.priority import Rank
from dispatch.line.switches import LineSwitch, Machine, Switch
from hotline import phones
from hotline.calendar.days import CalendarDay
from hotline.calendar.hours import read_hours
from hotline.calendar.staffing import SpecialHours, Staffing, staffing
from hotline.calendar.words import Prompts, calendar_day, out_of_hours
from hotline.settings import Settings
from hotline.voice import readings
from hotline.voice.readings import Readings, SpokenReading

Stamps = tuple[object, ...]
PERSON = "person"  # who withholds his number is taken to a person at once


@dataclass(frozen=True)
class Rules:
    """A picture of the rules, taken at once."""

    settings: Settings
    staffing: Staffing
    barred: Mapping[str, Barred] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()
    switches: tuple[Switch, ...] = ()
    flags: Mapping[str, Skill] = field(default_factory=dict)
    missed: frozenset[str] = frozenset()  # who has rung in vain, and was not reached yet
    places: frozenset[str] = frozenset()  # whose place in the queue is kept
    menu: Spoken | None = None  # the office's; None: the exchange's own
    readings: Readings = field(default_factory=Readings)  # how words are said

    def machine(self, dialled: str, at: datetime) -> Machine:
        """What the machine may do for who dials this number."""
        return switches.machine(self.switches, dialled=dialled, at=at, settings=self.settings)


@dataclass(frozen=True)
class Reception:
    """How a call is received. Prompts are names; empty ones are not said."""

    staffed: bool
    self_service: bool
    closed: Prompts = ()  # when people answer again
    blocked: Prompts = ()  # why he is not received, and where to complain
    warned: bool = False  # he is to hear the warning
    skill: Skill | None = None
    rank: Rank = Rank.USUAL
    spared: bool = False  # he is taken to a person without a menu


def usual(settings: Settings) -> Rules:
    """What holds where no row can be read."""
    return Rules(settings, Staffing(read_hours(settings.staffed_hours)))


def receive(rules: Rules, *, caller: str, dialled: str, at: datetime) -> Reception:
    """How a call is received by these rules. Who is flagged, or withholds his number where that leads to a person, is
    spared the machine."""
    number, standing = phones.normalise(caller), rules.staffing.standing(at)
    received = Reception(standing.staffed, rules.machine(dialled, at).self_service, out_of_hours(standing, at=at))
    if barred := barring.find(rules.barred, number, at=at):
        return replace(received, blocked=_why_blocked(barred))
    skill = rules.flags.get(number)
    withheld = not number and rules.settings.anonymous_callers == PERSON
    spared = withheld or skill is not None
    return replace(received, self_service=received.self_service and not spared, warned=number in rules.untold,
                   skill=skill, spared=spared, 
                   rank=priority.rank(skill, missed=number in rules.missed, place=number in rules.places))  # fmt: skip


def _why_blocked(barred: Barred) -> Prompts:
    cause = Cause(barred.cause)
    return (f"blocked_{cause}", "blocked_until", *calendar_day(barred.until), "blocked_complain")


def stamps(session: Session) -> Stamps:
    """What changes whenever one of the rules does: counts and latest moments, for few rows or by an index."""
    told = func.count(CallerWarning.told_at)
    counted = (
        select(func.count(), func.max(CalendarDay.at)).select_from(CalendarDay),
        select(func.count(), func.max(SpecialHours.at)).select_from(SpecialHours),
        select(func.count(), func.count(Block.lifted_at)).select_from(Block),
        select(func.count(), told).select_from(CallerWarning),
        select(func.count(), func.count(LineSwitch.ended_at)).select_from(LineSwitch),
        select(func.count(), func.max(CallerFlag.at)).select_from(CallerFlag),
        missed.stamp(),
        places.stamp(),
        select(func.count(MenuVersion.begun_at), func.count(MenuVersion.ended_at)).select_from(MenuVersion),
        select(func.count(), func.count(SpokenReading.begun_at), func.count(SpokenReading.ended_at),
               func.count(SpokenReading.left_at)).select_from(SpokenReading),
    )
    return tuple(cell for query in counted for cell in session.execute(query).one())


def load(session: Session, *, settings: Settings, at: datetime) -> Rules:
    """The rules as they stand."""
    blocks = session.scalars(select(Block).where(Block.lifted_at.is_(None), Block.until > at))
    rows = tuple(map(switches.ready, switches.standing(session)))
    version = menus.current(session)
    return Rules(settings, staffing(session, settings=settings), barring.standing(blocks, at=at),
                 barring.untold(session), rows, flags.all_of(session), missed.numbers(session),
                 places.numbers(session),
                 menus.spoken(session, version.menu, settings=settings) if version else None,
                 readings.standing(session))  # fmt: skip
