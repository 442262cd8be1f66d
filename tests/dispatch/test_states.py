"""The ticket's life as its table says: what is there works, whatever isn't there is refused."""

import itertools

import pytest

from dispatch.tickets.states import LABELS, TRANSITIONS, Action, ImpossibleStep, State, transition
from hotline.accounts.roles import GRANTS

POSSIBLE = {
    (State.TO_DISPATCH, Action.DISPATCH): State.TO_ACCEPT,
    (State.TO_DISPATCH, Action.IMPOSE): State.TO_ACCEPT,
    (State.TO_ACCEPT, Action.OPEN): State.TO_ACCEPT,
    (State.TO_ACCEPT, Action.ACCEPT): State.IN_HAND,
    (State.TO_ACCEPT, Action.RETURN): State.TO_DISPATCH,
    (State.IN_HAND, Action.RETURN): State.TO_DISPATCH,
    (State.IN_HAND, Action.REPLY): State.IN_HAND,
    (State.IN_HAND, Action.ASK_EXTENSION): State.IN_HAND,
    (State.IN_HAND, Action.EXTEND): State.IN_HAND,
    (State.IN_HAND, Action.REFUSE_EXTENSION): State.IN_HAND,
    (State.IN_HAND, Action.SIGN): State.TO_CHECK,
    (State.IN_HAND, Action.DECLINE): State.IN_HAND,
    (State.TO_DISPATCH, Action.HAND_DOWN): State.TO_DISPATCH,
    (State.TO_DISPATCH, Action.HAND_UP): State.TO_DISPATCH,
    (State.TO_CHECK, Action.SEND_BACK): State.IN_HAND,
    (State.TO_CHECK, Action.PASS): State.TO_CALL_BACK,
    (State.TO_CALL_BACK, Action.CLOSE): State.CLOSED,
    (State.TO_CALL_BACK, Action.REDO): State.IN_HAND,
    (State.TO_CALL_BACK, Action.SETTLE): State.CLOSED,
    (State.TO_CALL_BACK, Action.REDO_AGAIN): State.IN_HAND,
    (State.CLOSED, Action.FILE): State.FILED,
    (State.IN_HAND, Action.ASK_FACTS): State.NEEDS_FACTS,
    (State.NEEDS_FACTS, Action.GIVE_FACTS): State.IN_HAND,
    (State.NEEDS_FACTS, Action.GO_ON): State.IN_HAND,
    (State.TO_DISPATCH, Action.WITHDRAW): State.WITHDRAWN,
    (State.TO_ACCEPT, Action.WITHDRAW): State.WITHDRAWN,
    (State.IN_HAND, Action.WITHDRAW): State.WITHDRAWN,
    (State.NEEDS_FACTS, Action.WITHDRAW): State.WITHDRAWN,
    (State.TO_DISPATCH, Action.VOID): State.VOID,
    (State.TO_DISPATCH, Action.NOT_ACCEPT): State.NOT_ACCEPTED,
    (State.TO_DISPATCH, Action.PASS_ON): State.PASSED_ON,
    (State.WITHDRAWN, Action.FILE): State.FILED,
    (State.VOID, Action.FILE): State.FILED,
    (State.NOT_ACCEPTED, Action.FILE): State.FILED,
    (State.PASSED_ON, Action.FILE): State.FILED,
    (State.TO_DISPATCH, Action.MERGE): State.MERGED,
    (State.TO_ACCEPT, Action.MERGE): State.MERGED,
    (State.IN_HAND, Action.MERGE): State.MERGED,
    (State.MERGED, Action.UNMERGE): State.TO_DISPATCH,
    (State.MERGED, Action.FOLLOW): State.TO_CALL_BACK,
    (State.MERGED, Action.WITHDRAW): State.WITHDRAWN,
    (State.TO_ACCEPT, Action.SUCCEED): State.TO_ACCEPT,
    (State.IN_HAND, Action.SUCCEED): State.IN_HAND,
    (State.NEEDS_FACTS, Action.SUCCEED): State.NEEDS_FACTS,
    (State.TO_CHECK, Action.SUCCEED): State.TO_CHECK,
    (State.TO_ACCEPT, Action.TAKE_AWAY): State.TO_DISPATCH,
    (State.IN_HAND, Action.TAKE_AWAY): State.TO_DISPATCH,
    (State.NEEDS_FACTS, Action.TAKE_AWAY): State.TO_DISPATCH,
}
IMPOSSIBLE = [pair for pair in itertools.product(State, Action) if pair not in POSSIBLE]


@pytest.mark.parametrize(("source", "action"), POSSIBLE)
def test_a_step_of_the_table_leads_where_it_should(source: State, action: Action) -> None:
    assert transition(source, action).target == POSSIBLE[source, action]


def test_a_step_outside_the_table_is_refused_in_words() -> None:
    for source, action in IMPOSSIBLE:
        with pytest.raises(ImpossibleStep, match=LABELS[source]):
            transition(source, action)


def test_the_table_has_no_line_twice_and_none_that_this_test_does_not_know() -> None:
    assert sorted((t.source, t.action) for t in TRANSITIONS) == sorted(POSSIBLE)


def test_every_step_is_somebodys_or_the_systems_own() -> None:
    needed = {t.who for t in TRANSITIONS} - {None}
    assert all(any(permission in granted for granted in GRANTS.values()) for permission in needed)


def test_who_drafts_a_reply_can_neither_sign_nor_check_it_and_the_other_way_round() -> None:
    who = {t.action: t.who for t in TRANSITIONS}
    three = {who[Action.REPLY], who[Action.SIGN], who[Action.PASS]}
    assert all(len(three & granted) <= 1 for granted in GRANTS.values())


def test_every_state_can_be_reached_and_every_one_but_the_last_left() -> None:
    reached = {State.TO_DISPATCH} | {t.target for t in TRANSITIONS}
    assert reached == set(State)
    assert {t.source for t in TRANSITIONS} == set(State) - {State.FILED}
