"""Each step of the table: who is told of it, and by which notice; or why nobody is."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.tickets import asides, counties, extensions, facts, joint, merging, referrals, shares, supervising
from dispatch.tickets.states import TRANSITIONS, Action, State
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Succession
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later
from tests.dispatch.walking import DEEDS, Walk

COUNTY = "530402"
ITSELF = "who takes the step is the one whom it concerns"
HOTLINES = "it was the hotline's own, and is gone from its list"
SAID = "the caller has heard the answer; its department owes nothing more, and reads the grade in its figures"
CHECKED = "the caller is owed the answer; its department owes nothing more"
PUT_AWAY = "it was over before"

ENDED = {"liaison withdrawn", "leader withdrawn", "theirs share_over"}
GIVEN_BACK = {"supervisor returned", "second returned", "theirs share_over"}
MERGED = {"liaison merged", "leader merged", "theirs share_over", "liaison added"}
PASSED = {"heirs new", "liaison gone"}
TAKEN = {"second to_dispatch", "theirs share_over"}
REDONE = {"liaison redo", "leader redo"}

TOLD: dict[tuple[State, Action], set[str] | str] = {
    (State.TO_DISPATCH, Action.DISPATCH): {"liaison new"},
    (State.TO_DISPATCH, Action.IMPOSE): {"liaison new", "supervisor imposed", "second imposed"},
    (State.TO_DISPATCH, Action.HAND_DOWN): {"county_office handed_down"},
    (State.TO_DISPATCH, Action.HAND_UP): {"supervisor returned", "second returned", "city_office returned"},
    (State.TO_ACCEPT, Action.OPEN): ITSELF,
    (State.TO_ACCEPT, Action.ACCEPT): ITSELF,
    (State.TO_ACCEPT, Action.RETURN): GIVEN_BACK,
    (State.IN_HAND, Action.RETURN): GIVEN_BACK,
    (State.IN_HAND, Action.REPLY): {"leader to_sign"},
    (State.IN_HAND, Action.ASK_EXTENSION): {"city_office extension_asked"},
    (State.IN_HAND, Action.EXTEND): {"liaison extension_decided"},
    (State.IN_HAND, Action.REFUSE_EXTENSION): {"liaison extension_decided"},
    (State.IN_HAND, Action.SIGN): {"supervisor to_check", "second to_check"},
    (State.IN_HAND, Action.DECLINE): {"liaison sent_back"},
    (State.TO_CHECK, Action.SEND_BACK): {"liaison sent_back"},
    (State.TO_CHECK, Action.PASS): CHECKED,
    (State.TO_CALL_BACK, Action.CLOSE): SAID,
    (State.TO_CALL_BACK, Action.REDO): REDONE,
    (State.TO_CALL_BACK, Action.SETTLE): SAID,
    (State.TO_CALL_BACK, Action.REDO_AGAIN): REDONE,
    (State.IN_HAND, Action.ASK_FACTS): {"supervisor facts_wanted", "second facts_wanted", "operator facts_wanted"},
    (State.NEEDS_FACTS, Action.GIVE_FACTS): {"liaison added"},
    (State.NEEDS_FACTS, Action.GO_ON): {"liaison goes_on"},
    (State.TO_DISPATCH, Action.WITHDRAW): HOTLINES,
    (State.TO_ACCEPT, Action.WITHDRAW): ENDED,
    (State.IN_HAND, Action.WITHDRAW): ENDED,
    (State.NEEDS_FACTS, Action.WITHDRAW): ENDED,
    (State.TO_DISPATCH, Action.VOID): HOTLINES,
    (State.TO_DISPATCH, Action.NOT_ACCEPT): HOTLINES,
    (State.TO_DISPATCH, Action.PASS_ON): HOTLINES,
    (State.TO_DISPATCH, Action.MERGE): {"liaison added"},
    (State.TO_ACCEPT, Action.MERGE): MERGED,
    (State.IN_HAND, Action.MERGE): MERGED,
    (State.MERGED, Action.UNMERGE): {"second to_dispatch", "liaison parted"},
    (State.MERGED, Action.FOLLOW): CHECKED,
    (State.MERGED, Action.WITHDRAW): {"liaison parted"},
    (State.TO_ACCEPT, Action.SUCCEED): PASSED,
    (State.IN_HAND, Action.SUCCEED): PASSED,
    (State.NEEDS_FACTS, Action.SUCCEED): PASSED,
    (State.TO_CHECK, Action.SUCCEED): PASSED,
    (State.TO_ACCEPT, Action.TAKE_AWAY): TAKEN,
    (State.IN_HAND, Action.TAKE_AWAY): TAKEN,
    (State.NEEDS_FACTS, Action.TAKE_AWAY): TAKEN,
    **{(state, Action.FILE): PUT_AWAY for state in (State.CLOSED, State.WITHDRAWN, State.VOID, State.NOT_ACCEPTED, State.PASSED_ON)},
}  # fmt: skip
CHOICES = {Action.REDO: 1, Action.ASK_EXTENSION: 1}
"""What the walk's step is told where it has several ways to go."""


@pytest.fixture
def walk(session: Session, database: Database, settings: Settings) -> Walk:
    """The hotline, three departments and two offices, with everybody there."""
    office, other, heir = (town.unit(session, code, name) for code, name in (("101", "玉溪市公安局"), ("102", "玉溪市住建局"), ("103", "玉溪市政务局")))
    session.add(Succession(predecessor_id=office.id, successor_id=heir.id, kind="merged", on=local_day(NOON)))
    town.somebody(session, Role.OPERATOR)
    town.somebody(session, Role.INSPECTOR)
    town.somebody(session, Role.SUPERVISOR, login="second")
    theirs = town.somebody(session, Role.LIAISON, of=other, login="theirs")
    county = town.somebody(session, Role.COUNTY_OFFICE, county=COUNTY)
    own = town.staff(session, office)
    heirs = Staff(heir, own.supervisor, town.somebody(session, Role.LIAISON, of=heir, login="heirs"), own.leader)
    return Walk(database, settings, replace(own, county=county, other=other, theirs=theirs, heir=heirs))


def told(session: Session, *, since: int) -> set[str]:
    """Who was told what."""
    rows = session.execute(select(Account.login, Notice.topic).join(Account, Account.id == Notice.account_id).where(Notice.id > since))
    found = [f"{login} {topic}" for login, topic in rows]
    assert len(found) == len(set(found)), "nobody is told the same twice"
    return set(found)


def placed(session: Session, walk: Walk, state: State, action: Action) -> Ticket:
    """A ticket where the step can be taken, another department asked for its share of it wherever one can be."""
    staff, settings = walk.staff, walk.settings
    row = town.ticket(session, settings, code="")
    if state in town.WAY:
        town.bring(session, row, state, by=staff, settings=settings)
    elif state in (State.NEEDS_FACTS, State.MERGED):
        beside(session, walk, row, state)
    else:
        town.put(session, row, state)
    if state in shares.JOINABLE and action != Action.SIGN:  # which waits for it
        joint.ask(session, row, of=walk.other, words="请说明", by=staff.supervisor, settings=settings, at=NOON)
    before: dict[Action, Callable[[], object]] = {
        Action.IMPOSE: lambda: setattr(row, "returned", 2),
        Action.HAND_UP: lambda: counties.hand_down(session, row, county=COUNTY, by=staff.supervisor, settings=settings, at=NOON),
        Action.ACCEPT: lambda: referrals.opened(session, row, by=staff.liaison, at=NOON),
        Action.SIGN: lambda: referrals.reply(session, row, text="请到窗口办理。", personal=False, by=staff.liaison, at=NOON),
        Action.EXTEND: lambda: extensions.ask(session, row, days=3, why="须勘察", by=staff.liaison, settings=settings, at=NOON),
        Action.SETTLE: lambda: disputed(row),
        Action.REDO_AGAIN: lambda: disputed(row),
        Action.MERGE: lambda: walk.numbers.append(main(session, walk).number),
        Action.FOLLOW: lambda: town.bring(session, session.get_one(Ticket, row.merged_into_id), State.TO_CHECK, by=staff, settings=settings),
    }  # fmt: skip
    before[Action.REFUSE_EXTENSION], before[Action.DECLINE] = before[Action.EXTEND], before[Action.SIGN]
    before.get(action, lambda: None)()
    session.flush()
    return row


def beside(session: Session, walk: Walk, row: Ticket, state: State) -> None:
    if state == State.MERGED:
        merging.merge(session, row, into=main(session, walk), why="同一事项", by=walk.staff.supervisor, settings=walk.settings, at=NOON)
    else:
        town.bring(session, row, State.IN_HAND, by=walk.staff, settings=walk.settings)
        facts.ask(session, row, why="哪个小区", by=walk.staff.liaison, settings=walk.settings, at=NOON)


def main(session: Session, walk: Walk) -> Ticket:
    """Another ticket, that others are merged into."""
    return town.bring(session, town.ticket(session, walk.settings, code=""), State.IN_HAND, by=walk.staff, settings=walk.settings)


def disputed(row: Ticket) -> None:
    row.redone, row.disputed_at = 1, NOON


def last(session: Session) -> int:
    session.flush()
    return session.scalar(select(func.max(Notice.id))) or 0


@pytest.mark.parametrize(("state", "action"), TOLD)
def test_who_must_know_of_a_step_is_told_and_nobody_else(session: Session, walk: Walk, state: State, action: Action) -> None:
    row, expected = placed(session, walk, state, action), TOLD[state, action]
    since = last(session)
    if action == Action.HAND_DOWN:  # the walk's own department is the city's
        counties.hand_down(session, row, county=COUNTY, by=walk.staff.supervisor, settings=walk.settings, at=later(hours=1))
    else:
        DEEDS[action](walk, session, row, CHOICES.get(action, 0), later(hours=1))
    session.flush()
    assert told(session, since=since) == (set() if isinstance(expected, str) else expected)


def test_no_step_of_the_table_is_forgotten() -> None:
    assert set(TOLD) == {(t.source, t.action) for t in TRANSITIONS}


def test_what_came_back_twice_is_told_to_the_office_that_decides(session: Session, walk: Walk) -> None:
    row = placed(session, walk, State.TO_ACCEPT, Action.RETURN)
    for often, offices in ((1, set()), (2, {"city_office to_impose"})):
        since = last(session)
        referrals.give_back(session, row, why="不属我局", by=walk.staff.liaison, settings=walk.settings, at=NOON)
        assert {one for one in told(session, since=since) if one.startswith("city_office")} == offices
        if often == 1:
            referrals.dispatch(session, row, to=walk.staff.office, by=walk.staff.supervisor, settings=walk.settings, at=later(minutes=1))


ASIDE: dict[Action, Callable[[Session, Ticket, Walk], None]] = {
    Action.WITHDRAW: lambda s, t, w: asides.withdraw(s, t, why="已解决", by=w.staff.supervisor, at=NOON),
    Action.VOID: lambda s, t, w: asides.void(s, t, why="误登记", by=w.staff.supervisor, at=NOON),
    Action.NOT_ACCEPT: lambda s, t, w: asides.not_accept(s, t, why="诉讼中", where="法院", by=w.staff.supervisor, settings=w.settings, at=NOON),
    Action.PASS_ON: lambda s, t, w: asides.pass_on(s, t, number="K1001", why="不属公开", by=w.staff.supervisor, at=NOON),
    Action.MERGE: lambda s, t, w: merging.merge(s, t, into=main(s, w), why="同一事项", by=w.staff.supervisor, settings=w.settings, at=NOON),
}  # fmt: skip


@pytest.mark.parametrize(("action", "topic"), [(Action.WITHDRAW, "withdrawn"), (Action.VOID, "ended"), (Action.NOT_ACCEPT, "ended"),
                                               (Action.PASS_ON, "ended"), (Action.MERGE, "merged")])  # fmt: skip
def test_the_county_office_hears_that_what_it_was_to_dispatch_is_over(session: Session, walk: Walk, action: Action, topic: str) -> None:
    row = placed(session, walk, State.TO_DISPATCH, Action.HAND_UP)
    since = last(session)
    ASIDE[action](session, row, walk)
    assert {one for one in told(session, since=since) if one.startswith("county")} == {f"county_office {topic}"}


def test_the_inspector_hears_that_what_he_follows_is_withdrawn(session: Session, walk: Walk) -> None:
    row = placed(session, walk, State.IN_HAND, Action.SIGN)
    supervising.open_for(session, row, why="逾期", by="hotline", at=NOON)
    since = last(session)
    ASIDE[Action.WITHDRAW](session, row, walk)
    assert told(session, since=since) == {"liaison withdrawn", "leader withdrawn", "inspector withdrawn"}


@pytest.mark.parametrize("end", ["by the office", "given back"])
def test_who_makes_the_answer_hears_that_a_share_is_waited_for_no_more(session: Session, walk: Walk, end: str) -> None:
    row = placed(session, walk, State.IN_HAND, Action.REPLY)
    [share] = shares.of(session, row)
    since = last(session)
    if end == "by the office":
        joint.end(session, share, why="不再需要", by=walk.staff.supervisor, at=NOON)
        assert told(session, since=since) == {"liaison share_over", "theirs share_over"}
    else:
        joint.give_back(session, share, why="不属我局", by=walk.theirs, at=NOON)
        assert told(session, since=since) == {"liaison share_over", "supervisor returned", "second returned"}
