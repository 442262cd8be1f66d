"""One hearing of one caller: his sound comes in, and once he has finished what he said goes out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Final

from hotline.hearing import Ear, HearingBusy, HearingError, Samples, Understood
from hotline.hearing.expecting import Expecting, patience
from hotline.hearing.speech import Detector
from hotline.hearing.utterance import Ended, Utterance

_TICK: Final = 0.1
_LATE: Final = 0.3  # seconds without sound after which the clock counts: a telephone may send nothing in silence


class Came(StrEnum):
    """What came of a hearing."""

    SPEECH = "speech"
    UNCLEAR = "unclear"  # somebody spoke, no words were recognised
    NOTHING = "nothing"
    BUSY = "busy"
    FAULT = "fault"


@dataclass(frozen=True)
class Result:
    """What came of it, and the words where there are any."""

    came: Came
    understood: Understood


class Listening:
    """Hears until the sentence is over, then tells the result once. For an event loop."""

    def __init__(self, detector: Detector, ear: Ear, words: Callable[[Expecting], Sequence[str]],
                 tell: Callable[[Result], Awaitable[None]]) -> None:  # fmt: skip
        self._detector, self._ear, self._words, self._tell = detector, ear, words, tell
        self._task: asyncio.Task[None] | None = None
        self.expect(Expecting.QUESTION, asked_for=0.0)

    def expect(self, what: Expecting, *, asked_for: float) -> None:
        """Begin anew: he is being asked something that lasts so many seconds."""
        self._expecting = what
        self._detector.forget()
        self._utterance = Utterance(self._detector.chance, patience(what, asked_for=asked_for))
        self._heard_at = monotonic()

    def take(self, sound: Samples) -> None:
        """More of his sound."""
        self._heard_at = monotonic()
        self._went_on(self._utterance.take(sound))

    async def watch(self) -> None:
        """Let time pass while no sound comes; runs until it is cancelled."""
        while True:
            await asyncio.sleep(_TICK)
            late = monotonic() - self._heard_at
            if late > _LATE:
                self._heard_at = monotonic()
                self._went_on(self._utterance.silent(late))

    async def stop(self) -> None:
        """He has gone: what is being recognised still comes to its end, but nobody is told."""
        if self._task is not None:
            self._task.cancel()

    def _went_on(self, ended: Ended | None) -> None:
        if ended is not None and self._task is None:
            self._task = asyncio.create_task(self._finish(ended))

    async def _finish(self, ended: Ended) -> None:
        try:
            result = await self._result(ended)
        finally:
            self._task = None
        await self._tell(result)

    async def _result(self, ended: Ended) -> Result:
        if ended is Ended.NOTHING:
            return Result(Came.NOTHING, Understood("", 0, 0.0))
        sound = self._utterance.sound()
        try:
            heard = await asyncio.to_thread(self._ear.hear, sound, words=self._words(self._expecting))
        except HearingBusy:
            return Result(Came.BUSY, Understood("", 0, 0.0))
        except HearingError:
            return Result(Came.FAULT, Understood("", 0, 0.0))
        return Result(Came.SPEECH if heard.text else Came.UNCLEAR, heard)
