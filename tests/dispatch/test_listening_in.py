"""Whom a supervisor may hear while he talks, and of what nobody is heard."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Callback
from dispatch.calls import calls, listening_in, settling
from dispatch.calls.calls import Call, CallStep, Step
from dispatch.calls.listening_in import ListeningError
from dispatch.tickets.tickets import Klass
from hotline.accounts.accounts import Account
from hotline.accounts.roles import GRANTS, Permission, Role
from hotline.audit import AuditRow
from hotline.settings import Settings
from recordings.listening import Purpose
from tests.conftest import NOON
from tests.dispatch import town

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
SECRET: list[dict[str, Any]] = [{"klass": Klass.REPORT}, {"confidential": True}]


@pytest.fixture
def boss(session: Session) -> Account:
    return town.somebody(session, Role.SUPERVISOR, extension="8009")


@pytest.fixture
def call(session: Session) -> Call:
    """An operator talks in it."""
    row = town.call(session, "now")
    row.operator_id = town.somebody(session, Role.OPERATOR, extension="8001").id
    return row


def test_who_whom_and_what_for_are_noted_in_trail_and_timeline(session: Session, call: Call, boss: Account) -> None:
    listening_in.begin(session, call, purpose=Purpose.QUALITY, by=boss, at=NOON)
    session.flush()
    assert {role for role in Role if Permission.LISTEN_IN in GRANTS[role]} == {Role.SUPERVISOR}
    (row,) = session.scalars(select(AuditRow).where(AuditRow.deed == "call.listened_in"))
    assert (row.by, row.thing, row.details) == ("supervisor", "now", {"operator": "operator", "purpose": "quality"})
    step = session.scalars(select(CallStep).where(CallStep.kind == Step.LISTENED_IN)).one()
    assert (step.call_id, step.at, step.detail) == ("now", NOON, {"name": "某人", "purpose": "quality"})


def test_nobody_hears_himself_nor_without_a_telephone_nor_a_call_in_which_no_operator_talks(session: Session, call: Call, boss: Account) -> None:
    assert listening_in.operator(session, call, by=boss).extension == "8001"
    with pytest.raises(ListeningError, match="没有其他接线员"):
        listening_in.operator(session, call, by=session.get_one(Account, call.operator_id))
    boss.extension = ""
    with pytest.raises(ListeningError, match="没有分机"):
        listening_in.operator(session, call, by=boss)
    settling.end(session, call.id, at=NOON)
    for nobody in (call, town.call(session, "waits")):
        with pytest.raises(ListeningError, match="没有其他接线员"):
            listening_in.operator(session, nobody, by=boss)


@pytest.mark.parametrize("how", ["written", "asked after", "told"])
@pytest.mark.parametrize("matter", SECRET)
def test_a_report_and_a_confidential_matter_are_not_heard_whether_written_asked_after_or_told_in_the_call(
    session: Session, settings: Settings, call: Call, boss: Account, matter: dict[str, Any], how: str
) -> None:
    row = town.ticket(session, settings, of=town.call(session, "before"), **matter)
    if how == "written":
        row.call_id = call.id
    if how == "asked after":
        calls.note(session, call.id, Step.PROGRESS, at=NOON, ticket=row.number)
    if how == "told":
        owed = Callback(ticket_id=row.id, number=town.CALLER, due_at=NOON)
        session.add(owed)
        session.flush()
        callbacks.dial(session, owed, call_id=call.id, at=NOON)
    session.flush()
    with pytest.raises(ListeningError, match="不得监听"):
        listening_in.begin(session, call, purpose=Purpose.LAW, by=boss, at=NOON)
    assert session.scalars(select(AuditRow.deed).where(AuditRow.deed == "call.listened_in")).all() == []


def test_who_hears_what_became_secret_meanwhile_is_noted_once_for_each_time(session: Session, settings: Settings, call: Call, boss: Account) -> None:
    listening_in.begin(session, call, purpose=Purpose.QUALITY, by=boss, at=NOON)
    assert not listening_in.is_secret(session, call)
    row = town.ticket(session, settings, of=call)
    row.confidential = True
    session.flush()
    assert listening_in.is_secret(session, call)
    for n in range(2):  # the exchange may need a moment
        session.refresh(call)
        listening_in.cut_off(session, call, extension="8009", at=town.later(seconds=2 + n))
        session.flush()
    calls.note(session, call.id, Step.LISTENED_IN, at=town.later(seconds=9), name=boss.name)
    session.flush()
    session.refresh(call)
    listening_in.cut_off(session, call, extension="8009", at=town.later(seconds=10))
    session.flush()
    rows = session.scalars(select(AuditRow).where(AuditRow.deed == "call.listening_cut").order_by(AuditRow.id)).all()
    assert [(row.by, row.thing, row.details) for row in rows] == [("hotline", "now", {"listener": "supervisor"})] * 2
    steps = session.scalars(select(CallStep).where(CallStep.kind == Step.LISTENING_CUT).order_by(CallStep.id)).all()
    assert [(step.at, step.detail) for step in steps] == [(town.later(seconds=n), {"name": "某人"}) for n in (2, 10)]


def test_another_callers_secret_and_a_complaint_keep_nobody_from_it(session: Session, settings: Settings, call: Call, boss: Account) -> None:
    town.ticket(session, settings, of=town.call(session, "before"), confidential=True)
    town.ticket(session, settings, of=call, klass=Klass.COMPLAINT, code="10000002")
    session.flush()
    assert listening_in.operator(session, call, by=boss).login == "operator"
