"""联系来电人: a department has its caller rung through the hotline, never one whom it may not know."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.handlers import handle
from ami_listener.messages import Dialled
from dispatch.callbacks import contacting
from dispatch.callbacks.contacting import CallerContact
from dispatch.callbacks.telephone import Telephone
from dispatch.calls.calls import Call
from dispatch.tickets import referrals
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket
from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison, Position
from hotline.settings import Settings
from recordings.recordings import Recording
from tests.ami_listener.switch import Switch
from tests.dispatch import town
from tests.dispatch.town import CALLER, Staff, later

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    return town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)


@pytest.fixture
def liaison(session: Session, office: Department) -> int:
    one = Liaison(department_id=office.id, name="张立新", position=Position.A, phone="0877-2012345")
    session.add(one)
    session.flush()
    return one.id


def ring(session: Session, row: Ticket, liaison: int, staff: Staff, settings: Settings, hours: float = 3) -> tuple[CallerContact, str]:
    made = contacting.ring(session, row, liaison_id=liaison, by=staff.liaison, settings=settings, at=later(hours=hours))
    session.flush()
    return made


def test_his_telephone_and_the_callers_are_rung_in_a_recorded_call_whose_outcome_stands_in_the_history(session: Session, settings: Settings, row: Ticket, staff: Staff, liaison: int) -> None:
    contact, own = ring(session, row, liaison, staff, settings)
    call = session.get_one(Call, contact.call_id)
    assert (own, call.direction, call.caller) == ("08772012345", "out", CALLER)
    assert session.scalars(select(Recording.call_id)).all() == [contact.call_id]
    with pytest.raises(ReferralError, match="先记录"):
        ring(session, row, liaison, staff, settings)
    with pytest.raises(ReferralError, match="通话情况"):
        contacting.write_up(session, row, outcome="reached", words=" ", by=staff.liaison, at=later(hours=4))
    contacting.write_up(session, row, outcome="reached", words="已说明材料", by=staff.liaison, at=later(hours=4))
    session.refresh(row)
    assert (row.state, row.steps[-1].action, row.steps[-1].why) == (State.IN_HAND, "contact", "已与来电人通话：已说明材料")
    assert contacting.running(session, row) is None


def test_what_it_answered_so_is_confirmed_at_the_call_back_until_it_has_it_to_do_again(session: Session, settings: Settings, row: Ticket, staff: Staff, liaison: int) -> None:
    ring(session, row, liaison, staff, settings)
    with pytest.raises(ReferralError, match="通话情况"):
        contacting.write_up(session, row, outcome=contacting.ANSWERED, words="", by=staff.liaison, at=later(hours=4))
    assert contacting.answered(session, row) is None
    contacting.write_up(session, row, outcome=contacting.ANSWERED, words="带身份证办理", by=staff.liaison, at=later(hours=4))
    found = contacting.answered(session, row)
    assert (found is not None, row.state) == (True, State.IN_HAND)
    town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings, at=later(hours=4))
    referrals.told(session, row, grade=5, settings=settings, at=later(hours=5))
    assert (row.state, contacting.answered(session, row)) == (State.IN_HAND, None)


@pytest.mark.parametrize("matter", [{"klass": Klass.COMPLAINT}, {"klass": Klass.REPORT}, {"confidential": True}])
def test_of_what_is_guarded_nobody_is_rung(session: Session, settings: Settings, staff: Staff, liaison: int, matter: dict[str, Any]) -> None:
    row = town.bring(session, town.ticket(session, settings, **matter), State.IN_HAND, by=staff, settings=settings)
    with pytest.raises(ReferralError, match="不能联系"):
        ring(session, row, liaison, staff, settings)
    assert session.scalars(select(CallerContact)).all() == []


def test_not_at_night_nor_by_a_telephone_of_others_nor_what_is_answered(session: Session, settings: Settings, row: Ticket, staff: Staff, liaison: int) -> None:
    other = Liaison(department_id=town.unit(session, "102", "玉溪市住建局").id, name="x", position=Position.A, phone="0877-2012346")
    session.add(other)
    session.flush()
    for chosen, hours, words in ((liaison, 10, "回访时间"), (other.id, 3, "本单位"), (0, 3, "本单位")):
        with pytest.raises(ReferralError, match=words):
            ring(session, row, chosen, staff, settings, hours)
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings)
    with pytest.raises(ReferralError, match="不能联系"):
        ring(session, row, liaison, staff, settings)


def test_a_talk_that_another_department_had_is_not_this_ones_to_write_up(session: Session, settings: Settings, row: Ticket, staff: Staff, liaison: int) -> None:
    ring(session, row, liaison, staff, settings)
    referrals.give_back(session, row, why="不属于我局", by=staff.liaison, settings=settings, at=later(hours=4))
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings, at=later(hours=5))
    assert contacting.running(session, row) is None
    ring(session, row, liaison, staff, settings, hours=6)
    assert contacting.running(session, row) is not None


def test_who_did_not_take_his_own_telephone_rang_nobody(session: Session, settings: Settings, row: Ticket, staff: Staff, liaison: int) -> None:
    contact, _ = ring(session, row, liaison, staff, settings)
    handle(session, Dialled(contact.id, success=False, reason="3"), settings=settings, at=later(hours=4))
    assert (contact.outcome, session.get_one(Call, contact.call_id).ended_at) == (contacting.NOT_RUNG, later(hours=4))
    assert contacting.running(session, row) is None


@pytest.fixture
def switch() -> Iterator[Switch]:
    here = Switch()
    yield here
    here.close()


def test_the_exchange_is_asked_for_the_liaison_first_and_both_see_the_hotline(session: Session, settings: Settings, row: Ticket, staff: Staff, liaison: int, switch: Switch) -> None:
    contact, own = ring(session, row, liaison, staff, settings)
    there = {"ami_host": switch.address.host, "ami_port": switch.address.port, "ami_secret": SecretStr(switch.address.secret)}
    telephone = Telephone(settings.model_copy(update=there))
    telephone.contact(contact, row.contact, own=own)
    telephone.close()
    [asked] = [one for one in switch.actions if one["Action"] == "Originate"]
    assert (asked["Channel"], asked["Context"], asked["ChannelId"]) == ("PJSIP/08772012345@trunk", "callback_person", contact.id)
    assert "96128" in asked["CallerID"]
