"""The slip that an exchange which died, or had no room, did not write: what was told is a ticket all the same."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import takes
from dispatch.calls.calls import Call
from dispatch.calls.spool import read_slip
from hotline.settings import Settings
from recordings import audio
from recordings.recordings import Kind, Recording
from recordings.sounding import sounding

DEAD = timedelta(minutes=1)  # who lives writes it the moment his caller hangs up
log = structlog.get_logger()


def write(session: Session, *, settings: Settings, at: datetime) -> list[str]:
    """Write the slips that are missing, to be taken in like all others; the calls they are of. What holds no word
    goes: it is in the call's recording, too."""
    folder = settings.spool / "messages"
    told = [call for call in _without(session, _lying(folder, at), at) if _says_something(folder, call.id)]
    for call in told:
        _write(folder, call)
        log.warning("message.slip_lost", call_id=call.id)
    return [call.id for call in told]


def _lying(folder: Path, at: datetime) -> set[str]:
    """The calls of which a message, or a piece of one, lies there untouched and without a slip: nearly always none."""
    slips = {path.stem for path in folder.glob("*.txt") if not _is_broken_off(path, at)}
    found = {path: path.name.partition(".")[0] for path in folder.glob("*.wav")}
    return {call for path, call in found.items() if call not in slips and _untouched(path, at)}


def _is_broken_off(slip: Path, at: datetime) -> bool:
    """Whether it was begun and never ended: on a full disk there is a slip with nothing in it."""
    return _untouched(slip, at) and read_slip(slip) is None


def _untouched(path: Path, at: datetime) -> bool:
    try:
        return at.timestamp() - path.stat().st_mtime > DEAD.total_seconds()
    except FileNotFoundError:
        return False


def _without(session: Session, ids: Collection[str], at: datetime) -> list[Call]:
    """Those of these calls that are over, and whose message nobody has taken in."""
    if not ids:
        return []
    taken = select(Recording.id).where(Recording.call_id == Call.id, Recording.kind == Kind.MESSAGE)
    over = Call.id.in_(ids), Call.ended_at < at - DEAD, ~taken.exists()
    return list(session.scalars(select(Call).where(*over).order_by(Call.id)))


def _says_something(folder: Path, call_id: str) -> bool:
    whole = folder / f"{call_id}.wav"
    if whole.exists():
        audio.mend_header(whole)
    if takes.told(folder, call_id).kept or not sounding(whole).empty:
        return True
    takes.drop(folder, call_id)
    for left in (whole, folder / f"{call_id}.txt"):
        left.unlink(missing_ok=True)
    return False


def _write(folder: Path, call: Call) -> None:
    """As the dialplan would have. Whether he wished secrecy nobody can tell any more: in doubt he did."""
    began, ended = (int(moment.timestamp()) for moment in (call.began_at, call.ended_at or call.began_at))
    fields = {"callid": call.id, "caller": call.caller, "dialled": call.dialled, "code": "", "began": began,
              "ended": ended, "status": "LOST", "contact": "", "secret": "yes", "end": 1}  # fmt: skip
    draft = folder / f"{call.id}.draft"
    draft.write_text("".join(f"{name}={value}\n" for name, value in fields.items()), encoding="utf-8")
    draft.rename(folder / f"{call.id}.txt")
