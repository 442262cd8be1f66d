"""Below which chance of an answer 'I don't know' is said: a collection's own figure, by what is asked of it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base
from knowledge_base.entries import Approval, Entry, Phrasing, State
from knowledge_base.search.match import NOTHING

LETTERS, MEANING = "letters", "meaning"  # what a path of search goes by, as the rows name it
FEWEST = 300  # questions that were found: fewer tell nothing of two in a hundred
UNKNOWN = 0.02  # so large a share of what is found rightly may be called unknown
LEAST, HIGHEST = 5.0, 50.0  # what is likelier here than not is never called unknown


class SearchLimit(Base):
    """One path's limit as it was measured last; the fields are those of `Measured`."""

    __tablename__ = "search_limit"
    way: Mapped[str] = mapped_column(String(10), primary_key=True)
    percent: Mapped[float]
    found: Mapped[int]
    lost: Mapped[float]
    lost_usually: Mapped[float]
    told: Mapped[float]
    told_usually: Mapped[float]
    measured_at: Mapped[datetime]


@dataclass(frozen=True)
class Limits:
    """The limit of each path, in %."""

    letters: float = NOTHING
    meaning: float = NOTHING


@dataclass(frozen=True)
class Measured:
    """A path's limit in %; how many of the collection's own questions were found; the share of these that it calls
    unknown (`lost`), and of those that have no answer (`told`); and the same by the usual limit."""

    way: str
    percent: float
    found: int
    lost: float
    lost_usually: float
    told: float
    told_usually: float


class Ground(StrEnum):
    """Why a path's limit is what it is; but for the first, it is the usual one."""

    OWN = "own"  # the collection's own questions drew it
    FEW_PHRASINGS = "few_phrasings"  # there are too few that could
    FEW_FOUND = "few_found"  # of those that were asked, too few were found
    NOT_YET = "not_yet"  # they will tonight


@dataclass(frozen=True)
class Held:
    """A path's limit as it holds now; `phrasings`: how many of the collection could be asked."""

    way: str
    ground: Ground
    row: SearchLimit | None
    phrasings: int

    @property
    def percent(self) -> float:
        return self.row.percent if self.row is not None else NOTHING


def fitting(found: Sequence[float]) -> float:
    """The limit by how likely an answer was held for questions that were found rightly: UNKNOWN of them lie below it.
    The usual one where there are too few."""
    if len(found) < FEWEST:
        return NOTHING
    return float(np.clip(np.quantile(found, UNKNOWN, method="lower"), LEAST, HIGHEST))


def measured(way: str, found: Sequence[float], strange: Sequence[float]) -> Measured:
    """A path's limit, and what it does to questions that were found and to those that have no answer."""
    limit = fitting(found)
    return Measured(way, limit, len(found), below(found, limit), below(found, NOTHING), below(strange, limit),
                    below(strange, NOTHING))  # fmt: skip


def below(inside: Sequence[float], limit: float) -> float:
    """The share that is called unknown."""
    return round(sum(one < limit for one in inside) / max(1, len(inside)), 4)


def keep(session: Session, ways: Iterable[Measured], *, at: datetime) -> None:
    """Keep a measurement in the place of the last one."""
    session.execute(delete(SearchLimit))
    session.add_all(SearchLimit(**asdict(one), measured_at=at) for one in ways)


def held(session: Session) -> list[Held]:
    """The limit that holds for each path, the full one first, and on what ground."""
    rows = {row.way: row for row in last(session)}
    approved = (select(func.count()).select_from(Phrasing).join(Entry, Entry.id == Phrasing.entry_id)
                .where(Phrasing.approval == Approval.APPROVED, Entry.state == State.PUBLISHED))  # fmt: skip
    phrasings = session.scalar(approved) or 0
    return [Held(way, _ground(rows.get(way), phrasings), rows.get(way), phrasings) for way in (MEANING, LETTERS)]


def _ground(row: SearchLimit | None, phrasings: int) -> Ground:
    if row is not None:
        return Ground.OWN if row.found >= FEWEST else Ground.FEW_FOUND
    return Ground.FEW_PHRASINGS if phrasings < FEWEST else Ground.NOT_YET


def last(session: Session) -> Sequence[SearchLimit]:
    """The last measurement, the full path first."""
    return session.scalars(select(SearchLimit).order_by(SearchLimit.way.desc())).all()


def kept(session: Session) -> Limits:
    """The limits that hold."""
    return Limits(**{row.way: row.percent for row in last(session)})
