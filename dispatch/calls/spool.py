"""What callers left in the exchange's spool while nobody looked: the slips of their questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch.calls import calls, settling, takes
from dispatch.calls.calls import Call, Leg, Step
from dispatch.calls.takes import Piece, Told
from dispatch.tickets import caller_sms, codes, intake
from dispatch.tickets.tickets import UNHEARD, UNSAID, Klass, Ticket, TicketStep
from hotline import audit
from hotline.phones import normalise
from hotline.settings import Settings
from hotline.telling import sms
from hotline.times import local
from recordings import recordings
from recordings.recordings import Kind, Recording, State
from recordings.sounding import sounding

SHORTEST_MESSAGE = 1.0  # seconds; anything shorter is somebody who hung up at the tone
BY = "hotline"
NOT_RECORDED = "ERROR"  # the exchange could not write: it read out no code, and asked him to ring again


@dataclass(frozen=True)
class Wording:
    """What the ticket says of a question left, by what there is to hear of it."""

    title: str
    summary: str


TOLD = Wording("电话留言", UNHEARD)
LOST = Wording("电话留言，留言录音缺失", UNHEARD)
SILENT = Wording("电话留言，未听到内容", UNSAID)


@dataclass(frozen=True)
class Slip:
    """What the dialplan wrote of one question left after the tone. `contact`: the number that he keyed instead of his
    own; `secret`: he wants secrecy; `status`: how the recording ended."""

    call_id: str
    caller: str
    dialled: str
    code: str
    began: datetime
    ended: datetime
    contact: str = ""
    secret: bool = False
    status: str = ""


def read_slip(path: Path) -> Slip | None:
    """The slip, or None while the exchange is still writing it."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    if fields.get("end") != "1":
        return None
    return Slip(path.stem, normalise(fields.get("caller", "")), fields.get("dialled", "")[:24], fields.get("code", ""),
                moment(fields.get("began", "0")), moment(fields.get("ended", "0")),
                normalise(fields.get("contact", "")), fields.get("secret") == "yes",
                fields.get("status", ""))  # fmt: skip


@dataclass(frozen=True)
class Message:
    """What there is of a question left, found before anything is noted of it: the sound, of which there is no row yet,
    what it says, the parts it was told in, and the digests of those that its caller discarded."""

    slip: Slip
    sound: Recording
    wording: Wording
    told: Told
    discarded: Mapping[Piece, str]


def look(slip: Slip, *, settings: Settings, at: datetime) -> Message:
    """Put a message together, measure and hash it: without a session, for whoever writes would wait for all of it."""
    path = recordings.spool_path(settings.spool, slip.call_id, Kind.MESSAGE)
    sound = Recording(call_id=slip.call_id, kind=Kind.MESSAGE, path=str(path), began_at=slip.began, sha256="")
    told = _in_one_file(path, slip)
    recordings.take_in(sound, keep_days=settings.recordings_keep_days, at=at)
    discarded = {piece: takes.digest(piece) for piece in told.dropped if not piece.heard.empty}
    return Message(slip, sound, _wording(sound), told, discarded)


def take_in_message(session: Session, message: Message, *, settings: Settings, at: datetime) -> Ticket | None:
    """Make call, recording and ticket of a message in one transaction; None when nothing was said and no code told, or
    it was done."""
    slip = message.slip
    calls.begin(session, slip.call_id, caller=slip.caller, dialled=slip.dialled, taken_from="records", at=slip.began)
    if is_taken_in(session, slip.call_id):
        return None
    if slip.code:
        codes.use(session, slip.code, settings=settings, at=at)
    sound = _settled(session, message, settings)
    if not _worth_a_ticket(sound, slip):
        if sound.state == State.MISSING and message.told.dropped:  # he was silent: no sound is owed
            session.delete(sound)
        return None
    call = session.get_one(Call, slip.call_id)
    if message.wording is not SILENT:  # who said nothing has left no message: he is rung as all whom nobody answered
        _note(session, message, sound)
    ticket = _ticket(session, message, call, sound, settings=settings, at=at)
    if call.ended_at is not None:
        session.flush()
        settling.settle(session, call)
    return ticket


def is_taken_in(session: Session, call_id: str) -> bool:
    """Whether the question of this call is a ticket already."""
    query = select(TicketStep.id).join(Ticket).where(Ticket.call_id == call_id, TicketStep.action == "refer",
                                                     TicketStep.by == BY)  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _settled(session: Session, message: Message, settings: Settings) -> Recording:
    """The message's row, with what was found of its sound."""
    row = recordings.expect(session, message.slip.call_id, kind=Kind.MESSAGE, spool=settings.spool,
                            at=message.slip.began)  # fmt: skip
    message.sound.id = row.id
    recordings.settle_all(session, [message.sound])
    session.refresh(row)
    return row


def _ticket(session: Session, message: Message, call: Call, sound: Recording, *, settings: Settings,
            at: datetime) -> Ticket:  # fmt: skip
    slip, wording = message.slip, message.wording
    heard = sound if wording is TOLD else _whole(session, call, settings)
    title = f"{wording.title}（{local(slip.began):%m月%d日 %H:%M}）"
    matter = intake.Matter(klass=Klass.CONSULT, title=title, summary=wording.summary, contact=slip.contact,
                              confidential=slip.secret)  # fmt: skip
    code = _code(session, slip, settings)
    ticket = intake.refer(session, matter, call=call, recording=heard, code=code, by=BY, settings=settings,
                             at=slip.ended)  # fmt: skip
    caller_sms.lodged(session, ticket, code, at=at)
    return ticket


def _wording(sound: Recording) -> Wording:
    if sound.state == State.MISSING:
        return LOST
    return SILENT if sounding(Path(sound.path)).empty else TOLD


def _whole(session: Session, call: Call, settings: Settings) -> Recording:
    """The recording of the whole call, in which he may have spoken when nobody asked."""
    return recordings.expect(session, call.id, kind=Kind.CALL, spool=settings.spool, at=call.began_at)


def _code(session: Session, slip: Slip, settings: Settings) -> str:
    """The code that he was told; who hung up before gets one where it can be sent to him."""
    number = "" if slip.secret else slip.contact or slip.caller
    if slip.code or not sms.sendable(session, sms.CODE, number, settings=settings):
        return slip.code
    return codes.mint_free(session, settings=settings)


def tidy(slip: Slip, *, settings: Settings) -> None:
    """Once its ticket stands: what the message was put together from goes, and what its caller discarded."""
    told = takes.told(settings.spool / "messages", slip.call_id)
    for piece in (*told.kept, *told.dropped):
        piece.path.unlink(missing_ok=True)


def _in_one_file(target: Path, slip: Slip) -> Told:
    """Put together the parts in which a question was told; all of them, where a code was told and no part was heard."""
    told = takes.told(target.parent, slip.call_id)
    if pieces := told.kept or (told.dropped if slip.code and not target.exists() else ()):
        takes.join(pieces, target)
    return told


def _note(session: Session, message: Message, sound: Recording) -> None:
    """The message in the call's timeline; what its caller discarded in the audit trail, by digest and length."""
    call_id, at = message.slip.call_id, message.slip.ended
    parts = {str(piece.part): piece.heard.seconds for piece in message.told.kept}
    calls.note(session, call_id, Step.MESSAGE, at=at, seconds=sound.seconds, **({"parts": parts} if parts else {}))
    for piece, digest in message.discarded.items():
        found = {"take": piece.take, "seconds": piece.heard.seconds, "sha256": digest}
        audit.note(session, "message.discarded", by="caller", at=at, about=("call", call_id), reason="来电人重录",
                   part=str(piece.part), **found)  # fmt: skip


def _worth_a_ticket(sound: Recording, slip: Slip) -> bool:
    """Who was told a code has a ticket that it opens, though he said nothing, and though the sound of it be lost."""
    was_told = bool(slip.code) and slip.status != NOT_RECORDED
    return was_told or (sound.seconds or 0.0) >= SHORTEST_MESSAGE


def see_leg(session: Session, call_id: str, *, node: str, uniqueid: str, channel: str, at: datetime) -> None:
    """Note that a channel of the exchange belongs to a call."""
    if session.get(Leg, (node, uniqueid)) is None:
        try:
            with session.begin_nested():
                session.add(Leg(node=node, uniqueid=uniqueid, call_id=call_id, channel=channel[:100], began_at=at))
        except IntegrityError:
            return


def moment(epoch: str) -> datetime:
    """A moment as the exchange writes it; the beginning of time when it is none."""
    try:
        return datetime.fromtimestamp(float(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
