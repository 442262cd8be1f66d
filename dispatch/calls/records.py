"""The exchange's own records of calls (CEL): they fill in what nobody of ours saw, and end what nobody ended.

Nearly always everything is noted already, so they are compared in a reading session first: only what is missing takes
the place of the one who writes."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import BigInteger, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.callbacks import surveys
from dispatch.callbacks.telephone import extension_of
from dispatch.calls import calls, desk, outside_records
from dispatch.calls.calls import Call
from dispatch.calls.endings import end_call
from dispatch.calls.outside_records import AMONG_US, OUTSIDE
from dispatch.calls.spool import moment
from dispatch.transfers import liaison_records
from hotline.accounts.accounts import Account
from hotline.database import Base
from hotline.settings import Settings
from recordings import recordings
from recordings.recordings import Kind, Recording

RECEPTION = "reception"  # where the dialplan answers a citizen's call; it records from then on
PLACES_OF_OURS = {"s", "h", "T"}  # extensions that nobody dials
LONGEST_ID = 40
MOST_LINES = 500
YOUNG = timedelta(minutes=1)  # what is further ahead than this was written before the clock was set back
CEL_FIELDS = ("event", "at", "call_id", "uniqueid", "linkedid", "channel", "caller", "exten", "context", "app",
              "place", "extra")  # fmt: skip
Record = Mapping[str, str]


class RecordsMark(Base):
    """How far one file of the exchange's own records has been read."""

    __tablename__ = "records_mark"
    node: Mapped[str] = mapped_column(String(40), primary_key=True)
    file: Mapped[str] = mapped_column(String(120), primary_key=True)  # name and inode: a rotated file is another
    offset: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), default=0)


@dataclass(frozen=True)
class Stretch:
    """A piece of a file, in bytes, and those of its records that tell us something new."""

    file: str
    start: int
    end: int
    new: tuple[tuple[int, Record], ...] = ()  # each with the place where it ends

    def bites(self, most: int) -> Iterator["Stretch"]:
        """The same in pieces with at most so many records."""
        start = self.start
        for first in range(0, len(self.new), most):
            some = self.new[first : first + most]
            yield Stretch(self.file, start, some[-1][0], some)
            start = some[-1][0]
        if start < self.end:
            yield Stretch(self.file, start, self.end)


def read(session: Session, path: Path, *, settings: Settings, before: datetime | None = None) -> Stretch:
    """The next lines of a file, up to MOST_LINES and to those that are younger than `before`: who is about to note
    the same himself is not overtaken."""
    file = f"{path.name}:{path.stat().st_ino}"
    mark = session.get(RecordsMark, (settings.exchange_node, file))
    start = end = mark.offset if mark else 0
    records: list[tuple[int, Record]] = []
    with path.open("rb") as lines:
        lines.seek(start)
        for _, line in zip(range(MOST_LINES), lines, strict=False):
            record = _record(line.decode("utf-8", errors="replace"))
            if not line.endswith(b"\n") or (before and record and before < moment(record["at"]) < before + YOUNG):
                break
            end += len(line)
            if record is not None:
                records.append((end, record))
    return Stretch(file, start, end, _new(session, records))


def note(session: Session, stretch: Stretch, *, settings: Settings) -> None:
    """Note what is new, and how far we have read; nothing when somebody else has read on meanwhile."""
    mark = session.get(RecordsMark, (settings.exchange_node, stretch.file))
    if mark is None:
        mark = RecordsMark(node=settings.exchange_node, file=stretch.file, offset=0)
        session.add(mark)
    if mark.offset != stretch.start:
        return
    for _, record in stretch.new:
        _note(session, record, settings)
    mark.offset = stretch.end


def _record(line: str) -> Record | None:
    """The fields of a line; None for what is no event of a call, as a crash or a full disk leaves it behind.

    Such a line is passed over: it would be refused for ever, and all that follow it with it."""
    try:
        values = next(csv.reader([line.rstrip("\n")]), [])
    except csv.Error:
        return None
    record = dict(zip(CEL_FIELDS, values, strict=False))
    whole = len(record) == len(CEL_FIELDS) and all(value.isprintable() for value in values)
    fits = whole and 0 < len(record["call_id"]) <= LONGEST_ID and len(record["uniqueid"]) <= LONGEST_ID
    return record if fits else None


def _new(session: Session, records: list[tuple[int, Record]]) -> tuple[tuple[int, Record], ...]:
    telling = [(end, record) for end, record in records if _kind(record)]
    ids = {record["call_id"] for _, record in telling}
    rows = session.execute(
        select(Call, Account.extension, Recording.id).where(Call.id.in_(ids))
        .outerjoin(Account, Account.id == Call.operator_id)
        .outerjoin(Recording, (Recording.call_id == Call.id) & (Recording.kind == Kind.CALL))
    )  # fmt: skip
    rung = liaison_records.attempts(session, (record for _, record in telling))
    known = {call.id: (call, extension, recording is not None) for call, extension, recording in rows}
    return tuple((end, r) for end, r in telling if not (
        liaison_records.is_noted(r, rung.get(r["uniqueid"])) if liaison_records.is_liaisons(r)
        else _is_noted(r, *known.get(r["call_id"], (None, "", False)))))  # fmt: skip


def _kind(record: Record) -> str:
    """Which of the events that tell us something this is; empty for the others."""
    if liaison_records.is_liaisons(record):
        return liaison_records.kind(record)
    own = record["uniqueid"] == record["linkedid"]
    match record["event"]:
        case "ANSWER" | "HANGUP" if own and record["context"] != AMONG_US:
            return record["event"]
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
            return call.ended_at is not None and calls.fits_place(call.outcome, record["place"])


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
            end_call(session, call_id, at=at, place=record["place"],
                     broke=surveys.broke(liaison_records.cause(record)), settings=settings)


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
