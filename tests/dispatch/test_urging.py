"""The caller urges his ticket or adds to it, as long as it is open; its state and its deadlines stay what they are."""

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets import urging, worklist
from dispatch.tickets.states import OVER, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import Wanted
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later


@pytest.mark.parametrize("state", list(State))
def test_an_open_ticket_is_urged_and_added_to_and_nothing_else_of_it_moves(session: Session, settings: Settings, state: State) -> None:
    operator = town.somebody(session, Role.OPERATOR)
    row = town.put(session, town.ticket(session, settings), state)
    stood = (row.state, row.promised_by, row.due_at, row.summary)
    deeds = [lambda: urging.urge(session, row, words="等急了", by=operator, at=NOON),
             lambda: urging.urge(session, row, by=operator, at=later(hours=1)),
             lambda: urging.supplement(session, row, words=" 住址已变更 ", by=operator, at=later(hours=2))]  # fmt: skip
    for deed in deeds:
        if state in OVER:
            with pytest.raises(ReferralError, match="已办结"):
                deed()
        else:
            deed()
    session.refresh(row)
    told = [(s.action, s.source, s.target, s.why) for s in row.steps[1:]]
    expected = [("urge", state, state, "等急了"), ("urge", state, state, ""), ("supplement", state, state, "住址已变更")]
    assert told == ([] if state in OVER else expected)
    assert urging.urged(row) == (0 if state in OVER else 2)
    assert (row.state, row.promised_by, row.due_at, row.summary) == stood


def test_a_supplement_without_words_is_none(session: Session, settings: Settings) -> None:
    with pytest.raises(ReferralError, match="补充内容"):
        urging.supplement(session, town.ticket(session, settings), words=" ", by=town.somebody(session, Role.OPERATOR), at=NOON)


def test_what_is_urged_goes_before_what_is_due_the_same_day_and_not_before_what_is_due_earlier(session: Session, settings: Settings, office: Department) -> None:
    boss, operator = town.somebody(session, Role.SUPERVISOR), town.somebody(session, Role.OPERATOR)
    rows = [town.ticket(session, settings, code="", at=later(days=n)) for n in (0, 1, 1, 1)]
    urging.urge(session, rows[1], by=operator, at=later(days=1))
    for _ in range(2):
        urging.urge(session, rows[2], by=operator, at=later(days=1))
    session.flush()

    def listed() -> list[Ticket]:
        return list(session.scalars(worklist.listed(boss, Wanted(), at=later(days=1))))

    assert listed() == [rows[0], rows[2], rows[1], rows[3]]


def test_who_holds_its_code_urges_it_once_in_a_while_and_only_while_it_is_open(session: Session, settings: Settings, office: Department) -> None:
    row = town.ticket(session, settings)
    taken = [urging.urge_himself(session, row.id, settings=settings, at=later(hours=h)) for h in (0, 23, 25)]
    assert taken == [True, False, True]
    assert urging.urged(row) == 2
    town.put(session, row, State.CLOSED)
    assert not urging.urge_himself(session, row.id, settings=settings, at=later(days=9))


def test_what_he_adds_himself_stands_once_whole_and_so_often_only(session: Session, settings: Settings) -> None:
    row = town.ticket(session, settings)

    def adds(words: str, *, hours: float = 0) -> bool:
        return urging.supplement_himself(session, row.id, words=words, settings=settings, at=later(hours=hours))

    assert [adds(words) for words in ("一", " 一 ", " ", "二" * 600, "三", "四")] == [True, True, False, True, True, False]
    assert adds("一"), "what stands already isn't too much"
    assert adds("四", hours=25)
    session.refresh(row)
    assert [step.why for step in row.steps[1:]] == ["一", "二" * urging.LONGEST, "三", "四"]
    town.put(session, row, State.CLOSED)
    assert not adds("五", hours=50)


@pytest.mark.parametrize("kind", [urging.URGE, urging.SUPPLEMENT])
def test_what_another_hotline_sends_twice_stands_once(session: Session, settings: Settings, kind: str) -> None:
    row = town.ticket(session, settings)
    sent = [urging.add_elsewhere(session, row, kind=kind, words=words, by="12345", settings=settings, at=NOON) for words in (" 急 ", "急", "很急")]
    session.refresh(row)
    assert (sent, [step.why for step in row.steps[1:]]) == ([True, False, True], ["急", "很急"])
