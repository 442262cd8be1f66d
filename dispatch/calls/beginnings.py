"""How a call begins: its row, the first line of its timeline and the recording that is owed, for many at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from dispatch.calls import calls
from hotline.exchange.nodes import node_of
from recordings import recordings
from recordings.recordings import Kind


@dataclass(frozen=True, slots=True)
class Beginning:
    """A call that came in, as the exchange tells it."""

    call_id: str
    caller: str
    dialled: str
    uniqueid: str
    at: datetime


def begin(session: Session, beginnings: Sequence[Beginning], *, node: str, more: Collection[str] = (),
          spool: Path) -> None:
    """Note them all, except what somebody noted before. `node`: the exchange, unless the channel is one of `more`."""
    told = [calls.row(b.call_id, caller=b.caller, dialled=b.dialled, node=node_of(b.uniqueid, more, otherwise=node),
                      uniqueid=b.uniqueid, at=b.at) for b in beginnings]  # fmt: skip
    calls.begin_all(session, told)
    recordings.expect_all(session, {b.call_id: b.at for b in beginnings}, kind=Kind.CALL, spool=spool)
