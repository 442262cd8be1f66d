"""The line's rules in this process: a picture that is seldom older than a second, and that no caller waits for."""

from threading import Event

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dispatch.line import rules
from dispatch.line.rules import Rules, Stamps
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now

LOOK_EVERY = 1.0
_log = structlog.get_logger("agi")


class LiveRules:
    """`now` is the last picture; while the database is away it stays as it is, before the first as the settings say."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._stamps: Stamps = ()
        self.now: Rules = rules.usual(settings)
        self.look()

    def look(self) -> None:
        """Take a new picture, if anything changed."""
        try:
            with self._database.reading() as session:
                stamps = rules.stamps(session)
                if stamps != self._stamps:
                    self.now = rules.load(session, settings=self._settings, at=now())
                    self._stamps = stamps
        except SQLAlchemyError as fault:
            _log.warning("rules not read", fault=type(fault).__name__)

    def follow(self, stop: Event) -> None:
        """Look again and again until `stop` is set."""
        while not stop.wait(LOOK_EVERY):
            self.look()
