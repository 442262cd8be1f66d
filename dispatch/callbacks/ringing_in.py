"""A caller who rings in while his answer waits to be told: he hears it in this call and is not called back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Callback, State


def take(session: Session, ticket_id: int, *, call_id: str, at: datetime) -> str | None:
    """Take the call-back of a ticket for the call in which its caller is; the attempt's id, or None where none is due,
    a person is to make it, or he is being rung. He rang us: none of his attempts is used up by it."""
    callbacks.one_claimant(session)
    row = session.scalar(select(Callback).where(
        Callback.ticket_id == ticket_id, Callback.state == State.DUE, Callback.by_person.is_(False),
        Callback.survey_of.is_(None)).with_for_update(skip_locked=True))  # fmt: skip
    if row is None:
        return None
    attempt = callbacks.dial(session, row, call_id=call_id, at=at)
    row.attempts, row.token = row.attempts - 1, row.token + 1
    session.flush()
    return attempt.id
