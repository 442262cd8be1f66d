"""What the exchange's records tell of a call that an operator dialled on his phone himself, without a page: nobody of
ours sees it otherwise, and it is none that came in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.calls import calls, desk
from dispatch.calls.calls import Call, Step
from dispatch.calls.endings import end_call
from hotline.exchange.names import extension_of
from hotline.settings import Settings
from recordings import recordings
from recordings.recordings import Kind

OUTSIDE = "outside"  # where the dialplan dials the number, and records
AMONG_US = "operators"  # one operator rings another: no citizen's call


def note(session: Session, record: Mapping[str, str], *, kind: str, at: datetime, settings: Settings) -> None:
    """Who was rung by whom; that somebody picked up, and its recording; that it is over."""
    call_id, account = record["call_id"], desk.operator_at(session, extension_of(record["channel"]))
    calls.begin(session, call_id, caller=record["exten"], dialled=record["exten"], node=settings.exchange_node,
                uniqueid=record["uniqueid"], direction="out", taken_from="records", at=at)  # fmt: skip
    if kind == "ANSWER":
        session.get_one(Call, call_id).operator_id = account.id if account else None
        recordings.expect(session, call_id, kind=Kind.CALL, spool=settings.spool, at=at)
        calls.note(session, call_id, Step.TALKED, at=at, operator=account.login if account else "")
    elif kind == "HANGUP":
        end_call(session, call_id, at=at, settings=settings)
