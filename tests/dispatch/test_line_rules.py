"""The rules of the line: who is received how. Decisions by values, rows by both databases."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import missed
from dispatch.calls import calls, settling
from dispatch.line import barring, flags, rules, rush, switches
from dispatch.line.barring import Block, CallerWarning, Cause
from dispatch.line.errors import LineRuleError
from dispatch.line.flags import Skill
from dispatch.line.priority import Rank
from dispatch.line.rules import Reception, Rules, receive
from dispatch.line.rush import Flood, Rush
from dispatch.line.switches import LineSwitch
from hotline.audit import AuditRow
from hotline.calendar import keeping
from hotline.settings import Settings
from hotline.times import CHINA
from tests.conftest import NOON
from tests.dispatch import town

RUDE, OTHER = "13887712345", "13887700000"
UNTIL = NOON + timedelta(days=30)


def loaded(session: Session, settings: Settings, at: datetime = NOON) -> Rules:
    session.flush()
    return rules.load(session, settings=settings, at=at)


def received(session: Session, settings: Settings, caller: str = RUDE, *, dialled: str = "96128", at: datetime = NOON) -> Reception:
    return receive(loaded(session, settings, at), caller=caller, dialled=dialled, at=at)


def block(session: Session, number: str = RUDE, *, until: datetime = UNTIL, warned: bool = True, reason: str = "辱骂接线员") -> Block:
    if warned:
        barring.warn(session, number, cause=Cause.NUISANCE, reason="辱骂", told=True, by="op", at=NOON)
    return barring.block(session, number, cause=Cause.NUISANCE, reason=reason, until=until, by="boss", at=NOON)


# ---------------------------------------------------------------- warned, then blocked
def test_a_blocked_caller_hears_why_until_when_and_where_to_complain(session: Session, settings: Settings) -> None:
    block(session)
    words = received(session, settings, "+86138-8771 2345").blocked
    assert words == ("blocked_nuisance", "blocked_until", "month_12", "day_23", "blocked_complain")
    assert received(session, settings, OTHER).blocked == ()
    assert received(session, settings, "").blocked == ()


def test_a_block_begins_and_ends_and_is_lifted_with_a_reason(session: Session, settings: Settings) -> None:
    row = block(session)
    assert received(session, settings, at=UNTIL - timedelta(seconds=1)).blocked
    assert not received(session, settings, at=UNTIL).blocked
    with pytest.raises(LineRuleError, match="原因"):
        barring.lift(session, row, why=" ", by="boss", at=NOON)
    barring.lift(session, row, why="申诉成立", by="boss", at=NOON)
    assert not received(session, settings).blocked
    with pytest.raises(LineRuleError, match="已经结束"):
        barring.lift(session, row, why="又一次", by="boss", at=NOON)
    session.flush()
    assert session.scalars(select(AuditRow.deed).order_by(AuditRow.id)).all() == ["caller.warned", "caller.blocked", "caller.unblocked"]


def test_a_picture_of_the_rules_that_grows_old_keeps_nobody_out_too_long(session: Session, settings: Settings) -> None:
    block(session)
    old = loaded(session, settings)
    assert receive(old, caller=RUDE, dialled="96128", at=NOON).blocked
    assert not receive(old, caller=RUDE, dialled="96128", at=UNTIL).blocked


def test_of_two_blocks_the_longer_holds(session: Session, settings: Settings) -> None:
    block(session, until=UNTIL)
    block(session, until=NOON + timedelta(days=1))
    assert received(session, settings, at=NOON + timedelta(days=2)).blocked


def test_nobody_is_blocked_who_has_not_heard_a_warning(session: Session, settings: Settings) -> None:
    with pytest.raises(LineRuleError, match="先提醒"):
        block(session, warned=False)
    barring.warn(session, RUDE, cause=Cause.FALSE, reason="谎报", told=False, by="op", at=NOON)
    assert received(session, settings).warned
    with pytest.raises(LineRuleError, match="先提醒"):
        block(session, warned=False)
    barring.told(session, RUDE, at=NOON)
    assert not received(session, settings).warned
    assert block(session, warned=False).holds(NOON)


@pytest.mark.parametrize(
    ("number", "until", "reason", "why"),
    [
        (RUDE, NOON, "辱骂", "截止"), (RUDE, NOON + timedelta(days=400), "辱骂", "一年"), (RUDE, UNTIL, " ", "原因"),
        ("138*", UNTIL, "群呼", "前7位"), ("匿名", UNTIL, "辱骂", "号码"), ("匿名*", UNTIL, "辱骂", "前7位"),
    ],
)  # fmt: skip
def test_a_block_without_number_reason_or_end_is_refused_in_words(session: Session, number: str, until: datetime, reason: str, why: str) -> None:
    barring.warn(session, RUDE, cause=Cause.NUISANCE, reason="辱骂", told=True, by="op", at=NOON)
    with pytest.raises(LineRuleError, match=why):
        block(session, number, until=until, reason=reason, warned=False)


def test_a_range_keeps_out_every_number_in_it_and_needs_no_warning(session: Session, settings: Settings) -> None:
    block(session, "+86 0877-201*", warned=False)
    assert session.scalars(select(Block.number)).one() == "0877201*"
    assert received(session, settings, "2012345").blocked
    assert not received(session, settings, "2022345").blocked


# ---------------------------------------------------------------- hours, switches, flags, anonymous callers
def test_out_of_hours_the_caller_is_told_when_and_a_change_on_the_office_page_counts_at_once(session: Session, settings: Settings) -> None:
    before = rules.stamps(session)
    keeping.keep_special(session, date(2026, 11, 23), "08:00-11:00", reason="线路检修", by="x", at=NOON)
    session.flush()
    assert rules.stamps(session) != before
    assert received(session, settings) == Reception(
        staffed=False, self_service=True,
        closed=("closed_now", "tomorrow", "weekday_2", "people_from", "hour_0", "people_begin"))  # fmt: skip


@pytest.mark.parametrize(
    ("dialled", "hour", "offered", "initials"),
    [
        ("96128", 12, False, False),  # by day the row of the number
        ("+8687796128", 12, False, False),
        ("96128", 20, True, True),  # the row of the night
        ("12345", 12, True, True),  # the row of every number
    ],
)
def test_self_service_is_switched_by_number_and_hour(
    session: Session, settings: Settings, dialled: str, hour: int, offered: bool, initials: bool
) -> None:
    add = {"reason": "试点", "by": "office", "at": NOON}
    switches.add(session, number="96128", hours="1-5 08:30-18:00", self_service=False, keypad_initials=False, **add)  # type: ignore[arg-type]
    switches.add(session, number="", hours="", self_service=True, keypad_initials=True, **add)  # type: ignore[arg-type]
    at = datetime(2026, 11, 23, hour, tzinfo=CHINA)
    assert received(session, settings, dialled=dialled, at=at).self_service is offered
    assert loaded(session, settings).machine(dialled, at).keypad_initials is initials


def test_a_row_that_is_ended_leaves_it_to_the_settings_and_stays_as_history(session: Session, settings: Settings) -> None:
    row = switches.add(session, number="", hours="", self_service=False, keypad_initials=False, reason="检修", by="x", at=NOON)
    assert not received(session, settings).self_service
    before = rules.stamps(session)
    switches.end(session, row, by="x", at=NOON)
    session.flush()
    assert rules.stamps(session) != before
    assert received(session, settings).self_service
    assert session.scalars(select(LineSwitch.ended_by)).one() == "x"
    with pytest.raises(LineRuleError, match="已经停用"):
        switches.end(session, row, by="x", at=NOON)


@pytest.mark.parametrize(("number", "hours", "reason"), [("热线", "", "试点"), ("", "9 to 5", "试点"), ("", "8-9 08:00-09:00", "试点"),
                                                         ("", "12:00-09:00", "试点"), ("", "", " ")])  # fmt: skip
def test_a_switch_that_fits_nothing_is_refused(session: Session, number: str, hours: str, reason: str) -> None:
    with pytest.raises(LineRuleError):
        switches.add(session, number=number, hours=hours, self_service=True, keypad_initials=False, reason=reason, by="x", at=NOON)


def test_who_is_flagged_skips_the_machine_for_a_person_with_that_skill(session: Session, settings: Settings) -> None:
    flags.flag(session, "0877-2012345", Skill.DIALECT, reason="只会彝语", by="op", at=NOON)
    found = received(session, settings, "2012345")
    assert (found.self_service, found.skill) == (False, Skill.DIALECT)
    before = rules.stamps(session)
    flags.flag(session, "2012345", None, reason="换了号主", by="op", at=NOON + timedelta(minutes=1))
    session.flush()
    assert rules.stamps(session) != before
    assert received(session, settings, "2012345") == Reception(staffed=True, self_service=True)
    for number, reason in (("", "x x"), ("2012345", "")):
        with pytest.raises(LineRuleError):
            flags.flag(session, number, Skill.ELDERLY, reason=reason, by="op", at=NOON)


def test_who_withholds_his_number_is_received_as_anybody_or_by_a_person_as_the_setting_says(session: Session, settings: Settings) -> None:
    assert received(session, settings, "anonymous").self_service
    strict = settings.model_copy(update={"anonymous_callers": "person"})
    assert not received(session, strict, "anonymous").self_service
    assert received(session, strict, RUDE).self_service


def test_every_change_shows_in_the_stamps(session: Session) -> None:
    seen = {rules.stamps(session)}
    deeds = (
        lambda: keeping.keep(session, date(2026, 12, 1), date(2026, 12, 1), works=False, reason="x", by="x", at=NOON),
        lambda: keeping.keep(session, date(2026, 12, 1), date(2026, 12, 1), works=True, reason="x", by="x", at=UNTIL),
        lambda: barring.warn(session, RUDE, cause=Cause.NUISANCE, reason="辱骂", told=False, by="op", at=NOON),
        lambda: barring.told(session, RUDE, at=NOON),
        lambda: block(session, warned=False),
        lambda: barring.lift(session, session.scalars(select(Block)).one(), why="申诉成立", by="x", at=NOON),
    )
    for deed in deeds:
        deed()
        session.flush()
        seen.add(rules.stamps(session))
    assert len(seen) == len(deeds) + 1
    assert session.scalars(select(CallerWarning.told_at)).one() == NOON


# ---------------------------------------------------------------- floods
def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def test_the_supervisor_is_told_of_every_tenth_call_within_ten_minutes_and_nobody_is_blocked(session: Session, settings: Settings) -> None:
    counted = Rush(settings)
    seen = [counted.came(RUDE, at(20 * n)) for n in range(20)]
    assert [n + 1 for n, one in enumerate(seen) if one.sightings] == [10, 20]
    assert not any(one.machine for one in seen)
    for one in seen:
        rush.note(session, one.sightings)
    row = session.scalars(select(Flood)).one()
    assert (row.number, row.calls, row.began_at, row.last_at, row.sent_away) == (RUDE, 20, at(180), at(380), False)


def test_a_few_calls_in_an_hour_are_no_flood(settings: Settings) -> None:
    counted = Rush(settings)
    assert not any(counted.came(RUDE, at(400 * n)).sightings for n in range(20))


def test_only_a_number_that_rings_faster_than_people_can_is_sent_away_and_only_while_it_does(settings: Settings) -> None:
    counted = Rush(settings)
    seen = [counted.came(RUDE, at(n)).machine for n in range(40)]
    assert seen == [False] * 30 + [True] * 10
    assert not counted.came(OTHER, at(41)).machine
    assert not counted.came(RUDE, at(200)).machine


def test_numbers_that_are_withheld_are_many_peoples(settings: Settings) -> None:
    counted = Rush(settings)
    seen = [counted.came("", at(n)) for n in range(60)]
    assert not any(one.machine for one in seen)
    assert sum(bool(one.sightings) for one in seen) == 6


def test_a_range_that_rings_in_turn_is_seen_too(settings: Settings) -> None:
    counted = Rush(settings)
    seen = [s for n in range(80) for s in counted.came(f"138877123{n:02d}", at(n)).sightings]
    assert [(s.number, s.calls) for s in seen] == [("138877123*", 40)] * 2


def test_what_was_counted_long_ago_is_forgotten_and_leaves_nothing_behind(settings: Settings) -> None:
    counted = Rush(settings)
    for n in range(50):
        counted.came(f"1388771{n:04d}", at(1000 * n))
    for window in (counted._minute, counted._numbers, counted._ranges):
        assert len(window._came) == len(window._counts) == 1


def test_a_person_says_what_came_of_it_and_what_comes_later_is_another_flood(session: Session, settings: Settings) -> None:
    for second in (0.0, 60.0, 4000.0):
        rush.note(session, [rush.Sighting(RUDE, 10, at(second))])
    first, second_flood = session.scalars(select(Flood).order_by(Flood.id)).all()
    assert (first.calls, second_flood.calls) == (20, 10)
    with pytest.raises(LineRuleError, match="处理情况"):
        rush.see(session, first, verdict="", by="boss", at=NOON)
    rush.see(session, first, verdict="已电话提醒", by="boss", at=NOON)
    rush.note(session, [rush.Sighting(RUDE, 10, at(4060))])
    assert (first.calls, second_flood.calls) == (20, 20)


# ---------------------------------------------------------------- rank in the queue
def test_the_flagged_go_before_who_rang_in_vain_and_he_before_everybody_else_until_he_is_reached(session: Session, settings: Settings) -> None:
    flags.flag(session, OTHER, Skill.ELDERLY, reason="八十岁", by="op", at=NOON)
    before = rules.stamps(session)
    for caller in (OTHER, RUDE):
        town.call(session, f"in-vain-{caller}", caller=caller)
        calls.queue(session, session.get_one(calls.Call, f"in-vain-{caller}"), at=NOON)
        settling.end(session, f"in-vain-{caller}", at=NOON)
    missed.gather(session, settings=settings, at=NOON + missed.SETTLED)
    session.flush()
    assert rules.stamps(session) != before
    ranks = [received(session, settings, caller).rank for caller in (OTHER, RUDE, "13900000009", "")]
    assert ranks == [Rank.SKILL, Rank.MISSED, Rank.USUAL, Rank.USUAL]
    assert max(ranks) < Rank.EMERGENCY
    before = rules.stamps(session)
    for row in session.scalars(select(missed.MissedCaller)).all():
        missed.close(session, row.id, missed.Over.CAME_THROUGH, at=NOON)
    session.flush()
    assert rules.stamps(session) != before
    assert received(session, settings, RUDE).rank == Rank.USUAL
