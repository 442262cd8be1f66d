"""The process that hears: Asterisk's calls by AEAP, single recordings by a plain exchange, both over one web socket."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from hotline.hearing import Ear, HearingBusy, HearingError, aeap, plain
from hotline.hearing.expecting import Expecting
from hotline.hearing.listening import Listening, Result
from hotline.hearing.sound import from_ulaw
from hotline.hearing.speech import Detector

_LARGEST: Final = 512 * 1024  # bytes of one message: a minute of telephone sound
_MOST_MESSAGES: Final = 64
log = structlog.get_logger("hear")


@dataclass
class Hearing:
    """What a hearing needs: the ear, the folder of the voice detector, and which words are likely when."""

    ear: Ear
    folder: Path
    words: Callable[[Expecting], Sequence[str]]
    most: int = 60
    """Callers listened to at a time; one more is turned away at once, and uses his keys."""

    def __post_init__(self) -> None:
        self._listeners: set[ServerConnection] = set()

    async def open(self, host: str, port: int) -> Server:
        """A server that hears; port 0 takes a free one. Raises OSError when it can't listen."""
        return await serve(
            self._converse, host, port, subprotocols=[aeap.SUBPROTOCOL, plain.SUBPROTOCOL],  # type: ignore[list-item]
            process_request=self._admit, max_size=_LARGEST, max_queue=_MOST_MESSAGES, compression=None,
            open_timeout=3, ping_interval=20, ping_timeout=20, close_timeout=1, server_header=None,
        )  # fmt: skip

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Who only looks whether we live is told so; who finds no place is turned away."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return connection.respond(HTTPStatus.OK, f"{self.ear.name}\n")
        if len(self._listeners) >= self.most:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "busy\n")
        return None

    async def _converse(self, connection: ServerConnection) -> None:
        self._listeners.add(connection)
        try:
            with suppress(ConnectionClosed):
                await (self._plain if connection.subprotocol == plain.SUBPROTOCOL else self._aeap)(connection)
        except (ValueError, TypeError) as nonsense:
            await connection.close(1002, str(nonsense)[:100])
        except Exception as fault:
            log.error("hearing.failed", fault=type(fault).__name__)
        finally:
            self._listeners.discard(connection)

    # -- Asterisk --------------------------------------------------------------------------------------------------
    async def _aeap(self, connection: ServerConnection) -> None:
        if connection.subprotocol != aeap.SUBPROTOCOL:
            await connection.close(1002, "no such protocol")
            return
        session = _Session(connection)
        listening = Listening(Detector(self.folder), self.ear, self.words, session.tell)
        watch = asyncio.create_task(listening.watch())
        try:
            async for message in connection:
                if isinstance(message, bytes):
                    listening.take(from_ulaw(message))
                else:
                    await session.answer(message, listening)
        finally:
            watch.cancel()
            await listening.stop()

    # -- one recording -----------------------------------------------------------------------------------------------
    async def _plain(self, connection: ServerConnection) -> None:
        """Text says what comes and what is expected, bytes are the sound; one answer to each pair."""
        while True:
            asked = plain.read(await connection.recv(decode=True))
            sound = asked.samples(await connection.recv(decode=False))
            words = asked.words or self.words(asked.expecting)
            try:
                heard = await asyncio.to_thread(self.ear.hear, sound, words=words)
            except HearingError as fault:
                word = "busy" if isinstance(fault, HearingBusy) else "fault"
                await connection.send(json.dumps({"error": word, "why": str(fault)}))
            else:
                await connection.send(plain.told(heard))


class _Session:
    """What one speech object of Asterisk is told."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._result: Result | None = None
        self._asked_for, self._expecting = 0.0, Expecting.QUESTION

    async def tell(self, result: Result) -> None:
        self._result = result
        with suppress(ConnectionClosed):
            await self._connection.send(aeap.told(result))

    async def answer(self, message: str, listening: Listening) -> None:
        request = aeap.read(message)
        if request is None:
            return
        match request.kind:
            case "setup":
                answer = aeap.agreed(request)
            case "get":
                answer = aeap.done(request, results=aeap.results(self._result))
            case "set":
                answer = self._set(request, listening)
            case _:
                answer = aeap.refused(request, "unknown request")
        await self._connection.send(answer)

    def _set(self, request: aeap.Request, listening: Listening) -> str:
        """`expecting` and `asked_for` (seconds that we ourselves speak) begin a new hearing."""
        try:
            self._expecting = Expecting(request.params.get("expecting", self._expecting))
            self._asked_for = min(120.0, max(0.0, float(request.params.get("asked_for", self._asked_for))))
        except (TypeError, ValueError):
            return aeap.refused(request, "unknown value")
        self._result = None
        listening.expect(self._expecting, asked_for=self._asked_for)
        return aeap.done(request)
