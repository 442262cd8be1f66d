"""Ticket numbers: in order, by the day in Yuxi, each given out once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets.tickets import DailyNumber, Klass, Ticket, guarded, next_number
from hotline.database import Database
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later


def test_eight_threads_are_given_eight_numbers_without_a_gap(database: Database) -> None:
    def work() -> list[str]:
        numbers = []
        for _ in range(5):
            with database.writing() as session:
                numbers.append(next_number(session, prefix="96128", at=NOON))
        return numbers

    given = sorted(number for some in town.at_once(work) for number in some)
    assert given == [f"96128-20261123-{n:04d}" for n in range(1, 41)]


def test_a_number_that_was_not_used_is_given_again(database: Database) -> None:
    with database.writing() as session:
        next_number(session, prefix="96128", at=NOON)
        session.rollback()
    with database.writing() as session:
        assert next_number(session, prefix="96128", at=NOON) == "96128-20261123-0001"


def test_each_day_of_yuxi_begins_with_one(session: Session) -> None:
    before_midnight = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
    assert next_number(session, prefix="96128", at=before_midnight) == "96128-20261123-0001"
    assert next_number(session, prefix="96128", at=before_midnight.replace(hour=16, minute=0)) == "96128-20261124-0001"
    assert next_number(session, prefix="96128", at=later(hours=1)) == "96128-20261123-0002"


def test_the_ten_thousandth_ticket_of_a_day_has_a_number_too(session: Session) -> None:
    for _ in range(2):
        next_number(session, prefix="X", at=NOON)
    session.get_one(DailyNumber, NOON.date()).last = 9999
    session.flush()
    assert next_number(session, prefix="X", at=NOON) == "X-20261123-10000"


@pytest.mark.parametrize("klass", list(Klass))
@pytest.mark.parametrize("confidential", [False, True])
def test_complaints_reports_and_whatever_is_confidential_are_guarded(klass: Klass, confidential: bool) -> None:
    expected = confidential or klass in {Klass.COMPLAINT, Klass.REPORT}
    assert guarded(Ticket(klass=klass, confidential=confidential)) is expected
