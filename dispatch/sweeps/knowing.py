"""The knowledge base is kept: published and ended in time, departments reminded, phrasings learnt."""

from datetime import datetime
from functools import partial
from time import sleep

import structlog

from dispatch.answering import asking_counts, learning
from dispatch.sweeps.duty import BREATH, Duty, seldom
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


@seldom("reminders")
def remind(duty: Duty, at: datetime) -> None:
    """Tell departments that their update is near or over its day; all that is published is gone through for it."""
    duty.each(partial(reminders.owed, settings=duty.settings, at=at), partial(reminders.remind, at=at))


@seldom("sweeps")
def tell_of_sweeps(duty: Duty, at: datetime) -> None:
    """Tell reviewers what is due to be looked at again for secrecy; it comes due by the day, as updates do."""
    with duty.database.reading() as session:
        owed = sweep_notices.owed(session, settings=duty.settings, at=at)
    for department_id in owed:
        more = True
        while more:
            with duty.database.writing() as session:
                more = sweep_notices.tell_due(session, department_id, settings=duty.settings, at=at)
            sleep(BREATH)


@seldom("asking_counts")
def count_askings(duty: Duty, at: datetime) -> bool:
    """Add up how often entries are asked, a stretch at a time; whether there is more of it."""
    for _ in range(STRETCHES):
        with duty.database.reading() as session:
            stretch = asking_counts.uncounted(session, at=at)
        if stretch.until > stretch.since:
            with duty.database.writing() as session:
                asking_counts.count(session, stretch)
        if stretch.whole:
            return False
        sleep(BREATH)
    return True


def learn(duty: Duty) -> None:
    """Keep the list of what nobody could find, drop old askings, and measure at night what phrasings bring."""
    learning.gather(duty.database)
    learning.tidy(duty.database, duty.settings, looked=duty.looked, at=now())
    learning.measure_at_night(duty.database, looked=duty.looked, at=now())
