"""A legal hold promises what it can keep: what is gone, or is going in this moment, it doesn't."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets import case_calls
from recordings import two_hands
from recordings.errors import RecordingError
from recordings.recordings import Recording, State
from recordings.two_hands import Request, Wish

GONE = frozenset({State.GOING, State.DESTROYED})


def hold(session: Session, call_id: str, *, reason: str, by: str, at: datetime) -> Request:
    """Keep a call's recordings, and those of its matter, whatever their age; RecordingError where the call has none
    any more. Who destroys takes them one by one, and looks for holds once he has one: so they are taken here, too."""
    its_own = Recording.call_id.in_(case_calls.together(session, call_id))
    rows = session.scalars(select(Recording).where(its_own).order_by(Recording.id).with_for_update()).all()
    states = {State(row.state) for row in rows if row.call_id == call_id}
    if states and states <= GONE:
        raise RecordingError("该通话的录音已经销毁或正在销毁，不能留存")
    return two_hands.ask(session, Wish.HOLD, call_id, reason=reason, by=by, at=at)
