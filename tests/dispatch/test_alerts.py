"""Who is told of a ticket: its department at each change, the old one that it is gone, those whose turn it is; each once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets import caller_sms, referrals, urging
from dispatch.tickets.intake import Matter
from dispatch.tickets.lodging import lodge
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.settings import Settings
from hotline.telling import webhooks
from hotline.telling.notices import Notice
from hotline.telling.outbox import Delivery
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALLER, Staff, later


@pytest.fixture
def staff(session: Session) -> Staff:
    return town.staff(session, town.unit(session, "101", "玉溪市公安局"))


def told(session: Session) -> list[tuple[str, str]]:
    """Who was told what, in order."""
    rows = session.execute(select(Account.login, Notice.topic).join(Account, Account.id == Notice.account_id).order_by(Notice.id))
    return [(login, str(topic)) for login, topic in rows]


def test_each_whose_turn_it_is_is_told_on_the_way(session: Session, settings: Settings, staff: Staff) -> None:
    town.somebody(session, Role.OPERATOR)
    row = town.bring(session, town.ticket(session, settings), State.TO_CHECK, by=staff, settings=settings)
    referrals.send_back(session, row, why="没有回答问题", by=staff.supervisor, settings=settings, at=NOON)
    town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings, personal=True)
    ways = [("supervisor", "to_dispatch"), ("liaison", "new"), ("leader", "to_sign"), ("supervisor", "to_check"), ("liaison", "sent_back"),
            ("leader", "to_sign"), ("supervisor", "to_check"), ("supervisor", "call_back"), ("operator", "call_back")]  # fmt: skip
    assert told(session) == ways


def test_every_change_of_department_alerts_the_new_one_and_the_old(session: Session, settings: Settings, staff: Staff) -> None:
    other = town.unit(session, "102", "玉溪市住建局")
    town.somebody(session, Role.LIAISON, of=other, login="other")
    row = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)
    referrals.give_back(session, row, why="不属本单位职责", by=staff.liaison, settings=settings, at=NOON)
    referrals.dispatch(session, row, to=other, by=staff.supervisor, settings=settings, at=NOON)
    assert told(session)[1:] == [("liaison", "new"), ("supervisor", "returned"), ("other", "new"), ("liaison", "gone")]
    row.department_id = staff.office.id  # by whichever step: a competent office's, say
    referrals.opened(session, row, by=staff.liaison, at=NOON)
    assert told(session)[5:] == [("other", "gone")]  # who moved it to himself knows
    assert session.scalars(select(Notice.thing).distinct()).all() == [row.number]


@pytest.mark.parametrize(("klass", "confidential"), [(Klass.COMPLAINT, False), (Klass.REPORT, False), (Klass.CONSULT, True)])
def test_what_is_guarded_is_told_to_the_leader_too(session: Session, settings: Settings, staff: Staff, klass: Klass, confidential: bool) -> None:
    town.bring(session, town.ticket(session, settings, klass=klass, confidential=confidential), State.TO_ACCEPT, by=staff, settings=settings)
    assert told(session)[1:] == [("liaison", "new"), ("leader", "new")]


def test_a_department_of_which_nobody_can_be_told_is_told_to_the_hotline(session: Session, settings: Settings) -> None:
    boss, second = town.somebody(session, Role.SUPERVISOR), town.somebody(session, Role.SUPERVISOR, login="second")
    nobody = town.unit(session, "103", "玉溪市档案馆")
    gone = town.somebody(session, Role.LIAISON, of=nobody)
    gone.active = False
    session.flush()
    referrals.dispatch(session, town.ticket(session, settings), to=nobody, by=boss, settings=settings, at=NOON)
    assert told(session)[2:] == [("supervisor", "unmanned"), (second.login, "unmanned")]  # who sent it there, too


def test_what_nobody_of_the_department_can_be_told_on_the_way_is_told_to_the_hotline(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)
    staff.leader.active = False
    referrals.reply(session, row, text="请到窗口办理。", personal=False, by=staff.liaison, at=NOON)
    staff.leader.active, staff.liaison.active = True, False
    referrals.sign(session, row, no_secrets=True, by=staff.leader, at=NOON)
    session.flush()
    other = town.somebody(session, Role.SUPERVISOR, login="second")
    referrals.send_back(session, row, why="没有回答问题", by=staff.supervisor, settings=settings, at=NOON)
    urging.supplement(session, row, words="地址有误", by=other, at=NOON)
    assert told(session)[2:] == [("supervisor", "to_sign"), ("supervisor", "to_check"), ("second", "sent_back"), ("supervisor", "added")]


def test_that_a_ticket_is_gone_to_where_nobody_can_be_told_is_told_once(session: Session, settings: Settings, staff: Staff) -> None:
    nobody, operator = town.unit(session, "103", "玉溪市档案馆"), town.somebody(session, Role.OPERATOR)
    town.somebody(session, Role.SUPERVISOR, login="second")
    row = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)
    referrals.give_back(session, row, why="不属本单位职责", by=staff.liaison, settings=settings, at=NOON)
    referrals.dispatch(session, row, to=nobody, by=staff.supervisor, settings=settings, at=later(hours=1))
    for hours in (2, 3):
        urging.urge(session, row, by=operator, at=later(hours=hours))
    assert [one for one in told(session) if one[1] in ("gone", "unmanned")] == [("supervisor", "unmanned"), ("second", "unmanned"), ("liaison", "gone")]


def test_what_the_caller_adds_reaches_whose_turn_it_is(session: Session, settings: Settings, staff: Staff) -> None:
    operator = town.somebody(session, Role.OPERATOR)
    row = town.ticket(session, settings)
    urging.urge(session, row, by=operator, at=NOON)
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
    urging.supplement(session, row, words="地址有误", by=operator, at=NOON)
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings)
    urging.urge(session, row, by=operator, at=NOON)
    assert [one for one in told(session) if one[1] in ("urged", "added")] == [("supervisor", "urged"), ("liaison", "added"), ("supervisor", "urged")]


def test_other_systems_hear_of_their_departments_tickets_only(session: Session, settings: Settings, staff: Staff) -> None:
    other = town.unit(session, "102", "玉溪市住建局")
    hooks = [webhooks.add(session, name, "https://x.example/", department_id=unit, by="admin", at=NOON).id
             for name, unit in (("all", None), ("own", staff.office.id), ("others", other.id))]  # fmt: skip
    town.bring(session, town.ticket(session, settings), State.TO_ACCEPT, by=staff, settings=settings)
    assert session.scalars(select(Delivery.place).order_by(Delivery.id)).all() == [str(hooks[0]), str(hooks[0]), str(hooks[1])]


# -- the caller ---------------------------------------------------------------------------------------------------
def lodged(session: Session, settings: Settings, *, contact: str = "", confidential: bool = False, told_closed: bool = True) -> Ticket:
    operator, matter = town.somebody(session, Role.OPERATOR), Matter(Klass.PRAISE, "表扬", "服务好", confidential, contact=contact)
    return lodge(session, matter, call=town.call(session), to=None, by=operator, settings=settings, at=NOON, told_closed=told_closed).ticket


def sent(session: Session) -> list[tuple[str, str]]:
    return [(row.template, row.place) for row in session.scalars(select(Delivery).order_by(Delivery.id))]


def test_who_lodges_from_a_mobile_is_sent_his_code_and_that_it_is_closed_if_he_wishes(session: Session, settings: Settings, staff: Staff) -> None:
    row = lodged(session, settings)
    code = session.scalars(select(Delivery)).one().values["code"]
    assert not caller_sms.lodged(session, row, code, at=NOON)
    town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings)
    assert row.state == State.CLOSED
    assert sent(session) == [("query_code", CALLER), ("closed", CALLER)]
    referrals.file(session, row, at=later(days=31))
    assert len(sent(session)) == 2


@pytest.mark.parametrize(("matter", "expected"), [({"told_closed": False}, ["query_code"]), ({"contact": "0877-2012345"}, []), ({"confidential": True}, [])])
def test_who_does_not_wish_has_no_mobile_or_wants_secrecy_is_sent_nothing(
    session: Session, settings: Settings, staff: Staff, matter: dict[str, object], expected: list[str]
) -> None:
    row = lodged(session, settings, **matter)  # type: ignore[arg-type]
    row.summary = "来电人表扬窗口服务。"
    town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings)
    assert [template for template, _ in sent(session)] == expected
