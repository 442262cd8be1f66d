"""What the exchange answered to one command, as a value."""

import re
from dataclasses import dataclass
from typing import Final

from agi.errors import LineLost

_CODE: Final = re.compile(r"(\d{3})(?:([ -])(.*))?", re.DOTALL)
_RESULT: Final = re.compile(r"result=(\S*)(.*)", re.DOTALL)
_MARKED: Final = re.compile(r" \(([^()]*)\)\s+(\w+=.*)", re.DOTALL)
_ENDPOS: Final = re.compile(r"\bendpos=(\d+)")
_HIGHEST_KEY: Final = 127


@dataclass(frozen=True, slots=True)
class Reply:
    """Code, result, what stood in parentheses, and what followed it."""

    code: int
    result: str = ""
    value: str = ""
    extra: str = ""

    @property
    def endpos(self) -> int | None:
        """Samples played or recorded, where the exchange tells it."""
        found = _ENDPOS.search(self.extra)
        return int(found[1]) if found else None

    @property
    def key(self) -> str:
        """The key that was pressed, or an empty text."""
        number = int(self.result) if self.result.isdecimal() and len(self.result) <= 3 else 0
        return chr(number) if 0 < number <= _HIGHEST_KEY else ""

    @property
    def failed(self) -> bool:
        """Whether the exchange reports failure (-1): a hang-up, or something that could not be done."""
        return self.result.startswith("-")


def split_code(line: str) -> tuple[int, str, str]:
    """Code, separator and rest of an answer line; LineLost when it is none."""
    found = _CODE.fullmatch(line)
    if not found:
        raise LineLost("the exchange answered nonsense")
    return int(found[1]), found[2] or "", found[3] or ""


def goes_on(rest: str) -> bool:
    """Whether a value holds a line end, so that the answer goes on in the next line."""
    found = _RESULT.match(rest)
    tail = found[2] if found else ""
    return tail.startswith(" (") and not tail.endswith(")") and not _MARKED.fullmatch(tail)


def read_reply(code: int, rest: str) -> Reply:
    """`result=1 (value)`, `result=0 (timeout) endpos=8000` or `result=0 endpos=1` as a Reply."""
    found = _RESULT.match(rest)
    if not found:
        return Reply(code, extra=rest)
    result, tail = found[1], found[2]
    if tail.startswith(" (") and tail.endswith(")"):
        return Reply(code, result, tail[2:-1])
    if marked := _MARKED.fullmatch(tail):
        return Reply(code, result, marked[1], marked[2])
    return Reply(code, result, extra=tail.strip())
