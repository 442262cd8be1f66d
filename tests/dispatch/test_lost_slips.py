"""A message whose slip the exchange could not write any more: it becomes a ticket by what lies on the disk."""

import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import lost_slips, settling
from dispatch.calls.spool import look, read_slip, take_in_message
from hotline.settings import Settings
from recordings.recordings import Recording, State
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, later

LATER, AMID = later(minutes=5), later(seconds=40)


def lying(settings: Settings, name: str, *, seconds: float = 4.0, at: datetime = AMID, **how: int) -> Path:
    """A file of a message that was written until then, its head left open."""
    path = town.sound(settings.spool / "messages" / name, seconds, **how)
    with path.open("r+b") as file:
        file.seek(40)
        file.write(bytes(4))
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def over(session: Session) -> None:
    town.call(session)
    settling.end(session, CALL, at=later(seconds=45))
    session.flush()


@pytest.mark.parametrize("names", [[f"{CALL}.wav"], [f"{CALL}.1-matter.wav", f"{CALL}.1-place.wav"]], ids=["whole", "pieces"])
def test_what_was_told_until_the_exchange_died_is_a_ticket_and_secret_in_doubt(session: Session, settings: Settings, names: list[str]) -> None:
    over(session)
    for name in names:
        lying(settings, name)
    assert lost_slips.write(session, settings=settings, at=LATER) == [CALL]
    assert lost_slips.write(session, settings=settings, at=LATER) == [], "it is written once"
    slip = read_slip(settings.spool / "messages" / f"{CALL}.txt")
    assert slip is not None
    ticket = take_in_message(session, look(slip, settings=settings, at=LATER), settings=settings, at=LATER)
    assert ticket is not None
    assert (ticket.caller, ticket.confidential, ticket.code_digest) == (CALLER, True, None)
    sound = session.scalars(select(Recording)).one()
    assert (sound.state, sound.seconds) == (State.COMPLETE, pytest.approx(4.0 * len(names) + 0.3 * (len(names) - 1)))


@pytest.mark.parametrize("begun", ["", f"callid={CALL}\ncaller={CALLER}\n"])
def test_a_slip_for_which_there_was_no_room_is_written_anew(session: Session, settings: Settings, begun: str) -> None:
    over(session)
    lying(settings, f"{CALL}.1-matter.wav")
    slip = settings.spool / "messages" / f"{CALL}.txt"
    slip.write_text(begun)
    os.utime(slip, (LATER.timestamp(), LATER.timestamp()))
    assert lost_slips.write(session, settings=settings, at=LATER) == [], "it may be being written"
    os.utime(slip, (AMID.timestamp(), AMID.timestamp()))
    assert lost_slips.write(session, settings=settings, at=LATER) == [CALL]
    told = read_slip(slip)
    assert told is not None
    assert (told.call_id, told.caller, told.status) == (CALL, CALLER, "LOST")


def test_what_still_may_be_written_is_waited_for(session: Session, settings: Settings) -> None:
    lying(settings, f"{CALL}.wav")
    assert lost_slips.write(session, settings=settings, at=LATER) == [], "nobody knows the call"
    town.call(session)
    assert lost_slips.write(session, settings=settings, at=LATER) == [], "he is still there"
    settling.end(session, CALL, at=later(seconds=45))
    session.flush()
    assert lost_slips.write(session, settings=settings, at=later(seconds=90)) == [], "it is just over"
    lying(settings, f"{CALL}.wav", at=LATER)
    assert lost_slips.write(session, settings=settings, at=LATER) == [], "it is being written"


def test_where_nothing_was_said_nothing_is_left(session: Session, settings: Settings) -> None:
    over(session)
    silent = [lying(settings, name, loudness=0) for name in (f"{CALL}.wav", f"{CALL}.1-matter.wav")]
    assert lost_slips.write(session, settings=settings, at=LATER) == []
    assert not any(path.exists() for path in silent)
    lying(settings, f"{CALL}.wav", loudness=0)
    slip = settings.spool / "messages" / f"{CALL}.txt"
    slip.touch()
    os.utime(slip, (AMID.timestamp(), AMID.timestamp()))
    assert lost_slips.write(session, settings=settings, at=LATER) == []
    assert not slip.exists(), "nor of what had no room"
