"""An entry's number: what its public page says to dial, keyed into the machine's own scripts, leads to that entry."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from admin_ui.public.app import create_public_app
from dispatch.calls.calls import Step
from dispatch.line import switches
from dispatch.line.menu import CLOSING, Do, Item, Menu, rows
from dispatch.line.menus import MenuVersion
from hotline.database import Database
from hotline.times import now
from knowledge_base import direct
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, State
from tests.agi.caller import NUMBER, Caller
from tests.agi.speaker import Speaker
from tests.agi.test_scripts import ANSWER, QUESTION, Hotline, a_house
from tests.dispatch import town
from tests.journeys.conftest import free_ports

BELOW = Menu((Item("2", "查询办理进度", Do.PROGRESS), Item("4", "更多服务", Do.MENU), Item("4.3", "自助查询", Do.SELF_SERVICE)))
WAY = re.compile(r"拨(\d+)，按([1-9](?:，再按[1-9])*)，再按(\d+#)")
SATISFIED = {"confirm_yes_no": "1", "satisfied_question": "1"}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    house = a_house(database, tmp_path)
    house.knows()
    house.began()
    yield house
    house.server.stop()


def entry(house: Hotline) -> int:
    with house.database.reading() as session:
        return session.scalars(select(Entry.id)).one()


def page(house: Hotline) -> str:
    return create_public_app(house.settings, house.database).test_client().get(f"/entries/{entry(house)}").text


def way(house: Hotline) -> tuple[list[str], str]:
    """The keys of the menu and those of the entry, as the page has them."""
    told = WAY.search(page(house))
    assert told, page(house)
    assert told[1] == house.settings.number
    return told[2].split("，再按"), told[3]


def answered(house: Hotline, caller: Caller) -> bool:
    return caller.next == "goodbye" and caller.sentences[-2:] == house.names(ANSWER) and Step.TOLD in house.kinds()


def test_what_the_page_says_leads_to_the_entry_by_the_exchanges_own_menu(house: Hotline) -> None:
    menu, number = way(house)
    assert (menu, number) == (["1"], f"{direct.number_of(entry(house))}#")
    caller = house.serve(Caller(SATISFIED | {"self_service_intro": number}), "self_service")
    assert answered(house, caller)
    assert caller.prompts[:2] == ["self_service_intro", "candidate_is"], "he hears its title at once, and no list"


def test_what_the_page_says_leads_to_the_entry_by_the_offices_menu(house: Hotline) -> None:
    house.voiced(*BELOW.texts())
    with house.database.writing() as session:
        session.add(MenuVersion(items=rows(BELOW), reason="试行", by="a", at=now(), begun_at=now(), begun_by="b"))
    office = a_house(house.database, house.settings.folder)
    (first, second), number = way(house)
    told = office.serve(Caller(call_id="20261123120000-aaaaaaaaaaaa"), "incoming", NUMBER, "96128").variables
    assert told["MENU_WAYS"][int(first)] == "x"
    closing = str(house.settings.sounds / house.names(CLOSING)[0])
    assert office.serve(Caller({closing: second}), "menu", "96128", first).next == "self"
    assert answered(office, office.serve(Caller(SATISFIED | {"choose_department": number}), "self_service"))
    office.server.stop()


def test_who_may_speak_keys_the_same_number_where_he_is_asked_to(house: Hotline) -> None:
    aloud = a_house(house.database, house.settings.folder, speech=True, hear_port=free_ports(1)[0])
    _, number = way(house)
    assert answered(aloud, aloud.serve(Speaker(SATISFIED | {"say_your_question": number}), "self_service"))
    aloud.server.stop()


@pytest.mark.parametrize(("keys", "prompts", "where"), [
    ("99999#", ["invalid_key", "choose_department"], "people"),  # nobody's
    ("9010", [], "people"),  # 0 behind the first keys: a person
    ("901", ["nothing_found"], "people"),  # a department's number that begins so
])  # fmt: skip
def test_what_is_no_entrys_number_is_what_it_was_before(house: Hotline, keys: str, prompts: list[str], where: str) -> None:
    with house.database.writing() as session:
        town.unit(session, "901", "玉溪市民政局")
    caller = house.serve(Caller({"self_service_intro": keys}), "self_service")
    assert (caller.next, caller.prompts) == (where, ["self_service_intro", *prompts])


def test_the_number_of_an_entry_that_no_longer_stands_leads_nowhere(house: Hotline) -> None:
    with house.database.writing() as session:
        session.execute(update(Entry).values(state=State.WITHDRAWN))
    caller = house.serve(Caller({"self_service_intro": direct.number_of(entry(house)) + "#"}), "self_service")
    assert (caller.next, caller.prompts[1]) == ("people", "invalid_key")
    assert house.names(QUESTION)[0] not in caller.sentences


@pytest.mark.parametrize("off", ["machine", "leave", "menu"])
def test_the_page_says_nothing_where_the_machine_would_not_answer(house: Hotline, off: str) -> None:
    with house.database.writing() as session:
        if off == "machine":
            switches.add(session, number="", hours="", self_service=False, keypad_initials=False, reason="检修", by="x", at=now())
        elif off == "leave":
            session.execute(update(Authorisation).values(revoked_at=now()))
        else:
            other = Menu((Item("2", "查询办理进度", Do.PROGRESS),))
            session.add(MenuVersion(items=rows(other), reason="试行", by="a", at=now(), begun_at=now(), begun_by="b"))
    assert QUESTION in page(house)
    assert "电话直达" not in page(house)


@pytest.mark.parametrize("entry_id", [1, 9999, 10_000, 12_345_678])
def test_a_number_is_one_entrys_alone(entry_id: int) -> None:
    number = direct.number_of(entry_id)
    assert direct.entry_of(number) == entry_id
    assert len(number) > 3, "a department's has three"
    assert [direct.entry_of(other) for other in ("", "9", "901", number[1:], "90" + number[1:], number + "x", "９0012")] == [None] * 7
