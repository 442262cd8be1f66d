"""The search of the public pages: entries and departments for a citizen's words, and how sure we are of them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from admin_ui.public import offices, permits
from admin_ui.public.lobby import lobby
from admin_ui.public.offices import Named
from admin_ui.public.permits import Permit
from admin_ui.public.shelf import Item, by_ids
from knowledge_base.asked import Found
from knowledge_base.categories import now_called
from knowledge_base.personal import masked
from knowledge_base.search.match import Verdict, hardly, to_show, verdict

LONGEST = 80
MOST = 10
HOW = {Verdict.SURE: Found.SHOWN, Verdict.UNSURE: Found.UNSURE, Verdict.NOTHING: Found.NOTHING}


@dataclass(frozen=True)
class Answered:
    """What was found: entries, best first, departments, licence items, and how sure we are of the entries."""

    words: str
    items: list[Item]
    offices: list[Named]
    permits: list[Permit]
    how: Found
    hardly: bool = False  # only the nearest titles, to be asked about

    @property
    def told(self) -> str:
        """In short what is shown of the entries: where it's the same as before, nothing needs to be shown again."""
        return f"{self.how}:{self.hardly:d}:" + ",".join(str(item.entry.id) for item in self.items)


def wanted(given: str) -> str:
    """What a citizen typed, without what points to a person: so it may stand in an address."""
    return masked(" ".join(given.split()))[:LONGEST].strip()


def find(session: Session, words: str, *, on: date, department: int | None = None, category: str = "",
         full: bool = False) -> Answered:  # fmt: skip
    """Entries and departments for these words, kept to a department and a place of the tree where one is chosen.

    `full` also asks what the words mean, which takes longer than somebody who types should wait."""
    if not words:
        return Answered("", [], [], [], Found.NOTHING)
    index = lobby().index.at(session, on=on)
    place = now_called(session, category)
    matches = index.search(words, most=MOST, department=department, category=place, full=full)
    items = by_ids(session, [match.entry_id for match in to_show(matches)], on=on)
    how = HOW[verdict(matches)] if items else Found.NOTHING
    found = permits.named(session, words, department=department)
    return Answered(words, items, offices.named(session, words, on=on), found, how, hardly(matches))
