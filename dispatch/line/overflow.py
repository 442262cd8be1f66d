"""When too many wait, or one too long, the operators of other groups are taken too: those held in reserve (后备)."""

from dataclasses import dataclass

ORDINARY, CALLED_IN, HELD = 0, 1, 10
"""What an operator counts in the queue (the exchange's penalty): lower ones are rung first, and a caller who hasn't
waited long reaches nobody beyond CALLED_IN."""


@dataclass(frozen=True)
class Member:
    """An operator's phone in the queue, with what he counts there."""

    interface: str
    counts: int


def changes(members: tuple[Member, ...], *, waiting: int, most: int) -> list[Member]:
    """What those in reserve are to count, where it is another than now: called in while more than `most` wait."""
    wanted = CALLED_IN if waiting > most else HELD
    return [Member(one.interface, wanted) for one in members if one.counts not in {ORDINARY, wanted}]
