"""What callers left in the exchange's spool while nobody looked: the slips of their questions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch.calls import calls, takes
from dispatch.calls.calls import Call, Leg, Step
from dispatch.calls.takes import Told
from dispatch.tickets import caller_sms, codes, referrals
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


def take_in_message(session: Session, slip: Slip, *, settings: Settings, at: datetime) -> Ticket | None:
    """Make call, recording and ticket of a slip in one transaction; None when nothing was said and no code told, or it
    was done."""
    calls.begin(session, slip.call_id, caller=slip.caller, dialled=slip.dialled, taken_from="records", at=slip.began)
    if _taken_before(session, slip.call_id):
        return None
    sound = recordings.expect(session, slip.call_id, kind=Kind.MESSAGE, spool=settings.spool, at=slip.began)
    told = _in_one_file(Path(sound.path), slip)
    recordings.take_in(sound, keep_days=settings.recordings_keep_days, at=at)
    if slip.code:
        codes.use(session, slip.code, settings=settings, at=at)
    if not _worth_a_ticket(sound, slip):
        if sound.state == State.MISSING and told.dropped:  # he was silent: no sound is owed
            session.delete(sound)
        return None
    call = session.get_one(Call, slip.call_id)
    wording = _wording(sound)
    if wording is not SILENT:  # who said nothing has left no message: he is rung as all are whom nobody answered
        _note(session, call.id, sound, told, at=slip.ended)
    heard = sound if wording is TOLD else _whole(session, call, settings)
    title = f"{wording.title}（{local(slip.began):%m月%d日 %H:%M}）"
    matter = referrals.Matter(klass=Klass.CONSULT, title=title, summary=wording.summary, contact=slip.contact,
                              confidential=slip.secret)  # fmt: skip
    code = _code(session, slip, settings)
    ticket = referrals.refer(session, matter, call=call, recording=heard, code=code, by=BY, settings=settings,
                             at=slip.ended)  # fmt: skip
    caller_sms.lodged(session, ticket, code, at=at)
    if call.ended_at is not None:
        session.flush()
        calls.settle(session, call)
    return ticket


def _taken_before(session: Session, call_id: str) -> bool:
    """Whether the question of this call is a ticket already."""
    query = select(TicketStep.id).join(Ticket).where(Ticket.call_id == call_id, TicketStep.action == "refer",
                                                     TicketStep.by == BY)  # fmt: skip
    return session.scalar(query.limit(1)) is not None


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


def _note(session: Session, call_id: str, sound: Recording, told: Told, *, at: datetime) -> None:
    """The message in the call's timeline; what its caller discarded in the audit trail, by digest and length."""
    parts = {str(piece.part): piece.heard.seconds for piece in told.kept}
    calls.note(session, call_id, Step.MESSAGE, at=at, seconds=sound.seconds, **({"parts": parts} if parts else {}))
    for piece in told.dropped:
        if not piece.heard.empty:
            found = {"take": piece.take, "seconds": piece.heard.seconds, "sha256": takes.digest(piece)}
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
