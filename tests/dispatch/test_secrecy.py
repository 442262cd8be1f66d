"""保密 asked for when the matter is on its way: from then on its department knows nothing of the caller."""

from contextlib import nullcontext

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import contacting
from dispatch.tickets import asides, intake, merging, reach, referrals, secrecy
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import OVER, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling import outbox, sms
from hotline.telling.notices import Notice, Topic
from hotline.telling.outbox import Delivery
from recordings import recordings
from recordings.recordings import Kind
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

AT = later(hours=1)


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    call = town.call(session)
    sound = recordings.expect(session, call.id, kind=Kind.CALL, spool=settings.spool, at=NOON)
    session.flush()
    made = town.ticket(session, settings, of=call, recording=sound)
    return town.bring(session, made, State.IN_HAND, by=staff, settings=settings)


def test_from_then_on_recording_number_and_contact_are_closed_to_the_department(session: Session, settings: Settings, staff: Staff, row: Ticket) -> None:
    operator = town.somebody(session, Role.OPERATOR)
    sound = row.recording
    assert sound is not None
    before = [reach.recording(session, sound.id, account=staff.liaison) is not None, reach.sees_caller(session, row, account=staff.liaison),
              contacting.may(session, row, account=staff.liaison), not reach.must_ask(session, sound, account=staff.supervisor, at=AT)]  # fmt: skip
    assert before == [True] * 4
    secrecy.ask(session, row, why="来电再次来电提出", by=operator, at=AT)
    session.flush()
    after = [reach.recording(session, sound.id, account=staff.liaison) is not None, reach.sees_caller(session, row, account=staff.liaison),
             contacting.may(session, row, account=staff.liaison), not reach.must_ask(session, sound, account=staff.supervisor, at=AT)]  # fmt: skip
    assert after == [False] * 4
    step = row.steps[-1]
    assert (step.action, step.by, step.why, step.source, step.target) == (secrecy.CONFIDE, "operator", "来电再次来电提出", State.IN_HAND, State.IN_HAND)
    assert "ticket.confide" in session.scalars(select(AuditRow.deed).where(AuditRow.thing == row.number)).all()
    with pytest.raises(ReferralError, match="已保密"):
        secrecy.ask(session, row, why="再次", by=operator, at=AT)


def test_in_every_open_state_and_by_who_speaks_with_callers_alone(session: Session, settings: Settings, staff: Staff) -> None:
    operator = town.somebody(session, Role.OPERATOR)
    for state in sorted(set(State) - {State.MERGED}):
        row = town.put(session, town.ticket(session, settings, code=""), state)
        assert secrecy.may_be_asked(row, operator) is (state not in OVER)
        assert not any(secrecy.may_be_asked(row, by) for by in (staff.liaison, staff.leader, staff.competent) if by)
        if state in OVER:
            with pytest.raises(ReferralError):
                secrecy.ask(session, row, why="来电人提出", by=operator, at=AT)
        else:
            secrecy.ask(session, row, why="来电人提出", by=operator, at=AT)
            assert (row.confidential, row.state) == (True, state)


@pytest.mark.parametrize("who", ["goes with another", "has another with it"])
def test_what_is_secret_from_then_on_goes_with_no_other(session: Session, settings: Settings, staff: Staff, who: str) -> None:
    main, other = (town.ticket(session, settings, code="") for _ in range(2))
    merging.merge(session, other, into=main, why="同一事项", by=staff.supervisor, settings=settings, at=NOON)
    row = other if who == "goes with another" else main
    secrecy.ask(session, row, why="来电人提出", by=staff.supervisor, at=AT)
    session.flush()
    assert (row.confidential, other.state, other.merged_into_id) == (True, State.TO_DISPATCH, None)
    assert [s.action for s in other.steps if s.action == "unmerge"] == ["unmerge"]
    assert other.dispatch_since is not None
    asides.withdraw(session, other, why="已解决", by=staff.supervisor, at=AT)


def test_why_is_asked(session: Session, row: Ticket, staff: Staff) -> None:
    with pytest.raises(ReferralError, match="如何提出"):
        secrecy.ask(session, row, why=" ", by=staff.supervisor, at=AT)


@pytest.mark.parametrize("asked", ["on the way", "before it is dispatched"])
def test_no_short_message_that_waits_goes_out_any_more_and_a_person_tells_it(session: Session, settings: Settings, staff: Staff, row: Ticket, asked: str) -> None:
    about, secret = {"about": ("ticket", row.number)}, {"number": row.number, "code": town.CODE}
    sms.owe(session, sms.EXTENDED, row.contact, {"number": row.number, "date": "12月2日"}, NOON, key="a", **about)  # type: ignore[arg-type]
    sms.owe(session, sms.CODE, row.contact, secret, NOON, key="b", **about)  # type: ignore[arg-type]
    duty = {"department": "x", "urgency": "特急", "number": row.number, "due": "x"}
    sms.owe(session, sms.DUTY, "13800000001", duty, NOON, key="c", **about)  # type: ignore[arg-type]
    session.scalars(select(Delivery).where(Delivery.topic == sms.CODE)).one().state = outbox.State.FAILED
    if asked == "on the way":
        secrecy.ask(session, row, why="来电人再次来电提出", by=staff.supervisor, at=AT)
    else:
        referrals.give_back(session, row, why="不属我局", by=staff.liaison, settings=settings, at=AT)
        matter = Matter(Klass.CONSULT, row.title, row.summary, confidential=True)
        for _ in range(2):
            intake.describe(session, row, matter, by=staff.supervisor, settings=settings, at=AT)
    session.flush()
    found = {d.topic: (str(d.state), d.values.get("code")) for d in session.scalars(select(Delivery).where(Delivery.channel == "sms"))}
    assert found == {"extended": ("void", None), "query_code": ("void", outbox.STARS), "duty": ("owed", None)}
    told = session.scalars(select(Notice.account_id).where(Notice.topic == Topic.UNHEARD)).all()
    assert told == [staff.supervisor.id]


@pytest.mark.parametrize("asked", ["on the way", "as it was lodged"])
def test_what_he_asked_for_on_the_way_is_not_taken_back_when_it_is_written_down_anew(session: Session, settings: Settings, row: Ticket, staff: Staff, asked: str) -> None:
    if asked == "on the way":
        secrecy.ask(session, row, why="来电人提出", by=staff.supervisor, at=AT)
    referrals.give_back(session, row, why="不属我局", by=staff.liaison, settings=settings, at=AT)
    if asked == "as it was lodged":  # by a tick of the one who wrote it down, who may have been wrong
        intake.describe(session, row, Matter(Klass.CONSULT, row.title, row.summary, confidential=True), by=staff.supervisor, settings=settings, at=AT)
    plain = Matter(Klass.CONSULT, row.title, row.summary)
    with pytest.raises(ReferralError, match="不能撤回") if asked == "on the way" else nullcontext():
        intake.describe(session, row, plain, by=staff.supervisor, settings=settings, at=AT)
    assert row.confidential is (asked == "on the way")
