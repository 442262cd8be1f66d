"""The exchange's own records become calls, each exactly once, and only what is new is written."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls import calls, records, spool
from dispatch.calls.calls import Call, Outcome
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from recordings.recordings import Recording
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, later

BEGAN = int(NOON.timestamp())


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def event(kind: str, second: float, *, call_id: str = CALL, uniqueid: str = "1.1", linkedid: str = "1.1", context: str = "reception",
          app: str = "", place: str = "", exten: str = "96128", channel: str = "PJSIP/trunk-0000001") -> bytes:
    fields = [kind, f"{BEGAN + second:.6f}", call_id, uniqueid, linkedid, channel, CALLER, exten, context, app, place, ""]
    return ",".join(f'"{field}"' for field in fields).encode() + b"\n"


def recorded(settings: Settings, *lines: bytes, name: str = "cel.csv") -> Path:
    path = settings.spool / "cel" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.writelines(lines)
    return path


def read(session: Session, settings: Settings, path: Path) -> int:
    """Read on in the file; how many lines were read."""
    stretch = records.read(session, path, settings=settings)
    records.note(session, stretch, settings=settings)
    session.flush()
    return path.read_bytes()[stretch.start : stretch.end].count(b"\n")


def test_a_call_that_nobody_saw_gets_a_row_and_an_outcome(session: Session, settings: Settings) -> None:
    path = recorded(settings, event("ANSWER", 0), event("HANGUP", 20, place="queue"))
    assert read(session, settings, path) == 2
    call = session.get_one(Call, CALL)
    assert (call.caller, call.dialled, call.taken_from) == (CALLER, "96128", "records")
    assert (call.began_at, call.ended_at, call.outcome) == (NOON, later(seconds=20), Outcome.ABANDONED)


def test_a_caller_who_hung_up_while_it_rang_is_a_call_too(session: Session, settings: Settings) -> None:
    read(session, settings, recorded(settings, event("CHAN_START", 0), event("HANGUP", 3)))
    assert session.get_one(Call, CALL).outcome == Outcome.HUNG_UP


def test_each_line_is_read_once_and_what_is_added_is_read_on(session: Session, settings: Settings) -> None:
    path = recorded(settings, event("CHAN_START", 0), event("ANSWER", 0))
    assert read(session, settings, path) == 2
    assert read(session, settings, path) == 0
    recorded(settings, event("HANGUP", 20))
    assert read(session, settings, path) == 1
    assert session.get_one(Call, CALL).ended_at == later(seconds=20)


def test_a_long_file_is_noted_in_bites_that_each_say_how_far_they_came(database: Database, settings: Settings) -> None:
    path = recorded(settings, *[event("HANGUP", n, call_id=f"call-{n}") for n in range(7)], event("CHAN_END", 9))
    with database.reading() as session:
        bites = list(records.read(session, path, settings=settings).bites(3))
    assert [len(bite.lines) for bite in bites] == [3, 3, 1, 0]
    for bite in [bites[0], bites[0], bites[2], bites[1]]:  # one twice, one before its turn: they do no harm
        with database.writing() as session:
            records.note(session, bite, settings=settings)
    with database.reading() as session:
        assert count(session, Call) == 6
        assert records.read(session, path, settings=settings).start == bites[1].end


def test_what_is_noted_already_is_not_written_again(session: Session, settings: Settings) -> None:
    lines = [event("ANSWER", 0), event("APP_START", 5, app="Queue"), event("HANGUP", 20, place="queue")]
    assert read(session, settings, recorded(settings, *lines)) == 3
    again = recorded(settings, event("CHAN_START", 0), *lines, event("HANGUP", 21, call_id="other"), name="again.csv")
    stretch = records.read(session, again, settings=settings)
    assert [line.told["call_id"] for line in stretch.lines] == ["other"]
    assert stretch.end == again.stat().st_size


def test_what_has_just_happened_is_left_to_those_who_hear_it(session: Session, settings: Settings) -> None:
    path = recorded(settings, event("ANSWER", 0), event("HANGUP", 20))
    stretch = records.read(session, path, settings=settings, before=later(seconds=10))
    assert [line.told["event"] for line in stretch.lines] == ["ANSWER"]
    assert stretch.end < path.stat().st_size


def test_what_was_noted_before_the_clock_was_set_back_is_read_at_once(session: Session, settings: Settings) -> None:
    path = recorded(settings, event("ANSWER", 0), event("HANGUP", 20))
    stretch = records.read(session, path, settings=settings, before=later(hours=-1))
    assert [line.told["event"] for line in stretch.lines] == ["ANSWER", "HANGUP"]


def test_a_torn_last_line_waits_for_its_end(session: Session, settings: Settings) -> None:
    whole = event("HANGUP", 20)
    path = recorded(settings, event("ANSWER", 0), whole[:40])
    assert read(session, settings, path) == 1
    assert session.get_one(Call, CALL).ended_at is None
    recorded(settings, whole[40:])
    assert read(session, settings, path) == 1
    assert session.get_one(Call, CALL).ended_at == later(seconds=20)


def test_a_file_that_is_moved_is_not_read_again_and_the_new_one_from_its_start(session: Session, settings: Settings) -> None:
    path = recorded(settings, event("ANSWER", 0))
    assert read(session, settings, path) == 1
    path.rename(path.with_name("cel.csv.1"))
    path = recorded(settings, event("HANGUP", 9))
    assert read(session, settings, path) == 1
    assert read(session, settings, path.with_name("cel.csv.1")) == 0
    assert session.get_one(Call, CALL).ended_at == later(seconds=9)
    assert count(session, Call) == 1


def test_who_wants_a_person_waits_from_then_not_from_where_the_queue_begins(session: Session, settings: Settings) -> None:
    read(session, settings, recorded(settings, event("ANSWER", 0), event("ASKED", 4), event("APP_START", 7, app="Queue")))
    assert session.get_one(Call, CALL).queued_at == later(seconds=4)


GARBAGE = [
    b"\n",
    b'"ANSWER"\n',
    b"\xff\xfe\x00\x00" * 50 + b"\n",
    b"\0" * 200_000 + b"\n",
    b'"' + b"x" * 200_000 + b'","\n',
    b'"HANGUP","no number","' + CALL.encode() + b'","1.1","1.1"\n',
    event("ANSWER", 0, call_id="x" * 500),
    event("HANGUP", 0, call_id="a\0b"),
    event("HANGUP", 0, call_id="long-uniqueid", uniqueid="u" * 500, linkedid="u" * 500),
    event("HANGUP", 10e30, call_id="end-of-time"),
    b'"ANSWER","1.0","unclosed","1.1","1.1","c","1","9","r","","","\n',
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_a_line_that_is_none_takes_no_other_along(database: Database, settings: Settings, garbage: bytes) -> None:
    path = recorded(settings, event("ANSWER", 0), garbage, event("HANGUP", 20))
    for _ in range(2):
        with database.writing() as session:
            read(session, settings, path)
    with database.reading() as session:
        assert session.get_one(Call, CALL).ended_at == later(seconds=20)


def test_legs_of_a_call_are_no_calls_of_their_own(session: Session, settings: Settings) -> None:
    path = recorded(settings, event("ANSWER", 0), event("ANSWER", 5, uniqueid="1.2", channel="PJSIP/8001-00000002"),
                   event("HANGUP", 9, uniqueid="1.2", channel="PJSIP/8001-00000002"))
    read(session, settings, path)
    assert count(session, Call) == 1
    assert session.get_one(Call, CALL).ended_at is None


def test_a_leg_is_seen_once(session: Session) -> None:
    town.call(session)
    for _ in range(2):
        spool.see_leg(session, CALL, node="exchange1", uniqueid="1.1", channel="PJSIP/trunk-1", at=NOON)
    spool.see_leg(session, "unknown-call", node="exchange1", uniqueid="1.2", channel="PJSIP/trunk-2", at=NOON)
    session.flush()
    assert count(session, calls.Leg) == 1
    assert datetime.fromtimestamp(BEGAN, UTC) == NOON


@pytest.mark.parametrize("picked_up", [True, False])
def test_a_number_that_an_operator_dialled_on_his_phone_is_a_call_out_and_none_that_came_in(picked_up: bool, session: Session, settings: Settings) -> None:
    operator = town.somebody(session, Role.OPERATOR, extension="8001")
    phone = {"context": "outside", "exten": CALLER, "channel": f"PJSIP/{operator.extension}-0000001", "place": "operator"}
    read(session, settings, recorded(settings, *([event("ANSWER", 3, **phone)] if picked_up else []), event("HANGUP", 20, **phone)))
    call = session.get_one(Call, CALL)
    assert (call.caller, call.dialled, call.direction) == (CALLER, CALLER, "out")
    assert call.outcome == (Outcome.CALLED_BACK if picked_up else Outcome.HUNG_UP)
    assert (call.operator_id == operator.id) is picked_up
    assert count(session, Recording) == picked_up


def test_one_operator_who_rings_another_is_no_call_of_a_citizens(session: Session, settings: Settings) -> None:
    phone = {"context": "operators", "exten": "8002", "channel": "PJSIP/8001-0000001"}
    read(session, settings, recorded(settings, event("ANSWER", 3, **phone), event("HANGUP", 20, **phone)))
    assert count(session, Call) == 0
