"""What stands beside the line: waiting for the caller, withdrawn, void, not accepted, passed on to 12345."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from dispatch.callbacks.trunk import Taken
from dispatch.sweeps import following
from dispatch.sweeps.duty import Duty
from dispatch.tickets import asides, facts, filing, progress, urging, worklist
from dispatch.tickets.needs import doable
from dispatch.tickets.states import Action, ImpossibleStep, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import Wanted
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.settings import Settings
from hotline.times import local
from tests.dispatch import town
from tests.dispatch.town import CALLER, CODE, Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def operator(session: Session) -> Account:
    return town.somebody(session, Role.OPERATOR)


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    return town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)


def ask(session: Session, row: Ticket, staff: Staff, settings: Settings, *, hours: float) -> None:
    facts.ask(session, row, why="是哪个小区", by=staff.liaison, settings=settings, at=later(hours=hours))
    session.flush()


def test_the_departments_clock_stands_while_the_caller_is_asked_and_the_operator_sees_it_first(session: Session, settings: Settings, row: Ticket, staff: Staff, operator: Account) -> None:
    assert session.scalars(worklist.listed(operator, Wanted(my_turn=True), at=later())).all() == []
    ask(session, row, staff, settings, hours=3)  # 15:00
    assert row.state == State.NEEDS_FACTS
    assert session.scalars(worklist.listed(operator, Wanted(my_turn=True), at=later(hours=3))).all() == [row]
    urging.urge(session, row, by=operator, at=later(hours=4))
    facts.give(session, row, words="北门小区", by=operator, settings=settings, at=later(hours=5))
    assert (row.state, row.facts_by, f"{local(row.due_at or later()):%m-%d %H:%M}") == (State.IN_HAND, None, "11-27 10:30")
    assert "2026-11-23 15:00 至 2026-11-23 17:00 待来电人补充，停表2小时（只计办公时间，午休不计）" in row.why_due
    session.refresh(row)
    assert [(s.action, s.why) for s in row.steps[-3:]] == [("ask_facts", "是哪个小区"), ("urge", ""), ("give_facts", "北门小区")]


@pytest.mark.parametrize("deed", [lambda s, t, w, st: facts.ask(s, t, why=" ", by=w.liaison, settings=st, at=later()),
                                  lambda s, t, w, st: asides.withdraw(s, t, why="", by=w.supervisor, at=later())])  # fmt: skip
def test_each_says_why(session: Session, settings: Settings, row: Ticket, staff: Staff, deed: Callable[..., None]) -> None:
    with pytest.raises(ReferralError, match="请写明"):
        deed(session, row, staff, settings)
    assert row.state == State.IN_HAND


def test_who_cannot_be_asked_in_time_stops_no_clock_for_ever(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        people = town.staff(session, town.unit(session, "101", "玉溪市公安局"))
        row = town.bring(session, town.ticket(session, settings, at=later(days=-30)), State.IN_HAND, by=people, settings=settings, at=later(days=-30))
        facts.ask(session, row, why="是哪个小区", by=people.liaison, settings=settings, at=later(days=-28))
        assert facts.owed(session, at=later(days=-28)) == []
    duty = Duty(settings, database, Bus(f"unix://{settings.folder}/nobody.sock"), lambda attempt, number: None, frozenset, Taken)
    town.at_once(lambda: following.go_on(duty), threads=2)
    with database.reading() as session:
        kept = session.get_one(Ticket, row.id)
        assert (kept.state, [s.action for s in kept.steps].count("go_on"), kept.facts_by) == (State.IN_HAND, 1, None)


@pytest.mark.parametrize("state", [State.TO_DISPATCH, State.TO_ACCEPT, State.IN_HAND])
def test_a_caller_who_wants_it_followed_no_more_ends_it_and_hears_so(session: Session, settings: Settings, staff: Staff, operator: Account, state: State) -> None:
    row = town.bring(session, town.ticket(session, settings), state, by=staff, settings=settings)
    assert Action.WITHDRAW in doable(row, operator, at=later())
    asides.withdraw(session, row, why="已自行解决", by=operator, at=later(hours=1))
    session.flush()
    told = progress.look_up(session, CODE, caller=CALLER, four="", settings=settings)
    assert (row.state, row.closed_at, row.rung_at, told and told.state) == (State.WITHDRAWN, later(hours=1), None, State.WITHDRAWN)
    with pytest.raises(ReferralError, match="已办结"):
        urging.urge(session, row, by=operator, at=later(hours=2))
    assert filing.file_closed(session, settings=settings, at=later(days=40)) == 1
    assert row.state == State.FILED


def test_the_office_voids_does_not_accept_and_passes_on_what_no_department_has(session: Session, settings: Settings, staff: Staff, row: Ticket) -> None:
    new = [town.ticket(session, settings, code="") for _ in range(3)]
    by, at = staff.supervisor, later(hours=1)
    with pytest.raises(ReferralError, match="应向何处反映"):
        asides.not_accept(session, new[0], why="已进入诉讼", where=" ", by=by, settings=settings, at=at)
    asides.not_accept(session, new[0], why="已进入诉讼", where="红塔区人民法院", by=by, settings=settings, at=at)
    asides.void(session, new[1], why="重复登记", by=by, at=at)
    asides.pass_on(session, new[2], number=" yx2026-001 ", why="属政务服务", by=by, at=at)
    session.flush()
    assert [t.state for t in new] == [State.NOT_ACCEPTED, State.VOID, State.PASSED_ON]
    session.refresh(new[0])
    session.refresh(new[2])
    assert (new[0].steps[-1].detail, new[2].foreign_number) == ({"where": "红塔区人民法院"}, "YX2026-001")
    another = town.ticket(session, settings, code="")
    for number, words in (("YX2026-001", f"已登记为{new[2].number}"), ("x", "12345的工单编号"), ("'; --drop", "12345的工单编号")):
        with pytest.raises(ReferralError, match=words):
            asides.pass_on(session, another, number=number, why="x", by=by, at=at)
    with pytest.raises(ImpossibleStep):
        asides.void(session, row, why="x", by=by, at=at)
