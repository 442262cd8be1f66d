"""Rendering what is owed a voice: sentence by sentence, urgent ones first."""

from functools import cached_property
from time import monotonic

import structlog

from hotline import parts
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now
from hotline.voice import Voice, VoiceError, VoiceMissing, correcting, orders
from hotline.voice.kokoro import Kokoro
from hotline.voice.orders import SpeechOrder
from hotline.voice.rendering import sound_of

LONGEST_STRETCH = 20.0  # seconds of rendering before the task ends and others are heard
log = structlog.get_logger()


class Speaker:
    """Makes the sounds that are ordered; loads the voice when the first one is."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    @cached_property
    def _voice(self) -> Voice:
        return Kokoro(self._settings.voice_folder, speaker=self._settings.voice)

    def speak_owed(self) -> None:
        """Render for a while, or until nothing is owed."""
        until, trouble = monotonic() + LONGEST_STRETCH, ""
        while monotonic() < until and not trouble and (order := self._next()) is not None:
            trouble = self._make(order)
        with self._database.writing() as session:
            correcting.settle(session, voice=self._settings.voice, at=now())
            parts.beat(session, "voice", well=not trouble, words=trouble, at=now())

    def _next(self) -> SpeechOrder | None:
        with self._database.reading() as session:
            return orders.next_owed(session)

    def _make(self, order: SpeechOrder) -> str:
        """Render one order, unless its sound lies there; words of trouble when the voice itself is missing."""
        try:
            if not (self._settings.sounds / f"{order.name}.alaw").is_file():
                sound_of(order.said or order.text, self._voice, self._settings.sounds)
            order.made_at = now()
        except VoiceMissing as missing:
            return str(missing)
        except VoiceError as error:
            log.warning("speech.failed", name=order.name, error=str(error))
            order.tries, order.fault = order.tries + 1, str(error)[:200]
        with self._database.writing() as session:
            session.merge(order)
        return ""
