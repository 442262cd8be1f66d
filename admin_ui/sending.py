"""What is kept sealed, as an answer: unsealed while it is sent, in the ranges that are asked for."""

from flask import Response, request
from werkzeug.wsgi import FileWrapper

from hotline.kept.reading import Bytes, file

PART = 1 << 16  # bytes that are sent at a time: as many as are sealed together


def sent(content: Bytes, *, media_type: str, etag: str, name: str = "") -> Response:
    """The content as an answer; with a name it is saved under it, never shown."""
    answer = Response(FileWrapper(file(content), PART), mimetype=media_type, direct_passthrough=True)
    answer.content_length = content.size
    answer.set_etag(etag)
    if name:
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.make_conditional(request, accept_ranges=True, complete_length=content.size)
    return answer
