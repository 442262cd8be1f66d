"""The indexes in which the long lists lie in order, whatever they are narrowed by; and how words find tickets."""

from typing import Any

from sqlalchemy import Boolean, Index, String, and_, func, literal_column, or_, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from dispatch.callbacks.missed import MissedCaller
from dispatch.callbacks.places import Place
from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Ticket

LAST_FOUR = func.substr(Call.caller, func.length(Call.caller) - literal_column("3"), type_=String)
"""The last four digits of a call's number."""
DUE = func.coalesce(Ticket.due_at, Ticket.dispatch_by, Ticket.promised_by)
"""By when a ticket is due: by the clock of its department, of who dispatches it, or by what was promised."""
SAMPLE, COMMON = 1000, 0.05
RUN = 4
"""From so many characters on a ticket is found by part of its number: every number has most shorter ones."""
_LEAFED = ["state", "due_at", "dispatch_by", "promised_by"]
"""What else it takes to leaf through a department's tickets in the index alone: they lie far apart in the table. So do
the calls that were lost."""
_RUNNING, _UNANSWERED = text("ended_at IS NULL"), text("queued_at IS NOT NULL AND answered_at IS NULL")
_ASKED = text("queued_at IS NOT NULL")
INDEXES = (
    Index("ix_call_last_four", LAST_FOUR),
    Index("ix_call_caller_began_at", Call.caller, Call.began_at),
    Index("ix_call_running", Call.began_at, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    Index("ix_call_unanswered", Call.began_at, sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED,
          postgresql_include=["id", "ended_at"]),
    Index("ix_call_asked", Call.direction, Call.began_at, sqlite_where=_ASKED, postgresql_where=_ASKED,
          postgresql_include=["id", "queued_at", "answered_at", "ended_at", "outcome"]),
    Index("ix_call_direction_began_at", Call.direction, Call.began_at, postgresql_include=["outcome"]),
    Index("ix_ticket_due", DUE, Ticket.id.desc()),
    Index("ix_ticket_department_id_due", Ticket.department_id, DUE, Ticket.id.desc(), postgresql_include=_LEAFED),
    Index("ix_ticket_department_id_state", Ticket.department_id, Ticket.state, Ticket.id),
    Index("ix_ticket_klass_state", Ticket.klass, Ticket.state),
    Index("ix_ticket_source_intake_at", Ticket.source, Ticket.intake_at, postgresql_include=["call_id"]),
    Index("ix_ticket_recording_id", Ticket.recording_id),
    Index("ix_missed_caller_over_at", MissedCaller.over_at),
    Index("ix_queue_place_over_at", Place.over_at),
)  # fmt: skip


def common(session: Session, words: str) -> bool:
    """Whether so many tickets have these words that looking at one after the other finds a page of them sooner than
    an index does; judged by the newest."""
    newest = select(Ticket.title, Ticket.summary).order_by(Ticket.id.desc()).limit(SAMPLE).subquery()
    has = select(func.count()).select_from(newest).where(_written(words, newest.c.title, newest.c.summary))
    return (session.scalar(has) or 0) > SAMPLE * COMMON


def says(words: str, *, common: bool = False) -> ColumnElement[bool]:
    """Whether these words stand in a ticket's number, title or summary; `common`: in very many."""
    written = _written(words, Ticket.title, Ticket.summary)
    written = written if common else and_(_Near(words), written)
    if len(words) < RUN or not set(words) <= set("0123456789-"):
        return written
    numbered = select(Ticket.id).where(_Numbered(words), Ticket.number.contains(words, autoescape=True))
    return Ticket.id.in_(numbered.union(select(Ticket.id).where(written)))


def _written(words: str, *fields: Any) -> ColumnElement[bool]:
    return or_(*(field.contains(words, autoescape=True) for field in fields))


class _Near(FunctionElement[bool]):
    """Whether a ticket has all pairs of letters that the words have: what an index of PostgreSQL knows. Where there is
    no such index, every ticket may."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, words: str) -> None:
        super().__init__(words if len(words) > 1 else "")


class _Numbered(FunctionElement[bool]):
    """Whether a ticket's number has all runs of four that the words have; as an index of PostgreSQL knows."""

    type = Boolean()
    inherit_cache = True


@compiles(_Near)
@compiles(_Numbered)
def _anywhere(_element: FunctionElement[bool], _compiler: Any, **_: Any) -> str:
    return "1 = 1"


@compiles(_Near, "postgresql")
def _by_pairs(element: _Near, compiler: Any, **given: Any) -> str:
    words = compiler.process(element.clauses, **given)
    return f"word_pairs(ticket.title || ' ' || ticket.summary) @> word_pairs({words})"


@compiles(_Numbered, "postgresql")
def _by_runs(element: _Numbered, compiler: Any, **given: Any) -> str:
    return f"number_runs(ticket.number) @> number_runs({compiler.process(element.clauses, **given)})"
