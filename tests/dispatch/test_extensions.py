"""延期: asked by the department in time and with a ground, decided by the competent office, told to who asks."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import recounting
from dispatch.tickets import asides, extensions, new_day, progress, referrals, worklist
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket, Urgency
from dispatch.tickets.worklist import Wanted
from hotline.accounts.roles import GRANTS, Permission, Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.outbox import Delivery
from hotline.times import local
from tests.dispatch import town
from tests.dispatch.town import CALLER, CODE, Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    return town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)


def ask(session: Session, row: Ticket, staff: Staff, settings: Settings, *, days: int = 4, why: str = "须现场勘察", hours: float = 1) -> None:
    extensions.ask(session, row, days=days, why=why, by=staff.liaison, settings=settings, at=later(hours=hours))
    session.flush()


def grant(session: Session, row: Ticket, staff: Staff, settings: Settings) -> None:
    assert staff.competent is not None
    extensions.grant(session, row, by=staff.competent, settings=settings, at=later(hours=2))
    session.flush()


def due(row: Ticket) -> tuple[str, str]:
    assert row.due_at is not None
    return f"{local(row.due_at):%m-%d %H:%M}", f"{local(row.promised_by):%m-%d %H:%M}"


def test_what_is_granted_moves_both_clocks_with_a_line_for_each_day_and_is_told_to_who_asks(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    ask(session, row, staff, settings)
    assert (row.extension_asked, due(row)) == (4, ("11-26 18:00", "11-26 18:00")), "asking moves nothing"
    grant(session, row, staff, settings)
    assert (row.extension_asked, due(row)) == (None, ("12-02 18:00", "12-02 18:00"))
    for lines in (row.why_due, row.why_promised):
        assert [line for line in lines if "延期" in line] == [
            "2026-11-27 工作日，第4个工作日（延期的第1个）", "2026-11-30 工作日，第5个工作日（延期的第2个）",
            "2026-12-01 工作日，第6个工作日（延期的第3个）", "2026-12-02 工作日，第7个工作日（延期的第4个）"]  # fmt: skip
    told = progress.look_up(session, CODE, caller=CALLER, four="", settings=settings)
    assert told is not None
    assert (told.promised_by, told.extended) == (row.promised_by, True)
    assert recounting.moved(session, settings=settings) == [], "the calendar makes the same of it"
    session.refresh(row)
    assert [(s.action, s.by, s.why, s.detail) for s in row.steps[-2:]] == [
        ("ask_extension", "liaison", "须现场勘察", {"days": 4}), ("extend", "city_office", "", {"days": 4})]  # fmt: skip


@pytest.mark.parametrize(("of", "words"), [
    ({"days": 0}, "1至10个工作日"), ({"days": 11}, "1至10个工作日"), ({"why": " "}, "必须说明理由"),
    ({"hours": 24 * 4}, "已过承办期限")])  # fmt: skip
def test_it_is_asked_for_within_the_limits_with_a_ground_and_before_the_time_is_over(session: Session, settings: Settings, row: Ticket, staff: Staff, of: dict[str, object], words: str) -> None:
    with pytest.raises(ReferralError, match=words):
        ask(session, row, staff, settings, **of)  # type: ignore[arg-type]
    assert row.extension_asked is None


def test_it_is_granted_once_a_ticket_and_not_asked_for_twice(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    ask(session, row, staff, settings)
    with pytest.raises(ReferralError, match="只延期一次"):
        ask(session, row, staff, settings)
    grant(session, row, staff, settings)
    with pytest.raises(ReferralError, match="没有等待决定"):
        grant(session, row, staff, settings)
    with pytest.raises(ReferralError, match="只延期一次"):
        ask(session, row, staff, settings)


def test_what_is_refused_moves_nothing_and_says_why(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    assert staff.competent is not None
    ask(session, row, staff, settings)
    with pytest.raises(ReferralError, match="必须说明理由"):
        extensions.refuse(session, row, why=" ", by=staff.competent, at=later(hours=2))
    extensions.refuse(session, row, why="可如期办结", by=staff.competent, at=later(hours=2))
    assert (due(row), row.extension_asked, row.promise_extended) == (("11-26 18:00", "11-26 18:00"), None, 0)


def test_what_was_asked_falls_away_when_the_department_answers_or_returns_it(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    ask(session, row, staff, settings)
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings, at=later(hours=2))
    assert row.extension_asked is None
    another = town.bring(session, town.ticket(session, settings, code=""), State.IN_HAND, by=staff, settings=settings)
    ask(session, another, staff, settings)
    referrals.give_back(session, another, why="不属于我局", by=staff.liaison, settings=settings, at=later(hours=2))
    assert another.extension_asked is None


def test_a_new_department_begins_without_the_days_and_the_caller_keeps_what_he_was_told(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    ask(session, row, staff, settings)
    grant(session, row, staff, settings)
    referrals.give_back(session, row, why="不属于我局", by=staff.liaison, settings=settings, at=later(days=1))
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings, at=later(days=1))
    assert due(row) == ("11-27 18:00", "12-02 18:00")


def test_what_is_urgent_is_not_extended(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings, urgency=Urgency.URGENT), State.IN_HAND, by=staff, settings=settings)
    with pytest.raises(ReferralError, match="紧急事项不延期"):
        ask(session, row, staff, settings)


def test_who_decides_is_the_competent_office_and_it_sees_what_waits_first(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    assert {role for role, granted in GRANTS.items() if Permission.OVERSEE in granted} == {Role.CITY_OFFICE, Role.COUNTY_OFFICE}
    assert staff.competent is not None
    mine = Wanted(my_turn=True)
    assert session.scalars(worklist.listed(staff.competent, mine, at=later())).all() == []
    ask(session, row, staff, settings)
    assert session.scalars(worklist.listed(staff.competent, mine, at=later())).all() == [row]


@pytest.mark.parametrize("then", ["another day", "answered", "withdrawn"])
def test_a_new_day_that_he_has_not_heard_of_yet_is_told_no_more_once_it_is_not_so(session: Session, settings: Settings, row: Ticket, staff: Staff, then: str) -> None:
    ask(session, row, staff, settings)
    grant(session, row, staff, settings)
    new_day.tell(session, row, settings=settings, at=later(hours=2))  # the same day: it stays owed, once

    def told() -> list[tuple[str, str]]:
        rows = session.scalars(select(Delivery).where(Delivery.topic == sms.EXTENDED).order_by(Delivery.id)).all()
        return [(str(one.state), str(one.values["text"]).partition("预计")[2].partition("前")[0]) for one in rows]

    assert told() == [("owed", "12月2日")]
    match then:
        case "another day":
            row.promised_by += timedelta(days=1)
            new_day.tell(session, row, settings=settings, at=later(hours=3))
            assert told() == [("void", "12月2日"), ("owed", "12月3日")]
        case "answered":
            town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings, at=later(hours=3))
            assert told() == [("void", "12月2日")]
        case _:
            asides.withdraw(session, row, why="已解决", by=staff.supervisor, at=later(hours=3))
            assert told() == [("void", "12月2日")]
