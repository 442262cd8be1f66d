"""Every row of every table, looked at before something breaks and held against what is there afterwards.

What a look before the fault sees was committed: it reads in a transaction of its own. Afterwards each of these rows is
there still (but for PUT_OFF and MADE_ANEW, which say why), and it has moved as the law of its column lets it:

- what only grows in rows (APPEND_ONLY) is as it was, to the letter;
- what was not known yet (nothing, an empty text, an empty list) may be known by now; within an object that is kept as
  one, each of its names for itself;
- what MOVES names moves: freely, or only upwards, or until it has come to its end;
- all else is as it was. A table or a column that nobody has named here has no freedom at all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Table, select

from admin_ui import app  # noqa: F401 - these bring all tables
from cli import main  # noqa: F401
from dispatch import worker  # noqa: F401
from dispatch.callbacks.callbacks import State as CallbackState
from dispatch.tickets.states import TRANSITIONS
from dispatch.transfers.transfers import State as TransferState
from hotline.database import Base, Database
from hotline.telling.outbox import State as DeliveryState
from recordings.recordings import State as RecordingState

Key = tuple[Any, ...]
Row = Mapping[str, Any]
Law = Callable[[Any, Any], bool]
APPEND_ONLY = frozenset({"audit_row", "audit_seal", "knowledge_change", "ledger_row", "monthly_report_correction", "ticket_step"})
MADE_ANEW = frozenset({"search_limit", "phrasing_worth"})
"""Worked out of other rows, as a whole, as often as somebody likes: no fact stands in it alone."""
PUT_OFF = {"delivery_attempt": "outcome"}
"""Begun, and taken back while this says nothing yet: nobody tried, for the way out was closed."""


@dataclass
class Look:
    """What stood in the tables at one moment, by table and key."""

    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))

    @property
    def tables(self) -> int:
        """How many tables there were rows in."""
        return sum(map(bool, self.rows.values()))


def committed(database: Database) -> Look:
    """All rows that there are, as one transaction sees them."""
    look = Look()
    with database.reading() as session:
        for table in held():
            key = [column.name for column in table.primary_key]
            found = session.execute(select(*table.columns)).mappings()
            look.rows[table.name] = {tuple(row[name] for name in key): dict(row) for row in found}
    return look


def held() -> list[Table]:
    """The tables whose rows are held to the law: all of the schema but what is made anew."""
    return [table for table in Base.metadata.sorted_tables if table.name not in MADE_ANEW]


def faults(before: Look, after: Look) -> list[str]:
    """What of the rows before isn't there any more, or has become what it may not, in words."""
    return [
        fault
        for name in before.rows
        for fault in _of_table(Base.metadata.tables[name], before.rows[name], after.rows[name])
    ]


def _of_table(table: Table, before: Mapping[Key, Row], after: Mapping[Key, Row]) -> Iterator[str]:
    put_off = PUT_OFF.get(table.name, "")
    if gone := {key for key in before.keys() - after.keys() if not put_off or before[key][put_off]}:
        yield f"{len(gone)} rows of {table.name} are gone: {sorted(map(str, gone))[:3]}"
    for key in before.keys() & after.keys():
        for column in before[key]:
            was, is_now = before[key][column], after[key][column]
            if was != is_now and not _lawful(table.name, column)(was, is_now):
                yield f"{table.name}{key}: {column} was {was!r} and is {is_now!r}"


def _lawful(table: str, column: str) -> Law:
    if table in APPEND_ONLY:
        return never
    return MOVES.get(table, {}).get(column, filled)


# ---------------------------------------------------------------- the laws
def never(was: Any, is_now: Any) -> bool:
    return False


def filled(was: Any, is_now: Any) -> bool:
    """It was not known."""
    if isinstance(was, dict) and isinstance(is_now, dict):
        return all(
            name in is_now and (is_now[name] == value or filled(value, is_now[name])) for name, value in was.items()
        )
    return was is None or was in ("", [], {})


def freely(was: Any, is_now: Any) -> bool:
    return True


def upwards(was: Any, is_now: Any) -> bool:
    return was is None or (is_now is not None and is_now > was)


def until(*ends: str) -> Law:
    """It moves freely until it has come to one of these."""
    return partial(_until, frozenset(map(str, ends)))


def _until(ends: frozenset[str], was: Any, is_now: Any) -> bool:
    return was not in ends


def _reaches(was: Any, is_now: Any) -> bool:
    """Whether a ticket's life leads from one state to the other."""
    seen, wave = set[str](), {str(was)}
    while wave:
        seen |= wave
        wave = {str(line.target) for line in TRANSITIONS if str(line.source) in wave} - seen
    return str(is_now) in seen


def _all(law: Law, *columns: str) -> dict[str, Law]:
    return dict.fromkeys(columns, law)


MOVES: dict[str, dict[str, Law]] = {
    # Who and what is there at this moment; no history.
    "part": _all(freely, "started_at", "beat_at", "well", "words", "blind_since"),
    "presence": _all(freely, "state", "since", "phone_up", "phone_state"),
    "account": _all(freely, "failures", "locked_until"),
    "sound_heard": _all(freely, "at", "by"),
    # Counted, and read on.
    "daily_number": _all(upwards, "last"),
    "letter_number": _all(upwards, "last"),
    "records_mark": _all(upwards, "offset") | _all(freely, "last"),
    "entry": _all(upwards, "asked"),
    "asking_counted": _all(upwards, "until"),
    "caller_flood": _all(upwards, "calls", "sent_away") | _all(freely, "last_at"),
    # Calls: what is told of one late settles its outcome anew.
    "call": _all(freely, "outcome"),
    "offer": _all(until("missed", "done"), "outcome"),
    "transfer": _all(until(TransferState.CONNECTED), "state") | _all(freely, "settled_at"),
    "transfer_attempt": _all(until("answered"), "outcome"),
    "missed_caller": _all(upwards, "calls") | _all(freely, "last_at", "owed_until"),
    # A sound that was taken in is that sound for ever, wherever it is kept, and under whichever key.
    "recording": _all(until(RecordingState.COMPLETE), "state") | _all(freely, "size", "taken_in_at", "keep_until", "stored",
        "stored_size", "packing", "key_id", "gain", "gain_house", "checked_at"),
    "recording_finding": _all(freely, "done", "open", "seen_at", "detail"),
    # Claimed, tried, owed again, until it is over.
    "callback": _all(until(CallbackState.DONE, CallbackState.GIVEN_UP, CallbackState.VOID), "state") | _all(upwards, "token")
        | _all(freely, "by_person", "due_at", "lease_until", "attempts", "holder_id"),
    "delivery": _all(until(DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.VOID), "state")
        | _all(upwards, "token") | _all(freely, "due_at", "lease_until", "attempts", "ground", "via", "reference"),
    "speech_order": _all(freely, "urgent", "corrected", "tries", "fault"),
    "index_rebuilt": _all(freely, "begun_at", "done_at", "entries", "trouble"),
    # A ticket goes on by its own table, and what it answers may be said otherwise.
    "ticket": _all(_reaches, "state") | _all(upwards, "version", "rung", "redone") | _all(freely, "rung_at", "reply"),
}  # fmt: skip
