"""What is due soon, or over its day: the department is told of each deadline once before it and once after."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import alerts
from dispatch.tickets import Ticket
from hotline.calendar.days import WorkingDays, working_days
from hotline.telling import notices, webhooks
from hotline.telling.notices import Notice, Topic
from hotline.times import local_day

AHEAD = timedelta(days=14)  # no holiday is longer
BEHIND = timedelta(days=7)  # what was over before is told no more: an upgrade wakes nobody for old tickets
HURRY = timedelta(hours=1)  # before the deadline of what is urgent


def warns_from(due_at: datetime, calendar: WorkingDays, *, urgent: bool) -> datetime:
    """From when on a deadline is near: the same time one working day before; of what is urgent, an hour before."""
    if urgent:
        return due_at - HURRY
    back = timedelta(days=1)
    while not calendar.works(local_day(due_at - back)):
        back += timedelta(days=1)
    return due_at - back


def owed(session: Session, *, at: datetime) -> list[tuple[Ticket, Topic]]:
    """Of which tickets the departments must be told, and what."""
    within = Ticket.due_at.between(at - BEHIND, at + AHEAD)
    near = select(Ticket).where(Ticket.state.in_(alerts.WITH_DEPARTMENT), within).order_by(Ticket.due_at)
    since = at - AHEAD - BEHIND
    told = set(session.scalars(select(Notice.key).where(Notice.topic.in_((Topic.DUE_SOON, Topic.OVERDUE)),
                                                        Notice.at > since)))  # fmt: skip
    days = _Calendars(session)
    found = [(ticket, _topic(ticket, days.of(ticket), at)) for ticket in session.scalars(near)]
    return [(ticket, topic) for ticket, topic in found if topic is not None and _key(ticket, topic) not in told]


def tell(session: Session, ticket: Ticket, topic: Topic, *, at: datetime) -> None:
    """Tell the department: liaisons of what is near, the leader in charge too of what is over."""
    told = alerts.both(session, ticket) if topic is Topic.OVERDUE else alerts.liaisons(session, ticket)
    told = told or alerts.checkers(session, ticket)
    key, about, hurry = _key(ticket, topic), ("ticket", ticket.number), alerts.urgent(ticket)
    notices.tell(session, told, topic, key=key, about=about, due_at=ticket.due_at, urgent=hurry, at=at,
                 department_id=ticket.department_id)  # fmt: skip
    webhooks.tell(session, topic, key=key, about=about, department_id=ticket.department_id, urgent=hurry, at=at)


def _topic(ticket: Ticket, calendar: WorkingDays, at: datetime) -> Topic | None:
    assert ticket.due_at is not None  # noqa: S101 (the query asks for it)
    if at >= ticket.due_at:
        return Topic.OVERDUE
    near = at >= warns_from(ticket.due_at, calendar, urgent=alerts.urgent(ticket))
    return Topic.DUE_SOON if near else None


def _key(ticket: Ticket, topic: Topic) -> str:
    """Of each deadline once: one that was moved is told anew."""
    return f"ticket:{ticket.id}:{topic}:{ticket.due_at:%Y%m%d%H%M}"



class _Calendars:
    """The calendar of each county, read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[str, WorkingDays] = {}

    def of(self, ticket: Ticket) -> WorkingDays:
        county = ticket.department.county_code if ticket.department else ""
        if county not in self._kept:
            self._kept[county] = working_days(self._session, county_code=county)
        return self._kept[county]
