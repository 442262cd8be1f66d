"""What the exchange's own records say of liaisons, for when nobody of ours saw who joined and how an attempt ended."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.transfers import hunting, transfers
from dispatch.transfers.hunting import Outcome
from dispatch.transfers.transfers import PREFIX, TransferAttempt

JOINED, GONE = "JOINED", "GONE"
Record = Mapping[str, str]


def is_liaisons(record: Record) -> bool:
    """Whether the record is of a liaison's channel: it never begins or ends a call."""
    return record["uniqueid"].startswith(PREFIX)


def kind(record: Record) -> str:
    """Which of the events that tell us something this is; empty for the others."""
    return {"BRIDGE_ENTER": JOINED, "HANGUP": GONE}.get(record["event"], "")


def attempts(session: Session, records: Iterable[Record]) -> dict[str, TransferAttempt]:
    """The attempts that these records are of, by their channels."""
    ids = {record["uniqueid"] for record in records if is_liaisons(record)}
    rows = session.scalars(select(TransferAttempt).where(TransferAttempt.id.in_(ids))).all() if ids else []
    return {row.id: row for row in rows}


def is_noted(record: Record, attempt: TransferAttempt | None) -> bool:
    """Whether the attempt says already what the record tells; of one that nobody made there is nothing to note."""
    if attempt is None:
        return True
    if kind(record) == JOINED:
        return attempt.joined_at is not None
    return attempt.ended_at is not None and attempt.outcome not in ("", Outcome.IN_DOUBT)


def note(session: Session, record: Record, *, at: datetime) -> None:
    """Note it."""
    attempt = session.get(TransferAttempt, record["uniqueid"])
    if attempt is None:
        return
    if kind(record) == JOINED:
        transfers.joined(session, attempt, at=at)
    else:
        outcome = hunting.outcome_of(cause(record), picked_up=attempt.picked_up_at is not None)
        transfers.over(session, attempt, outcome, at=at)


def cause(record: Record) -> int:
    """Why its channel ended (Q.850), as the exchange says; 0 where it doesn't."""
    try:
        return int(json.loads(record["extra"]).get("hangupcause", 0))
    except (ValueError, TypeError, AttributeError):
        return 0
