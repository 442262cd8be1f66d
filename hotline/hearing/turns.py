"""No more recognitions at a time than the machine can do; who finds no room hears so at once, or soon."""

from collections.abc import Sequence
from threading import BoundedSemaphore, Lock
from typing import Final

from hotline.hearing import Ear, HearingBusy, Samples, Understood

PATIENCE: Final = 3.0  # seconds in which a turn must come: a caller stands in silence meanwhile


class Turns:
    """An ear that several callers share: `at_once` are heard, at most `waiting` more stand in line."""

    def __init__(self, ear: Ear, *, at_once: int = 1, waiting: int = 4, patience: float = PATIENCE) -> None:
        self._ear = ear
        self._patience = patience
        self._turns = BoundedSemaphore(at_once)
        self._room = at_once + waiting
        self._lock = Lock()
        self.inside = 0  # recognised now, or waiting for it

    @property
    def name(self) -> str:
        """The ear's own."""
        return self._ear.name

    def hear(self, sound: Samples, *, words: Sequence[str] = ()) -> Understood:
        """Recognise when it is our turn; HearingBusy when too many stand in line, or none of them moves on."""
        self._enter()
        try:
            if not self._turns.acquire(timeout=self._patience):
                raise HearingBusy("Nobody's turn came: the machine is too slow for so many.")
            try:
                return self._ear.hear(sound, words=words)
            finally:
                self._turns.release()
        finally:
            with self._lock:
                self.inside -= 1

    def _enter(self) -> None:
        with self._lock:
            if self.inside >= self._room:
                raise HearingBusy(f"{self.inside} are being recognised or wait for it already.")
            self.inside += 1
