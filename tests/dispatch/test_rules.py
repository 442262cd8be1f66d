"""How long everybody has stands as dated data: a ticket keeps the rules that it was opened under; hours are for what is
urgent."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.clocks import clocks, recounting, rules
from dispatch.clocks.clocks import Stop
from dispatch.tickets import intake, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket, TicketRules, Urgency
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


def clock(moment: Any) -> str:
    return f"{local(moment):%m-%d %H:%M}"


@pytest.mark.parametrize(("urgency", "answer", "accept"), [
    (Urgency.URGENT, "11-29 12:00", "11-28 14:00"), (Urgency.CRITICAL, "11-28 20:00", "11-28 13:00")])  # fmt: skip
def test_what_is_urgent_has_hours_by_night_and_on_rest_days(session: Session, settings: Settings, staff: Staff, urgency: Urgency, answer: str, accept: str) -> None:
    saturday = later(days=5)
    row = town.ticket(session, settings, urgency=urgency, at=saturday)
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings, at=saturday)
    assert (clock(row.promised_by), clock(row.due_at), clock(row.accept_by), clock(row.return_by)) == (answer, answer, accept, accept)
    assert "昼夜连续计时" in row.why_due[0]
    assert not row.provisional
    assert recounting.moved(session, settings=settings) == []


def test_its_clock_stands_while_others_are_waited_for_by_the_whole_time(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings, urgency=Urgency.URGENT)
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings, at=later(hours=1))
    referrals.send_back(session, row, why="未答所问", by=staff.supervisor, settings=settings, at=later(hours=11, minutes=30))
    assert (clock(row.due_at), clock(row.promised_by)) == ("11-24 23:30", "11-24 12:00")
    assert row.why_due[-1] == "2026-11-23 13:00 至 2026-11-23 23:30 待热线审核，停表10小时30分钟，顺延至2026-11-24 23:30"
    two = clocks.due_in_hours(NOON, 2, why="特急", stops=[Stop(later(hours=1), later(hours=2), "x"), Stop(later(hours=3), later(hours=4), "x")])
    assert two.at == later(hours=4)


def test_who_reads_a_question_may_make_it_urgent_before_it_is_dispatched_and_the_promise_follows(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings)
    for urgency, promised in ((Urgency.CRITICAL, "11-23 20:00"), (Urgency.NORMAL, "11-26 18:00")):
        matter = Matter(Klass.CONSULT, row.title, row.summary, urgency=urgency)
        intake.describe(session, row, matter, by=staff.supervisor, settings=settings, at=later(hours=1))
        assert (row.urgency, clock(row.promised_by)) == (urgency, promised)


def put_in_force(session: Session, settings: Settings, since: date, **terms: int) -> None:
    own = rules.as_set(settings)
    kept = {name: getattr(own, name) for name in own.__dataclass_fields__} | terms
    session.add(TicketRules(valid_from=since, terms=kept, digest=rules.digest(kept, since), basis="玉办〔2026〕9号", by="x", at=NOON,
                            confirmed_by="y", confirmed_at=NOON))
    session.flush()


def test_a_ticket_keeps_the_rules_that_it_was_opened_under_and_the_next_has_the_new_ones(session: Session, settings: Settings, staff: Staff) -> None:
    old = town.ticket(session, settings, code="")
    put_in_force(session, settings, date(2026, 11, 24), consult_days=2, accept_days=2, extension_days=3)
    new = town.ticket(session, settings, code="", at=later(days=1))
    assert (clock(old.promised_by), clock(new.promised_by)) == ("11-26 18:00", "11-26 18:00")
    for row in (old, new):
        town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings, at=later(days=1))
    assert [(clock(r.due_at), clock(r.accept_by)) for r in (old, new)] == [("11-27 18:00", "11-25 18:00"), ("11-26 18:00", "11-26 18:00")]
    assert rules.of(new, settings=settings).extension_days == 3
    other = settings.model_copy(update={"consult_days": 9, "extension_days": 1})
    assert rules.of(old, settings=other).extension_days == 10, "other settings hold for other tickets"


def test_the_rules_of_the_settings_are_written_down_once_for_each_that_was_in_use(database: Database, settings: Settings) -> None:
    def refer(with_settings: Settings) -> None:
        with database.writing() as session:
            intake.refer(session, Matter(Klass.CONSULT, "事项", "询问"), call=None, recording=None, code="", by="operator",
                            settings=with_settings, at=NOON)  # fmt: skip

    town.at_once(lambda: refer(settings), threads=4)
    refer(settings.model_copy(update={"consult_days": 9}))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TicketRules)) == 2
        assert set(session.scalars(select(Ticket.promised_days))) == {3, 9}


def test_a_set_that_is_not_in_force_yet_is_nobodys(session: Session, settings: Settings) -> None:
    put_in_force(session, settings, date(2026, 12, 1), consult_days=1)
    assert rules.in_force(session, settings=settings, at=NOON).valid_from is None
    assert rules.in_force(session, settings=settings, at=later(days=8)).valid_from == date(2026, 12, 1)
