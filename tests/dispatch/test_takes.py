"""A question told in parts, and told again: one recording of what counts, and proof of what was discarded."""

import hashlib
import wave
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import takes
from dispatch.calls.calls import CallStep, Step
from dispatch.calls.spool import read_slip, tidy
from dispatch.calls.takes import PAUSE, Part
from dispatch.tickets.codes import digest
from dispatch.tickets.tickets import UNSAID, Ticket, guarded
from hotline.audit.trail import AuditRow
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.outbox import Delivery
from recordings.recordings import Kind, Recording
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.test_spool import slip, take_in
from tests.dispatch.town import CALL, CALLER, CODE


def record(settings: Settings, take: int, part: Part, seconds: float, *, silent: bool = False) -> Path:
    """What the exchange keeps of one part."""
    path = takes.path_of(settings.spool / "messages", CALL, take, part)
    return town.sound(path, seconds, loudness=0 if silent else 8000)


def left(session: Session, settings: Settings, **fields: str) -> Ticket | None:
    path = slip(settings, seconds=None)
    path.write_text("".join(f"{k}={v}\n" for k, v in fields.items()) + path.read_text())
    row = take_in(session, settings, path)
    found = read_slip(path)
    assert found is not None
    tidy(found, settings=settings)
    return row


def test_matter_place_and_wish_become_one_recording(session: Session, settings: Settings) -> None:
    for part, seconds in ((Part.WISH, 3.0), (Part.MATTER, 4.0), (Part.PLACE, 2.0)):
        record(settings, 1, part, seconds)
    row = left(session, settings)
    assert row is not None
    assert row.recording is not None
    assert row.recording.seconds == pytest.approx(9 + 2 * PAUSE)
    note = session.scalars(select(CallStep).where(CallStep.kind == Step.MESSAGE)).one()
    assert note.detail["parts"] == {"matter": 4.0, "place": 2.0, "wish": 3.0}
    assert [path.name for path in (settings.spool / "messages").glob("*.wav")] == [f"{CALL}.wav"]


def test_what_was_told_again_replaces_the_first_which_is_provably_gone(session: Session, settings: Settings) -> None:
    first = record(settings, 1, Part.MATTER, 4.0)
    place = record(settings, 1, Part.PLACE, 2.0)
    content = first.read_bytes()
    record(settings, 2, Part.MATTER, 5.0)
    row = left(session, settings)
    assert row is not None
    assert row.recording is not None
    assert row.recording.seconds == 5.0
    assert not first.exists()
    assert not place.exists()
    rows = session.scalars(select(AuditRow).where(AuditRow.deed == "message.discarded").order_by(AuditRow.id)).all()
    assert [(r.thing, r.by, r.details["part"], r.details["seconds"]) for r in rows] == [
        (CALL, "caller", "matter", 4.0), (CALL, "caller", "place", 2.0)]  # fmt: skip
    assert rows[0].details["sha256"] == hashlib.sha256(content).hexdigest()


def test_who_begins_again_and_says_nothing_has_said_what_he_said_before(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 4.0)
    record(settings, 2, Part.MATTER, 3.0, silent=True)
    row = left(session, settings)
    assert row is not None
    assert row.recording is not None
    assert row.recording.seconds == 4.0
    assert session.scalars(select(AuditRow).where(AuditRow.deed == "message.discarded")).all() == []


def test_a_silent_part_is_left_out(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 4.0)
    record(settings, 1, Part.PLACE, 3.0, silent=True)
    row = left(session, settings)
    assert row is not None
    assert row.recording is not None
    assert row.recording.seconds == 4.0


def test_who_hung_up_before_he_said_anything_left_no_matter(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 3.0, silent=True)
    assert take_in(session, settings, slip(settings, seconds=None, code="")) is None


def test_who_was_told_a_code_has_a_matter_though_nothing_was_heard(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 3.0, silent=True)
    row = left(session, settings)
    assert row is not None
    assert row.summary == UNSAID
    assert session.scalars(select(Recording.seconds).where(Recording.kind == Kind.MESSAGE)).all() == [3.0]


def test_the_same_slip_read_twice_joins_nothing_twice(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 4.0)
    path = slip(settings, seconds=None)
    assert take_in(session, settings, path) is not None
    assert take_in(session, settings, path) is None
    assert session.scalars(select(Recording.seconds)).all() == [4.0]


def test_another_number_and_his_wish_for_secrecy_stand_on_the_ticket(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 4.0)
    row = left(session, settings, contact="0877 2012345", secret="yes")
    assert row is not None
    assert (row.caller, row.contact, row.confidential) == (CALLER, "08772012345", True)
    assert guarded(row)


def owed(session: Session) -> list[tuple[str, str]]:
    return [(row.place, row.values["code"]) for row in session.scalars(select(Delivery))]


def test_the_code_that_he_heard_goes_to_his_mobile_telephone_too(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 4.0)
    assert left(session, settings) is not None
    assert owed(session) == [(CALLER, CODE)]


@pytest.mark.parametrize(("fields", "number"), [({"secret": "yes"}, ""), ({"contact": "08772012345"}, ""), ({"contact": "13877712345"}, "13877712345")])
def test_it_goes_to_the_number_that_he_left_and_of_what_is_secret_nothing_does(
    session: Session, settings: Settings, fields: dict[str, str], number: str
) -> None:
    record(settings, 1, Part.MATTER, 4.0)
    assert left(session, settings, **fields) is not None
    assert [place for place, _ in owed(session)] == ([number] if number else [])


@pytest.mark.parametrize("registered", [True, False])
def test_who_hung_up_before_he_heard_a_code_is_sent_one_where_that_can_be_done(
    session: Session, settings: Settings, registered: bool
) -> None:
    here = settings.model_copy(update={"sms_gateway": "https://sms.example/send"})
    if registered:
        sms.register(session, sms.CODE, text=sms.TEXTS[sms.CODE], registered_id="T1", by="office", at=NOON)
    record(here, 1, Part.MATTER, 4.0)
    row = take_in(session, here, slip(here, seconds=None, code=""))
    assert row is not None
    assert bool(row.code_digest) is registered
    assert [digest(code, settings=here) for _, code in owed(session)] == ([row.code_digest] if registered else [])


def test_what_the_exchange_alone_recorded_counts_when_the_parts_hold_nothing(session: Session, settings: Settings) -> None:
    record(settings, 1, Part.MATTER, 3.0, silent=True)
    path = slip(settings, seconds=5.0)
    row = take_in(session, settings, path)
    assert row is not None
    assert row.recording is not None
    assert row.recording.seconds == 5.0


def test_a_file_of_another_call_is_not_touched(session: Session, settings: Settings) -> None:
    other = town.sound(settings.spool / "messages" / f"{CALL}9.1-matter.wav", 2.0)
    record(settings, 1, Part.MATTER, 4.0)
    assert left(session, settings) is not None
    assert other.exists()


def test_a_draft_of_a_joined_file_is_never_a_message(settings: Settings) -> None:
    piece = record(settings, 1, Part.MATTER, 4.0)
    target = settings.spool / "messages" / f"{CALL}.wav"
    takes.join(takes.told(piece.parent, CALL).kept, target)
    with wave.open(str(target)) as sound:
        assert sound.getnframes() == 4 * 8000
    assert not target.with_suffix(".draft").exists()
