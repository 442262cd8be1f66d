"""What is kept sealed, as an answer: unsealed while it is sent, in the ranges that are asked for."""

from collections.abc import Callable

import structlog
from flask import Response, abort, request
from werkzeug.wsgi import FileWrapper

from hotline.kept.errors import Absent, KeptError, Tampered
from hotline.kept.reading import Bytes, file

PART = 1 << 16  # bytes that are sent at a time: as many as are sealed together
log = structlog.get_logger()


def opened(kept: Callable[[], Bytes], **what: object) -> Bytes:
    """What is kept, opened; 404 where it isn't as it was put away, 503 while its store or its key is away. `what` says
    in the log which it is."""
    try:
        return kept()
    except Absent:
        abort(404)
    except Tampered as fault:
        log.error("kept.tampered", why=str(fault), **what)
        abort(404)
    except KeptError as fault:
        log.error("kept.unreachable", why=str(fault), **what)
        abort(503)


def sent(content: Bytes, *, media_type: str, etag: str, name: str = "") -> Response:
    """The content as an answer; with a name it is saved under it, never shown."""
    answer = Response(FileWrapper(file(content), PART), mimetype=media_type, direct_passthrough=True)
    answer.content_length = content.size
    answer.set_etag(etag)
    if name:
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.make_conditional(request, accept_ranges=True, complete_length=content.size)
    return answer
