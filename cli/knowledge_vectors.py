"""The vectors of a file's texts, for measuring: read by all cores, and kept for the next time."""

import multiprocessing
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import Progress

from knowledge_base.search.meaning import MODEL, SIZE, digest, engine

_AT_A_TIME = 256  # texts given to a process
_KEPT_EVERY = 2000  # texts; so many at most are read again after an interruption
_HEAD, _ROW = 64, 32 + SIZE + 4  # bytes of the file's head, and of a text's digest and vector
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def usual_folder() -> Path:
    """Where vectors are kept when nobody says where."""
    home = Path(os.path.expanduser("~"))
    usual = home / ".cache" if home.is_absolute() else Path(tempfile.gettempdir())
    return Path(os.environ.get("XDG_CACHE_HOME") or usual) / "hotline"


def embedded(texts: Iterable[str], folder: Path, progress: Progress) -> dict[str, bytes]:
    """The vectors of texts by digest, from the folder as far as it has them; empty where the model doesn't run."""
    wanted = {digest(text): text for text in texts}
    kept = folder / "vectors.bin"
    known = _read(kept)
    missing = sorted((text for name, text in wanted.items() if name not in known), key=len)
    if missing and engine() is not None:
        task, done = progress.add_task("vectors", total=len(missing)), len(known)
        for some, vectors in _made(missing):
            known |= {digest(text): vector for text, vector in zip(some, vectors, strict=True)}
            progress.advance(task, len(some))
            if len(known) - done >= _KEPT_EVERY:
                _keep(kept, known)
                done = len(known)
        _keep(kept, known)
    return {name: known[name] for name in wanted if name in known}


def _made(texts: Sequence[str]) -> Iterator[tuple[list[str], list[bytes]]]:
    """Texts with their vectors, some at a time; those of like lengths come together, the longest first."""
    some = [list(texts[start : start + _AT_A_TIME]) for start in range(0, len(texts), _AT_A_TIME)][::-1]
    with one_thread_each(), processes(min(len(os.sched_getaffinity(0)), len(some))) as pool:
        yield from zip(some, pool.map(_stored, some), strict=True)


def _stored(texts: Sequence[str]) -> list[bytes]:
    known = engine()
    return known.stored(texts) if known is not None else []


def processes(count: int, **begun: Any) -> ProcessPoolExecutor:
    """So many new processes, which share nothing with this one."""
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), **begun)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes begun in here calculate with one thread each."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _keep(kept: Path, vectors: Mapping[str, bytes]) -> None:
    """Written aside and put in place, so that the file is always whole; where it can't be written, nothing is."""
    aside = kept.with_suffix(f".{os.getpid()}")
    content = MODEL.encode().ljust(_HEAD) + b"".join(bytes.fromhex(name) + one for name, one in vectors.items())
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(kept)
    except OSError:
        aside.unlink(missing_ok=True)


def _read(kept: Path) -> dict[str, bytes]:
    try:
        content = kept.read_bytes()
    except OSError:
        return {}
    if content[:_HEAD].rstrip() != MODEL.encode():
        return {}
    starts = range(_HEAD, len(content) - _ROW + 1, _ROW)
    return {content[at : at + 32].hex(): content[at + 32 : at + _ROW] for at in starts}
