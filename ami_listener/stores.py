"""What the exchange keeps for when we are away: codes minted ahead, and the hours of the next two weeks."""

from datetime import datetime, timedelta

from dispatch.tickets import codes
from hotline.calendar.staffing import Spans, Staffing, moment, staffing
from hotline.calendar.words import out_of_hours
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.link import Link
from hotline.settings import Settings
from hotline.times import local_day

POOL = 200
DAYS_AHEAD = 14
Kept = dict[str, str]


def stock(link: Link, *, settings: Settings, database: Database, at: datetime, most: int = 50) -> int:
    """Fill the exchange's store of query codes (at most `most` a time); how many were added."""
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


def keep_hours(link: Link, kept: Kept, *, settings: Settings, database: Database, at: datetime) -> None:
    """Tell the exchange the hours of the next days, and what callers hear outside them; only what it doesn't have yet.
    `kept` is what it has."""
    with database.reading() as session:
        told = hours_ahead(staffing(session, settings=settings), at=at)
    for key in kept.keys() - told.keys():
        actions.db_del(link, "hours", key)
        del kept[key]
    for key, value in told.items():
        if kept.get(key) != value:
            actions.db_put(link, "hours", key, value)
            kept[key] = value


def hours_ahead(line: Staffing, *, at: datetime) -> Kept:
    """By day its spans, as 20261127: 0830-1200,1430-1800 or none; by day and spans that are over the prompts for who
    rings then, as 20261127-1."""
    told: Kept = {}
    for ahead in range(DAYS_AHEAD):
        day = local_day(at) + timedelta(days=ahead)
        spans = line.on(day)
        told[f"{day:%Y%m%d}"] = ",".join(f"{_clock(a)}-{_clock(b)}" for a, b in spans) or "none"
        for over in range(len(spans) + 1):
            then = moment(day, spans[over - 1][1] if over else 0)
            if words := out_of_hours(line.standing(then), at=then) if _is_of(spans, over) else ():
                told[f"{day:%Y%m%d}-{over}"] = "&".join(f"hotline/{name}" for name in words)
    return told


def _is_of(spans: Spans, over: int) -> bool:
    """Whether the day still goes on after so many of its spans."""
    return not over or spans[over - 1][1] < 24 * 60


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}{minute % 60:02d}"
