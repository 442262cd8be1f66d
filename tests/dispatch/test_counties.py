"""转派: the city hands a matter to a county's office, which dispatches it within its county the same working day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import ladder, recounting
from dispatch.figures.board import board
from dispatch.figures.figures import Share
from dispatch.figures.own_figures import own_board
from dispatch.tickets import counties, intake, reach, referrals, worklist
from dispatch.tickets.intake import Matter
from dispatch.tickets.list_order import DUE
from dispatch.tickets.needs import doable
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import UNHEARD, Klass, Ticket, Urgency
from dispatch.tickets.worklist import Wanted
from dispatch.transfers.transfers import Otherwise, Transfer
from dispatch.transfers.transfers import State as Transferred
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.calendar import keeping
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local, local_day
from tests.dispatch import town
from tests.dispatch.town import Staff, later

YIMEN, EBIAN = "530425", "530426"


@pytest.fixture
def unit(session: Session) -> Department:
    row = town.unit(session, "201", "易门县民政局", county=YIMEN)
    row.level = "county"
    return row


@pytest.fixture
def staff(session: Session, unit: Department) -> Staff:
    county = town.somebody(session, Role.COUNTY_OFFICE, county=YIMEN)
    return replace(town.staff(session, unit), county=county)


@pytest.fixture
def stranger(session: Session) -> Account:
    return town.somebody(session, Role.COUNTY_OFFICE, county=EBIAN, login="ebian")


@pytest.fixture
def handed(session: Session, settings: Settings, staff: Staff) -> Ticket:
    """What the county's office has since one o'clock."""
    row = town.ticket(session, settings)
    counties.hand_down(session, row, county=YIMEN, by=staff.supervisor, settings=settings, at=later(hours=1))
    session.flush()
    return row


def county(staff: Staff) -> Account:
    assert staff.county is not None
    return staff.county


def told(session: Session, topic: str) -> list[str]:
    query = select(Account.login).join(Notice, Notice.account_id == Account.id).where(Notice.topic == topic)
    return sorted(session.scalars(query))


def clock(at: datetime | None) -> str:
    return f"{local(at or later()):%m-%d %H:%M}"


def test_the_county_passes_it_on_the_same_working_day_and_the_callers_clock_runs_through(session: Session, settings: Settings, staff: Staff, handed: Ticket, unit: Department) -> None:
    promised = handed.promised_by
    assert (handed.state, handed.due_at, clock(handed.dispatch_by)) == (State.TO_DISPATCH, None, "11-23 18:00")
    assert handed.why_due == ["2026-11-23 工作日，当日18:00 下班时到期（办公时间08:30–12:00、14:30–18:00）"]
    assert told(session, "handed_down") == ["county_office"]
    referrals.dispatch(session, handed, to=unit, by=county(staff), settings=settings, at=later(hours=5))
    assert (handed.state, handed.promised_by, clock(handed.due_at), handed.dispatch_by) == (State.TO_ACCEPT, promised, "11-26 18:00", None)
    assert handed.county_code == YIMEN, "it comes back to the county's office"


@pytest.mark.parametrize(("after", "by", "first"), [
    (timedelta(hours=7), "11-24 18:00", "2026-11-23 已下班，不计入"), (timedelta(days=5), "11-30 18:00", "2026-11-28 周末，不计入")])  # fmt: skip
def test_out_of_office_hours_it_has_the_next_working_day(session: Session, settings: Settings, staff: Staff, after: timedelta, by: str, first: str) -> None:
    row = town.ticket(session, settings)
    counties.hand_down(session, row, county=YIMEN, by=staff.supervisor, settings=settings, at=later() + after)
    assert (clock(row.dispatch_by), row.why_due[0]) == (by, first)


def test_what_is_urgent_has_hours_and_the_rules_may_give_days(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings, urgency=Urgency.CRITICAL)
    counties.hand_down(session, row, county=YIMEN, by=staff.supervisor, settings=settings, at=later(hours=9))
    assert clock(row.dispatch_by) == "11-23 22:00"
    longer = settings.model_copy(update={"county_days": 2})
    other = town.ticket(session, longer, code="")
    counties.hand_down(session, other, county=YIMEN, by=staff.supervisor, settings=longer, at=later())
    assert clock(other.dispatch_by) == "11-25 18:00"


def test_only_the_countys_own_office_dispatches_it_and_only_within_its_county(session: Session, settings: Settings, staff: Staff, handed: Ticket, unit: Department, stranger: Account) -> None:
    elsewhere = town.unit(session, "202", "峨山县民政局", county=EBIAN)
    for to, by, words in ((unit, staff.supervisor, "请先收回"), (elsewhere, county(staff), "本县区单位"), (unit, stranger, "本县区单位"), (elsewhere, stranger, "本县区单位")):
        with pytest.raises(ReferralError, match=words):
            referrals.dispatch(session, handed, to=to, by=by, settings=settings, at=later(hours=2))
    assert Action.DISPATCH in doable(handed, county(staff), at=later(hours=2))
    assert doable(handed, staff.supervisor, at=later(hours=2)) & {Action.DISPATCH, Action.HAND_UP} == {Action.HAND_UP}
    assert [d.code for d in counties.choice(session, county(staff), on=local_day(later()))] == ["201"]


def test_the_city_dispatches_to_a_countys_department_only_where_the_county_has_no_office(session: Session, settings: Settings, staff: Staff, unit: Department) -> None:
    row = town.ticket(session, settings)
    with pytest.raises(ReferralError, match="请转派县区主管部门"):
        referrals.dispatch(session, row, to=unit, by=staff.supervisor, settings=settings, at=later())
    county(staff).active = False
    with pytest.raises(ReferralError, match="没有主管部门账号"):
        counties.hand_down(session, row, county=YIMEN, by=staff.supervisor, settings=settings, at=later())
    referrals.dispatch(session, row, to=unit, by=staff.supervisor, settings=settings, at=later())
    assert row.state == State.TO_ACCEPT


def test_a_countys_office_sees_its_county_and_nothing_else(session: Session, settings: Settings, staff: Staff, handed: Ticket, stranger: Account) -> None:
    city = town.ticket(session, settings, code="")
    own, turn = Wanted(), Wanted(my_turn=True)
    seen = {a.login: session.scalars(worklist.listed(a, w, at=later())).all() for a in (county(staff), stranger) for w in (own,)}
    assert seen == {"county_office": [handed], "ebian": []}
    assert session.scalars(worklist.listed(county(staff), turn, at=later())).all() == [handed]
    assert session.scalars(worklist.listed(staff.supervisor, turn, at=later())).all() == [city]
    assert reach.ticket(session, city.number, account=county(staff)) is None


def test_a_countys_office_has_what_none_of_its_departments_had_behind_what_they_had_and_each_once(session: Session, settings: Settings, staff: Staff, handed: Ticket, unit: Department) -> None:
    late, early, city = (town.ticket(session, settings, code="") for _ in range(3))
    counties.hand_down(session, late, county=YIMEN, by=staff.supervisor, settings=settings, at=later(hours=2))
    for row, to, hours in ((late, unit, 9), (early, unit, 1), (handed, None, 0), (city, town.unit(session, "103", "玉溪市民政局"), 0)):
        town.put(session, row, State.FILED)
        row.department_id, row.dispatch_by, row.due_at = to.id if to else None, None, later(hours=hours)
    session.flush()
    _, *over = worklist.parts(county(staff), Wanted(), at=later())
    assert [row for part in over for row in session.scalars(part)] == [early, late, handed]
    assert own_board(session, account=county(staff), day=local_day(later()), at=later()).tickets == {"filed": 3}


def test_a_countys_office_counts_its_own_and_the_city_all(session: Session, settings: Settings, staff: Staff, handed: Ticket, unit: Department, stranger: Account) -> None:
    city = town.unit(session, "103", "玉溪市民政局")
    town.bring(session, town.ticket(session, settings, code=""), State.TO_ACCEPT, by=replace(staff, office=city), settings=settings)
    day, at = local_day(later()), later(hours=7)
    for to, call_id in ((unit, "a"), (city, "b")):
        session.add(Transfer(call_id=town.call(session, call_id).id, department_id=to.id, account_id=staff.supervisor.id, klass="consult", words="",
                             otherwise=Otherwise.RECORD, began_at=later(), state=Transferred.CONNECTED))  # fmt: skip
    session.flush()
    own, none = (own_board(session, account=account, day=day, at=at) for account in (county(staff), stranger))
    assert (own.tickets, own.overdue, own.callbacks, own.transfers) == ({"to_dispatch": 1}, 1, 0, Share(1, 1))
    assert (none.tickets, none.overdue, none.transfers) == ({}, 0, Share(0, 0))
    assert board(session, day=day, at=at).now.tickets == {"to_dispatch": 1, "to_accept": 1}
    department = town.somebody(session, Role.LEADER, of=city, login="city_leader")
    theirs = own_board(session, account=department, day=day, at=at)
    assert (theirs.tickets, theirs.overdue, theirs.transfers) == ({"to_accept": 1}, 0, Share(1, 1))


def test_what_a_county_has_stands_in_the_list_by_the_countys_deadline(session: Session, settings: Settings, staff: Staff, handed: Ticket) -> None:
    waits = town.ticket(session, settings.model_copy(update={"dispatch_days": 1}), code="")
    assert handed.dispatch_by is not None
    assert waits.dispatch_by is not None
    assert handed.dispatch_by < waits.dispatch_by < waits.promised_by == handed.promised_by
    assert staff.competent is not None
    assert session.scalars(worklist.listed(staff.competent, Wanted(), at=later(hours=2)).order_by(None).order_by(DUE)).all() == [handed, waits]


def test_what_its_department_returns_comes_back_to_the_county_and_what_isnt_its_own_to_the_city(session: Session, settings: Settings, staff: Staff, handed: Ticket, unit: Department) -> None:
    referrals.dispatch(session, handed, to=unit, by=county(staff), settings=settings, at=later(hours=5))
    referrals.give_back(session, handed, why="不属于我局", by=staff.liaison, settings=settings, at=later(days=1))
    assert (handed.state, clock(handed.dispatch_by), told(session, "returned")) == (State.TO_DISPATCH, "11-24 18:00", ["county_office"])
    with pytest.raises(ReferralError, match="退回市级的理由"):
        counties.hand_up(session, handed, why=" ", by=county(staff), settings=settings, at=later(days=1))
    counties.hand_up(session, handed, why="属市级事权", by=county(staff), settings=settings, at=later(days=1, hours=1))
    assert (handed.county_code, clock(handed.dispatch_by), clock(handed.rung_at)) == ("", "11-24 18:00", "11-24 18:00")
    assert told(session, "returned") == ["city_office", "county_office", "supervisor"]
    with pytest.raises(ReferralError, match="不在县区"):
        counties.hand_up(session, handed, why="x", by=staff.supervisor, settings=settings, at=later(days=1))


def test_what_isnt_passed_on_in_time_is_told_to_both_offices_once_and_is_overdue(session: Session, settings: Settings, staff: Staff, handed: Ticket) -> None:
    assert ladder.owed(session, at=later(hours=5)) == []
    for hours in (6, 7):
        for one in ladder.owed(session, at=later(hours=hours)):
            ladder.climb(session, one, settings=settings, at=later(hours=hours))
    session.refresh(handed)
    assert [(s.action, s.detail.get("told")) for s in handed.steps if s.action == "county_late"] == [("county_late", ["某人", "某人"])]
    assert told(session, "county_late") == ["city_office", "county_office"]
    late = Wanted(overdue=True)
    assert session.scalars(worklist.listed(county(staff), late, at=later(hours=7))).all() == [handed]


def test_a_countys_holiday_moves_its_day_with_a_trace_and_tells_nobody_twice(session: Session, settings: Settings, staff: Staff, handed: Ticket) -> None:
    assert recounting.moved(session, settings=settings) == []
    day = local_day(later())
    keeping.keep(session, day, day, works=False, reason="县庆", county_code=YIMEN, by="city_office", at=later())
    assert recounting.moved(session, settings=settings) == [handed.id]
    recounting.recount(session, handed, settings=settings, at=later(hours=2))
    session.refresh(handed)
    assert (clock(handed.dispatch_by), clock(handed.rung_at)) == ("11-24 18:00", "11-24 18:00")
    assert "转派期限由2026-11-23 18:00改为2026-11-24 18:00" in handed.steps[-1].why
    assert recounting.moved(session, settings=settings) == []


@pytest.mark.parametrize("lift", [lambda row: Matter(Klass.CONSULT, row.title, row.summary),
                                  lambda row: Matter(Klass.HELP, row.title, "另一个摘要")])  # fmt: skip
def test_nobody_outside_the_hotline_makes_an_open_matter_of_a_complaint(session: Session, settings: Settings, staff: Staff, lift: Callable[[Ticket], Matter]) -> None:
    row = town.ticket(session, settings, klass=Klass.COMPLAINT)
    counties.hand_down(session, row, county=YIMEN, by=staff.supervisor, settings=settings, at=later())
    for by in (county(staff), staff.competent):
        assert by is not None
        with pytest.raises(ReferralError, match="只能由热线"):
            intake.describe(session, row, lift(row), by=by, settings=settings, at=later())
        assert not reach.sees_caller(session, row, account=by)
    intake.describe(session, row, lift(row), by=staff.supervisor, settings=settings, at=later())
    assert row.klass != Klass.COMPLAINT


def test_what_nobody_has_listened_to_goes_to_no_county(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings, summary=UNHEARD)
    with pytest.raises(ReferralError, match="请先收听录音"):
        counties.hand_down(session, row, county=YIMEN, by=staff.supervisor, settings=settings, at=later())
    assert row.county_code == ""
