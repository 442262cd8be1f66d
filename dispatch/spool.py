"""What callers left in the exchange's spool while nobody looked: the slips of their questions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch import calls, codes, referrals
from dispatch.calls import Call, Leg, Step
from dispatch.tickets import Klass, Ticket
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
                moment(fields.get("began", "0")), moment(fields.get("ended", "0")))  # fmt: skip


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
