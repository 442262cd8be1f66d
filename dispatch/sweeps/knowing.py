"""The knowledge base is kept: published and ended in time, departments reminded, phrasings learnt."""

from time import sleep

import structlog

from dispatch.answering import asking_counts, learning
from dispatch.sweeps.duty import BREATH, Duty
from hotline.times import now
from knowledge_base import reminders, schedule, sweep_notices
from knowledge_base.transitions import LifeError

STRETCHES = 20
"""Most stretches of askings of one beat: there may be years of them."""
log = structlog.get_logger()


def keep_knowledge(duty: Duty) -> None:
    """Publish what waited for its moment, and end what has run out; what can't be published stays where it is."""
    with duty.database.reading() as session:
        owed = schedule.owed(session, at=now())
    for version_id in owed:
        try:
            with duty.database.writing() as session:
                schedule.settle(session, version_id, settings=duty.settings, at=now())
        except LifeError as refused:
            log.warning("sweep.not_published", version=version_id, why=str(refused))
            with duty.database.writing() as session:
                schedule.put_off(session, version_id, why=str(refused), at=now())
        sleep(BREATH)


def remind(duty: Duty) -> None:
    """Tell departments that their update is near or over its day. All that is published is gone through for it:
    once in ten minutes is enough for what is owed by the day."""
    at = now()
    if duty.looked_lately("reminders", at=at):
        return
    with duty.database.reading() as session:
        owed = reminders.owed(session, settings=duty.settings, at=at)
    for one in owed:
        with duty.database.writing() as session:
            reminders.remind(session, one, at=at)
    duty.looked["reminders"] = at


def tell_of_sweeps(duty: Duty) -> None:
    """Tell reviewers what is due to be looked at again for secrecy; it comes due by the day, as updates do."""
    at = now()
    if duty.looked_lately("sweeps", at=at):
        return
    with duty.database.reading() as session:
        owed = sweep_notices.owed(session, settings=duty.settings, at=at)
    for department_id in owed:
        more = True
        while more:
            with duty.database.writing() as session:
                more = sweep_notices.tell_due(session, department_id, settings=duty.settings, at=at)
            sleep(BREATH)
    duty.looked["sweeps"] = at


def count_askings(duty: Duty) -> None:
    """Add up how often entries are asked, a stretch at a time; what is left of it, at the next beat."""
    at = now()
    if duty.looked_lately("asking_counts", at=at):
        return
    for _ in range(STRETCHES):
        with duty.database.reading() as session:
            stretch = asking_counts.uncounted(session, at=at)
        if stretch.until > stretch.since:
            with duty.database.writing() as session:
                asking_counts.count(session, stretch)
        if stretch.whole:
            duty.looked["asking_counts"] = at
            return
        sleep(BREATH)


def learn(duty: Duty) -> None:
    """Keep the list of what nobody could find, drop old askings, and measure at night what phrasings bring."""
    learning.gather(duty.database)
    learning.tidy(duty.database, duty.settings, looked=duty.looked, at=now())
    learning.measure_at_night(duty.database, looked=duty.looked, at=now())
