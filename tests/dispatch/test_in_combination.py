"""Rules that hold each for itself hold together, too: merged and done again, extended and joint, corrected and extended."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from dispatch.callbacks import corrections
from dispatch.calls import tellings
from dispatch.clocks import recounting, rule_sets, rules
from dispatch.clocks.rule_sets import Draft
from dispatch.tickets import counties, extensions, facts, joint, merging, progress, referrals, succeeding
from dispatch.tickets.needs import doable
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.notices import Notice
from hotline.telling.outbox import Delivery
from hotline.times import local, local_day
from tests.dispatch import town
from tests.dispatch.test_tellings import authorise
from tests.dispatch.town import CODE, Staff, later
from tests.knowledge_base import people


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


def ticket(session: Session, settings: Settings, staff: Staff, *, to: State = State.IN_HAND, code: str = "", **matter: str) -> Ticket:
    return town.bring(session, town.ticket(session, settings, code=code, **matter), to, by=staff, settings=settings)


def merged(session: Session, settings: Settings, staff: Staff, main: Ticket) -> Ticket:
    row = town.ticket(session, settings, code=CODE)
    merging.merge(session, row, into=main, why="同一事项", by=staff.supervisor, settings=settings, at=later(hours=1))
    return row


def test_who_goes_with_another_and_has_it_done_again_has_a_department_that_cannot_give_it_back_for_ever(session: Session, settings: Settings, staff: Staff) -> None:
    main = ticket(session, settings, staff)
    row = merged(session, settings, staff, main)
    town.bring(session, main, State.TO_CALL_BACK, by=staff, settings=settings, at=later(days=2))
    referrals.told(session, row, grade=5, settings=settings, at=later(days=7))
    assert (row.state, row.return_by) == (State.IN_HAND, main.return_by)
    assert Action.RETURN not in doable(row, staff.liaison, at=later(days=7))
    with pytest.raises(ReferralError, match="已超过退单期限"):
        referrals.give_back(session, row, why="不属于我局", by=staff.liaison, settings=settings, at=later(days=7))


def test_what_a_county_answered_is_its_countys_for_each_whose_matter_went_with_it(session: Session, settings: Settings, staff: Staff) -> None:
    main = ticket(session, settings, staff)
    row = merged(session, settings, staff, main)
    main.county_code = "530402"
    town.bring(session, main, State.TO_CALL_BACK, by=staff, settings=settings, at=later(days=2))
    assert row.county_code == "530402"


def test_days_granted_to_the_department_are_the_others_too_as_far_as_they_waited_for_its_end(session: Session, settings: Settings, staff: Staff) -> None:
    assert staff.competent is not None
    row, other = ticket(session, settings, staff), town.unit(session, "102", "玉溪市住建局")
    share = joint.ask(session, row, of=other, words="请说明", by=staff.supervisor, settings=settings, at=later(days=2))
    assert f"{local(share.due_at):%m-%d}" == "11-26", "no later than the department's answer"
    extensions.ask(session, row, days=4, why="须现场勘察", by=staff.liaison, settings=settings, at=later(days=2))
    extensions.grant(session, row, by=staff.competent, settings=settings, at=later(days=2))
    assert f"{local(share.due_at):%m-%d}" == "11-27"
    assert recounting.moved(session, settings=settings) == []


@pytest.mark.parametrize(("days", "owed"), [(2, 1), (9, 0)])
def test_nobody_is_told_of_a_new_day_that_has_passed_when_it_is_granted(session: Session, settings: Settings, staff: Staff, days: int, owed: int) -> None:
    assert staff.competent is not None
    row = ticket(session, settings, staff)
    extensions.ask(session, row, days=2, why="须现场勘察", by=staff.liaison, settings=settings, at=later(days=3))
    extensions.grant(session, row, by=staff.competent, settings=settings, at=later(days=days + 2))
    told = session.scalars(select(Delivery).where(Delivery.topic == sms.EXTENDED)).all()
    assert (f"{local(row.promised_by):%m-%d}", len(told)) == ("11-30", owed)


def test_who_goes_with_another_is_not_asked_for_what_the_other_caller_knows(session: Session, settings: Settings, staff: Staff) -> None:
    main = ticket(session, settings, staff)
    merged(session, settings, staff, main)
    facts.ask(session, main, why="请问车牌号", by=staff.liaison, settings=settings, at=later(hours=2))
    told = progress.look_up(session, CODE, caller=town.CALLER, four="", settings=settings)
    assert told is not None
    assert told.state == State.IN_HAND


def told(session: Session, topic: str) -> list[int]:
    return list(session.scalars(select(Notice.account_id).where(Notice.topic == topic).order_by(Notice.id)))


@pytest.mark.parametrize("way", ["taken away", "taken out"])
def test_what_only_the_competent_office_can_send_on_is_told_to_it_by_whichever_way_it_waits_again(session: Session, settings: Settings, staff: Staff, way: str) -> None:
    assert staff.competent is not None
    row = town.ticket(session, settings)
    for hours in (1, 2):
        town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings, at=later(hours=hours))
        referrals.give_back(session, row, why="不属于我局", by=staff.liaison, settings=settings, at=later(hours=hours))
    assert told(session, "to_impose") == [staff.competent.id]
    if way == "taken out":
        main = ticket(session, settings, staff)
        merging.merge(session, row, into=main, why="同一事项", by=staff.supervisor, settings=settings, at=later(hours=3))
        merging.take_out(session, row, why="另一件事", by=staff.supervisor, at=later(hours=4))
    else:
        referrals.impose(session, row, to=staff.office, why="三定方案", by=staff.competent, settings=settings, at=later(hours=3))
        staff.office.effective_to = (later() - timedelta(days=1)).date()
        session.flush()
        succeeding.take_away(session, row, why="机构撤销", by=staff.supervisor, settings=settings, at=later(hours=4))
    assert row.state == State.TO_DISPATCH
    assert told(session, "to_impose") == [staff.competent.id] * 2


def test_a_correction_keeps_the_rules_of_its_day_and_more_days_make_its_promise_no_shorter(session: Session, settings: Settings, office: Department) -> None:
    who = people.people(session, office)
    authorise(session, office)
    entry = people.published(session, who, settings)
    town.call(session, "told-1", caller="13888880001").ended_at = later()
    found = offered(session, entry.id, channel=Channel.OPERATOR, at=later())
    assert found is not None
    assert isinstance(found.decision, Answer)
    tellings.tell(session, "told-1", found.decision, channel=Channel.OPERATOR, entry_id=entry.id, entry_version_id=found.version.id, at=later())
    people.replaced(session, entry, who, settings, at=later(hours=1), corrects=True, spoken="请在手机上办。")
    terms = asdict(rules.as_set(settings)) | {"consult_days": 4}
    second = town.somebody(session, Role.CITY_OFFICE, login="second")
    put_down = rule_sets.propose(session, Draft(local_day(later()), None, terms, [], "新办法"), by=who.city, at=later())
    rule_sets.confirm(session, put_down, by=second, at=later())
    (row,) = corrections.order(session, found.version, ["13888880001"], by=who.supervisor, settings=settings, at=later(hours=1))
    assert (row.rules_id, f"{local(row.promised_by):%m-%d}", len(row.why_promised) > 4) == (put_down.id, "11-27", True)
    referrals.told(session, row, grade=5, settings=settings, at=later(hours=4))
    extensions.ask(session, row, days=1, why="须核实", by=who.liaison, settings=settings, at=later(hours=5))
    extensions.grant(session, row, by=who.city, settings=settings, at=later(hours=5))
    assert f"{local(row.promised_by):%m-%d}" == "11-30"
    assert recounting.moved(session, settings=settings) == []


def test_a_county_that_gives_up_what_came_back_twice_is_not_told_to_decide_it(session: Session, settings: Settings, staff: Staff) -> None:
    assert staff.competent is not None
    county = [town.somebody(session, Role.COUNTY_OFFICE, login=login, county="530402") for login in ("one", "two")]
    row = town.ticket(session, settings)
    counties.hand_down(session, row, county="530402", by=staff.supervisor, settings=settings, at=later())
    row.returned = 2
    counties.hand_up(session, row, why="不属本县", by=county[0], settings=settings, at=later(hours=1))
    assert (told(session, "to_impose"), staff.competent.id in told(session, "returned")) == ([], True)
