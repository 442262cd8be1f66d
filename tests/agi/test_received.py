"""How callers are received, over a real FastAGI server: what the dialplan is told of each of them."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from agi.rules import LiveRules
from dispatch.calls.calls import Step
from dispatch.line import barring, flags, switches
from dispatch.line.barring import CallerWarning, Cause
from dispatch.line.flags import Skill
from dispatch.line.rush import Flood
from hotline.calendar import keeping
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import local_day, now
from tests.agi.caller import NUMBER, Caller
from tests.agi.test_scripts import Hotline, a_house, house  # noqa: F401 (a fixture)
from tests.dispatch import town

Heard = dict[str, str]


def ring(here: Hotline, number: str = NUMBER, call_id: str = "20261123120000-0123456789ab") -> Heard:
    return here.serve(Caller(number=number, call_id=call_id), "incoming", number, "96128").variables


def until(found: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not found() and time.monotonic() < end:
        time.sleep(0.05)
    return found()


def test_nobody_in_particular_meets_nothing_in_particular(house: Hotline) -> None:  # noqa: F811
    assert ring(house) == {"STAFFED": "yes", "SELFSERVICE": "yes"}


def test_what_the_office_changes_holds_within_two_seconds(house: Hotline) -> None:  # noqa: F811
    assert ring(house)["SELFSERVICE"] == "yes"
    with house.database.writing() as session:
        switches.add(session, number="", hours="", self_service=False, keypad_initials=False, reason="检修", by="x", at=now())
    began = time.monotonic()
    assert until(lambda: ring(house)["SELFSERVICE"] == "no")
    assert time.monotonic() - began < 2.5


def test_a_blocked_caller_is_told_why_and_one_to_be_warned_hears_it_once(database: Database, tmp_path: object) -> None:
    with database.writing() as session:
        barring.warn(session, NUMBER, cause=Cause.FALSE, reason="谎报", told=True, by="op", at=now())
        barring.block(session, NUMBER, cause=Cause.FALSE, reason="谎报", until=now() + timedelta(days=3), by="boss", at=now())
        barring.warn(session, "13900000000", cause=Cause.NUISANCE, reason="辱骂", told=False, by="op", at=now())
    here = a_house(database, tmp_path)  # type: ignore[arg-type]
    blocked = ring(here)
    assert blocked["BLOCKED"] == "yes"
    assert blocked["BLOCKED_WORDS"].startswith("hotline/blocked_false&hotline/blocked_until&hotline/month_")
    assert blocked["BLOCKED_WORDS"].endswith("&hotline/blocked_complain")
    assert ring(here, "13900000000")["WARNED"] == "yes"
    hasty = here.serve(Caller(number="13900000000", hangs_up_at="hotline/warned"), "warned", "13900000000", "96128")
    assert hasty.prompts == ["warned"]
    with database.reading() as session:
        assert session.scalars(select(CallerWarning.told_at).where(CallerWarning.number != NUMBER)).one() is None
    assert here.serve(Caller(number="13900000000"), "warned", "13900000000", "96128").prompts == ["warned"]
    assert until(lambda: "WARNED" not in ring(here, "13900000000"))
    here.server.stop()


def test_who_needs_a_person_with_a_skill_is_spared_the_machine(database: Database, tmp_path: object) -> None:
    with database.writing() as session:
        flags.flag(session, NUMBER, Skill.ELDERLY, reason="八十岁", by="op", at=now())
    here = a_house(database, tmp_path, anonymous_callers="person")  # type: ignore[arg-type]
    assert ring(here) == {"STAFFED": "yes", "SKILL": "elderly", "QUEUE_PRIO": "6"}
    assert ring(here, "anonymous") == {"STAFFED": "yes"}
    assert ring(here, "13900000000")["SELFSERVICE"] == "yes"
    here.server.stop()


def test_out_of_hours_a_caller_is_told_when_people_answer_again(database: Database, tmp_path: object) -> None:
    with database.writing() as session:
        keeping.keep_special(session, local_day(now()), "", reason="线路检修", by="x", at=now())
    here = a_house(database, tmp_path)  # type: ignore[arg-type]
    told = ring(here)
    assert told["STAFFED"] == "no"
    assert told["CLOSED"].startswith("hotline/closed_now&hotline/tomorrow&hotline/weekday_")
    here.server.stop()


def test_a_machine_that_rings_without_end_is_told_the_line_is_busy_and_the_supervisor_sees_it(database: Database, tmp_path: object) -> None:
    here = a_house(database, tmp_path, flood_calls=5, flood_a_minute=6)  # type: ignore[arg-type]
    told = [ring(here, call_id=f"call-{n}").get("BLOCKED", "") for n in range(10)]
    assert told == [""] * 6 + ["busy"] * 4
    assert ring(here, "13900000000", "call-x").get("BLOCKED") is None

    def seen() -> list[tuple[str, int, bool]]:
        with database.reading() as session:
            return [(row.number, row.calls, row.sent_away) for row in session.scalars(select(Flood))]

    assert until(lambda: seen() == [(NUMBER, 10, True)]), seen()
    here.server.stop()


def test_while_the_database_is_away_the_last_rules_hold(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.writing() as session:
        flags.flag(session, NUMBER, Skill.DIALECT, reason="只会彝语", by="op", at=now())
    live = LiveRules(settings, database)
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/none", patience=0.2)
    monkeypatch.setattr(live, "_database", away)
    live.look()
    assert live.now.flags == {NUMBER: Skill.DIALECT}
    assert LiveRules(settings, away).now.flags == {}


# ---------------------------------------------------------------- danger
@pytest.mark.parametrize(("keys", "number"), [("10", "110"), ("120", "120"), ("22#", "122")])
def test_an_emergency_number_keyed_into_the_machine_leads_to_advice_and_to_the_head_of_the_queue(
    house: Hotline, keys: str, number: str  # noqa: F811
) -> None:
    house.began()
    caller = house.serve(Caller({"choose_department": keys}), "self_service")
    assert (caller.next, caller.prompts[-1], caller.variables["QUEUE_PRIO"]) == ("people", f"emergency_{number}", "10")
    assert house.steps() == [(Step.EMERGENCY, {"number": number})]


@pytest.mark.parametrize(("keys", "in_one_go", "waited"), [("10", 2.0, 2.0), ("10", 0.0, 5.0), ("11", 2.0, 5.0)])
def test_who_keys_one_in_one_go_is_not_waited_for_as_a_department_is(
    house: Hotline, monkeypatch: pytest.MonkeyPatch, keys: str, in_one_go: float, waited: float  # noqa: F811
) -> None:
    monkeypatch.setattr("agi.scripts.self_service.IN_ONE_GO", in_one_go)
    house.began()
    waits = house.serve(Caller({"choose_department": [keys]}), "self_service").waits
    assert waits[:2] == pytest.approx([5.0, waited], abs=0.1), "for the second key, and for the third"


@pytest.mark.parametrize(("told", "promised"), [({}, True), ({"STAFFED": "no"}, False), ({"QUEUE_MEMBER(hotline,logged)": "0"}, False)])
def test_a_person_is_promised_to_who_is_in_danger_only_where_one_comes(house: Hotline, told: dict[str, str], promised: bool) -> None:  # noqa: F811
    house.began()
    there = {"QUEUE_MEMBER(hotline,logged)": "2", "STAFFED": "yes"} | told
    caller = house.serve(Caller({"choose_department": "120"}, variables=there), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", "emergency_person" if promised else "emergency_120")


def test_a_department_that_has_such_a_number_is_reached_all_the_same(house: Hotline) -> None:  # noqa: F811
    house.began()
    with house.database.writing() as session:
        town.unit(session, "120", "玉溪市卫生健康委员会")
    caller = house.serve(Caller({"choose_department": "120"}), "self_service")
    assert "emergency_120" not in caller.prompts


def test_who_hangs_up_to_ring_there_leaves_what_he_said(house: Hotline) -> None:  # noqa: F811
    house.began()
    house.serve(Caller({"choose_department": "119"}, hangs_up_at="hotline/emergency_119"), "self_service")
    assert until(lambda: house.kinds() == [Step.EMERGENCY])


@pytest.mark.parametrize("on", [True, False])
def test_words_are_spelt_on_the_keys_where_the_offices_rule_says_so(database: Database, tmp_path: object, on: bool) -> None:
    before = a_house(database, tmp_path, keypad_initials=not on)  # type: ignore[arg-type]
    before.knows()
    with database.writing() as session:
        switches.add(session, number="96128", hours="", self_service=True, keypad_initials=on, reason="试点", by="x", at=now())
    before.server.stop()
    here = a_house(database, tmp_path, keypad_initials=not on)  # type: ignore[arg-type]
    here.began()
    caller = here.serve(Caller({"choose_department": "101"}), "self_service")
    assert ("keypad_initials" in caller.prompts) is on
    here.server.stop()
