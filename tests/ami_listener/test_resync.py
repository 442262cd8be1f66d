"""After a gap: calls, queue and phones are brought in line with what lives at the exchange."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from ami_listener.resync import Comparing
from ami_listener.stores import DAYS_AHEAD, POOL, Kept, hours_ahead, keep_hours, stock
from dispatch.calls import desk
from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer, Presence, Readiness
from dispatch.line import skilled
from dispatch.line.flags import Skill
from dispatch.tickets import codes
from dispatch.tickets.codes import PooledCode
from dispatch.tickets.tickets import Klass
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.calendar import keeping
from hotline.calendar.hours import read_hours
from hotline.calendar.staffing import Staffing
from hotline.database import Database
from hotline.exchange.link import Link
from hotline.settings import Settings
from hotline.times import now
from tests.ami_listener.switch import Switch
from tests.conftest import NOON
from tests.dispatch import town


@pytest.fixture
def switch() -> Iterator[Switch]:
    here = Switch()
    yield here
    here.close()


@pytest.fixture
def link(switch: Switch) -> Iterator[Link]:
    with Link(switch.address) as here:
        yield here


def begun(database: Database, *ids: str, ago: float = 60) -> None:
    with database.writing() as session:
        for call_id in ids:
            town.call(session, call_id, at=now() - timedelta(seconds=ago))


def living(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Call.id).where(Call.ended_at.is_(None))))


def test_a_call_without_a_channel_is_over_and_leaves_the_desk(database: Database, settings: Settings, switch: Switch, link: Link) -> None:
    begun(database, "vanished", "lives")
    begun(database, "just-begun", ago=1)
    with database.writing() as session:
        desk.offer(session, "vanished", town.somebody(session, Role.OPERATOR, extension="8001"), at=NOON)
    switch.channels = [{"Channel": "PJSIP/trunk-1", "AccountCode": "lives"}, {"Channel": "PJSIP/8001-1", "AccountCode": ""}]
    Comparing(settings, database).compare(link, gap=True)
    assert living(database) == {"lives", "just-begun"}
    with database.reading() as session:
        assert session.scalars(select(Offer.outcome)).all() == ["missed"]


def test_with_no_channel_left_every_call_is_over_but_those_of_another_exchange(
    database: Database, settings: Settings, link: Link
) -> None:
    begun(database, "a", "b", "elsewhere")
    with database.writing() as session:
        session.get_one(Call, "elsewhere").node = "exchange2"
    said = Comparing(settings, database).compare(link, gap=True)
    assert living(database) == {"elsewhere"}
    assert {event.call_id for event in said} == {"a", "b"}, "screens are told too"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_listens_in_is_hung_up_at_the_next_look_when_the_matter_has_become_a_report(
    database: Database, settings: Settings, switch: Switch, link: Link
) -> None:
    begun(database, "well", "report")
    switch.channels = [
        {"Channel": f"PJSIP/{phone}-0000000{n}", "AccountCode": call_id, "Uniqueid": f"{n}", "Linkedid": f"{n}", "ChannelStateDesc": "Up",
         "Application": told and "ChanSpy", "ApplicationData": told}
        for n, (phone, call_id, told) in enumerate([
            ("8001", "well", ""), ("8002", "report", ""), ("8008", "", "PJSIP/8001-00000000,qESu"),
            ("8009", "", "PJSIP/8002-00000001,qESu"), ("8007", "", "PJSIP/8003-0000000f,qESu")])]
    comparing = Comparing(settings, database)
    comparing.compare(link, gap=False)
    assert switch.deeds == []
    with database.writing() as session:
        town.somebody(session, Role.SUPERVISOR, extension="8009")
        town.ticket(session, settings, of=session.get_one(Call, "report"), klass=Klass.REPORT)
    for _ in range(2):
        comparing.compare(link, gap=False)
    assert switch.deeds == [("Hangup", "PJSIP/8009-00000003")] * 2, "asked for until he is gone"
    with database.reading() as session:
        assert session.scalars(select(AuditRow.thing).where(AuditRow.deed == "call.listening_cut")).all() == ["report"]


def test_who_stands_otherwise_in_the_queue_is_mended_when_he_does_so_at_two_looks(
    database: Database, settings: Settings, switch: Switch, link: Link
) -> None:
    """A member put in by hand, a pause that nobody asked for."""
    with database.writing() as session:
        desk.set_readiness(session, town.somebody(session, Role.OPERATOR, extension="8001"), Readiness.READY, at=NOON)
    switch.members, switch.paused = ["PJSIP/8001", "PJSIP/8009"], {"PJSIP/8001"}
    comparing = Comparing(settings, database)
    comparing.compare(link, gap=False)
    assert switch.deeds == [], "he may just be changing it"
    comparing.compare(link, gap=False)
    told = [("QueuePause", "PJSIP/8001", "false"), ("QueueRemove", "PJSIP/8009")]
    assert sorted(switch.deeds) == [one for one in told for _ in range(2)], "of all calls, and of those in danger"
    switch.members, switch.paused = ["PJSIP/8001"], set()
    for _ in range(2):
        comparing.compare(link, gap=False)
    assert len(switch.deeds) == 4, "nothing is told that stands already"


def test_operators_who_said_they_are_ready_are_put_back_into_the_queue_as_they_were(
    database: Database, settings: Settings, switch: Switch, link: Link
) -> None:
    states = [Readiness.READY, Readiness.PAUSED, Readiness.WRAP_UP, Readiness.AWAY, Readiness.READY]
    with database.writing() as session:
        for n, state in enumerate(states, start=1):
            desk.set_readiness(session, town.somebody(session, Role.OPERATOR, login=f"op{n}", extension=f"800{n}"), state, at=NOON)
    switch.members = ["PJSIP/8004", "PJSIP/8005"]
    Comparing(settings, database).compare(link, gap=True)
    told = [
        ("QueueAdd", "PJSIP/8001"), ("QueueAdd", "PJSIP/8002"), ("QueueAdd", "PJSIP/8003"),
        ("QueuePause", "PJSIP/8001", "false"), ("QueuePause", "PJSIP/8002", "true"), ("QueuePause", "PJSIP/8003", "true"),
        ("QueueRemove", "PJSIP/8004"),
    ]  # fmt: skip
    assert sorted(switch.deeds) == [one for one in told for _ in range(2)], "of all calls, and of those in danger"


def test_an_operator_is_in_the_queues_of_what_he_can_do_and_in_no_other(
    database: Database, settings: Settings, switch: Switch, link: Link
) -> None:
    with database.writing() as session:
        account = town.somebody(session, Role.OPERATOR, extension="8001")
        skilled.give(session, account, {Skill.DIALECT}, by="boss", at=NOON)
        desk.set_readiness(session, account, Readiness.PAUSED, at=NOON)
    switch.members, switch.queue = ["PJSIP/8001"], "hotline-elderly"
    Comparing(settings, database).compare(link, gap=True)
    asked = [(a["Action"], a["Queue"]) for a in switch.actions if a["Action"].startswith("Queue") and a["Action"] != "QueueStatus"]
    assert asked == [("QueueAdd", "hotline"), ("QueuePause", "hotline"), ("QueuePause", "hotline-danger"), ("QueueAdd", "hotline-dialect"),
                     ("QueuePause", "hotline-dialect"), ("QueueRemove", "hotline-elderly")]  # fmt: skip


@pytest.mark.parametrize("refused", ["QueueAdd", "QueuePause", "QueueRemove"])
def test_a_phone_that_the_exchange_refuses_keeps_no_other_from_the_queue(
    database: Database, settings: Settings, switch: Switch, link: Link, refused: str
) -> None:
    with database.writing() as session:
        for n in (1, 2):
            desk.set_readiness(session, town.somebody(session, Role.OPERATOR, login=f"op{n}", extension=f"800{n}"), Readiness.READY, at=NOON)
    switch.members, switch.refuses = ["PJSIP/8008", "PJSIP/8009"], {refused}
    Comparing(settings, database).compare(link, gap=True)
    asked = [a["Interface"] for a in switch.actions if a["Action"] == refused]
    assert sorted(set(asked)) == (["PJSIP/8008", "PJSIP/8009"] if refused == "QueueRemove" else ["PJSIP/8001", "PJSIP/8002"])


def test_how_the_phones_are_is_asked_for(database: Database, settings: Settings, switch: Switch, link: Link) -> None:
    with database.writing() as session:
        account = town.somebody(session, Role.OPERATOR, extension="8001").id
    switch.devices = {"PJSIP/8001": "RINGING", "PJSIP/trunk": "NOT_INUSE"}
    Comparing(settings, database).compare(link, gap=True)
    with database.reading() as session:
        row = session.get_one(Presence, account)
        assert (row.phone_up, row.phone_state) == (True, "RINGING")


def test_the_exchanges_store_is_filled_with_codes_whose_digests_we_keep(database: Database, settings: Settings, switch: Switch, link: Link) -> None:
    assert [stock(link, settings=settings, database=database, at=now(), most=120) for _ in range(3)] == [120, 80, 0]
    placed = {key: value for (family, key), value in switch.store.items() if family == "codes"}
    assert sorted(placed, key=int) == [str(n) for n in range(1, POOL + 1)]
    assert (switch.store["codepool", "head"], switch.store["codepool", "tail"]) == ("1", str(POOL))
    with database.reading() as session:
        kept = set(session.scalars(select(PooledCode.digest)))
    assert kept == {codes.digest(code, settings=settings) for code in placed.values()}
    switch.store["codepool", "head"] = "4"  # three were given to callers
    assert stock(link, settings=settings, database=database, at=now()) == 3
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PooledCode)) == POOL + 3


def test_the_exchange_is_told_the_hours_of_two_weeks_and_what_changes_of_them(
    database: Database, settings: Settings, switch: Switch, link: Link
) -> None:
    week = settings.model_copy(update={"staffed_hours": "1-5 08:30-12:00,14:30-18:00"})
    kept: Kept = {"20261122": "none"}
    keep_hours(link, kept, settings=week, database=database, at=NOON)
    told = {key: value for (family, key), value in switch.store.items() if family == "hours"}
    assert told == kept
    assert len([key for key in told if "-" not in key]) == DAYS_AHEAD
    assert (told["20261123"], told["20261128"]) == ("0830-1200,1430-1800", "none")
    assert told["20261123-1"] == "hotline/closed_now&hotline/today&hotline/people_from&hotline/hour_14&hotline/half_past&hotline/people_begin"
    assert "hotline/month_11&hotline/day_30&hotline/weekday_1" in told["20261127-2"]
    with database.writing() as session:
        keeping.keep_special(session, date(2026, 11, 24), "", reason="线路检修", by="x", at=NOON)
    switch.actions.clear()
    keep_hours(link, kept, settings=week, database=database, at=NOON)
    assert switch.store["hours", "20261124"] == "none"
    assert {a["Key"][:8] for a in switch.actions} == {"20261123", "20261124"}, "what has not changed is not told again"


def test_of_a_line_that_never_rests_nothing_is_said() -> None:
    assert set(hours_ahead(Staffing(read_hours("1-7 00:00-24:00")), at=NOON).values()) == {"0000-2400"}
