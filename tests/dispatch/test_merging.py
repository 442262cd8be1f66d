"""合并: the same matter is followed once, nothing of any caller is lost, and what is confidential never goes with what isn't."""

from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Callback
from dispatch.calls.calls import Call
from dispatch.clocks import recounting
from dispatch.tickets import asides, duplicates, extensions, intake, joint, merging, progress, referrals, urging
from dispatch.tickets.duplicates import Likely
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import UNHEARD, Klass, Ticket, Urgency
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.calendar import keeping
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Notice, Topic
from hotline.times import local, local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CODE, Staff, later

OTHER = "13999999999"


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def main(session: Session, settings: Settings, staff: Staff) -> Ticket:
    row = town.ticket(session, settings, code="88888888", contact=OTHER)
    return town.bring(session, row, State.IN_HAND, by=staff, settings=settings)


def merged(session: Session, settings: Settings, main: Ticket, staff: Staff, **matter: object) -> Ticket:
    row = town.ticket(session, settings, summary="来电人也问居住证续签。", **matter)
    merging.merge(session, row, into=main, why="同一事项", by=staff.supervisor, settings=settings, at=later(hours=1))
    session.flush()
    return row


def test_every_caller_of_one_matter_keeps_his_code_and_is_called_back(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    row = merged(session, settings, main, staff)
    assert (row.state, row.department_id, row.due_at, merging.of(session, main)) == (State.MERGED, None, None, [row])
    told = progress.look_up(session, CODE, caller=town.CALLER, four="", settings=settings)
    assert told is not None
    assert (told.number, told.state) == (row.number, State.IN_HAND)  # it stands where the other stands
    urging.urge(session, row, words="等急了", by=staff.supervisor, at=later(hours=2))
    town.bring(session, main, State.TO_CALL_BACK, by=staff, settings=settings, at=later(hours=3))
    assert (row.state, row.reply, row.signed_by, row.department_id) == (State.TO_CALL_BACK, main.reply, "leader", main.department_id)
    owed = session.scalars(select(Callback).order_by(Callback.id)).all()
    assert [(c.ticket_id, c.number) for c in owed] == [(main.id, OTHER), (row.id, town.CALLER)]
    session.refresh(main)
    assert [(s.action, s.why) for s in main.steps if s.action in ("merged_in", "urge")] == [("merged_in", row.summary), ("urge", "等急了")]
    referrals.told(session, row, grade=5, settings=settings, at=later(hours=4))  # each rates it for himself
    assert (row.state, main.state) == (State.IN_HAND, State.TO_CALL_BACK)


def test_what_was_merged_is_taken_out_or_goes_on_alone_when_the_other_ends(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    first, second = merged(session, settings, main, staff), merged(session, settings, main, staff, code="")
    promised, third = first.promised_by, merged(session, settings, main, staff, code="")
    asides.withdraw(session, third, why="不需要了", by=staff.supervisor, at=later(hours=2))
    assert (third.state, third.merged_into_id, progress.followed(session, third)) == (State.WITHDRAWN, None, third)
    with pytest.raises(ReferralError, match="理由"):
        merging.take_out(session, first, why=" ", by=staff.supervisor, at=later(hours=2))
    merging.take_out(session, first, why="问的是另一件事", by=staff.supervisor, at=later(hours=2))
    asides.withdraw(session, main, why="已解决", by=staff.supervisor, at=later(hours=3))
    session.flush()
    assert [(t.state, t.merged_into_id) for t in (first, second)] == [(State.TO_DISPATCH, None)] * 2
    assert first.promised_by == promised
    town.bring(session, first, State.TO_CALL_BACK, by=staff, settings=settings, at=later(hours=4))
    assert first.state == State.TO_CALL_BACK


@pytest.mark.parametrize("matter", [{"confidential": True}, {"klass": Klass.COMPLAINT}, {"klass": Klass.REPORT}, {"complained_of": "玉溪市公安局"}])
def test_what_is_kept_apart_is_merged_neither_way(session: Session, settings: Settings, staff: Staff, main: Ticket, matter: dict[str, object]) -> None:
    row = town.ticket(session, settings, code="", **matter)
    for one, into in ((row, main), (main, row)):
        with pytest.raises(ReferralError, match="相同的事项才能合并"):
            merging.merge(session, one, into=into, why="x", by=staff.supervisor, settings=settings, at=NOON)
    assert duplicates.of(session, row, account=staff.supervisor, settings=settings, at=NOON) == []


def test_the_database_keeps_what_is_confidential_apart_by_whatever_way(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    secret, plain = town.ticket(session, settings, code="", confidential=True), merged(session, settings, main, staff)
    for of, change in ((secret, "merged_into_id = :main"), (plain, "confidential = (:main > 0)"), (main, "confidential = (:main > 0)")):
        kept = session.begin_nested()
        with pytest.raises(DBAPIError, match="does not go with"):
            session.execute(text(f"UPDATE ticket SET {change} WHERE id = :of"), {"main": main.id, "of": of.id})  # noqa: S608
        kept.rollback()


def test_what_others_go_with_is_not_made_secret_or_another_class(session: Session, settings: Settings, staff: Staff) -> None:
    main = town.ticket(session, settings, code="88888888")
    merged(session, settings, main, staff)
    for klass, secret, of in ((Klass.CONSULT, True, ""), (Klass.COMPLAINT, False, ""), (Klass.CONSULT, False, "某局")):
        with pytest.raises(ReferralError, match="先撤销合并"):
            intake.describe(session, main, Matter(klass, "x", "y", secret, of), by=staff.supervisor, settings=settings, at=NOON)
        session.expire(main)


def test_what_has_others_what_is_answered_and_what_nobody_heard_is_not_merged(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    merged(session, settings, main, staff)
    another = town.ticket(session, settings, code="")
    unheard = town.ticket(session, settings, code="", summary=UNHEARD)
    for one, into, words in ((main, another, "先撤销合并"), (unheard, main, "收听录音"), (another, another, "另一工单")):
        with pytest.raises(ReferralError, match=words):
            merging.merge(session, one, into=into, why="x", by=staff.supervisor, settings=settings, at=NOON)
    town.bring(session, main, State.TO_CALL_BACK, by=staff, settings=settings)
    with pytest.raises(ReferralError, match="尚未答复"):
        merging.merge(session, another, into=main, why="x", by=staff.supervisor, settings=settings, at=NOON)


def test_a_department_hears_that_its_ticket_is_gone_and_the_other_that_more_was_told(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    other = town.unit(session, "102", "玉溪市住建局")
    town.somebody(session, Role.LIAISON, of=other, login="theirs")
    row = town.ticket(session, settings, code="")
    referrals.dispatch(session, row, to=other, by=staff.supervisor, settings=settings, at=NOON)
    joint.ask(session, row, of=staff.office, words="请说明", by=staff.supervisor, settings=settings, at=NOON)
    merging.merge(session, row, into=main, why="同一事项", by=staff.supervisor, settings=settings, at=NOON)
    session.refresh(row)
    assert [(s.action, s.source, s.target) for s in row.steps[-2:]] == [("merge", "to_accept", "merged"), ("share_end", "merged", "merged")]
    rows = session.execute(select(Account.login, Notice.topic).join(Account, Account.id == Notice.account_id).order_by(Notice.id))
    assert [tuple(one) for one in rows][-3:] == [("theirs", Topic.MERGED), ("liaison", Topic.SHARE_OVER), ("liaison", Topic.ADDED)]


def test_days_granted_to_the_matter_are_granted_to_everybody_who_waits_for_its_answer(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    assert staff.competent is not None
    before, urgent = merged(session, settings, main, staff), merged(session, settings, main, staff, code="", urgency=Urgency.URGENT)
    promised = urgent.promised_by
    extensions.ask(session, main, days=4, why="须现场勘察", by=staff.liaison, settings=settings, at=later(hours=2))
    extensions.grant(session, main, by=staff.competent, settings=settings, at=later(hours=3))
    after = merged(session, settings, main, staff, code="")
    for row in (before, after):
        session.refresh(row)
        assert (f"{local(row.promised_by):%m-%d %H:%M}", row.steps[-1].action, row.steps[-1].detail) == ("12-02 18:00", "extended_along", {"days": 4})
        assert len([line for line in row.why_promised if "延期" in line]) == 4
    told = progress.look_up(session, CODE, caller=town.CALLER, four="", settings=settings)
    assert told is not None
    assert (told.promised_by, told.extended) == (main.promised_by, True)
    assert (urgent.promised_by, urgent.promise_extended) == (promised, 0), "what runs in hours has no day to gain"
    merging.take_out(session, before, why="另一件事", by=staff.supervisor, at=later(hours=4))
    assert before.promised_by == main.promised_by, "he may have been told"


def test_the_promise_of_who_goes_with_another_follows_the_calendar(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    row = merged(session, settings, main, staff)
    day = local_day(row.promised_by)
    keeping.keep(session, day, day, works=False, reason="停水", by="city_office", at=later(hours=2))
    assert row.id in recounting.moved(session, settings=settings)
    recounting.recount(session, row, settings=settings, at=later(hours=2))
    assert local_day(row.promised_by) > day


# -- what is likely the same ---------------------------------------------------------------------------------------
def test_the_same_caller_or_the_same_words_in_one_department_are_shown_likeliest_first(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    other = town.call(session, "20261123120000-0123456789ac", caller=OTHER)
    row = town.ticket(session, settings, code="", of=other, title="居住证快到期", summary="来电人想知道居住证怎样续签。")
    far = town.ticket(session, settings, code="", of=other, title="噪声扰民", summary="夜间施工，希望城管处理。")
    assert [(o.ticket.number, o.caller) for o in duplicates.of(session, row, account=staff.supervisor, settings=settings, at=NOON)] == [(main.number, True)]
    assert duplicates.of(session, far, account=staff.supervisor, settings=settings, at=NOON) == []
    town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings)
    row.contact = row.caller = ""
    row.summary = main.summary
    found = duplicates.of(session, row, account=staff.supervisor, settings=settings, at=NOON)
    assert [(o.ticket.number, o.caller) for o in found] == [(main.number, False)]
    assert duplicates.of(session, row, account=staff.supervisor, settings=settings, at=later(days=90)) == []
    for change, seen in (({"duplicate_days": 91}, 1), ({"duplicate_days": 91, "duplicate_percent": 100}, 0)):
        own = settings.model_copy(update=change)
        assert len(duplicates.of(session, row, account=staff.supervisor, settings=own, at=later(days=90))) == seen, change


def test_what_is_being_written_down_is_compared_and_nothing_is_kept_of_it(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    def seen(title: str, of: str = "", **more: Any) -> list[tuple[str, bool]]:
        matter = Matter(Klass.CONSULT, title, "", contact=of, **more)
        found = duplicates.of_matter(session, matter, call=session.get_one(Call, town.CALL), department_id=staff.office.id,
                                     account=staff.supervisor, settings=settings, at=NOON)  # fmt: skip
        return [(one.ticket.number, one.caller) for one in found]

    said = main.title + main.summary
    assert (seen(said), seen(said, OTHER)) == ([(main.number, True)] * 1, [(main.number, True)])
    assert (seen("居"), seen("夜间施工噪声扰民"), seen(said, confidential=True)) == ([], [], [])
    session.flush()
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_who_writes_it_down_may_only_propose_that_it_goes_with_another(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    row = town.ticket(session, settings, code="")
    merging.propose(session, row, into=main, by=staff.liaison, at=NOON)
    session.refresh(row)
    assert (row.state, row.merged_into_id, merging.proposed(row)) == (State.TO_DISPATCH, None, main.number)
    with pytest.raises(ReferralError, match="另一工单"):
        merging.propose(session, row, into=row, by=staff.liaison, at=NOON)


def test_outside_the_hotline_nobody_learns_which_tickets_are_of_one_telephone(session: Session, settings: Settings, staff: Staff, main: Ticket) -> None:
    other = town.unit(session, "102", "玉溪市住建局")
    row = town.ticket(session, settings, code="", contact=OTHER, summary=main.summary)
    referrals.dispatch(session, row, to=other, by=staff.supervisor, settings=settings, at=NOON)
    assert staff.competent is not None
    assert [type(o) for o in duplicates.of(session, row, account=staff.supervisor, settings=settings, at=NOON)] == [Likely]
    assert duplicates.of(session, row, account=staff.competent, settings=settings, at=NOON) == []
