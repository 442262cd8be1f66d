"""Who is taken before whom in the queue: danger, need, then who has rung in vain; among equals who waits longest."""

from enum import IntEnum

from dispatch.line.flags import Skill


class Rank(IntEnum):
    """A caller's rank; the higher goes first."""

    USUAL = 0
    MISSED = 4  # nobody answered him when he rang before
    PLACE = 5  # his place was kept, and he rings again himself
    SKILL = 6  # 老年人, 方言
    EMERGENCY = 10


def rank(skill: Skill | None, *, missed: bool, place: bool = False) -> Rank:
    """The rank that a caller has when he comes in; what he says may raise it."""
    if skill is not None:
        return Rank.SKILL
    if place:
        return Rank.PLACE
    return Rank.MISSED if missed else Rank.USUAL
