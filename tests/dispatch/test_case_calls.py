"""A matter has more calls than the one in which it was lodged: what guards, keeps and exports one does so with all."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.reconciling import destroying
from dispatch.tickets import case_calls, case_files, reach
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Role
from hotline.settings import Settings
from recordings import recordings, two_hands
from recordings.errors import RecordingError
from recordings.recordings import Kind, Recording
from recordings.two_hands import Wish
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

OVER = later(days=731)
FURTHER = ("told", "rated", "spoken")


def recorded(session: Session, settings: Settings, call_id: str) -> Recording:
    if call_id != town.CALL:
        town.call(session, call_id)
    row = recordings.expect(session, call_id, kind=Kind.CALL, spool=settings.spool, at=NOON)
    town.sound(Path(row.path))
    recordings.take_in(row, keep_days=730, at=later(minutes=9))
    return row


@pytest.fixture
def matter(session: Session, settings: Settings) -> Ticket:
    """A ticket whose caller was told the reply, asked to rate a call that broke off, and rung by the department."""
    town.unit(session, "101", "玉溪市公安局")
    ticket = town.ticket(session, settings)
    for call_id in (town.CALL, *FURTHER):
        recorded(session, settings, call_id)
    reply = Callback(ticket_id=ticket.id, number=town.CALLER, due_at=NOON)
    survey = Callback(survey_of=town.CALL, number=town.CALLER, due_at=NOON)
    session.add_all([reply, survey])
    session.flush()
    session.add_all([
        Attempt(id="1", callback_id=reply.id, call_id="told", dialled_at=NOON),
        Attempt(id="2", callback_id=survey.id, call_id="rated", dialled_at=NOON),
        CallerContact(id="3", ticket_id=ticket.id, call_id="spoken", by="liaison", at=NOON),
    ])  # fmt: skip
    recorded(session, settings, "another's")
    session.flush()
    return ticket


def sound(session: Session, call_id: str) -> Recording:
    return session.scalars(select(Recording).where(Recording.call_id == call_id)).one()


def due(session: Session) -> set[str]:
    return {row.call_id for row in session.scalars(destroying.due(OVER))}


def test_a_matter_has_all_its_calls_and_each_of_them_names_it(session: Session, matter: Ticket) -> None:
    assert case_calls.of(session, matter) == {town.CALL, *FURTHER}
    for call_id in (town.CALL, *FURTHER):
        assert session.scalars(case_calls.matters(call_id)).all() == [matter.id]
    assert session.scalars(case_calls.matters("another's")).all() == []


@pytest.mark.parametrize("call_id", [town.CALL, *FURTHER])
def test_of_a_confidential_matter_each_call_is_heard_with_another_persons_consent_alone(
    session: Session, matter: Ticket, call_id: str
) -> None:
    supervisor = town.somebody(session, Role.SUPERVISOR)
    assert not reach.must_ask(session, sound(session, call_id), account=supervisor, at=NOON)
    matter.confidential = True
    session.flush()
    assert reach.must_ask(session, sound(session, call_id), account=supervisor, at=NOON)
    assert not reach.must_ask(session, sound(session, "another's"), account=supervisor, at=NOON)
    with pytest.raises(RecordingError, match="另一人"):
        case_files.sounds_of(session, matter, account=supervisor, at=NOON)


def test_a_case_holds_the_recordings_of_all_its_calls(session: Session, matter: Ticket) -> None:
    supervisor = town.somebody(session, Role.SUPERVISOR)
    found = case_files.sounds_of(session, matter, account=supervisor, at=NOON)
    assert {row.call_id for row in found} == {town.CALL, *FURTHER}


def test_a_case_names_neither_the_caller_nor_his_number_in_full(session: Session, matter: Ticket) -> None:
    matter.caller_name = "李小明"
    told = case_files.facts(session, matter, [], {})["ticket"]
    assert (told["caller_name"], town.CALLER in str(told), "小明" in str(told)) == ("李**", False, False)


def test_no_recording_of_a_matter_is_destroyed_before_it_is_filed(session: Session, matter: Ticket) -> None:
    assert due(session) == {"another's"}
    town.past_the_guards(session, "UPDATE ticket SET state = 'filed'")
    assert due(session) == {town.CALL, *FURTHER, "another's"}


def test_a_hold_on_one_call_of_a_matter_holds_all_of_them(session: Session, matter: Ticket) -> None:
    town.past_the_guards(session, "UPDATE ticket SET state = 'filed'")
    hold = two_hands.ask(session, Wish.HOLD, "told", reason="法院调取", by="supervisor", at=NOON)
    assert due(session) == {"another's"}
    hold.granted = False
    session.flush()
    assert town.CALL in due(session)
