"""The process that hears: it loads the engine once, keeps the likely words fresh, and says that it lives."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Final

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from hotline import parts
from hotline.database import Database
from hotline.hearing import HearingMissing
from hotline.hearing.expecting import WORDS, Expecting
from hotline.hearing.server import Hearing
from hotline.hearing.turns import Turns
from hotline.hearing.whisper import Whisper
from hotline.settings import Settings
from hotline.times import local_day, now
from knowledge_base.likely import likely_words

_EVERY: Final = 10.0
_KINDER: Final = 5  # steps down in priority: what is being said on the line comes first
log = structlog.get_logger("hear")


class Likely:
    """The likely words by what is expected; those of a question come from the database, now and then."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._of_questions: Sequence[str] = ()

    def __call__(self, expecting: Expecting) -> Sequence[str]:
        return WORDS.get(expecting, self._of_questions)

    def refresh(self) -> None:
        with self._database.reading() as session:
            self._of_questions = likely_words(session, on=local_day(now()))


def run(settings: Settings, database: Database, stop: Event) -> None:
    """Hear until we are asked to stop."""
    os.nice(_KINDER)
    try:
        own = settings.hearing_model
        ear = Whisper(settings.hearing_folder, own=Path(own) if own else None, at_once=settings.hear_at_once)
    except HearingMissing as missing:
        _say(database, str(missing))
        raise click.ClickException(str(missing)) from None
    likely = Likely(database)
    hearing = Hearing(Turns(ear, at_once=settings.hear_at_once), settings.hearing_folder, likely, settings.hear_lines)
    asyncio.run(_hear(hearing, settings, database, likely, stop))


async def _hear(hearing: Hearing, settings: Settings, database: Database, likely: Likely, stop: Event) -> None:
    server = await hearing.open(settings.hear_host, settings.hear_port)
    log.info("listening", host=settings.hear_host, port=settings.hear_port, engine=hearing.ear.name)
    while True:
        await asyncio.to_thread(_tend, database, likely)
        if await asyncio.to_thread(stop.wait, _EVERY):
            break
    server.close()
    await server.wait_closed()


def _tend(database: Database, likely: Likely) -> None:
    """Learn what may be asked now, and say that we live; without a database we go on with what we knew."""
    try:
        likely.refresh()
    except SQLAlchemyError as fault:
        log.warning("hear.no_database", fault=type(fault).__name__)
    _say(database)


def _say(database: Database, trouble: str = "") -> None:
    try:
        with database.writing() as session:
            parts.beat(session, "hear", well=not trouble, words=trouble, at=now())
    except SQLAlchemyError as fault:
        log.warning("hear.no_database", fault=type(fault).__name__)
