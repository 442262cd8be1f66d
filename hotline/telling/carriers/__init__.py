"""The ways out of the house: one small interface, and a console twin of each, so that nobody needs a server."""

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Message:
    """One message as it goes out. `id` is the same each time that it is tried: the other side knows it by that."""

    id: str
    place: str
    topic: str
    text: str
    subject: str = ""
    template: str = ""  # the registered number of a text
    values: dict[str, Any] = field(default_factory=dict)
    secret: str = ""  # what a webhook's signature is made with
    shown: str = ""  # the text as anybody may read it


class Carrier(Protocol):
    """One way out."""

    @property
    def name(self) -> str: ...

    def carry(self, message: Message) -> str:
        """Bring it to the other side; what that calls it. Raises Later, Refused, Unsure, NotNow or Underway."""
        ...


class CarrierError(Exception):
    """A message that did not go out; the text is the ground, fit for a person."""


class Later(CarrierError):
    """It did not go out, and may be tried again."""


class Refused(CarrierError):
    """It did not go out, and never will as it is."""


class Unregistered(Refused):
    """The carrier knows no such text: none in these words goes out before somebody has registered it."""


class NotNow(CarrierError):
    """It was not tried: what it needs is in use. It costs no attempt."""


class Underway(CarrierError):
    """The other side has it in hand; what became of it is told afterwards, and until then it is nobody else's."""


class Unsure(CarrierError):
    """It may have gone out: the other side had it, and did not answer."""
