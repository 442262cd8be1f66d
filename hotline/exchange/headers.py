"""An action as bytes, refused when any part of it could be read as another header or action."""

import re
from collections.abc import Iterable
from typing import Final

from hotline.exchange.errors import UnsafeValue

Headers = Iterable[tuple[str, object]]

# The exchange reads lines of at most 1,024 bytes; the rest of a longer one would be read as a header of its own.
LONGEST_LINE: Final = 1000
MOST_HEADERS: Final = 100
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def action_bytes(headers: Headers) -> bytes:
    """The headers as they go over the wire; raises UnsafeValue."""
    lines = [header_line(name, value) for name, value in headers]
    if len(lines) > MOST_HEADERS:
        raise UnsafeValue("the action has more headers than the exchange reads")
    return b"\r\n".join([*lines, b"", b""])


def header_line(name: str, value: object) -> bytes:
    """One header without its line end."""
    text = str(value)
    if not _NAME.fullmatch(name):
        raise UnsafeValue(f"{name!r} is no header name")
    if _CONTROL.search(text):
        raise UnsafeValue(f"the value of {name} holds a control character")
    try:
        line = f"{name}: {text}".encode()
    except UnicodeEncodeError as fault:
        raise UnsafeValue(f"the value of {name} is no text") from fault
    if len(line) > LONGEST_LINE:
        raise UnsafeValue(f"the value of {name} is longer than the exchange reads")
    return line


def variable(name: str, value: object) -> str:
    """`name=value` for a Variable header; the exchange would split it at commas and read quotes."""
    text = str(value)
    if not re.fullmatch(r"_{0,2}[A-Za-z][A-Za-z0-9_]*(\([A-Za-z0-9_,-]*\))?", name):
        raise UnsafeValue(f"{name!r} is no variable name")
    if re.search(r'[,"\\]', text):
        raise UnsafeValue(f"the value of variable {name} holds a comma, quote or backslash")
    return f"{name}={text}"
