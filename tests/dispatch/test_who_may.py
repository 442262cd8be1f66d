"""Who may take a step is what the table says, for people of each role and for the system itself, in one place."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets import intake, lodging, merging, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import TRANSITIONS, Action, Also, State, Transition
from dispatch.tickets.steps import ReferralError, move
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, GRANTS, Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

OURS, THEIRS = 7, 8


def refused(line: Transition, by: Account | None) -> bool:
    """Whether it is refused for who he is; what it needs besides is another matter."""
    row = Ticket(state=line.source, department_id=OURS, returned=0, redone=0, shares_open=0, reply="", county_code="", intake_at=NOON)
    try:
        move(row, line.action, by=by, at=later(hours=1))
    except ReferralError as error:
        return "不由您办理" in str(error)
    return False


def people() -> Iterator[Account]:
    for role in Role:
        for unit in (OURS, THEIRS):
            yield Account(login=f"{role}{unit}", role=role, department_id=unit, active=True)


def test_each_step_is_taken_by_those_whom_the_table_names_and_by_nobody_else() -> None:
    for line in TRANSITIONS:
        for by in people():
            named = line.who is not None and line.who in GRANTS[Role(by.role)]
            own = Role(by.role) not in DEPARTMENTAL or by.department_id == OURS
            assert refused(line, by) is not (named and own), (line, by.login)


def test_the_system_itself_takes_its_own_steps_and_nobodys() -> None:
    taken = {(line.source, line.action) for line in TRANSITIONS if not refused(line, None)}
    assert taken == {(line.source, line.action) for line in TRANSITIONS if line.who is None or line.also is Also.SYSTEM}
    assert (State.TO_DISPATCH, Action.DISPATCH) not in taken


def test_who_writes_a_matter_down_hands_it_on_in_that_moment_and_not_later(session: Session, settings: Settings, office: Department) -> None:
    operator, colleague = town.somebody(session, Role.OPERATOR), town.somebody(session, Role.OPERATOR, login="colleague")
    matter = Matter(Klass.CONSULT, "居住证到期", "来电人询问居住证如何续签。")
    handed = lodging.lodge(session, matter, call=town.call(session), to=office, by=operator, settings=settings, at=NOON).ticket
    assert [(s.action, s.by) for s in handed.steps] == [("refer", "operator"), ("dispatch", "operator")]
    waits = intake.refer(session, matter, call=None, recording=None, code="", by="operator", settings=settings, at=NOON)
    for by, at in ((operator, later(minutes=1)), (colleague, NOON)):
        with pytest.raises(ReferralError, match="不由您办理"):
            referrals.dispatch(session, waits, to=office, by=by, settings=settings, at=at)
    assert waits.state == State.TO_DISPATCH
    with pytest.raises(ReferralError, match="不由您办理"):
        merging.merge(session, waits, into=handed, why="同一事项", by=operator, settings=settings, at=NOON)
