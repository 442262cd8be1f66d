"""An engine elsewhere, by its address: `hotline hear` on this or another machine, or whoever speaks the same."""

from collections.abc import Sequence

import numpy as np
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from hotline.hearing import HearingBusy, HearingError, HearingMissing, Samples, Understood, plain
from hotline.hearing.expecting import Expecting


class Remote:
    """An ear at the other end of a web socket (ws://host:port); one connection a recording."""

    def __init__(self, address: str, *, within: float = 6.0) -> None:
        """`within`: seconds in which it must have answered."""
        self._address, self._within = address, within

    @property
    def name(self) -> str:
        """Where it is."""
        return self._address

    def hear(self, sound: Samples, *, words: Sequence[str] = (),
             expecting: Expecting = Expecting.QUESTION) -> Understood:  # fmt: skip
        """Have it recognised; without `words` the other side takes those that it expects."""
        pcm = np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2").tobytes()
        return self.hear_coded(pcm, plain.Asked("pcm", expecting, tuple(words)))

    def knock(self) -> None:
        """HearingMissing unless somebody is there."""
        try:
            with connect(self._address, subprotocols=[Subprotocol(plain.SUBPROTOCOL)], open_timeout=2, close_timeout=1):
                return
        except (OSError, WebSocketException) as fault:
            raise HearingMissing(f"The engine at {self._address} doesn't answer: {type(fault).__name__}.") from fault

    def hear_coded(self, coded: bytes, asked: plain.Asked) -> Understood:
        """The same for sound that is coded already."""
        try:
            with connect(self._address, subprotocols=[Subprotocol(plain.SUBPROTOCOL)], open_timeout=2, close_timeout=1,
                         compression=None, max_size=65536) as line:  # fmt: skip
                line.send(asked.written())
                line.send(coded)
                return plain.understood(str(line.recv(timeout=self._within)))
        except TimeoutError as late:
            raise HearingBusy(f"The engine at {self._address} doesn't answer in time.") from late
        except (OSError, WebSocketException) as fault:
            raise HearingMissing(f"The engine at {self._address} doesn't answer: {type(fault).__name__}.") from fault
        except ValueError as fault:
            raise HearingError(f"The engine at {self._address} answered nonsense.") from fault
