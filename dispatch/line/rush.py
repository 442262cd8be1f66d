"""Too many calls from one number or number range: counted in memory, noted for the supervisor; people decide to block.

Only a machine is sent away by a machine: whoever rings more often in a minute than a person can, hears that the line
is busy, and takes no place in the queue."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.line.barring import RANGE, SHORTEST_RANGE
from dispatch.line.errors import LineRuleError
from hotline import audit
from hotline.database import Base
from hotline.settings import Settings

MINUTE = 60.0
RANGE_DIGITS = 2  # a range: numbers that differ in their last two digits
SAME_FLOOD = timedelta(hours=1)


class Flood(Base):
    """A number or range from which too many calls came; `seen` by a person, who says what he did about it."""

    __tablename__ = "caller_flood"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), index=True)  # empty: numbers withheld
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    calls: Mapped[int]
    sent_away: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str] = mapped_column(String(60), default="")
    verdict: Mapped[str] = mapped_column(String(200), default="")


@dataclass(frozen=True)
class Sighting:
    """That so many more calls came from there."""

    number: str
    calls: int
    at: datetime
    sent_away: bool = False


@dataclass(frozen=True)
class Seen:
    """What one more call amounts to: whether a machine rings, and what the supervisor is to be told."""

    machine: bool = False
    sightings: tuple[Sighting, ...] = ()


class Rush:
    """The calls of the last minutes by number and by range, in this process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        window = settings.flood_minutes * MINUTE
        self._minute, self._numbers, self._ranges = _Window(MINUTE), _Window(window), _Window(window)

    def came(self, number: str, at: datetime) -> Seen:
        """Count a call; "" is every number that is withheld, which is no one's in particular."""
        told, moment, many = self._settings, at.timestamp(), 0
        with self._lock:
            own, last_minute = self._numbers.came(number, moment), self._minute.came(number, moment)
            if len(number) >= SHORTEST_RANGE + RANGE_DIGITS:
                many = self._ranges.came(number[:-RANGE_DIGITS] + RANGE, moment)
        machine = bool(number) and last_minute > told.flood_a_minute
        sightings = [Sighting(number, told.flood_calls, at, machine)] if _full(own, told.flood_calls) else []
        if _full(many, told.flood_range_calls):
            sightings.append(Sighting(number[:-RANGE_DIGITS] + RANGE, told.flood_range_calls, at))
        return Seen(machine, tuple(sightings))


class _Window:
    """How often each came within so many seconds: what is older goes as others come, so that it costs the same always
    and holds no more than came in that time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._came: deque[tuple[float, str]] = deque()
        self._counts: dict[str, int] = {}

    def came(self, who: str, moment: float) -> int:
        """Count one more; how many came within the window, this one among them."""
        self._came.append((moment, who))
        self._counts[who] = self._counts.get(who, 0) + 1
        while self._came[0][0] <= moment - self._seconds:
            self._drop(self._came.popleft()[1])
        return self._counts[who]

    def _drop(self, who: str) -> None:
        self._counts[who] -= 1
        if not self._counts[who]:
            del self._counts[who]


def note(session: Session, sightings: Sequence[Sighting]) -> None:
    """Write them down: what goes on is one flood."""
    for one in sightings:
        goes_on = (Flood.number == one.number, Flood.seen_at.is_(None), Flood.last_at > one.at - SAME_FLOOD)
        row = session.scalar(select(Flood).where(*goes_on).limit(1))
        if row is None:
            row = Flood(number=one.number, began_at=one.at, calls=0, sent_away=False)
            session.add(row)
        row.last_at, row.calls, row.sent_away = one.at, row.calls + one.calls, row.sent_away or one.sent_away
        session.flush()


def unseen(session: Session) -> int:
    """How many floods nobody has looked at."""
    return session.scalar(select(func.count()).select_from(Flood).where(Flood.seen_at.is_(None))) or 0


def see(session: Session, row: Flood, *, verdict: str, by: str, at: datetime) -> None:
    """A person has looked at it, and says what came of it."""
    if len(verdict.strip()) < 2:
        raise LineRuleError("请填写处理情况")
    row.seen_at, row.seen_by, row.verdict = at, by, verdict.strip()[:200]
    audit.note(session, "flood.seen", by=by, at=at, about=("flood", row.id), reason=row.verdict)


def _full(calls: int, most: int) -> bool:
    """Told once for every so many."""
    return calls >= most and calls % most == 0
