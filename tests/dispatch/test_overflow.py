"""Those in reserve are called in while too many wait, held back else, and nobody but them is touched."""

import pytest
from sqlalchemy.orm import Session

from dispatch.line import skilled
from dispatch.line.flags import Skill
from dispatch.line.overflow import CALLED_IN, HELD, ORDINARY, Member, changes
from hotline.accounts.roles import Role
from tests.conftest import NOON
from tests.dispatch import town

MEMBERS = (Member("PJSIP/8001", ORDINARY), Member("PJSIP/8002", HELD), Member("PJSIP/8003", CALLED_IN))


@pytest.mark.parametrize(
    ("waiting", "changed"), [(5, [Member("PJSIP/8003", HELD)]), (6, [Member("PJSIP/8002", CALLED_IN)])]
)
def test_more_than_so_many_call_the_reserve_in_and_fewer_send_it_back(waiting: int, changed: list[Member]) -> None:
    assert changes(MEMBERS, waiting=waiting, most=5) == changed


def test_who_is_in_reserve_counts_less_for_all_and_as_usual_for_his_own_group(session: Session) -> None:
    account = town.somebody(session, Role.OPERATOR, extension="8001")
    skilled.give(session, account, {Skill.ELDERLY}, reserve=True, by="boss", at=NOON)
    assert (skilled.skills_of(account), skilled.in_reserve(account)) == ({Skill.ELDERLY}, True)
    counted = {q: skilled.counts_in(q, "hotline", reserve=True) for q in skilled.queues("hotline", skilled.skills_of(account))}
    assert counted == {"hotline-danger": ORDINARY, "hotline-elderly": ORDINARY, "hotline": HELD}
    skilled.give(session, account, {Skill.ELDERLY}, by="boss", at=NOON)
    assert not skilled.in_reserve(account)
