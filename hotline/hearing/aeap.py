"""The protocol by which Asterisk asks a speech engine (AEAP, speech_to_text): its messages, as values."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hotline.hearing.listening import Result

SUBPROTOCOL: Final = "speech_to_text"
CODEC: Final = "ulaw"


class AeapError(ValueError):
    """A message that isn't one of the protocol."""


@dataclass(frozen=True)
class Request:
    """What Asterisk wants: setup, get or set, with its parameters."""

    kind: str
    id: str
    params: Mapping[str, Any]
    names: tuple[str, ...]
    codecs: tuple[str, ...]


def read(message: str) -> Request | None:
    """A request; None for an answer to one of ours. AeapError when it is neither."""
    try:
        told = json.loads(message)
    except ValueError as fault:
        raise AeapError("no JSON") from fault
    if not isinstance(told, dict):
        raise AeapError("no object")
    if "response" in told:
        return None
    kind, number, params = told.get("request"), told.get("id"), told.get("params")
    if not isinstance(kind, str) or not isinstance(number, str):
        raise AeapError("neither request nor response")
    codecs = tuple(str(c["name"]) for c in told.get("codecs") or () if isinstance(c, dict) and "name" in c)
    return Request(kind, number, params if isinstance(params, dict) else {},
                   tuple(map(str, params)) if isinstance(params, list) else (), codecs)  # fmt: skip


def agreed(request: Request) -> str:
    """Our answer to a setup: the one codec that we hear; an error when it isn't offered."""
    if CODEC not in request.codecs:
        return refused(request, f"only {CODEC} is understood")
    return _message(response="setup", id=request.id, codecs=[{"name": CODEC}])


def done(request: Request, **params: Any) -> str:
    """Our answer to a get or a set."""
    return _message(response=request.kind, id=request.id, **({"params": params} if params else {}))


def refused(request: Request, why: str) -> str:
    """Our answer to what we don't do."""
    return _message(response=request.kind, id=request.id, error_msg=why)


def results(result: Result | None) -> list[dict[str, Any]]:
    """A result as Asterisk keeps it: the grammar says what came of the hearing. One only: several come in reverse."""
    if result is None:
        return []
    told = result.understood
    return [{"text": told.text, "score": told.score, "grammar": str(result.came), "best": True}]


def told(result: Result) -> str:
    """Our own request: here is what was said."""
    return _message(request="set", id=str(uuid.uuid4()), params={"results": results(result)})


def _message(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False)
