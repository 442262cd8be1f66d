"""The office's menu, over a real FastAGI server: what is offered to whom, and what is behind a key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch.calls.calls import Step
from dispatch.line import flags, menus, switches
from dispatch.line.flags import Skill
from dispatch.line.menu import CLOSING, Do, Item, Menu
from hotline.database import Database
from hotline.times import now
from hotline.voice.orders import SpeechOrder
from tests.agi.caller import NUMBER, Caller
from tests.agi.test_scripts import Hotline, a_house

NEWS = "接种点在各社区卫生服务中心。"
MENU = Menu((Item("1", "自助查询", Do.SELF_SERVICE), Item("3", "疫苗接种", Do.ANNOUNCE, NEWS), Item("4", "更多服务", Do.MENU),
             Item("4.1", "查询办理进度", Do.PROGRESS), Item("4.2", "留言", Do.MESSAGE), Item("4.3", "方言服务", Do.DIALECT)))  # fmt: skip


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    """A house with that menu in force and all of it spoken."""
    before = a_house(database, tmp_path)
    with database.writing() as session:
        row = menus.write(session, MENU, reason="接种通知", by="office", settings=before.settings, at=now())
        for order in session.scalars(select(SpeechOrder)):
            order.made_at = now()
        session.flush()
        menus.begin(session, row, by="boss", settings=before.settings, at=now())
    before.voiced(*MENU.texts())
    before.began()
    before.server.stop()
    here = a_house(database, tmp_path)
    yield here
    here.server.stop()


def sounds(house: Hotline, *texts: str) -> list[str]:
    return ["hotline/greeting", *(str(house.settings.sounds / name) for text in texts for name in house.names(text))]


def ring(house: Hotline) -> dict[str, str]:
    return house.serve(Caller(call_id="20261123120000-aaaaaaaaaaaa"), "incoming", NUMBER, "96128").variables


def test_the_dialplan_is_handed_the_sounds_and_where_the_keys_lead(house: Hotline) -> None:
    told = ring(house)
    assert told["MENU"].split("&") == sounds(house, "自助查询请按1。", "疫苗接种请按3。", "更多服务请按4。", CLOSING)
    assert (told["MENU_WAYS"], told["SELFSERVICE"]) == ("-s-xx-----", "yes")


def test_a_sound_that_is_gone_leaves_the_exchanges_own_menu(house: Hotline) -> None:
    (house.settings.sounds / f"{house.names(CLOSING)[0]}.alaw").unlink()
    assert "MENU" not in ring(house)


@pytest.mark.parametrize("spared", [True, False])
def test_without_the_machine_the_others_keys_stay_and_who_is_flagged_meets_no_menu(house: Hotline, spared: bool) -> None:
    with house.database.writing() as session:
        if spared:
            flags.flag(session, NUMBER, Skill.ELDERLY, reason="年长", by="x", at=now())
        else:
            switches.add(session, number="", hours="", self_service=False, keypad_initials=False, reason="检修", by="x", at=now())
    again = a_house(house.database, house.settings.folder)
    told = ring(again)
    assert told.get("SELFSERVICE", "") == ("" if spared else "no")
    assert told.get("MENU_WAYS", "") == ("" if spared else "---xx-----")
    again.server.stop()


@pytest.mark.parametrize(("pressed", "leads"), [("", "goodbye"), ("*", "menu"), ("0", "people")])
def test_an_announcement_is_heard_and_leaves_every_way_open(house: Hotline, pressed: str, leads: str) -> None:
    caller = house.serve(Caller({"person_offer": pressed}), "menu", "96128", "3")
    assert caller.sentences == house.names(NEWS)
    assert caller.next == leads
    assert (Step.MENU, {"name": "疫苗接种"}) in house.steps()


@pytest.mark.parametrize(("key", "leads"), [("1", "progress"), ("2", "message"), ("3", "people"), ("0", "people"), ("9", "people"), ("", "people"), ("*", "menu")])
def test_behind_a_key_there_may_be_keys_and_silence_leads_to_people(house: Hotline, key: str, leads: str) -> None:
    last = str(house.settings.sounds / house.names(CLOSING)[-1])
    caller = house.serve(Caller({last: key}), "menu", "96128", "4")
    assert (caller.next, caller.variables.get("SKILL")) == (leads, "dialect" if key == "3" else None)
    assert caller.sentences == [name for text in ("查询办理进度请按1。", "留言请按2。", "方言服务请按3。", CLOSING) for name in house.names(text)]


def test_a_key_that_is_no_longer_there_leads_to_people(house: Hotline) -> None:
    assert house.serve(Caller(), "menu", "96128", "7").next == "people"
