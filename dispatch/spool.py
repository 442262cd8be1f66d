"""What the exchange left in its spool while nobody looked: slips of questions, and its own records of calls."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import BigInteger, Integer, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch import calls, codes, desk, referrals
from dispatch.calls import Call, Leg, Step
from dispatch.endings import end_call
from dispatch.telephone import extension_of
from dispatch.tickets import Klass, Ticket
from hotline.database import Base
from hotline.phones import normalise
from hotline.settings import Settings
from hotline.times import local
from recordings import recordings
from recordings.recordings import Kind

SHORTEST_MESSAGE = 1.0  # seconds; anything shorter is somebody who hung up at the tone


@dataclass(frozen=True)
class Slip:
    """What the dialplan wrote of one question left after the tone."""

    call_id: str
    caller: str
    dialled: str
    code: str
    began: datetime
    ended: datetime


def read_slip(path: Path) -> Slip | None:
    """The slip, or None while the exchange is still writing it."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    if fields.get("end") != "1":
        return None
    return Slip(path.stem, normalise(fields.get("caller", "")), fields.get("dialled", "")[:24], fields.get("code", ""),
                _moment(fields.get("began", "0")), _moment(fields.get("ended", "0")))  # fmt: skip


def take_in_message(session: Session, slip: Slip, *, settings: Settings, at: datetime) -> Ticket | None:
    """Make call, recording and ticket of a slip in one transaction; None when nothing was said, or it was done."""
    calls.begin(session, slip.call_id, caller=slip.caller, dialled=slip.dialled, taken_from="records", at=slip.began)
    sound = recordings.expect(session, slip.call_id, kind=Kind.MESSAGE, spool=settings.spool, at=slip.began)
    if session.scalar(select(Ticket).where(Ticket.recording_id == sound.id)) is not None:
        return None
    recordings.take_in(sound, keep_days=settings.recordings_keep_days, at=at)
    if slip.code:
        codes.use(session, slip.code, settings=settings, at=at)
    if not _worth_a_ticket(sound, slip):
        return None
    call = session.get_one(Call, slip.call_id)
    calls.note(session, call.id, Step.MESSAGE, at=slip.ended, seconds=sound.seconds)
    title = f"电话留言（{local(slip.began):%m月%d日 %H:%M}）"
    matter = referrals.Matter(klass=Klass.CONSULT, title=title, summary=referrals.UNHEARD)
    ticket = referrals.refer(session, matter, call=call, recording=sound, code=slip.code, by="hotline",
                             settings=settings, at=slip.ended)  # fmt: skip
    if call.ended_at is not None:
        session.flush()
        calls.settle(session, call)
    return ticket


def _worth_a_ticket(sound: recordings.Recording, slip: Slip) -> bool:
    """Who was told a code has a ticket that it opens, however short his words."""
    said = sound.seconds or 0.0
    return said >= SHORTEST_MESSAGE or (bool(slip.code) and said > 0.0)


class RecordsMark(Base):
    """How far one file of the exchange's own records has been read."""

    __tablename__ = "records_mark"
    node: Mapped[str] = mapped_column(String(40), primary_key=True)
    file: Mapped[str] = mapped_column(String(120), primary_key=True)  # name and inode: a rotated file is another
    offset: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), default=0)


RECEPTION = "reception"  # where the dialplan answers a citizen's call; it records from then on
PLACES_OF_OURS = {"s", "h", "T"}  # extensions that nobody dials
LONGEST_ID = 40
CEL_FIELDS = ("event", "at", "call_id", "uniqueid", "linkedid", "channel", "caller", "exten", "context", "app",
              "place", "extra")  # fmt: skip


def take_in_records(session: Session, path: Path, *, settings: Settings, most: int = 500) -> int:
    """Read on in a file of the exchange's call events (CEL): each line once, in order; how many were read."""
    generation = f"{path.name}:{path.stat().st_ino}"
    node = settings.exchange_node
    mark = session.get(RecordsMark, (node, generation))
    if mark is None:
        mark = RecordsMark(node=node, file=generation, offset=0)
        session.add(mark)
    count, offset = 0, mark.offset  # the row is written once, not with every line
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n") or count >= most:
                break
            _take_in_event(session, line.decode("utf-8", errors="replace"), settings=settings)
            offset += len(line)
            count += 1
    mark.offset = offset
    return count


def _read_event(line: str) -> dict[str, str] | None:
    """The fields of a line; None for what is no event of a call, as a crash or a full disk leaves it behind.

    Such a line is passed over: it would be refused for ever, and all that follow it with it."""
    try:
        values = next(csv.reader([line.rstrip("\n")]), [])
    except csv.Error:
        return None
    event = dict(zip(CEL_FIELDS, values, strict=False))
    whole = len(event) == len(CEL_FIELDS) and all(value.isprintable() for value in values)
    return event if whole and 0 < len(event["call_id"]) <= LONGEST_ID and len(event["uniqueid"]) <= LONGEST_ID else None


def _take_in_event(session: Session, line: str, *, settings: Settings) -> None:
    event = _read_event(line)
    if event is None:
        return
    call_id, at = event["call_id"], _moment(event["at"])
    own = event["uniqueid"] == event["linkedid"]
    match event["event"]:
        case "ANSWER" if own:
            _begin(session, event, at, settings)
            if event["context"] == RECEPTION:
                recordings.expect(session, call_id, kind=Kind.CALL, spool=settings.spool, at=at)
        case "APP_START" if own and event["app"] == "Queue":
            _begin(session, event, at, settings)
            calls.queue(session, session.get_one(Call, call_id), at=at)
        case "BRIDGE_ENTER" if not own:
            _talked(session, call_id, extension_of(event["channel"]), at)
        case "HANGUP" if own:
            _begin(session, event, at, settings)
            end_call(session, call_id, at=at, place=event["place"], settings=settings)


def _begin(session: Session, event: dict[str, str], at: datetime, settings: Settings) -> None:
    known = session.get(Call, event["call_id"])
    if known is not None and known.caller and known.dialled:  # nearly always
        return
    dialled = settings.number if event["exten"] in PLACES_OF_OURS else event["exten"]
    calls.begin(session, event["call_id"], caller=event["caller"], dialled=dialled, node=settings.exchange_node,
                uniqueid=event["uniqueid"], taken_from="records", at=at)  # fmt: skip


def _talked(session: Session, call_id: str, extension: str, at: datetime) -> None:
    """An operator's phone met the caller: he took the call, should the listener have been blind."""
    call, account = session.get(Call, call_id), desk.operator_at(session, extension)
    if call is not None and account is not None and call.queued_at is not None:
        desk.answered(session, call_id, account, at=at)


def see_leg(session: Session, call_id: str, *, node: str, uniqueid: str, channel: str, at: datetime) -> None:
    """Note that a channel of the exchange belongs to a call."""
    if session.get(Leg, (node, uniqueid)) is None:
        try:
            with session.begin_nested():
                session.add(Leg(node=node, uniqueid=uniqueid, call_id=call_id, channel=channel[:100], began_at=at))
        except IntegrityError:
            return


def _moment(epoch: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
