"""What is private in a recording: marked by one, masked by another; no range of it gets past the tone."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.database import Database
from hotline.kept.reading import Plain
from recordings import masking, two_hands
from recordings.archive import Archive
from recordings.errors import RecordingError
from recordings.masked import Masked
from recordings.masking import Mask, Stretch
from recordings.recordings import Kind, Recording, State
from recordings.two_hands import Request, Wish
from tests.conftest import NOON
from tests.dispatch.town import CALL, later
from tests.recordings.test_archive import make, put_away, taken_in, tones  # noqa: F401 - a fixture


def recorded(session: Session, kind: Kind, *, later_by: float = 0.0, leg: str = "") -> Recording:
    row = Recording(call_id=CALL, kind=kind, leg=leg, path=f"{kind}{leg}", began_at=NOON + timedelta(seconds=later_by),
                    state=State.COMPLETE, seconds=60.0)  # fmt: skip
    session.add(row)
    session.flush()
    return row


def marked(session: Session, row: Recording, begins: float = 10, ends: float = 12.5) -> Mask:
    return masking.mark(session, row, Stretch(begins, ends), reason="身份证号", by="operator1", at=NOON)


def granted(session: Session, row: Recording, begins: float = 10, ends: float = 12.5) -> Mask:
    mask = marked(session, row, begins, ends)
    masking.decide(session, mask, grant=True, by="supervisor", at=later(hours=1))
    return mask


# -- at once ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
def test_of_two_who_decide_at_once_the_second_is_told_and_overwrites_nothing(database: Database) -> None:
    with database.writing() as session:
        mask = marked(session, recorded(session, Kind.CALL)).id
        request = two_hands.ask(session, Wish.ORIGINAL, CALL, reason="核实", by="operator1", at=NOON).id

    def decide(session: Session, what: str, *, grant: bool, by: str) -> None:
        if what == "mask":
            masking.decide(session, session.get_one(Mask, mask), grant=grant, by=by, at=NOON)
        else:
            two_hands.decide(session, session.get_one(Request, request), grant=grant, by=by, at=NOON)

    def other(what: str) -> None:
        with database.writing() as session:
            decide(session, what, grant=True, by="second")

    for what in ("mask", "request"):
        with ThreadPoolExecutor(1) as at_once:
            with database.writing() as session:
                decide(session, what, grant=False, by="first")
                session.flush()
                late = at_once.submit(other, what)
                assert not wait([late], timeout=0.3).done
            with pytest.raises(RecordingError, match="已经决定"):
                late.result(timeout=10)
    with database.reading() as session:
        assert (session.get_one(Mask, mask).decided_by, session.get_one(Request, request).granted) == ("first", False)


# -- by two -------------------------------------------------------------------------------------------------------
def test_what_one_marked_another_has_masked_and_each_step_leaves_a_trace(session: Session) -> None:
    row = recorded(session, Kind.CALL)
    mask = marked(session, row)
    assert masking.masked(session, row) == ()
    assert masking.waiting(session) == [(mask, row)]
    with pytest.raises(RecordingError, match="另一人"):
        masking.decide(session, mask, grant=True, by="operator1", at=NOON)
    masking.decide(session, mask, grant=True, by="supervisor", at=later(hours=1))
    assert masking.masked(session, row) == (Stretch(10, 12.5),)
    assert masking.waiting(session) == []
    with pytest.raises(RecordingError, match="已经决定"):
        masking.decide(session, mask, grant=False, by="supervisor2", at=later(hours=1))
    session.flush()
    traces = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    assert [(t.deed, t.by, t.details["begins"], t.details["marked_by"]) for t in traces] == [
        ("recording.mask_marked", "operator1", 10, "operator1"), ("recording.masked", "supervisor", 10, "operator1")]  # fmt: skip


def test_what_is_refused_stays_to_be_heard(session: Session) -> None:
    row = recorded(session, Kind.CALL)
    masking.decide(session, marked(session, row), grant=False, by="supervisor", at=NOON)
    assert (masking.masked(session, row), masking.of(session, row)) == ((), [])


@pytest.mark.parametrize(("begins", "ends"), [(-1, 5), (5, 5), (6, 5), (50, 61), (float("nan"), 5), (5, float("nan"))])
def test_a_stretch_that_is_not_in_the_recording_is_refused(session: Session, begins: float, ends: float) -> None:
    with pytest.raises(RecordingError, match="起止时间"):
        marked(session, recorded(session, Kind.CALL), begins, ends)
    with pytest.raises(RecordingError, match="理由"):
        masking.mark(session, recorded(session, Kind.LEG), Stretch(1, 2), reason=" ", by="x", at=NOON)


def test_the_same_words_are_masked_in_what_ran_beside_it_but_not_in_the_message(session: Session) -> None:
    call, message = recorded(session, Kind.CALL), recorded(session, Kind.MESSAGE)
    leg, late = recorded(session, Kind.LEG, later_by=8, leg="a"), recorded(session, Kind.LEG, later_by=20, leg="b")
    granted(session, call)
    granted(session, leg, 30, 31)
    assert masking.masked_of_each(session, [call, leg, late, message]) == {
        call.id: (Stretch(10, 12.5), Stretch(37.5, 39.5)), leg.id: (Stretch(1.5, 5.0), Stretch(30, 31)),
        late.id: (Stretch(17.5, 19.5),), message.id: ()}  # fmt: skip
    assert masking.masked(session, Recording(id=99, call_id="another", kind=Kind.CALL, began_at=NOON)) == ()


def test_who_wants_to_hear_the_original_has_anothers_consent_for_that_alone(session: Session) -> None:
    request = two_hands.ask(session, Wish.ORIGINAL, CALL, reason="核实", by="inspector", at=NOON)
    two_hands.decide(session, request, grant=True, by="supervisor", at=NOON)
    assert two_hands.may_hear(session, CALL, login="inspector", at=later(hours=23), wish=Wish.ORIGINAL)
    assert not two_hands.may_hear(session, CALL, login="inspector", at=later(hours=25), wish=Wish.ORIGINAL)
    assert not two_hands.may_hear(session, CALL, login="inspector", at=NOON), "it is no consent to a secret call"


# -- what is heard ------------------------------------------------------------------------------------------------
def test_the_tone_stands_for_both_sides_and_nothing_else_is_changed(make: Callable[..., Archive], tmp_path: Path) -> None:  # noqa: F811
    path = tones(tmp_path / "calls" / "a.wav", repeats=2)
    written = path.read_bytes()
    row = put_away(make(), taken_in(path))
    content = Masked(make().open(row), (Stretch(1.0, 2.0), Stretch(4.5, 4.75)))
    whole = content.part(0, content.size)
    before, after = (np.frombuffer(one[44:], "<i2").reshape(-1, 2) for one in (written, whole))
    changed = np.flatnonzero((before != after).any(axis=1))
    assert set(changed) <= {*range(8000, 16000), *range(36000, 38000)}
    for side in (0, 1):
        assert np.abs(np.fft.rfft(after[8000:16000, side])).argmax() == 1000
        assert np.abs(np.fft.rfft(after[36000:38000, side])).argmax() == 250
    assert make().intact(row), "the original is as it was"


@pytest.mark.parametrize("step", [1, 3, 7, 4096, 65536])
def test_whatever_range_is_asked_for_it_is_the_same_masked_sound(tmp_path: Path, step: int) -> None:
    path = tones(tmp_path / "a.wav")
    masks = (Stretch(0.5, 0.5001), Stretch(0.99, 1.2), Stretch(1.1, 2.9), Stretch(2.99, 99.0))
    content = Masked(Plain(io.BytesIO(path.read_bytes())), masks)
    whole = content.part(0, content.size)
    begins = 7950 * 4 if step < 1000 else 0
    ends = min(content.size, begins + 400 * step)
    parts = b"".join(content.part(at, step) for at in range(begins, ends, step))
    assert parts[: ends - begins] == whole[begins:ends]
    assert len(whole) == path.stat().st_size


def test_what_can_not_be_masked_is_not_heard_at_all(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="不能播放"):
        Masked(Plain(io.BytesIO(b"x" * 100)), (Stretch(0, 1),))
