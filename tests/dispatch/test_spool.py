"""What callers left in the spool: slips of questions become tickets, each exactly once."""

import wave
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.callbacks import missed
from dispatch.calls import settling, takes
from dispatch.calls.calls import Call, CallStep, Outcome, Step
from dispatch.calls.spool import look, read_slip, take_in_message
from dispatch.tickets import codes, progress
from dispatch.tickets.codes import PooledCode
from dispatch.tickets.needs import may_go_out
from dispatch.tickets.states import State as Life
from dispatch.tickets.tickets import UNSAID, Ticket
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
    message = look(found, settings=settings, at=later(minutes=5))
    return take_in_message(session, message, settings=settings, at=later(minutes=5))


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
        broken.setattr("dispatch.tickets.intake.audit.note", fails)  # the last thing before the commit
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


def test_who_was_told_a_code_has_a_ticket_though_his_words_are_lost_and_the_whole_call_is_heard_instead(database: Database, settings: Settings) -> None:
    path, made = slip(settings, seconds=None), []
    for _ in range(2):
        with database.writing() as session:
            made.append(take_in(session, settings, path))
    row, again = made
    assert row is not None
    assert again is None
    assert (row.title, row.code_digest) == ("电话留言，留言录音缺失（11月23日 12:00）", codes.digest(CODE, settings=settings))
    with database.reading() as session:
        assert session.get_one(Recording, row.recording_id).kind == Kind.CALL
        assert session.scalars(select(Recording.state).where(Recording.kind == Kind.MESSAGE)).all() == [State.MISSING]


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_who_was_told_a_code_and_said_nothing_has_a_ticket_that_asks_him_for_it_and_is_rung_back(database: Database, settings: Settings, seconds: float) -> None:
    path, made = slip(settings), []
    town.sound(path.with_suffix(".wav"), seconds, loudness=0)
    for _ in range(2):
        with database.writing() as session:
            made.append(take_in(session, settings, path))
    row, again = made
    assert row is not None
    assert again is None
    assert (row.title, row.summary, may_go_out(row)) == ("电话留言，未听到内容（11月23日 12:00）", UNSAID, "请先收听录音，核对类别并填写摘要，再派发")
    with database.writing() as session:
        assert session.get_one(Recording, row.recording_id).kind == Kind.CALL, "he may have spoken when nobody asked"
        standing = progress.look_up(session, CODE, caller=CALLER, four="", settings=settings)
        assert standing is not None
        assert standing.state == Life.NEEDS_FACTS
        settling.end(session, CALL, at=later(minutes=1), place="message")
        assert session.get_one(Call, CALL).outcome == Outcome.ABANDONED
        assert missed.gather(session, settings=settings, at=later(minutes=6)) == 1
        session.get_one(Ticket, row.id).summary = "来电人询问居住证如何续签。"
        written = progress.look_up(session, CODE, caller=CALLER, four="", settings=settings)
        assert written is not None
        assert written.state == Life.TO_DISPATCH


def test_who_was_asked_to_ring_again_because_nothing_could_be_written_was_told_no_code(session: Session, settings: Settings) -> None:
    path = slip(settings, seconds=None)
    path.write_text("status=ERROR\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert take_in(session, settings, path) is None
    assert session.scalars(select(Recording.state)).all() == [State.MISSING]


def test_of_who_was_silent_no_sound_is_owed(session: Session, settings: Settings) -> None:
    path = slip(settings, seconds=None, code="")
    town.sound(takes.path_of(path.parent, CALL, 1, takes.Part.MATTER), loudness=0)
    assert take_in(session, settings, path) is None
    assert count(session, Recording) == 0


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
    settling.end(session, CALL, at=later(minutes=1), place="menu")
    assert call.outcome == Outcome.HUNG_UP
    take_in(session, settings, slip(settings))
    assert call.outcome == Outcome.MESSAGE_LEFT


def test_a_message_of_nobody_can_not_be_called_back(session: Session, settings: Settings) -> None:
    row = take_in(session, settings, slip(settings, caller=""))
    assert row is not None
    assert (row.title, row.contact) == ("电话留言（11月23日 12:00）", "")
