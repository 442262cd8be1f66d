"""Why the exchange says that a channel is gone (Q.850)."""

from typing import Final

BUSY: Final = frozenset({17, 21})  # he speaks with somebody, or pushed the call away
INVALID: Final = frozenset({1, 2, 3, 22, 28})
FAILED: Final = frozenset({27, 34, 38, 41, 42, 44, 58, 88, 127})  # the line: the carrier, or the network
