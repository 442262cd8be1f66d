"""Why the exchange says that a channel is gone (Q.850)."""

from typing import Final

BUSY: Final = frozenset({17, 21})  # he speaks with somebody, or pushed the call away
INVALID: Final = frozenset({1, 2, 3, 22, 28})
_LINE: Final = frozenset({27, 38, 41, 44, 127})  # the carrier, or the network
FAILED: Final = _LINE | {34, 42, 58, 88}
"""Of who could not be rung: it was the line's fault, be it that it has no room."""
BROKEN: Final = _LINE | {3, 18, 20, 102, 111}
"""Of who spoke with somebody: a line that nobody hung up, with no route, no answer of the other side or no sound any
more, or a protocol's fault. Where a carrier calls everything a hang-up, nobody is rung again."""
