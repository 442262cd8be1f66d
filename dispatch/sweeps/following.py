"""Tickets are followed: reminded of, taken up the ladder, counted anew, put away."""

from time import sleep

from dispatch.clocks import ladder, recounting, unplanned
from dispatch.figures import reporting, reports
from dispatch.figures.report_days import last_month
from dispatch.sweeps.duty import BREATH, Duty
from dispatch.tickets import facts, filing, joint
from dispatch.tickets.tickets import Ticket
from hotline.times import local_day, now


def climb(duty: Duty) -> None:
    """Remind of deadlines, and go up the ladder with what is over them, each rung once; late shares too."""
    at = now()
    with duty.database.reading() as session:
        owed = ladder.owed(session, at=at)
    for ticket_id in owed:
        with duty.database.writing() as session:
            ladder.climb(session, ticket_id, settings=duty.settings, at=at)
        sleep(BREATH)
    with duty.database.reading() as session:
        late = joint.owed(session, at=at)
    for share_id in late:
        with duty.database.writing() as session:
            joint.late(session, share_id, at=at)


def go_on(duty: Duty) -> None:
    """What waited for its caller's facts as long as it may is the department's again."""
    at = now()
    with duty.database.reading() as session:
        owed = facts.owed(session, at=at)
    for ticket_id in owed:
        with duty.database.writing() as session:
            facts.go_on(session, ticket_id, settings=duty.settings, at=at)


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


def shout(duty: Duty) -> None:
    """Tell the office of years without a plan: looked for every ten minutes, told once."""
    at = now()
    if duty.looked_lately("calendar", at=at):
        return
    with duty.database.reading() as session:
        owed = unplanned.years(session, settings=duty.settings, at=at)
    if owed:
        with duty.database.writing() as session:
            unplanned.tell(session, settings=duty.settings, at=at)
    duty.looked["calendar"] = at


def report(duty: Duty) -> None:
    """Freeze the month that lies behind us, unit by unit, and remind who owes its report; looked for every ten
    minutes."""
    at = now()
    if duty.looked_lately("reports", at=at):
        return
    first = last_month(local_day(at))
    with duty.database.reading() as session:
        unfrozen, owed = reports.unfrozen(session, first), reporting.owed(session, settings=duty.settings, at=at)
    for one in unfrozen:
        with duty.database.reading() as session:
            figures = reports.counted(session, one, first)
        with duty.database.writing() as session:
            reports.freeze(session, one, first, figures, at=at)
        sleep(BREATH)
    for one in owed:
        with duty.database.writing() as session:
            reporting.remind(session, one, settings=duty.settings, at=at)
    duty.looked["reports"] = at


def file(duty: Duty) -> None:
    """Put away what was closed long enough ago; it waits for nobody, so it is looked for seldom."""
    at = now()
    if duty.looked_lately("filing", at=at):
        return
    with duty.database.writing() as session:
        filed = filing.file_closed(session, settings=duty.settings, at=at)
    if filed < filing.AT_ONCE:
        duty.looked["filing"] = at
