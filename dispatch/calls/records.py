"""The exchange's own records of calls (CEL): they fill in what nobody of ours saw, and end what nobody ended.

Nearly always everything is noted already, so they are compared in a reading session first: only what is missing takes
the place of the one who writes."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import calls, desk, outside_records, reading_on, settling
from dispatch.calls.calls import Call
from dispatch.calls.endings import end_call
from dispatch.calls.outside_records import AMONG_US, OUTSIDE
from dispatch.calls.reading_on import Line, Stretch
from dispatch.calls.spool import moment
from dispatch.transfers import liaison_records
from hotline.accounts.accounts import Account
from hotline.exchange.names import extension_of
from hotline.settings import Settings
from recordings import recordings
from recordings.recordings import Kind, Recording

RECEPTION = "reception"  # where the dialplan answers a citizen's call; it records from then on
PLACES_OF_OURS = {"s", "h", "T"}  # extensions that nobody dials
LONGEST_ID = 40
BOOK = "cel.csv"
CEL_FIELDS = ("event", "at", "call_id", "uniqueid", "linkedid", "channel", "caller", "exten", "context", "app",
              "place", "extra")  # fmt: skip
Record = Mapping[str, str]


def read(session: Session, path: Path, *, settings: Settings, before: datetime | None = None) -> Stretch[Record]:
    """The next lines of a file that tell us something new, but for those that are younger than `before`."""
    stretch = reading_on.read_on(session, path, node=settings.exchange_node, book=BOOK, understood=_record,
                                 moment=lambda record: moment(record["at"]), before=before)  # fmt: skip
    return replace(stretch, lines=_new(session, stretch.lines))


def note(session: Session, stretch: Stretch[Record], *, settings: Settings) -> None:
    """Note what is new, and how far we have read; nothing when somebody else has read on meanwhile."""
    if reading_on.move_on(session, stretch, node=settings.exchange_node):
        for line in stretch.lines:
            _note(session, line.told, settings)


def _record(line: str) -> Record | None:
    """The fields of a line; None for what is no event of a call, as a crash or a full disk leaves it behind."""
    try:
        values = next(csv.reader([line.rstrip("\n")]), [])
    except csv.Error:
        return None
    record = dict(zip(CEL_FIELDS, values, strict=False))
    whole = len(record) == len(CEL_FIELDS) and all(value.isprintable() for value in values)
    fits = whole and 0 < len(record["call_id"]) <= LONGEST_ID and len(record["uniqueid"]) <= LONGEST_ID
    return record if fits else None


def _new(session: Session, lines: Sequence[Line[Record]]) -> tuple[Line[Record], ...]:
    telling = [line for line in lines if _kind(line.told)]
    ids = {line.told["call_id"] for line in telling}
    rows = session.execute(
        select(Call, Account.extension, Recording.id).where(Call.id.in_(ids))
        .outerjoin(Account, Account.id == Call.operator_id)
        .outerjoin(Recording, (Recording.call_id == Call.id) & (Recording.kind == Kind.CALL))
    )  # fmt: skip
    rung = liaison_records.attempts(session, (line.told for line in telling))
    known = {call.id: (call, extension, recording is not None) for call, extension, recording in rows}
    return tuple(line for line in telling if not (
        liaison_records.is_noted(line.told, rung.get(line.told["uniqueid"])) if liaison_records.is_liaisons(line.told)
        else _is_noted(line.told, *known.get(line.told["call_id"], (None, "", False)))))  # fmt: skip


def _kind(record: Record) -> str:
    """Which of the events that tell us something this is; empty for the others."""
    if liaison_records.is_liaisons(record):
        return liaison_records.kind(record)
    own = record["uniqueid"] == record["linkedid"]
    match record["event"]:
        case "ANSWER" | "HANGUP" if own and record["context"] != AMONG_US:
            return record["event"]
        case "ASKED" if own:  # for a person: from here his wait is counted
            return "QUEUE"
        case "APP_START" if own and record["app"] == "Queue":
            return "QUEUE"
        case "BRIDGE_ENTER" if not own:
            return "TALK"
    return ""


def _is_noted(record: Record, call: Call | None, extension: str | None, recorded: bool) -> bool:
    """Whether the call's row says already what the record tells."""
    kind = _kind(record)
    if call is None or (kind != "TALK" and not (call.caller and call.dialled)):
        return False
    match kind:
        case "ANSWER":
            return recorded or record["context"] not in {RECEPTION, OUTSIDE}
        case "QUEUE":
            return call.queued_at is not None
        case "TALK":
            return call.answered_at is not None and extension == extension_of(record["channel"])
        case _:
            return call.ended_at is not None and settling.fits_place(call.outcome, record["place"])


def _note(session: Session, record: Record, settings: Settings) -> None:
    call_id, at, kind = record["call_id"], moment(record["at"]), _kind(record)
    if liaison_records.is_liaisons(record):
        liaison_records.note(session, record, at=at)
        return
    if kind == "TALK":
        _talked(session, call_id, extension_of(record["channel"]), at)
        return
    if record["context"] == OUTSIDE:
        outside_records.note(session, record, kind=kind, at=at, settings=settings)
        return
    _begin(session, record, at, settings)
    match kind:
        case "ANSWER" if record["context"] == RECEPTION:
            recordings.expect(session, call_id, kind=Kind.CALL, spool=settings.spool, at=at)
        case "QUEUE":
            calls.queue(session, session.get_one(Call, call_id), at=at)
        case "HANGUP":
            cause = liaison_records.cause(record)
            end_call(session, call_id, at=at, place=record["place"], cause=cause, settings=settings)


def _begin(session: Session, record: Record, at: datetime, settings: Settings) -> None:
    known = session.get(Call, record["call_id"])
    if known is not None and known.caller and known.dialled:  # nearly always
        return
    dialled = settings.number if record["exten"] in PLACES_OF_OURS else record["exten"]
    calls.begin(session, record["call_id"], caller=record["caller"], dialled=dialled, node=settings.exchange_node,
                uniqueid=record["uniqueid"], taken_from="records", at=at)  # fmt: skip


def _talked(session: Session, call_id: str, extension: str, at: datetime) -> None:
    """An operator's phone met the caller: he took the call, should the listener have been blind."""
    call, account = session.get(Call, call_id), desk.operator_at(session, extension)
    if call is not None and account is not None and call.queued_at is not None:
        desk.answered(session, call_id, account, at=at)
