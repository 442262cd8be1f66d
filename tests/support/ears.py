"""An engine that hears what a test tells it to, behind the real server."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hotline.hearing import RATE, Ear, HearingError, Samples, Understood
from hotline.hearing.expecting import Expecting
from hotline.hearing.server import Hearing

FOLDER = Path(__file__).resolve().parents[2] / ".hearing"


class Fake:
    """An ear that says what it is told to, and keeps what it got."""

    name = "fake"

    def __init__(self) -> None:
        self.says: Understood | HearingError = Understood("公积金提取怎么办理", 86, 2.2)
        self.got: list[tuple[float, tuple[str, ...]]] = []

    def hear(self, sound: Samples, *, words: Sequence[str] = ()) -> Understood:
        self.got.append((len(sound) / RATE, tuple(words)))
        if isinstance(self.says, HearingError):
            raise self.says
        return self.says


@contextmanager
def serving(ear: Ear, *, most: int = 10, port: int = 0) -> Iterator[str]:
    """The address of a server with that ear; the likely words are the name of what is expected."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def words(what: Expecting) -> Sequence[str]:
        return (str(what),)

    opened = asyncio.run_coroutine_threadsafe(Hearing(ear, FOLDER, words, most=most).open("127.0.0.1", port), loop)
    server = opened.result(5)

    async def close() -> None:
        server.close()
        await server.wait_closed()

    try:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
