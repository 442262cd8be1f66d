"""What the worker does for the knowledge base to learn: spellings gathered, old askings dropped, phrasings measured."""

import threading
from datetime import datetime, timedelta
from time import sleep

import structlog

from hotline.database import Database
from hotline.settings import Settings
from hotline.times import local, local_day, now
from knowledge_base import gathering, keeping_askings, measured, unanswered
from knowledge_base.search import changes, limits, own_questions
from knowledge_base.search.replay import builder

SELDOM = timedelta(minutes=10)
BREATH = 0.05
AT_NIGHT = 3  # o'clock in Yuxi
log = structlog.get_logger()


def gather(database: Database) -> None:
    """Count new spellings for the questions that they are; compared without a lock, a few at a time."""
    with database.reading() as session:
        compared, pairs = gathering.alike(session)
    if compared:
        with database.writing() as session:
            gathering.gather(session, compared, pairs)


def tidy(database: Database, settings: Settings, *, looked: dict[str, datetime], at: datetime) -> None:
    """Once in ten minutes: what is still not found is open again, what is old goes, and what everybody has seen."""
    if at - looked.get("askings", at - SELDOM) < SELDOM:
        return
    with database.writing() as session:
        unanswered.reopen(session, askings=settings.still_not_found, at=at)
        keeping_askings.drop_found(session, at=at)
        changes.sweep(session)
    while True:
        with database.writing() as session:
            gone = keeping_askings.drop_old(session, days=settings.asked_keep_days, at=at)
        if gone < keeping_askings.AT_ONCE:
            break
        sleep(BREATH)
    looked["askings"] = at


def measure_at_night(database: Database, *, looked: dict[str, datetime], at: datetime) -> threading.Thread | None:
    """Once a night, beside the sweeps: it may take minutes, and call-backs are not to wait for it."""
    if local(at).hour != AT_NIGHT or ("worth" in looked and local_day(looked["worth"]) == local_day(at)):
        return None
    looked["worth"] = at
    thread = threading.Thread(target=measure, args=(database,), name="phrasings-measured", daemon=True)
    thread.start()
    return thread


def measure(database: Database) -> None:
    """Ask again what was asked, with each month's phrasings and without, and keep what they bring; then ask the
    collection its own questions, and keep where 'I don't know' begins."""
    try:
        _measure_limits(database)
    except Exception:
        log.exception("limits.not_measured")
    try:
        with database.reading() as session:
            worths, led = measured.measure(session, builder(session, on=local_day(now())))
        with database.writing() as session:
            measured.keep(session, worths, led, at=now())
    except Exception:
        log.exception("phrasings.not_measured")


def _measure_limits(database: Database) -> None:
    with database.reading() as session:
        of = own_questions.collection(session, on=local_day(now()))
    ways = own_questions.measure(of)
    with database.writing() as session:
        limits.keep(session, ways, at=now())
