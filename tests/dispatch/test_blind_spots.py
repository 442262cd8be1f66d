"""What the exchange wrote down itself completes a call that nobody of ours saw, and doubles none that somebody saw."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.handlers import handle
from ami_listener.messages import HungUp, Rings, Staged, Taken
from dispatch.calls import desk
from dispatch.calls import records as cel
from dispatch.calls.calls import Call, CallStep, Outcome
from dispatch.calls.endings import end_call
from hotline.accounts.roles import Role
from hotline.settings import Settings
from recordings.recordings import Recording
from tests.conftest import NOON, person

CALL, OWN, LEG = "20260803120000-0123456789ab", "n-1.1", "n-1.2"
EVENTS = (
    ("ANSWER", OWN, "PJSIP/trunk-1", "reception", "Answer", "ringing"),
    ("APP_START", OWN, "PJSIP/trunk-1", "people", "Queue", "queue"),
    ("BRIDGE_ENTER", LEG, "PJSIP/8001-2", "people", "AppQueue", ""),
    ("BRIDGE_ENTER", OWN, "PJSIP/trunk-1", "people", "Queue", "queue"),
    ("HANGUP", OWN, "PJSIP/trunk-1", "people", "", "queue"),
)
HEARD = (
    Staged(CALL, "queue", OWN, "PJSIP/trunk-1", "13800000001"), Rings(CALL, "8001"),
    Taken(CALL, "8001", LEG, "PJSIP/8001-2"), HungUp(CALL, OWN, own=True),
)  # fmt: skip


@pytest.fixture
def records(tmp_path: Path) -> Path:
    lines = [
        ",".join(f'"{field}"' for field in (kind, NOON.timestamp() + n, CALL, who, OWN, channel, "13800000001", "s",
                                             context, app, place, ""))
        for n, (kind, who, channel, context, app, place) in enumerate(EVENTS)
    ]  # fmt: skip
    path = tmp_path / "cel.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(autouse=True)
def _operator(session: Session) -> None:
    person(session, Role.OPERATOR, login="operator1", extension="8001")


def _listened(session: Session, settings: Settings) -> None:
    for message in HEARD:
        list(handle(session, message, settings=settings, at=NOON + timedelta(seconds=3)))


def _recorded(session: Session, path: Path, settings: Settings) -> None:
    cel.note(session, cel.read(session, path, settings=settings), settings=settings)


@pytest.mark.parametrize("who", ["records", "listener", "records then listener", "listener then records"])
def test_a_call_is_complete_and_nothing_is_twice_whoever_tells_of_it_in_whatever_order(
    who: str, session: Session, settings: Settings, records: Path
) -> None:
    for teller in who.split(" then "):
        if teller == "records":
            _recorded(session, records, settings)
        else:
            _listened(session, settings)
    session.flush()
    call = session.get_one(Call, CALL, populate_existing=True)
    assert (call.caller, call.dialled, call.outcome) == ("13800000001", "96128", Outcome.ANSWERED_BY_OPERATOR)
    kinds = list(session.scalars(select(CallStep.kind).order_by(CallStep.kind)))
    assert kinds == ["answered", "began", "ended", "offered", "queued"]
    assert session.scalars(select(Recording.call_id)).all() == [CALL]
    assert [row.outcome for row in session.scalars(select(desk.Offer))] == ["done"]


def test_where_a_caller_was_when_the_line_went_counts_although_he_was_found_gone_before(
    session: Session, settings: Settings, records: Path
) -> None:
    text = records.read_text().splitlines()
    records.write_text("\n".join([text[0], text[-1]]) + "\n")
    list(handle(session, HEARD[0], settings=settings, at=NOON))
    end_call(session, CALL, settings=settings, at=NOON + timedelta(seconds=9))
    _recorded(session, records, settings)
    assert session.get_one(Call, CALL).outcome == Outcome.ABANDONED
