"""The office's own sets of rules: checked, shown before they hold, confirmed by another, in force from day to day."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import rule_sets, rules
from dispatch.clocks.rule_examples import examples
from dispatch.clocks.rule_sets import Draft
from dispatch.tickets import counties, referrals
from dispatch.tickets.needs import doable
from dispatch.tickets.states import OVER, TRANSITIONS, Action, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, TicketRules, Urgency
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.calendar.days import WorkingDays
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local, local_day
from tests.dispatch import town
from tests.dispatch.town import later

TODAY = local_day(later())
SINCE = TODAY + timedelta(days=1)


@pytest.fixture
def writer(session: Session) -> Account:
    return town.somebody(session, Role.CITY_OFFICE, login="writer")


@pytest.fixture
def second(session: Session) -> Account:
    return town.somebody(session, Role.CITY_OFFICE, login="second")


def draft(settings: Settings, **change: Any) -> Draft:
    terms = asdict(rules.as_set(settings)) | {k: change.pop(k) for k in list(change) if k in rule_sets.NAMES}
    return replace(Draft(SINCE, None, terms, (), "玉办〔2026〕9号"), **change)


def put(session: Session, settings: Settings, writer: Account, second: Account, **change: Any) -> TicketRules:
    row = rule_sets.propose(session, draft(settings, **change), by=writer, at=later())
    rule_sets.confirm(session, row, by=second, at=later(hours=1))
    return row


@pytest.mark.parametrize(("change", "field"), [
    ({"basis": " "}, "basis"), ({"valid_from": None}, "valid_from"), ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
    ({"valid_to": TODAY}, "valid_to"), ({"consult_days": 0}, "consult_days"), ({"consult_days": None}, "consult_days"),
    ({"answer_days": 61}, "answer_days"), ({"critical_hours": 25}, "critical_hours"), ({"accept_days": 3}, "accept_days"),
    ({"chase_days": 6}, "chase_days"), ({"without": ("sign",)}, "without")])  # fmt: skip
def test_what_cannot_hold_is_named_with_its_field_and_not_put_down(session: Session, settings: Settings, writer: Account, change: dict[str, Any], field: str) -> None:
    assert field in {name for name, *_ in rule_sets.faults(draft(settings, **change), today=TODAY)}
    with pytest.raises(ReferralError):
        rule_sets.propose(session, draft(settings, **change), by=writer, at=later())


def test_what_the_settings_have_has_no_faults(settings: Settings) -> None:
    assert list(rule_sets.faults(draft(settings), today=TODAY)) == []


def test_it_holds_once_another_has_confirmed_it_from_its_first_day_to_its_last(session: Session, settings: Settings, writer: Account, second: Account) -> None:
    row = rule_sets.propose(session, draft(settings, consult_days=2, valid_to=SINCE + timedelta(days=6)), by=writer, at=later())
    assert rules.current(session, at=later(days=2)) is None, "nobody has confirmed it"
    with pytest.raises(ReferralError, match="录入人不能确认"):
        rule_sets.confirm(session, row, by=writer, at=later())
    rule_sets.confirm(session, row, by=second, at=later(hours=1))
    held = [rules.current(session, at=later(days=n)) for n in (0, 1, 7, 8)]
    assert held == [None, row, row, None]
    old, new = (town.ticket(session, settings, code="", at=later(days=n)) for n in (0, 1))
    assert [rules.of(t, settings=settings).consult_days for t in (old, new)] == [3, 2]
    deeds = session.execute(select(AuditRow.deed, AuditRow.by).where(AuditRow.kind == "ticket_rules")).all()
    assert [tuple(d) for d in deeds] == [("ticket_rules.proposed", "writer"), ("ticket_rules.confirmed", "second")]


def test_a_day_has_one_set_and_a_later_one_goes_before_an_earlier_that_goes_on(session: Session, settings: Settings, writer: Account, second: Account) -> None:
    first, later_one = (put(session, settings, writer, second, valid_from=SINCE + timedelta(days=n)) for n in (0, 5))
    with pytest.raises(ReferralError, match="已有从该日起执行的规则"):
        put(session, settings, writer, second)
    assert [rules.current(session, at=later(days=n)) for n in (1, 5, 6)] == [first, first, later_one]


def test_what_holds_for_nothing_yet_is_taken_back_with_a_reason_and_what_held_stays(session: Session, settings: Settings, writer: Account, second: Account) -> None:
    row = put(session, settings, writer, second)
    with pytest.raises(ReferralError, match="理由"):
        rule_sets.drop(session, row, why=" ", by=writer, at=later(hours=2))
    with pytest.raises(ReferralError, match="不能撤回"):
        rule_sets.drop(session, row, why="有误", by=writer, at=later(days=1))
    rule_sets.drop(session, row, why="有误", by=writer, at=later(hours=2))
    assert rules.current(session, at=later(days=2)) is None
    late = rule_sets.propose(session, draft(settings), by=writer, at=later())
    with pytest.raises(ReferralError, match="开始日期已过"):
        rule_sets.confirm(session, late, by=second, at=later(days=2))
    put(session, settings, writer, second)


def test_a_step_that_the_rules_are_without_is_neither_offered_nor_taken_for_tickets_under_them_alone(session: Session, settings: Settings, office: Department, writer: Account, second: Account) -> None:
    staff = town.staff(session, office)
    old = town.ticket(session, settings, code="")
    put(session, settings, writer, second, without=("return", "hand_down"))
    new = town.ticket(session, settings, code="", at=later(days=1))
    for row in (old, new):
        town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings, at=later(days=1))
    assert [Action.RETURN in doable(t, staff.liaison, at=later(days=1)) for t in (old, new)] == [True, False]
    with pytest.raises(ReferralError, match="规则没有这一步骤"):
        referrals.give_back(session, new, why="x", by=staff.liaison, settings=settings, at=later(days=1))


def test_a_county_is_dispatched_to_by_the_city_where_the_rules_are_without_handing_down(session: Session, settings: Settings, writer: Account, second: Account) -> None:
    unit = town.unit(session, "201", "易门县民政局", county="530425")
    unit.level = "county"
    town.somebody(session, Role.COUNTY_OFFICE, county="530425")
    put(session, settings, writer, second, without=("hand_down",))
    row, supervisor = town.ticket(session, settings, code="", at=later(days=1)), town.somebody(session, Role.SUPERVISOR)
    with pytest.raises(ReferralError, match="规则没有这一步骤"):
        counties.hand_down(session, row, county="530425", by=supervisor, settings=settings, at=later(days=1))
    referrals.dispatch(session, row, to=unit, by=supervisor, settings=settings, at=later(days=1))
    assert row.state == State.TO_ACCEPT


def test_without_any_of_the_steps_that_may_be_left_out_each_ticket_still_comes_to_its_end() -> None:
    ways = {(t.source, t.target) for t in TRANSITIONS if t.action not in rules.OPTIONAL}
    reached = {State.TO_DISPATCH}
    for _ in State:
        reached |= {b for a, b in ways if a in reached}
    for state in reached - OVER:
        onward = {state}
        for _ in State:
            onward |= {b for a, b in ways if a in onward}
        assert State.FILED in onward, state


def test_examples_say_line_by_line_what_a_set_comes_to(settings: Settings) -> None:
    made = list(examples(rules.as_set(settings), date(2026, 11, 24), WorkingDays(), settings=settings))
    shown = [(e.klass, e.urgency, f"{local(e.accept.at):%m-%d %H:%M}", f"{local(e.answer.at):%m-%d %H:%M}") for e in made]
    assert shown == [
        (Klass.CONSULT, Urgency.NORMAL, "11-25 18:00", "11-27 18:00"), (Klass.HELP, Urgency.NORMAL, "11-25 18:00", "12-01 18:00"),
        (Klass.HELP, Urgency.URGENT, "11-24 11:00", "11-25 09:00"), (Klass.HELP, Urgency.CRITICAL, "11-24 10:00", "11-24 17:00")]  # fmt: skip
    assert made[0].answer.lines[:2] == ("2026-11-24 起算日，不计入", "2026-11-25 工作日，第1个工作日")


def test_open_tickets_are_counted_by_the_set_that_they_keep(session: Session, settings: Settings, writer: Account, second: Account, put_away: Callable[[Ticket], None]) -> None:
    row = put(session, settings, writer, second)
    before = [town.ticket(session, settings, code="") for _ in range(2)]
    after = town.ticket(session, settings, code="", at=later(days=1))
    session.flush()
    assert rule_sets.kept_by(session) == {before[0].rules_id: 2, row.id: 1}
    put_away(after)
    assert rule_sets.kept_by(session) == {before[0].rules_id: 2}


@pytest.fixture
def put_away(session: Session) -> Callable[[Ticket], None]:
    return lambda ticket: town.put(session, ticket, State.VOID) and None
