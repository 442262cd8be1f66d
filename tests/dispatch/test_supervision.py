"""督办: the inspector's list, by the ladder or by hand, and the letter to the department as a PDF."""

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets import extensions, letters, supervising, supervision
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.supervising import Demand
from dispatch.tickets.supervision import Supervision
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local_day
from tests.dispatch import town
from tests.dispatch.town import Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def inspector(session: Session) -> Account:
    return town.somebody(session, Role.INSPECTOR)


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    return town.bring(session, town.ticket(session, settings, caller_name="王小明"), State.IN_HAND, by=staff, settings=settings)


def supervised(session: Session, row: Ticket, inspector: Account) -> Supervision:
    supervising.by_hand(session, row, why="群众反映强烈", by=inspector, at=later())
    found = supervision.standing(session, row.id)
    assert found is not None
    return found


def test_the_inspector_puts_a_ticket_on_his_list_once_and_takes_it_off_with_a_reason(session: Session, row: Ticket, inspector: Account) -> None:
    with pytest.raises(ReferralError, match="说明督办的理由"):
        supervising.by_hand(session, row, why=" ", by=inspector, at=later())
    found = supervised(session, row, inspector)
    with pytest.raises(ReferralError, match="已在督办中"):
        supervising.by_hand(session, row, why="再次", by=inspector, at=later())
    assert session.scalars(supervision.listed()).all() == [found]
    supervising.end(session, found, why="已办结", by=inspector, at=later(days=1))
    session.flush()
    assert session.scalars(supervision.listed()).all() == []
    assert supervised(session, row, inspector).id != found.id, "it may come back"
    session.refresh(row)
    assert [s.action for s in row.steps][-3:] == ["supervise", "supervise_end", "supervise"]


def test_only_what_a_department_has_is_supervised(session: Session, settings: Settings, inspector: Account) -> None:
    with pytest.raises(ReferralError, match="正在办理"):
        supervising.by_hand(session, town.ticket(session, settings), why="x", by=inspector, at=later())


def test_letters_are_numbered_through_the_year_and_say_nothing_of_the_caller(session: Session, settings: Settings, row: Ticket, staff: Staff, inspector: Account) -> None:
    another = town.bring(session, town.ticket(session, settings, code=""), State.IN_HAND, by=staff, settings=settings)
    demand = Demand("请查明原因，限期办结。", local_day(later(days=5)))
    found, other = (supervised(session, ticket, inspector) for ticket in (row, another))
    for one in (found, other):
        supervising.write_letter(session, one, demand, by=inspector, settings=settings, at=later(hours=1))
    assert [found.letter_number, other.letter_number] == ["督办〔2026〕1号", "督办〔2026〕2号"]
    with pytest.raises(ReferralError, match="已发过督办函"):
        supervising.write_letter(session, found, demand, by=inspector, settings=settings, at=later(hours=1))
    said = "\n".join(letters.body(found, staff.office, settings))
    assert all(words in said for words in (staff.office.name, row.number, row.summary, "请查明原因", "2026年11月28日", "2026年11月26日18时00分"))
    assert not any(words in said for words in ("王小明", row.caller))
    made = letters.pdf(found, staff.office, settings=settings)
    assert (made[:5], b"/FontFile" in made, len(made) < 100_000) == (b"%PDF-", True, True)


@pytest.mark.parametrize(("words", "days", "said"), [(" ", 5, "督办要求"), ("请办结", -1, "不能早于今天")])
def test_a_letter_has_its_demand_and_a_day_to_come(session: Session, settings: Settings, row: Ticket, inspector: Account, words: str, days: int, said: str) -> None:
    with pytest.raises(ReferralError, match=said):
        supervising.write_letter(session, supervised(session, row, inspector), Demand(words, local_day(later(days=days))), by=inspector, settings=settings, at=later())


def test_a_letter_stays_as_it_was_sent_whatever_becomes_of_its_ticket(session: Session, settings: Settings, row: Ticket, staff: Staff, inspector: Account) -> None:
    assert staff.competent is not None
    found = supervised(session, row, inspector)
    supervising.write_letter(session, found, Demand("请限期办结。", local_day(later(days=5))), by=inspector, settings=settings, at=later(hours=1))
    sent = letters.pdf(found, staff.office, settings=settings)
    extensions.ask(session, row, days=4, why="须现场勘察", by=staff.liaison, settings=settings, at=later(hours=2))
    extensions.grant(session, row, by=staff.competent, settings=settings, at=later(hours=2))
    row.title, staff.office.name = "改过的标题", "玉溪市新局"
    session.flush()
    assert letters.body(found, staff.office, settings) != found.letter
    assert len(letters.pdf(found, staff.office, settings=settings)) == len(sent)
    assert "2026年11月26日18时00分" in "".join(found.letter or [])


@pytest.mark.parametrize("to", [State.TO_CHECK, State.TO_CALL_BACK])
def test_no_letter_asks_for_what_the_department_has_answered(session: Session, settings: Settings, row: Ticket, staff: Staff, inspector: Account, to: State) -> None:
    found = supervised(session, row, inspector)
    town.bring(session, row, to, by=staff, settings=settings, at=later(hours=1))
    with pytest.raises(ReferralError, match="不再发函"):
        supervising.write_letter(session, found, Demand("请办结", local_day(later(days=5))), by=inspector, settings=settings, at=later(hours=2))
    assert found.letter_number == ""
