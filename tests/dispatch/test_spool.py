"""What the exchange left behind: slips of questions become tickets, its records become calls, each exactly once."""

import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import calls, codes, spool
from dispatch.calls import Call, CallStep, Outcome, Step
from dispatch.codes import PooledCode
from dispatch.spool import read_slip, take_in_message, take_in_records
from dispatch.tickets import Ticket
from hotline.database import Database
from hotline.settings import Settings
from recordings.recordings import Kind, Recording, State
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, CODE, later

BEGAN = int(NOON.timestamp())


def slip(settings: Settings, call_id: str = CALL, *, seconds: float | None = 5.0, whole: bool = True, code: str = CODE, caller: str = CALLER) -> Path:
    """What the dialplan writes of a question left after the tone, and the sound beside it."""
    folder = settings.spool / "messages"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"caller={caller}", "dialled=96128", f"code={code}", f"began={BEGAN}", f"ended={BEGAN + 30}", "end=1"]
    path = folder / f"{call_id}.txt"
    path.write_text("\n".join(lines if whole else lines[:-1]) + "\n", encoding="utf-8")
    if seconds is not None:
        town.sound(folder / f"{call_id}.wav", seconds)
    return path


def take_in(session: Session, settings: Settings, path: Path) -> Ticket | None:
    found = read_slip(path)
    assert found is not None
    return take_in_message(session, found, settings=settings, at=later(minutes=5))


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# -- slips --------------------------------------------------------------------------------------------------------
def test_a_slip_that_is_still_being_written_waits(settings: Settings) -> None:
    path = slip(settings, whole=False)
    assert read_slip(path) is None
    with path.open("a", encoding="utf-8") as file:
        file.write("end=1\n")
    found = read_slip(path)
    assert found is not None
    assert (found.call_id, found.caller, found.code, found.began, found.ended) == (CALL, CALLER, CODE, NOON, later(seconds=30))


def test_a_question_becomes_call_recording_and_ticket(session: Session, settings: Settings) -> None:
    row = take_in(session, settings, slip(settings))
    assert row is not None
    assert (row.number, row.call_id, row.caller, row.intake_at) == ("96128-20261123-0001", CALL, CALLER, later(seconds=30))
    assert row.code_digest == codes.digest(CODE, settings=settings)
    assert row.title == "电话留言（11月23日 12:00）"
    sound = session.get_one(Recording, row.recording_id)
    assert (sound.kind, sound.state, sound.seconds) == (Kind.MESSAGE, State.COMPLETE, 5.0)
    call = session.get_one(Call, CALL)
    assert (call.caller, call.taken_from, call.began_at) == (CALLER, "records", NOON)


def test_the_same_slip_read_twice_makes_one_ticket(database: Database, settings: Settings) -> None:
    path, made = slip(settings), []
    for _ in range(2):
        with database.writing() as session:
            made.append(take_in(session, settings, path))
    assert made[0] is not None
    assert made[1] is None
    with database.reading() as session:
        assert (count(session, Ticket), count(session, Recording), count(session, Call)) == (1, 1, 1)
        assert session.scalars(select(CallStep.kind).where(CallStep.kind == Step.MESSAGE)).all() == [Step.MESSAGE]


def test_a_fault_in_between_leaves_neither_recording_nor_ticket_and_the_next_try_makes_both(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = slip(settings)

    def fails(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("dispatch.referrals.audit.note", fails)  # the last thing before the commit
        with pytest.raises(OSError, match="no space"), database.writing() as session:
            take_in(session, settings, path)
    with database.reading() as session:
        assert (count(session, Ticket), count(session, Recording), count(session, Call)) == (0, 0, 0)
    with database.writing() as session:
        row = take_in(session, settings, path)
        assert row is not None
        assert row.number.endswith("-0001")
    with database.reading() as session:
        assert (count(session, Ticket), count(session, Recording)) == (1, 1)


@pytest.mark.parametrize("seconds", [None, 0.0, 0.5])
def test_who_said_nothing_after_the_tone_left_no_matter(session: Session, settings: Settings, seconds: float | None) -> None:
    assert take_in(session, settings, slip(settings, seconds=seconds, code="")) is None
    assert count(session, Ticket) == 0
    assert count(session, Call) == 1


def test_a_sound_file_that_is_no_sound_is_missing_and_makes_no_ticket(session: Session, settings: Settings) -> None:
    path = slip(settings, code="")
    path.with_suffix(".wav").write_bytes(b"")
    assert take_in(session, settings, path) is None
    assert session.scalars(select(Recording.state)).all() == [State.MISSING]


def test_a_sound_whose_writer_died_is_mended_and_counts(session: Session, settings: Settings) -> None:
    path = slip(settings)
    with path.with_suffix(".wav").open("r+b") as file:
        file.seek(40)
        file.write(b"\0\0\0\0")
    row = take_in(session, settings, path)
    assert row is not None
    with wave.open(str(path.with_suffix(".wav"))) as sound:
        assert sound.getnframes() == 5 * 8000


def test_the_pooled_code_that_a_caller_was_told_is_used_up(session: Session, settings: Settings) -> None:
    pooled = codes.mint_for_pool(session, node="exchange1", settings=settings, at=NOON)
    session.flush()
    row = take_in(session, settings, slip(settings, code=pooled))
    assert row is not None
    assert session.scalars(select(PooledCode.used_at)).all() == [later(minutes=5)]
    assert row.code_digest == codes.digest(pooled, settings=settings)


def test_a_message_left_by_a_call_that_is_over_settles_its_outcome_anew(session: Session, settings: Settings) -> None:
    call = town.call(session)
    calls.end(session, CALL, at=later(minutes=1), place="menu")
    assert call.outcome == Outcome.HUNG_UP
    take_in(session, settings, slip(settings))
    assert call.outcome == Outcome.MESSAGE_LEFT


def test_a_message_of_nobody_can_not_be_called_back(session: Session, settings: Settings) -> None:
    row = take_in(session, settings, slip(settings, caller=""))
    assert row is not None
    assert (row.title, row.contact) == ("电话留言（11月23日 12:00）", "")


# -- the exchange's own records -----------------------------------------------------------------------------------
def event(kind: str, second: float, *, call_id: str = CALL, uniqueid: str = "1.1", linkedid: str = "1.1", context: str = "reception",
          app: str = "", place: str = "", exten: str = "96128", channel: str = "PJSIP/trunk-0000001") -> bytes:
    fields = [kind, f"{BEGAN + second:.6f}", call_id, uniqueid, linkedid, channel, CALLER, exten, context, app, place, ""]
    return ",".join(f'"{field}"' for field in fields).encode() + b"\n"


def records(settings: Settings, *lines: bytes, name: str = "cel.csv") -> Path:
    path = settings.spool / "cel" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.writelines(lines)
    return path


def read(session: Session, settings: Settings, path: Path) -> int:
    found = take_in_records(session, path, settings=settings)
    session.flush()
    return found


def test_a_call_that_nobody_saw_gets_a_row_and_an_outcome(session: Session, settings: Settings) -> None:
    path = records(settings, event("ANSWER", 0), event("HANGUP", 20, place="queue"))
    assert read(session, settings, path) == 2
    call = session.get_one(Call, CALL)
    assert (call.caller, call.dialled, call.taken_from) == (CALLER, "96128", "records")
    assert (call.began_at, call.ended_at, call.outcome) == (NOON, later(seconds=20), Outcome.ABANDONED)


def test_a_caller_who_hung_up_while_it_rang_is_a_call_too(session: Session, settings: Settings) -> None:
    read(session, settings, records(settings, event("CHAN_START", 0), event("HANGUP", 3)))
    assert session.get_one(Call, CALL).outcome == Outcome.HUNG_UP


def test_each_line_is_read_once_and_what_is_added_is_read_on(session: Session, settings: Settings) -> None:
    path = records(settings, event("CHAN_START", 0), event("ANSWER", 0))
    assert read(session, settings, path) == 2
    assert read(session, settings, path) == 0
    records(settings, event("HANGUP", 20))
    assert read(session, settings, path) == 1
    assert session.get_one(Call, CALL).ended_at == later(seconds=20)


def test_a_long_file_is_read_in_bites(session: Session, settings: Settings) -> None:
    path = records(settings, *[event("CHAN_START", n) for n in range(7)])
    assert [take_in_records(session, path, settings=settings, most=3) for _ in range(4)] == [3, 3, 1, 0]


def test_a_torn_last_line_waits_for_its_end(session: Session, settings: Settings) -> None:
    whole = event("HANGUP", 20)
    path = records(settings, event("ANSWER", 0), whole[:40])
    assert read(session, settings, path) == 1
    assert session.get_one(Call, CALL).ended_at is None
    records(settings, whole[40:])
    assert read(session, settings, path) == 1
    assert session.get_one(Call, CALL).ended_at == later(seconds=20)


def test_a_rotated_file_is_another_one(session: Session, settings: Settings) -> None:
    path = records(settings, event("ANSWER", 0))
    assert read(session, settings, path) == 1
    path.rename(path.with_name("cel.csv.1"))
    path = records(settings, event("HANGUP", 9))
    assert read(session, settings, path) == 1
    assert read(session, settings, path.with_name("cel.csv.1")) == 1, "read again, for it bears another name, and it does no harm"
    assert session.get_one(Call, CALL).ended_at == later(seconds=9)
    assert count(session, Call) == 1


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
    path = records(settings, event("ANSWER", 0), garbage, event("HANGUP", 20))
    for _ in range(2):
        with database.writing() as session:
            take_in_records(session, path, settings=settings)
    with database.reading() as session:
        assert session.get_one(Call, CALL).ended_at == later(seconds=20)


def test_legs_of_a_call_are_no_calls_of_their_own(session: Session, settings: Settings) -> None:
    path = records(settings, event("ANSWER", 0), event("ANSWER", 5, uniqueid="1.2", channel="PJSIP/8001-00000002"),
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
