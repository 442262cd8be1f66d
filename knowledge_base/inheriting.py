"""What a successor inherits of an authorisation: pure. Never more than the predecessor allowed at that moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from knowledge_base.leave import Leave, Subject, means, takes_out_still
from knowledge_base.standing import COUNTING, Standing, standings

_PASS_ON = COUNTING | {Standing.NOT_YET}


@dataclass(frozen=True)
class Heirloom:
    """A provisional copy: which of the entries that pass on it allows, which it takes out, and until when."""

    leave: Leave
    entries: tuple[int, ...]
    exclusions: tuple[int, ...]
    valid_to: date


def heirlooms(leaves: Iterable[Leave], subjects: Iterable[Subject], *, on: date, at: datetime,
              days: int) -> list[Heirloom]:
    """What of the predecessor's authorisations passes on with these entries, for at most so many days.

    A whole department or a category becomes the list of the entries that it meant, for with the successor the same
    words would speak of other matters. What the predecessor had itself only inherited passes on where it has not
    spoken itself. What is unsigned, over, revoked or superseded doesn't pass on."""
    leaves, subjects = list(leaves), list(subjects)
    how = standings(leaves, on=on, at=at)
    living = [a for a in leaves if how[a.id] in _PASS_ON]
    own = [a for a in living if not a.provisional]
    found = []
    for a in living:
        meant = tuple(s.entry_id for s in subjects if means(a, s) and not (a.provisional and _spoken(own, s)))
        out = tuple(s.entry_id for s in subjects if takes_out_still(a, s, own))
        until = min(a.valid_to, on + timedelta(days=days))
        if (meant or out) and until >= max(a.valid_from, on):
            found.append(Heirloom(a, meant, out, until))
    return found


def _spoken(own: Iterable[Leave], s: Subject) -> bool:
    return any(means(a, s) for a in own)
