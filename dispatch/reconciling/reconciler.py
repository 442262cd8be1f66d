"""Once through everything: each look in its turn, what it found kept row by row, and what agrees again settled."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.reconciling import files, handed_in, hashing, silent
from dispatch.reconciling.books import Books, Found
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now
from recordings import findings
from recordings.archive import Archive
from recordings.findings import Finding, Reconciliation
from recordings.findings import Kind as Wrong

Say = Callable[[str], None]
LOOKS = (files.in_spool, files.kept, files.waiting, silent.calls, silent.parts, silent.without_call,
         handed_in.handed_in)  # fmt: skip


@dataclass(frozen=True)
class Reconciler:
    """Holds everything against everything else; `whole` looks at every call and hashes every sound anew."""

    settings: Settings
    database: Database
    archive: Archive
    whole: bool = False
    say: Say = lambda _: None

    def run(self, *, by: str, at: datetime, until: datetime | None = None) -> Reconciliation:
        """Once through; what was found is kept, row by row. KeptError when the store is away."""
        row = Reconciliation(began_at=at, by=by, counts={})
        with self.database.writing() as session:
            session.add(row)
        books = Books(self.settings, self.database, self.archive, self.whole)
        found: set[tuple[str, str]] = set()
        for look in LOOKS:
            found |= self._note(look.__doc__, look(books, at), at)
        found |= self._note(hashing.sounds.__doc__, hashing.sounds(books, at, until), at)
        counts = Counter(kind for kind, _ in found)
        with self.database.writing() as session:
            findings.settle_unseen(session, frozenset(Wrong) - {Wrong.MISMATCH}, since=at, at=now())
            session.merge(Reconciliation(id=row.id, began_at=at, by=by, ended_at=now(), counts=dict(counts)))
        row.counts = dict(counts)
        return row

    def _note(self, what: str | None, found: Iterator[Found], at: datetime) -> set[tuple[str, str]]:
        self.say(what or "")
        noted = set()
        for one in found:
            with self.database.writing() as session:
                findings.note(session, one.kind, one.thing, one.done, call_id=one.call_id, detail=one.detail, at=at)
            self.say(f"  {one.kind} {one.thing}: {one.done} {one.detail}".rstrip())
            noted.add((str(one.kind), one.thing))
        return noted


def open_findings(session: Session) -> int:
    """How many wait for a person."""
    return session.scalar(select(func.count()).select_from(Finding).where(Finding.open.is_(True))) or 0
