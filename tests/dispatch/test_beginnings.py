"""Calls that begin at the same moment: a row, a line and an owed recording each, once, whoever told first."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import calls
from dispatch.calls.beginnings import Beginning, begin
from dispatch.calls.calls import Call, CallStep
from recordings.recordings import Recording, State
from tests.conftest import NOON


def beginning(call_id: str, caller: str = "13800000001") -> Beginning:
    return Beginning(call_id, caller, "96128", "n-1.1", NOON)


def begun(session: Session, *beginnings: Beginning) -> None:
    begin(session, beginnings, node="exchange1", spool=Path("/spool"))


def lines(session: Session) -> list[tuple[str, str]]:
    return [(line.call_id, line.kind) for line in session.scalars(select(CallStep).order_by(CallStep.call_id))]


def test_each_call_has_its_row_its_first_line_and_its_recording(session: Session) -> None:
    begun(session, beginning("a"), beginning("b", "+8613800000002"))
    assert [(c.id, c.caller, c.direction, c.began_at) for c in session.scalars(select(Call).order_by(Call.id))] == [
        ("a", "13800000001", "in", NOON),
        ("b", "13800000002", "in", NOON),
    ]
    assert lines(session) == [("a", "began"), ("b", "began")]
    owed = session.scalars(select(Recording).order_by(Recording.call_id)).all()
    assert [(r.path, r.state, r.began_at) for r in owed] == [
        ("/spool/calls/a.wav", State.RUNNING, NOON),
        ("/spool/calls/b.wav", State.RUNNING, NOON),
    ]


def test_a_call_told_twice_is_one_call(session: Session) -> None:
    begun(session, beginning("a"), beginning("a"))
    begun(session, beginning("a"), beginning("b"))
    assert lines(session) == [("a", "began"), ("b", "began")]
    assert len(session.scalars(select(Recording)).all()) == 2


def test_who_noted_the_call_first_stays_and_what_he_did_not_know_is_added(session: Session) -> None:
    calls.begin(session, "a", uniqueid="n-1.9", taken_from="listener", at=NOON - timedelta(seconds=1))
    begun(session, beginning("a"))
    call = session.get_one(Call, "a", populate_existing=True)
    assert (call.taken_from, call.uniqueid, call.caller, call.dialled) == ("listener", "n-1.9", "13800000001", "96128")
    assert lines(session) == [("a", "began")]
