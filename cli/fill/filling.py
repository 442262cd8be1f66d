"""The whole of it: call after call, written a few thousand at a time, in one transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cli.fill import passed, unfound, vain, withdrawn, writing
from cli.fill.calls import call
from cli.fill.cast import cast
from cli.fill.paper import Paper
from cli.fill.size import Size, beginnings
from cli.fill.tickets import Numbers, ticket
from cli.fill.unfound import Unfound
from dispatch.calls.calls import Call, Outcome
from hotline import audit
from hotline.audit import chain

AT_ONCE = 4000
CALLS_A_TELEPHONE = 3
KEPT = timedelta(days=180)
"""As long as what people asked is kept."""
UNFOUND = 0.02  # of calls of which nothing else speaks of it


class NotEmpty(Exception):
    """What is invented is never mixed with what happened; the text is fit for a person."""


def fill(session: Session, size: Size, *, prefix: str, tell: Callable[[int], None] = lambda _: None) -> None:
    """Invent so many calls and tickets, with all that comes of them; `tell` hears how many calls are written.

    Nobody is rung or written to by it: what is owed to somebody outside is over, or a person's to do. Recordings have
    their rows and no sound."""
    if session.scalar(select(Call.id).limit(1)) is not None:
        raise NotEmpty("There are calls in this database already: what is invented goes into an empty one only")
    story = _Story(session, size, prefix)
    with writing.unguarded(session), writing.beside(session) as write:
        for number, began in enumerate(beginnings(size)):
            story.goes_on(number, began)
            if (number + 1) % AT_ONCE == 0:
                write(story.paper.taken())
                tell(number + 1)
        story.numbers.note(story.paper)
        write(story.paper.taken())
        tell(size.calls)
    _finished(session, size)


class _Story:
    """What is written call after call, and what of the calls before must be remembered for it."""

    def __init__(self, session: Session, size: Size, prefix: str) -> None:
        self.paper, self.numbers = Paper(writing.last_ids(session)), Numbers(prefix)
        self._size, self._people, self._chance = size, cast(session), Random(size.seed)  # noqa: S311 - nothing secret
        self._telephones = max(10, size.calls // CALLS_A_TELEPHONE)
        self._waiting = set[str]()
        self._unknown = Unfound(self.paper, self._people, self._chance, most=size.calls // 10 + 1, at=size.at)

    def goes_on(self, number: int, began: datetime) -> None:
        """One more call, with its ticket if it brings one."""
        size, chance = self._size, self._chance
        brings, kept = size.brings_ticket(number), began > size.at - KEPT
        theirs = brings and chance.random() < passed.OFTEN
        rung = call(self.paper, self._people, chance, number=number, began=began, telephones=self._telephones,
                    ticket=brings and not theirs, kept=kept)  # fmt: skip
        if brings:
            of = passed.instead(rung) if theirs else rung
            ticket(self.paper, self._people, chance, of, numbers=self.numbers, until=size.at)
        vain.note(self.paper, chance, rung, self._waiting, until=size.at)
        if kept and (rung.outcome is Outcome.HUNG_UP or chance.random() < UNFOUND):
            self._unknown.note(self.paper, rung)


def _finished(session: Session, size: Size) -> None:
    """What is counted and chained of the whole, and what the database needs to know of it."""
    writing.counters_on(session)
    unfound.counted(session)
    withdrawn.withdraw(session, at=size.at)
    audit.note(session, "database.filled", by="system", at=size.at, about=("database", "demo"), calls=size.calls,
               tickets=size.tickets, seed=size.seed)  # fmt: skip
    session.flush()
    while chain.seal(session):
        session.flush()
        session.expunge_all()
    session.execute(text("ANALYZE"))
