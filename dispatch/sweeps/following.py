"""Tickets are followed: reminded of, taken up the ladder, counted anew, put away."""

from datetime import datetime
from functools import partial
from time import sleep

from dispatch.clocks import ladder, recounting, unplanned
from dispatch.figures import reporting, reports
from dispatch.figures.report_days import to_freeze
from dispatch.sweeps.duty import BREATH, Duty, seldom
from dispatch.tickets import facts, filing, joint
from dispatch.tickets.tickets import Ticket
from hotline.times import now


def climb(duty: Duty) -> None:
    """Remind of deadlines, and go up the ladder with what is over them, each rung once; late shares too."""
    at = now()
    duty.each(partial(ladder.owed, at=at), partial(ladder.climb, settings=duty.settings, at=at))
    duty.each(partial(joint.owed, at=at), partial(joint.late, at=at))


def go_on(duty: Duty) -> None:
    """What waited for its caller's facts as long as it may is the department's again."""
    at = now()
    duty.each(partial(facts.owed, at=at), partial(facts.go_on, settings=duty.settings, at=at))


def recount(duty: Duty) -> None:
    """When the calendar changed, the deadlines of what runs are counted again; what it lacks its office is told."""
    shout(duty)
    with duty.database.reading() as session:
        stands = recounting.calendar_now(session)
        if stands == duty.calendar.get("counted"):
            return
        owed = recounting.moved(session, settings=duty.settings)
    for ticket_id in owed:
        with duty.database.writing() as session:
            ticket = session.get_one(Ticket, ticket_id, with_for_update=True)
            recounting.recount(session, ticket, settings=duty.settings, at=now())
        sleep(BREATH)
    duty.calendar["counted"] = stands


@seldom("calendar")
def shout(duty: Duty, at: datetime) -> None:
    """Tell the office of years without a plan, once."""
    with duty.database.reading() as session:
        owed = unplanned.years(session, settings=duty.settings, at=at)
    if owed:
        with duty.database.writing() as session:
            unplanned.tell(session, settings=duty.settings, at=at)


@seldom("reports")
def report(duty: Duty, at: datetime) -> None:
    """Freeze the month that lies behind us, unit by unit, and remind who owes its report."""
    first = to_freeze(at)
    with duty.database.reading() as session:
        unfrozen = reports.unfrozen(session, first)
    for one in unfrozen:
        with duty.database.reading() as session:
            figures = reports.counted(session, one, first)
        with duty.database.writing() as session:
            reports.freeze(session, one, first, figures, at=at)
        sleep(BREATH)
    duty.each(partial(reporting.owed, settings=duty.settings, at=at), partial(reporting.remind, at=at))


@seldom("filing")
def file(duty: Duty, at: datetime) -> bool:
    """Put away what was closed long enough ago; whether there is more of it."""
    with duty.database.writing() as session:
        return filing.file_closed(session, settings=duty.settings, at=at) == filing.AT_ONCE
