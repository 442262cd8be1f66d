"""A file that somebody hands in with a form."""

from flask import request

from admin_ui.house import house
from hotline.files import MEGABYTE

ROUND_IT = 100_000  # bytes that a form has beside its file


def allow_a_file(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A file is larger than any other form; this is asked before anything of the form is read."""
    request.max_content_length = house().settings.attachment_megabytes * MEGABYTE + ROUND_IT


def given_file() -> tuple[str, bytes]:
    """Its name and content; both empty where none was chosen."""
    given = request.files.get("file")
    return (given.filename or "", given.read()) if given else ("", b"")
