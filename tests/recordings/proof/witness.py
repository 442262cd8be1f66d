"""What was committed and said before something broke, held against what is there afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from cli.main import main
from dispatch.calls.calls import Call, CallStep, Leg
from dispatch.reconciling.reconciler import Reconciler
from dispatch.tickets.tickets import Ticket, TicketStep
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.times import now
from recordings.archive import archive
from recordings.findings import Finding
from recordings.recordings import Kind, Recording, State
from tests.journeys import ears
from tests.journeys.conftest import House
from tests.recordings.proof import staircase

KEPT = (Call, CallStep, Leg, Recording, Ticket, TicketStep, AuditRow)
CUT_OFF = 2.1  # seconds that an exchange which is killed takes with it: its files are written two seconds at a time
BY_THE_EDGE = 0.5  # seconds by which a recording may be shorter or longer than its call
AT_ONCE = 0.3  # seconds until what is said after the answer is on the line
Rows = dict[str, set[Any]]


def committed(database: Database) -> Rows:
    """The keys of all rows of calls, recordings and tickets that there are."""
    with database.reading() as session:
        return {kind.__tablename__: set(session.execute(select(*_keys(kind.__table__))).all()) for kind in KEPT}


def _keys(table: Any) -> list[Any]:
    assert isinstance(table, Table)
    return list(table.primary_key)


@dataclass
class Testimony:
    """What became of some calls: figures, and what did not hold, in words."""

    calls: int = 0
    rows: int = 0
    said: float = 0.0
    found: float = 0.0
    longest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (f"{self.calls} calls, {self.rows} rows kept, {self.found:.1f} of {self.said:.1f} s of audio found, "
                f"longest loss {self.longest:.2f} s")  # fmt: skip


@dataclass(frozen=True)
class Life:
    """How long a call lasted from its answer on, between which of its seconds what was said may be gone, and by how many
    its recording may be shorter or longer."""

    seconds: float
    spared: tuple[float, float]
    off: float = BY_THE_EDGE

    @classmethod
    def of(cls, seconds: float, *, lost: float = BY_THE_EDGE, off: float = BY_THE_EDGE) -> "Life":
        """One whose last seconds may be gone."""
        return cls(seconds, (seconds - lost - AT_ONCE, seconds), off)

    def spares(self, step: int) -> bool:
        """Whether this half second may be gone."""
        return (step + 1) * staircase.STEP > self.spared[0] and step * staircase.STEP < self.spared[1]

    @property
    def shortest(self) -> float:
        """How long its recording is at least."""
        return self.seconds - max(self.off, self.spared[1] - self.spared[0])


def heard(house: House, callers: list[str], lives: Mapping[str, Life], before: Rows, *, seconds: float = 30) -> Testimony:
    """Hold each caller's one call against what he lived through; `seconds`: how long it may take until it is noted."""
    told = Testimony()
    for caller in callers:
        call = house.call_of(caller, seconds=seconds)
        recording = house.eventually(lambda session, of=call.id: _settled(session, of), seconds)  # type: ignore[misc]
        _one(told, house, recording, lives[call.id])
    after = committed(house.database)
    told.rows = sum(len(keys & after[name]) for name, keys in before.items())
    told.faults += [f"{len(keys - after[name])} rows of {name} are gone" for name, keys in before.items() if keys - after[name]]
    return told


def _settled(session: Session, call_id: str) -> Recording | None:
    mine = Recording.call_id == call_id, Recording.kind == Kind.CALL, Recording.state != State.RUNNING
    return session.scalar(select(Recording).where(*mine))


def _one(told: Testimony, house: House, recording: Recording, life: Life) -> None:
    told.calls += 1
    if recording.state != State.COMPLETE or recording.seconds is None:
        told.faults.append(f"{recording.call_id} is {recording.state}")
        return
    side = ears.samples(ears.opened(house, Path(recording.path)))[:, 0]
    many = min(staircase.HEIGHTS, int((life.seconds - AT_ONCE) / staircase.STEP))
    gone = staircase.missing(side, many)
    told.said, told.found = told.said + many * staircase.STEP, told.found + (many - len(gone)) * staircase.STEP
    told.longest = max(told.longest, life.seconds - recording.seconds, staircase.longest_gap(gone))
    if not life.shortest < recording.seconds < life.seconds + life.off:
        told.faults.append(f"{recording.call_id}: {recording.seconds} s recorded of {life.seconds:.2f} s")
    if still := [step for step in gone if not life.spares(step)]:
        told.faults.append(f"{recording.call_id}: of what was said in {life.seconds:.1f} s, {still} are missing")


def reconciles(house: House, *, later: timedelta = timedelta(hours=2), silent: str = "") -> None:
    """Some hours later, when nothing is young any more, all agrees: by the rows, and by the command. `silent`: the call
    of which there could be no recording, and which waits for a person."""
    found: list[str] = []
    Reconciler(house.settings, house.database, archive(house.settings), whole=True, say=found.append).run(by="proof", at=now() + later)
    with house.database.reading() as session:
        waiting = set(session.scalars(select(Finding.call_id).where(Finding.open.is_(True))))
    assert waiting == ({silent} if silent else set()), found
    told = CliRunner().invoke(main, ["recordings", "reconcile", "--whole"], env=dict(house.here.environment))
    assert told.exit_code == bool(silent), told.output
