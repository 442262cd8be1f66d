"""What the exchange tells about a call before the first command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Self

from agi.errors import LineLost
from agi.quoting import clean
from agi.wire import Wire

MOST_LINES: Final = 256
LONGEST_VALUE: Final = 1000
_MOST_ARGUMENTS: Final = 64


@dataclass(frozen=True, slots=True)
class Environment:
    """The call as it arrived. Number and name of the caller are kept out of its printed form."""

    script: str
    arguments: tuple[str, ...]
    uniqueid: str
    channel: str
    dialled: str
    extension: str
    context: str
    language: str
    call_id: str
    caller: str = field(repr=False)
    caller_name: str = field(repr=False)

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Self:
        """From the `agi_…` variables; what is missing or 'unknown' is an empty text."""

        def told(name: str) -> str:
            value = variables.get(f"agi_{name}", "")
            return "" if value == "unknown" else value

        return cls(
            script=told("network_script").partition("?")[0].strip("/"),
            arguments=_arguments(variables),
            uniqueid=told("uniqueid"),
            channel=told("channel"),
            dialled=told("dnid") or told("extension"),
            extension=told("extension"),
            context=told("context"),
            language=told("language"),
            call_id=told("accountcode"),
            caller=told("callerid"),
            caller_name=told("calleridname"),
        )


def _arguments(variables: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    for number in range(1, _MOST_ARGUMENTS + 1):
        if (value := variables.get(f"agi_arg_{number}")) is None:
            break
        found.append(value)
    return tuple(found)


def read_variables(wire: Wire, within: float) -> dict[str, str]:
    """The variables up to the empty line, cleaned; LineLost when they don't end in time or number."""
    deadline = monotonic() + within
    if (block := wire.paragraph(deadline)) is not None:
        lines = block.decode("utf-8", "replace").split("\n")
    else:
        lines = _one_by_one(wire, deadline)
    if len(lines) > MOST_LINES:
        raise LineLost("the exchange described the call without end")
    return dict(_variable(line) for line in lines)


def _one_by_one(wire: Wire, deadline: float) -> list[str]:
    lines: list[str] = []
    while len(lines) <= MOST_LINES and (line := wire.readline(deadline)):
        lines.append(line.decode("utf-8", "replace"))
    return lines


def _variable(line: str) -> tuple[str, str]:
    name, _colon, value = line.partition(":")
    value = value[: LONGEST_VALUE + 1].strip()
    return name.strip(), value if value.isascii() and value.isprintable() else clean(value)
