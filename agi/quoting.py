"""Arguments as the exchange's own parser reads them, so that no text can become a command."""

from typing import Final

from agi.errors import BadCommand

# Asterisk reads commands into 2,048 bytes; what is longer would be taken as the beginning of another command.
LONGEST_COMMAND: Final = 2046
LONGEST_ARGUMENT: Final = 1000

_CONTROLS: Final = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
_ESCAPES: Final = _CONTROLS | {ord('"'): '\\"', ord("\\"): "\\\\"}


def clean(text: str) -> str:
    """The text without control characters; ordinary Unicode stays."""
    return text.translate(_CONTROLS)


def quote(value: object) -> str:
    """A value in double quotes, escaped, cut to 1,000 bytes as it goes over the wire."""
    escaped = str(value)[:LONGEST_ARGUMENT].translate(_ESCAPES)
    if len(escaped) * 3 > LONGEST_ARGUMENT:
        escaped = _cut(escaped)
    return f'"{escaped}"'


def _cut(escaped: str) -> str:
    short = escaped.encode("utf-8", "replace")[:LONGEST_ARGUMENT].decode("utf-8", "ignore")
    if (len(short) - len(short.rstrip("\\"))) % 2:
        return short[:-1]  # half an escape would swallow the closing quote
    return short


def command_line(words: list[str]) -> bytes:
    """One command as bytes with its line end; BadCommand when the exchange would read it as two."""
    line = clean(" ".join(words)).encode("utf-8", "replace")
    if len(line) > LONGEST_COMMAND:
        raise BadCommand("the command is longer than the exchange can read")
    return line + b"\n"
