"""Tickets that walk through their lives at random are never lost, doubled or stuck, whatever crashes on the way."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as moderate
from hypothesis import strategies as st

from dispatch.tickets.tickets import Klass
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Succession
from hotline.settings import Settings
from hotline.times import local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff
from tests.dispatch.walkers import CRASHES, DONE, REFUSED, Walkers
from tests.dispatch.walking import Walk

STEPS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 99), st.integers(0, 9).map(lambda n: n == 9)),
                 min_size=10, max_size=40)  # fmt: skip
WORKERS, LONG, MANY, KILLED_EVERY = 4, 100_000, 3_000, 3.0  # SQLite lets one process write, the others ask again
Property = Callable[[str, object], None]
AT_ONCE = 50  # tickets that are begun together


@pytest.fixture
def staff(database: Database) -> Staff:
    with database.writing() as session:
        office = town.unit(session, "101", "易门县公安局", county="530425")
        county = town.somebody(session, Role.COUNTY_OFFICE, county=office.county_code)
        other = town.unit(session, "102", "玉溪市住建局")
        theirs = town.somebody(session, Role.LIAISON, of=other, login="theirs")
        heir = town.unit(session, "103", "易门县城市运行局", county=office.county_code)
        for old, new in ((office, heir), (heir, office)):
            session.add(Succession(predecessor_id=old.id, successor_id=new.id, kind="merged", on=local_day(NOON)))
        own = town.staff(session, office)
        liaison, leader = (town.somebody(session, role, of=heir, login=f"heir_{role}") for role in (Role.LIAISON, Role.LEADER))
        stands = Staff(heir, own.supervisor, liaison, leader)
        return replace(own, county=county, other=other, theirs=theirs, heir=stands)


@moderate(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_walk_leaves_each_ticket_where_its_history_says_and_able_to_end(
    database: Database, settings: Settings, staff: Staff, steps: list[tuple[int, int, bool]]
) -> None:
    walk = Walk(database, settings, staff)
    walk.begin(Klass.CONSULT)
    walk.begin(Klass.PRAISE)
    for which, choice, crash in steps:
        walk.step(which, choice, crash=crash)
    walk.check()
    walk.end()


def test_several_who_take_steps_with_the_same_tickets_at_once_lose_and_double_none(
    database: Database, settings: Settings, staff: Staff
) -> None:
    walked(Walk(database, settings, staff), steps=200, tickets=12)


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_steps_of_several_workers_lose_and_double_none(database: Database, settings: Settings, staff: Staff, record_property: Property) -> None:
    taken = walked(Walk(database, settings, staff), steps=LONG, tickets=LONG // 20)
    record_property("figures", f"{taken} of {LONG} taken, the others refused or broken off")


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_thousands_of_steps_of_processes_that_are_killed_again_and_again_lose_and_double_none(
    database: Database, settings: Settings, staff: Staff, tmp_path: Path, record_property: Property
) -> None:
    walk = Walk(database, settings, staff)
    begun(walk, MANY // 8)
    walkers = Walkers(walk, tmp_path)
    walkers.go(MANY, workers=WORKERS, every=KILLED_EVERY)
    taken, refused, unknown = walkers.count(DONE), walkers.count(REFUSED), sum(walk.doubtful.values())
    record_property("figures", f"{taken} taken and {refused} refused or broken off, {walkers.killed} processes killed, "
                               f"which left {unknown} steps in doubt")  # fmt: skip
    walk.check()
    walk.end()


def walked(walk: Walk, *, steps: int, tickets: int) -> int:
    """So many steps with tickets taken at random, by workers who know nothing of one another; how many were taken."""
    dice = begun(walk, tickets)

    def work() -> int:
        own = random.Random(dice.random())
        return sum(walk.step(own.randrange(tickets), own.randrange(100), crash=own.random() < CRASHES)
                   for _ in range(steps // WORKERS))  # fmt: skip

    taken = sum(town.at_once(work, threads=WORKERS, patience=3500))
    assert taken > steps // 3
    walk.check()
    walk.end()
    return taken


def begun(walk: Walk, tickets: int) -> random.Random:
    """So many tickets of all classes, and the dice that chose them."""
    dice = random.Random(96128)
    for first in range(0, tickets, AT_ONCE):
        walk.begin(*dice.choices(list(Klass), k=min(AT_ONCE, tickets - first)))
    return dice
