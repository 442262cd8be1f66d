"""The search of the public pages: entries and departments for a citizen's words, and how sure we are of them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from admin_ui.public import offices
from admin_ui.public.lobby import lobby
from admin_ui.public.offices import Named
from admin_ui.public.shelf import Item, by_ids
from knowledge_base.asked import Found
from knowledge_base.personal import masked
from knowledge_base.search.match import SURE, worth_showing

LONGEST = 80
MOST = 10
LOOKED_AT = 60


@dataclass(frozen=True)
class Answered:
    """What was found: entries, best first, departments, and how sure we are."""

    words: str
    items: list[Item]
    offices: list[Named]
    how: Found


def wanted(given: str) -> str:
    """What a citizen typed, without what points to a person: so it may stand in an address."""
    return masked(" ".join(given.split()))[:LONGEST].strip()


def find(session: Session, words: str, *, on: date, department: int | None = None, category: str = "") -> Answered:
    """Entries and departments for these words, kept to a department and a place of the tree where one is chosen."""
    if not words:
        return Answered("", [], [], Found.NOTHING)
    narrowed = department is not None or bool(category)
    matches = lobby().index.at(session, on=on).search(
        words, most=LOOKED_AT if narrowed else MOST, department=department, category=category)
    near = {match.entry_id: match.score for match in worth_showing(matches)}
    items = [item for item in by_ids(session, list(near), on=on) if _within(item, department, category)][:MOST]
    sure = any(near[item.entry.id] >= SURE for item in items)
    how = Found.SHOWN if sure else Found.UNSURE if items else Found.NOTHING
    return Answered(words, items, offices.named(session, words, on=on), how)


def _within(item: Item, department: int | None, category: str) -> bool:
    if department is not None and item.entry.department_id != department:
        return False
    return not category or f"{item.category}/".startswith(f"{category}/")
