"""One call from its first byte to the close: find the script, run it; where it fails the dialplan goes on alone."""

import socket
import traceback
from collections.abc import Callable, Mapping

import structlog
from structlog.contextvars import bind_contextvars

from agi.errors import HungUp, LineError
from agi.line import Line
from agi.switchboard import Switchboard

Handler = Callable[[Line], None]
_log = structlog.get_logger("agi")


def converse(
    connection: socket.socket,
    handlers: Mapping[str, Handler],
    board: Switchboard,
    *,
    environment_within: float,
    answer_within: float,
) -> bool:
    """Serve one connection; True when the script came to its end or the caller hung up.

    A script that fails says nothing of where to go (`NEXT`): the dialplan then does as with no script at all. It leads
    a caller to a person; whom we have rung it asks for a key first, for a machine may have picked up.
    From when it is known on, the call's id is in every line that this thread logs."""
    try:
        line = Line(connection, board, environment_within=environment_within, answer_within=answer_within)
    except LineError as fault:
        _log.warning("call not understood", reason=str(fault))
        return False
    bind_contextvars(call_id=line.environment.call_id)
    return _run(line, handlers)


def _run(line: Line, handlers: Mapping[str, Handler]) -> bool:
    told = line.environment
    handler = handlers.get(told.script)
    if handler is None:
        _log.error("no such script", script=told.script[:64])
        return False
    try:
        handler(line)
    except HungUp:
        _log.info("hung up", script=told.script)
        return True
    except Exception as fault:
        _log.error("script failed", script=told.script, **_described(fault))
        return False
    # below what is written down: a line for every script nearly halves the calls a second
    _log.debug("script ended", script=told.script)
    return True


def _described(fault: Exception) -> dict[str, object]:
    """Kind and place of a fault. Only our own errors' words: others may quote the caller's number."""
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
    reason = str(fault) if isinstance(fault, LineError) else ""
    return {"fault": type(fault).__name__, "reason": reason, "places": places}
