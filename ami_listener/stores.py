"""What the exchange keeps for when we are away: codes minted ahead, and whether the line is staffed."""

from datetime import datetime

from dispatch import codes
from hotline.calendar.hours import read_hours
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.link import Link
from hotline.settings import Settings

POOL = 200


def stock(link: Link, *, settings: Settings, database: Database, at: datetime, most: int = 50) -> int:
    """Fill the exchange's store of query codes (at most `most` a time) and say whether people answer now."""
    staffed = "yes" if read_hours(settings.staffed_hours).holds(at) else "no"
    actions.db_put(link, "hotline", "staffed", staffed)
    head = int(actions.db_get(link, "codepool", "head") or 1)
    tail = int(actions.db_get(link, "codepool", "tail") or 0)
    missing = min(most, POOL - (tail - head + 1))
    for place in range(tail + 1, tail + 1 + missing):
        with database.writing() as session:
            code = codes.mint_for_pool(session, node=settings.exchange_node, settings=settings, at=at)
        actions.db_put(link, "codes", str(place), code)
        actions.db_put(link, "codepool", "tail", str(place))
    if missing > 0 and head == 1 and tail == 0:
        actions.db_put(link, "codepool", "head", "1")
    return max(0, missing)
