"""Leads a hunt from one liaison to the next: each step is noted and committed before the exchange is asked for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch.line.dialable import dialable
from dispatch.transfers import hunting, transfers
from dispatch.transfers.hunting import Duty, Nobody, OutOfHours, Patience, Ring, Skip
from dispatch.transfers.transfer_line import ROOM, Seen, TransferLine
from dispatch.transfers.transfers import Otherwise, State, Transfer
from hotline.calendar.days import working_days
from hotline.calendar.office import OfficeHours, office_hours
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.directory.liaisons import Position, duty_list
from hotline.events import Event
from hotline.settings import Settings

YOUNG = timedelta(seconds=5)  # a channel this young may not be among the exchange's yet
Deed = Callable[[TransferLine], None]


@dataclass(frozen=True)
class Hunter:
    """Drives the hunts of one installation."""

    settings: Settings
    database: Database
    line: TransferLine

    def follow(self, call_id: str, *, at: datetime) -> None:
        """Take the next step in a call, if one is owed: ring, bring back, record, or hang up whom nobody waits for."""
        with self.database.writing() as session:
            deeds = _owed(session, call_id, settings=self.settings, at=at)
        for deed in deeds:
            deed(self.line)

    def look(self, *, at: datetime) -> list[Event]:
        """After a gap, and now and then: what the exchange knows of the hunts that go on is compared with what we
        believe. An attempt whose channel is nowhere counts as made; who still waits is not left waiting, and an
        officer not alone in the room."""
        with self.database.reading() as session:
            going_on = transfers.to_look_at(session, node=self.settings.exchange_node, at=at)
        if not going_on or (seen := self.line.seen()) is None:
            return []
        said = []
        for call_id in going_on:
            with self.database.writing() as session:
                said.append(Event("transfer", call_id=call_id, account_id=_compare(session, call_id, seen, at=at)))
                stuck = _stuck(session, call_id, seen, at=at)
            for deed in stuck:
                deed(self.line)
            self.follow(call_id, at=at)
        return said


def hours_of(session: Session, department: Department, settings: Settings) -> OfficeHours:
    """When this department is open, by its own hours and its county's calendar."""
    calendar = working_days(session, county_code=department.county_code)
    return office_hours(department.office_hours or (), calendar, otherwise=settings.office_hours,
                        season=settings.summer_season)  # fmt: skip


def duties_of(session: Session, department: Department, settings: Settings) -> list[Duty]:
    """Whom to ring there: liaisons in their order, then the numbers that its base data give for transfers."""
    listed = [(row.position, row.name, row.phone) for row in duty_list(session, department.id)]
    listed += [(Position.SECTION, "", number) for number in department.transfer_numbers or ()]
    return [Duty(Position(position), name, dialable(phone, may_dial=settings.operators_may_dial))
            for position, name, phone in listed]  # fmt: skip


def _owed(session: Session, call_id: str, *, settings: Settings, at: datetime) -> list[Deed]:
    gone = transfers.to_hang_up(session, [call_id])
    deeds: list[Deed] = [lambda line: line.hang_up(gone, call_id=call_id)] if gone else []
    transfer = transfers.latest(session, call_id, lock=True)
    if transfer is None or transfer.waits_since is None:
        return deeds
    if transfer.state == State.RINGING and transfers.ringing(transfer) is None:
        return [*deeds, _step(session, transfer, settings=settings, at=at)]
    return deeds


def _step(session: Session, transfer: Transfer, *, settings: Settings, at: datetime) -> Deed:
    """Note the next step, and what it asks of the exchange."""
    department = transfer.department
    duties, hours = duties_of(session, department, settings), hours_of(session, department, settings)
    patience = Patience(settings.liaison_a_seconds, settings.liaison_b_seconds, settings.liaison_section_seconds)
    until = (transfer.waits_since or at) + timedelta(seconds=settings.transfer_seconds)
    while True:
        tried = [Duty(Position(a.position), a.name, a.phone) for a in transfer.attempts if a.position]
        match hunting.next_step(duties, tried, hours, patience=patience, until=until, at=at):
            case Skip(duty):
                transfers.not_rung(session, transfer, hunting.Outcome.NUMBER_INVALID, duty=duty, at=at)
            case Ring(duty, seconds):
                return _ring(session, transfer, duty, seconds, at)
            case OutOfHours(why):
                transfers.not_rung(session, transfer, hunting.Outcome.OUT_OF_HOURS, at=at)
                return _over(session, transfer, State.OUT_OF_HOURS, at, why)
            case Nobody():
                return _over(session, transfer, State.NOBODY, at)


def _ring(session: Session, transfer: Transfer, duty: Duty, seconds: int, at: datetime) -> Deed:
    attempt = transfers.ring(session, transfer, duty, seconds=seconds, at=at)
    call_id, waiting = transfer.call_id, transfer.channel
    return lambda line: line.ring(attempt.id, duty.number, call_id=call_id, waiting=waiting, seconds=seconds)


def _over(session: Session, transfer: Transfer, state: State, at: datetime, why: str = "") -> Deed:
    transfers.settle(session, transfer, state, at=at, reason=why)
    return _back(transfer)


def _back(transfer: Transfer) -> Deed:
    """Where the caller goes from where he waits, once his hunt is over without anybody having joined."""
    call_id, channel = transfer.call_id, transfer.channel
    if transfer.otherwise == Otherwise.RECORD and transfer.state in (State.NOBODY, State.OUT_OF_HOURS):
        return lambda line: line.give_up(channel, call_id=call_id)
    return lambda line: line.bring_back(channel, call_id=call_id)


def _compare(session: Session, call_id: str, seen: Seen, *, at: datetime) -> int | None:
    """Believe the exchange; whose call it is."""
    transfer = transfers.latest(session, call_id, lock=True)
    if transfer is None:
        return None
    for attempt in transfer.attempts:
        if seen.places.get(attempt.id) == ROOM:
            transfers.joined(session, attempt, at=at)
        elif attempt.ended_at is None and attempt.id not in seen.places and attempt.dialled_at < at - YOUNG:
            transfers.over(session, attempt, hunting.Outcome.IN_DOUBT, at=at)
    if call_id in seen.waiting:
        transfer.waits_since = transfer.waits_since or at
    elif transfer.began_at < at - YOUNG:  # he has gone back to his operator, and nobody told us
        transfers.settle(session, transfer, State.STOPPED, at=at)
    return transfer.account_id


def _stuck(session: Session, call_id: str, seen: Seen, *, at: datetime) -> list[Deed]:
    """What the exchange was asked for when the hunt was over, and has not done."""
    transfer = transfers.latest(session, call_id)
    if transfer is None or transfer.settled_at is None or transfer.settled_at > at - YOUNG:
        return []
    alone = seen.alone.get(call_id, ())
    deeds: list[Deed] = [lambda line: line.hang_up(alone, call_id=call_id)] if alone else []
    return [*deeds, _back(transfer)] if call_id in seen.waiting else deeds
