"""An exchange that came back as another process than it was: which calls it took along, and how much of their sound.

Each break is a finding, and so is each call that it cut off; both carry the moment at which the exchange was lost."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call
from recordings import findings
from recordings.findings import Done, Finding
from recordings.findings import Kind as Wrong
from recordings.recordings import Kind, Recording, State


@dataclass(frozen=True)
class Loss:
    """Calls that were cut off; of how many the recording was found, is nowhere, or isn't taken in yet; and how many
    seconds are missing at most (of calls that came in: when others were taken nobody knows so well)."""

    calls: int = 0
    found: int = 0
    missing: int = 0
    seconds: float = 0.0

    @property
    def waiting(self) -> int:
        return self.calls - self.found - self.missing


def open_calls(session: Session, node: str) -> list[str]:
    """The calls of an exchange that are not over."""
    query = select(Call.id).where(Call.ended_at.is_(None), Call.node.in_(("", node))).order_by(Call.id)
    return list(session.scalars(query))


def note(session: Session, node: str, cut_off: Collection[str], *, away: float, at: datetime) -> None:
    """It was lost at that moment with these calls, and is back after `away` seconds."""
    findings.note(session, Wrong.EXCHANGE, node, Done.NOTED, detail=f"{away:.0f} s", at=at)
    for call_id in cut_off:
        findings.note(session, Wrong.CUT_OFF, call_id, Done.NOTED, call_id=call_id, detail=node, at=at)


def losses(session: Session, rows: Sequence[Finding]) -> dict[int, Loss]:
    """What is known by now of each break, and of each call that was cut off, among these findings."""
    told = [row for row in rows if row.kind in (Wrong.EXCHANGE, Wrong.CUT_OFF)]
    if not told:
        return {}
    of_break: dict[tuple[str, datetime], list[Loss]] = defaultdict(list)
    of_call: dict[int, Loss] = {}
    for finding, call, recording in session.execute(_cut_off({row.found_at for row in told})):
        of_call[finding.id] = loss = _loss(finding, call, recording)
        of_break[finding.detail, finding.found_at].append(loss)
    return {row.id: of_call[row.id] if row.kind == Wrong.CUT_OFF else _sum(of_break[row.thing, row.found_at])
            for row in told}  # fmt: skip


def _cut_off(moments: Collection[datetime]) -> Select[Finding, Call, Recording]:
    whole = and_(Recording.call_id == Finding.call_id, Recording.kind == Kind.CALL)
    query = select(Finding, Call, Recording).outerjoin(Call, Call.id == Finding.call_id).outerjoin(Recording, whole)
    return query.where(Finding.kind == Wrong.CUT_OFF, Finding.found_at.in_(moments))


def _loss(cut_off: Finding, call: Call | None, recording: Recording | None) -> Loss:
    """Of one call. Its row is made within a moment of its first sound."""
    if call is None or recording is None or recording.state == State.RUNNING:
        return Loss(1)
    found = recording.seconds is not None
    lasted = (cut_off.found_at - call.began_at).total_seconds() if call.direction == "in" else 0.0
    return Loss(1, int(found), int(not found), max(0.0, lasted - (recording.seconds or 0.0)))


def _sum(parts: Sequence[Loss]) -> Loss:
    return Loss(len(parts), sum(one.found for one in parts), sum(one.missing for one in parts),
                sum(one.seconds for one in parts))  # fmt: skip
