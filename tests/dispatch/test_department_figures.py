"""The rates of departments: each handing counts once and for who had it, and each figure is that of the list behind it."""

import importlib
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from dispatch.clocks import deadlines
from dispatch.figures.course import course
from dispatch.figures.department_figures import Figures, Span, listed, of_departments, sum_of
from dispatch.figures.figures import Share
from dispatch.figures.rates import Rate
from dispatch.tickets import extensions, facts, handings, merging, referrals, worklist
from dispatch.tickets.handings import Handing
from dispatch.tickets.judged import JUDGED
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket, TicketStep
from dispatch.tickets.worklist import Wanted
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

SPAN = Span(NOON - timedelta(days=1), later(days=60))
LATE = 40  # days after which every deadline is over
ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what doesn't differ by database
MIGRATION = importlib.import_module("hotline.migrations.versions.0054_what_departments_were_handed")


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


def handed(session: Session, settings: Settings, by: Staff, to: State = State.IN_HAND, **more: object) -> Ticket:
    return town.bring(session, town.ticket(session, settings, code="", **more), to, by=by, settings=settings)


def answer(session: Session, row: Ticket, by: Staff, *, days: float) -> None:
    referrals.reply(session, row, text="请携带身份证办理。", personal=False, by=by.liaison, at=later(days=days))
    referrals.sign(session, row, no_secrets=True, by=by.leader, at=later(days=days))


def told(session: Session, row: Ticket, by: Staff, settings: Settings, *, days: float, grade: int | None) -> None:
    referrals.pass_reply(session, row, by=by.supervisor, settings=settings, at=later(days=days))
    referrals.told(session, row, grade=grade, settings=settings, at=later(days=days))


def figures(session: Session, account: Account, *, days: float = LATE, span: Span = SPAN) -> dict[str, Figures]:
    return {one.name: one for one in of_departments(session, span, account=account, at=later(days=days))}


def test_a_department_is_late_with_what_it_owes_and_not_with_what_waits_for_others(session: Session, settings: Settings, staff: Staff) -> None:
    late, _checked, waits = (handed(session, settings, staff, to) for to in (State.IN_HAND, State.TO_CHECK, State.IN_HAND))
    facts.ask(session, waits, why="哪个网点", by=staff.liaison, settings=settings, at=later(hours=1))
    handed(session, settings, staff, State.TO_DISPATCH)
    for wanted, seen in ((Wanted(late=True), 1), (Wanted(overdue=True), 4)):
        assert len(session.scalars(worklist.listed(staff.supervisor, wanted, at=later(days=LATE))).all()) == seen
    assert session.scalars(worklist.listed(staff.supervisor, Wanted(late=True), at=later(days=LATE))).all() == [late]
    assert figures(session, staff.supervisor)[staff.office.name].overdue == 1


def test_each_rate_counts_what_it_says_and_is_that_of_the_list_behind_it(session: Session, settings: Settings, staff: Staff) -> None:
    in_time, back, again = (handed(session, settings, staff) for _ in range(3))
    handed(session, settings, staff, State.TO_ACCEPT)
    late = handed(session, settings, staff, State.TO_ACCEPT)
    referrals.opened(session, late, by=staff.liaison, at=later(days=9))
    referrals.accept(session, late, by=staff.liaison, at=later(days=9))
    answer(session, late, staff, days=9)
    referrals.give_back(session, back, why="不属本单位", by=staff.liaison, settings=settings, at=later(hours=1))
    assert staff.competent is not None
    extensions.ask(session, in_time, days=4, why="须勘察", by=staff.liaison, settings=settings, at=later(hours=1))
    extensions.grant(session, in_time, by=staff.competent, settings=settings, at=later(hours=2))
    answer(session, in_time, staff, days=7)
    told(session, in_time, staff, settings, days=7, grade=3)
    answer(session, again, staff, days=1)
    told(session, again, staff, settings, days=1, grade=5)
    handings.note_solved(session, again, False, at=later(days=1))
    answer(session, again, staff, days=30)
    told(session, again, staff, settings, days=30, grade=1)
    assert again.solved is None, "of the second reply he has not said yet whether it helped"
    handings.note_solved(session, again, True, at=later(days=30))
    praise = handed(session, settings, staff, klass=Klass.PRAISE)
    answer(session, praise, staff, days=1)
    referrals.pass_reply(session, praise, by=staff.supervisor, settings=settings, at=later(days=1))
    waits = handed(session, settings, staff)
    facts.ask(session, waits, why="哪个派出所？", by=staff.liaison, settings=settings, at=later(hours=1))
    session.flush()
    own = figures(session, staff.liaison)[staff.office.name]
    assert own.handed == 8
    assert own.rates == {
        Rate.ACCEPTED: Share(5, 7), Rate.ANSWERED: Share(3, 6), Rate.RETURNED: Share(1, 7), Rate.EXTENDED: Share(1, 8),
        Rate.REDONE: Share(1, 3), Rate.REACHED: Share(3, 3), Rate.SOLVED: Share(1, 2),
        Rate.SATISFIED: Share(2, 3)}  # fmt: skip
    for rate, share in own.rates.items():
        lists = [session.scalars(listed(SPAN, account=staff.liaison, rate=rate, part=part, at=later(days=LATE))).all() for part in (True, False)]
        assert Share(*(len(rows) for rows in lists)) == share, rate
    assert figures(session, staff.liaison, days=0.1)[staff.office.name].rates[Rate.ACCEPTED] == Share(5, 6), "one is not due yet"
    days = course(session, SPAN, account=staff.liaison, at=later(days=LATE))
    assert tuple(sum(c.counts[n] for c in days) for n in range(3)) == (3, 3, 2)
    assert (len(days), days[1].counts) == (61, (3, 2, 2)), "what is done again counts on the day on which it was handed again"
    assert sum_of([own, own]).rates[Rate.SATISFIED] == Share(4, 6)
    kept = select(Handing.judged == literal_column(JUDGED)).order_by(Handing.id)
    assert list(session.scalars(kept)) == [True] * 8, "what the database keeps is what is judged here"


def test_a_department_sees_its_own_a_county_its_countys_and_what_was_returned_counts_for_who_returned_it(session: Session, settings: Settings, staff: Staff) -> None:
    other = town.unit(session, "201", "易门县民政局", county="530425")
    theirs = replace(staff, office=other, liaison=town.somebody(session, Role.LIAISON, of=other, login="yimen"))
    row = handed(session, settings, staff)
    referrals.give_back(session, row, why="属易门县", by=staff.liaison, settings=settings, at=later(hours=1))
    town.bring(session, row, State.IN_HAND, by=theirs, settings=settings, at=later(hours=2))
    county = town.somebody(session, Role.COUNTY_OFFICE, county="530425")
    seen = {a.login: {name: (f.handed, f.rates[Rate.RETURNED]) for name, f in figures(session, a, days=1).items()}
            for a in (staff.liaison, theirs.liaison, county, staff.supervisor)}  # fmt: skip
    ours, given = {staff.office.name: (1, Share(1, 1))}, {other.name: (1, Share(0, 1))}
    assert seen == {"liaison": ours, "yimen": given, "county_office": given, "supervisor": ours | given}
    one = replace(SPAN, department_id=other.id)
    assert list(figures(session, staff.supervisor, span=one)) == [other.name]
    assert figures(session, staff.liaison, span=one) == {}


@ONE
def test_a_merged_matter_is_rated_by_its_own_caller_and_was_handed_to_nobody_twice(session: Session, settings: Settings, staff: Staff) -> None:
    row, with_it = handed(session, settings, staff), handed(session, settings, staff)
    merging.merge(session, with_it, into=row, why="同一事项", by=staff.supervisor, settings=settings, at=later(hours=1))
    answer(session, row, staff, days=1)
    told(session, row, staff, settings, days=1, grade=1)
    referrals.told(session, with_it, grade=4, settings=settings, at=later(days=1))
    own = figures(session, staff.liaison, days=2)[staff.office.name]
    assert (own.rates[Rate.RETURNED], own.rates[Rate.SATISFIED], own.rates[Rate.ANSWERED]) == (Share(0, 2), Share(1, 2), Share(1, 1))


@ONE
def test_what_is_sent_back_is_not_answered_until_it_is_signed_again(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff, State.TO_CHECK)
    referrals.send_back(session, row, why="没有答到", by=staff.supervisor, settings=settings, at=later(hours=1))
    assert figures(session, staff.liaison, days=0.1)[staff.office.name].rates[Rate.ANSWERED] == Share(0, 0)
    assert figures(session, staff.liaison)[staff.office.name].rates[Rate.ANSWERED] == Share(0, 1)
    answer(session, row, staff, days=0.2)
    assert figures(session, staff.liaison)[staff.office.name].rates[Rate.ANSWERED] == Share(1, 1)
    assert deadlines.stops(session, row, NOON), "the hotline's time isn't the department's"


@ONE
def test_the_migration_reads_of_a_history_what_the_steps_wrote(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff)
    referrals.give_back(session, row, why="不属本单位", by=staff.liaison, settings=settings, at=later(hours=1))
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings, at=later(hours=2))
    answer(session, row, staff, days=1)
    told(session, row, staff, settings, days=1, grade=4)
    answer(session, row, staff, days=2)
    told(session, row, staff, settings, days=2, grade=2)
    session.expire_all()
    steps = session.scalars(select(TicketStep).where(TicketStep.ticket_id == row.id).order_by(TicketStep.id)).all()
    kept = session.scalars(select(Handing).where(Handing.ticket_id == row.id).order_by(Handing.id)).all()
    remembered = list(MIGRATION.told(row, steps, {staff.office.name: staff.office.id}))
    assert [one["way"] for one in remembered] == ["handed", "handed", "again"] == [one.way for one in kept]
    gone = {"accept_by", "due_at"}  # of all but the last
    for made, own in zip(remembered, kept, strict=True):
        last = own is kept[-1]
        assert {k: v for k, v in made.items() if last or k not in gone} == {k: getattr(own, k) for k in made if last or k not in gone}
    assert session.scalar(select(func.count()).select_from(Handing)) == 3
    assert list(MIGRATION.told(SimpleNamespace(id=1, department_id=None), [], {})) == []
