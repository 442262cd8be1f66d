"""The menu as data: what may be put in force, who offers what, and its versions."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.line import menus, rules
from dispatch.line.errors import LineRuleError
from dispatch.line.menu import BUILT_IN, Do, Fault, Item, Menu, faults, offered, read, rows, ways
from dispatch.line.menus import MenuVersion
from hotline.audit import AuditRow
from hotline.settings import Settings
from hotline.voice.orders import SpeechOrder
from tests.conftest import NOON

ASK = Item("1", "自助查询", Do.SELF_SERVICE)
NEWS = Item("3", "疫苗接种", Do.ANNOUNCE, "接种点在各社区卫生服务中心。")
MORE = Item("4", "更多服务", Do.MENU)
BELOW = Item("4.1", "查询办理进度", Do.PROGRESS)
WHOLE = Menu((ASK, NEWS, MORE, BELOW))


@pytest.mark.parametrize("menu", [WHOLE, BUILT_IN])
def test_a_menu_that_holds_has_no_fault_and_is_read_as_it_was_kept(menu: Menu) -> None:
    assert faults(menu) == []
    assert read(rows(menu)) == menu


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ((), [("", Fault.EMPTY)]),
        ((Item("0", "自助", Do.PERSON),), [("0", Fault.PATH)]),
        ((Item("*", "自助", Do.PERSON),), [("*", Fault.PATH)]),
        ((ASK, ASK), [("1", Fault.TWICE)]),
        ((Item("1", "", Do.PROGRESS),), [("1", Fault.SILENT)]),
        ((Item("1", "长" * 21, Do.PROGRESS),), [("1", Fault.SILENT)]),
        ((MORE,), [("4", Fault.DEAD_END)]),
        ((Item("1", "通知", Do.ANNOUNCE),), [("1", Fault.DEAD_END)]),
        ((Item("1", "通知", Do.ANNOUNCE, "长" * 201),), [("1", Fault.WORDS)]),
        ((BELOW,), [("4.1", Fault.NO_PARENT)]),
        ((Item("4", "通知", Do.PROGRESS), BELOW), [("4.1", Fault.NO_PARENT)]),
        ((MORE, Item("4.1", "再深", Do.MENU), Item("4.1.1", "太深", Do.PROGRESS)), [("4.1", Fault.PATH), ("4.1.1", Fault.PATH)]),
        (tuple(Item(str(n), "进度", Do.PROGRESS) for n in range(1, 8)), [("", Fault.TOO_MANY)]),
    ],
)  # fmt: skip
def test_what_leads_nowhere_too_deep_or_says_nothing_is_found(items: tuple[Item, ...], found: list[tuple[str, Fault]]) -> None:
    assert faults(Menu(items)) == found


def test_every_way_through_a_menu_that_holds_ends_within_two_keys() -> None:
    for first in WHOLE.below():
        last = WHOLE.below(first.path) if first.do is Do.MENU else (first,)
        assert last
        assert all(item.do is not Do.MENU for item in last)


def test_self_service_that_is_switched_off_is_not_offered_and_its_key_leads_to_people() -> None:
    assert ways(offered(WHOLE, self_service=True)) == "-s-xx-----"
    assert ways(offered(WHOLE, self_service=False)) == "---xx-----"
    assert offered(WHOLE, "4", self_service=False) == (BELOW,)


def test_a_language_is_chosen_only_where_the_offices_menu_has_a_key_for_it() -> None:
    choice = Menu((ASK, Item("3", "方言服务", Do.DIALECT)))
    assert faults(choice) == []
    assert ways(offered(choice, self_service=True)) == "-s-d------"
    assert "d" not in ways(BUILT_IN.items)


def written(session: Session, settings: Settings) -> MenuVersion:
    return menus.write(session, WHOLE, reason="接种通知", by="office", settings=settings, at=NOON)


def made(session: Session) -> None:
    for row in session.scalars(select(SpeechOrder)):
        row.made_at = NOON
    session.flush()


def test_a_menu_is_written_by_one_spoken_and_put_in_force_by_another(session: Session, settings: Settings) -> None:
    row = written(session, settings)
    begin: dict[str, Any] = {"settings": settings, "at": NOON}
    with pytest.raises(LineRuleError, match="起草人"):
        menus.begin(session, row, by="office", **begin)
    with pytest.raises(LineRuleError, match="语音"):
        menus.begin(session, row, by="boss", **begin)
    made(session)
    before = rules.stamps(session)
    menus.begin(session, row, by="boss", **begin)
    session.flush()
    assert rules.stamps(session) != before
    spoken = rules.load(session, settings=settings, at=NOON).menu
    assert spoken is not None
    assert spoken.menu == WHOLE
    assert len(spoken.of(WHOLE.below())) == 4
    with pytest.raises(LineRuleError, match="启用过"):
        menus.begin(session, row, by="boss", **begin)


def test_the_next_version_ends_the_one_before_and_the_exchanges_own_can_be_gone_back_to(session: Session, settings: Settings) -> None:
    first, second = written(session, settings), written(session, settings)
    made(session)
    for row in (first, second):
        menus.begin(session, row, by="boss", settings=settings, at=NOON)
        session.flush()
    assert (first.ended_at, menus.current(session)) == (NOON, second)
    menus.end(session, by="boss", at=NOON)
    assert menus.current(session) is None
    assert rules.load(session, settings=settings, at=NOON).menu is None
    assert session.scalars(select(AuditRow.deed).order_by(AuditRow.id)).all() == [
        "menu.written", "menu.written", "menu.begun", "menu.ended", "menu.begun", "menu.ended",
    ]  # fmt: skip


def test_a_menu_with_faults_or_without_a_reason_is_not_kept(session: Session, settings: Settings) -> None:
    with pytest.raises(LineRuleError, match="问题"):
        menus.write(session, Menu((MORE,)), reason="试试", by="x", settings=settings, at=NOON)
    with pytest.raises(LineRuleError, match="原因"):
        menus.write(session, WHOLE, reason=" ", by="x", settings=settings, at=NOON)
