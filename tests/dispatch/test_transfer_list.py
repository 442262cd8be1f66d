"""转接成功率: connected ÷ attempted in office hours, caller hang-ups excluded; and the rows that it is counted of."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from dispatch.figures.board import board
from dispatch.figures.figures import Share
from dispatch.transfers import transfers
from dispatch.transfers.hunting import Duty, Outcome
from dispatch.transfers.transfer_list import WantedTransfers, listed_transfers
from dispatch.transfers.transfers import State, Transfer, Wish
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.directory.liaisons import Position
from hotline.times import local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

ALL = (State.CONNECTED, State.NOBODY, State.STOPPED, State.FAILED, State.OUT_OF_HOURS, State.CALLER_HUNG_UP, State.RINGING)


@pytest.fixture
def office(session: Session) -> Department:
    return town.unit(session, "101", "玉溪市公安局")


@pytest.fixture
def operator(session: Session) -> Account:
    return town.somebody(session, Role.OPERATOR)


def begun(session: Session, office: Department, operator: Account, states: Sequence[State], *, days: int = 0) -> list[Transfer]:
    """One transfer for each state, each of a call of its own."""
    found = []
    for number, state in enumerate(states):
        at = NOON + timedelta(days=days, seconds=number)
        call = town.call(session, f"call-{days}-{number}", at=at)
        transfer = transfers.begin(session, call, Wish(office, "consult", "x"), channel="c", by=operator, at=at)
        transfer.state = state
        found.append(transfer)
    session.flush()
    return found


def listed(session: Session, **wanted: object) -> list[str]:
    rows = session.scalars(listed_transfers(WantedTransfers(**wanted))).all()  # type: ignore[arg-type]
    return [str(row.state) for row in rows]


def test_hang_ups_and_what_was_out_of_hours_are_not_counted(session: Session, office: Department, operator: Account) -> None:
    begun(session, office, operator, ALL)
    assert board(session, day=local_day(NOON), at=later(hours=1)).transfers == Share(1, 4)
    assert listed(session, counted=True) == ["failed", "stopped", "nobody", "connected"]


def test_what_the_closing_hour_broke_off_was_attempted(session: Session, office: Department, operator: Account) -> None:
    (transfer,) = begun(session, office, operator, [State.OUT_OF_HOURS])
    transfers.not_rung(session, transfer, Outcome.OUT_OF_HOURS, at=NOON)
    assert listed(session, counted=True) == []
    transfers.ring(session, transfer, Duty(Position.A, "张", "08779601011"), seconds=20, at=NOON)
    assert listed(session, counted=True) == ["out_of_hours"]


def test_another_day_counts_for_itself(session: Session, office: Department, operator: Account) -> None:
    begun(session, office, operator, [State.CONNECTED], days=-1)
    assert board(session, day=local_day(NOON), at=later(hours=1)).transfers == Share(0, 0)


def test_the_list_is_narrowed_by_day_state_and_department(session: Session, office: Department, operator: Account) -> None:
    begun(session, office, operator, [State.CONNECTED, State.NOBODY])
    other = town.unit(session, "102", "玉溪市民政局")
    begun(session, other, operator, [State.STOPPED], days=-1)
    assert listed(session) == ["nobody", "connected", "stopped"]
    assert listed(session, since=NOON) == ["nobody", "connected"]
    assert listed(session, until=NOON) == ["stopped"]
    assert listed(session, state=State.NOBODY) == ["nobody"]
    assert listed(session, department_id=other.id) == ["stopped"]
