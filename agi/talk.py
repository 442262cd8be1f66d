"""One caller who asks the machine, and the keys that mean the same wherever he is."""

from dataclasses import dataclass
from datetime import datetime

from agi.house import House
from agi.voice import Voice
from dispatch.calls import calls
from dispatch.calls.calls import Step
from dispatch.line.switches import Machine
from hotline.times import now

TRIES = 2
PERSON, YES, NO, AGAIN, BACK = "0", "1", "2", "#", "*"


@dataclass(frozen=True)
class Talk:
    """One caller asking the machine."""

    voice: Voice
    house: House
    call_id: str
    machine: Machine  # what the machine may do in this call
    caller: str = ""  # his number, as the exchange told it

    def note(self, kind: Step, at: datetime | None = None, /, **detail: object) -> None:
        """Write down what happened in this call, at this moment where no other is told."""
        with self.house.database.writing() as session:
            calls.note(session, self.call_id, kind, at=at or now(), **detail)
