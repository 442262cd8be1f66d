"""The page of the menu: drawn from the data, checked, written by one and put in force by another."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from admin_ui.menu_picture import ACROSS, DOWN, EDGE, draw
from dispatch.line import menus
from dispatch.line.menu import BUILT_IN, Do, Item, Menu
from dispatch.line.menus import MenuVersion
from hotline.times import now
from hotline.voice.orders import SpeechOrder

World = Any
SignIn = Callable[[str], FlaskClient]
TYPED = {"path": ["1", "3", "4", "4.1", ""], "says": ["自助查询", "疫苗接种", "更多服务", "查询办理进度", ""],
         "do": ["self_service", "announce", "menu", "progress", ""], "text": ["", "接种点在社区。", "", "", ""],
         "reason": "接种通知"}  # fmt: skip


def spoken(world: World) -> None:
    with world.database.writing() as session:
        for row in session.scalars(select(SpeechOrder)):
            row.made_at = now()


def test_a_version_is_written_spoken_put_in_force_by_another_and_given_up(world: World, signed_in: SignIn) -> None:
    office, boss = signed_in("city_office"), signed_in("supervisor")
    assert "正在使用交换机自带的菜单" in office.get("/menu").text
    assert "第1版" in office.post("/menu", data=TYPED, follow_redirects=True).text
    assert "起草人不能启用" in office.post("/menu/1/begin", follow_redirects=True).text
    assert "语音还在合成" in boss.post("/menu/1/begin", follow_redirects=True).text
    spoken(world)
    page = boss.post("/menu/1/begin", follow_redirects=True).text
    assert "正在使用第1版" in page
    assert "疫苗接种请按3。" in page
    assert "接种点在社区。" in office.get("/menu/export.csv").text
    assert "<tbody" in office.get("/menu?q=接种").text.split("各版本")[1]
    assert "<tbody" not in office.get("/menu?q=没有").text.split("各版本")[1]
    assert "正在使用交换机自带的菜单" in boss.post("/menu/end", follow_redirects=True).text
    with world.database.reading() as session:
        assert menus.current(session) is None


def test_what_is_wrong_is_said_of_its_key_nothing_is_kept_and_nothing_typed_is_lost(world: World, signed_in: SignIn) -> None:
    office = signed_in("city_office")
    for there in ("/menu", "/menu/check"):
        answer = office.post(there, data=TYPED | {"do": ["self_service", "announce", "menu", "menu", ""]})
        assert answer.status_code == 400
        assert "按键4.1：" in answer.text
        assert 'value="查询办理进度"' in answer.text
    assert office.post("/menu", data=TYPED | {"do": ["x"] * 5}).status_code == 400
    checked = office.post("/menu/check", data=TYPED)
    assert (checked.status_code, "检查通过" in checked.text) == (200, True)
    with world.database.reading() as session:
        assert session.scalars(select(MenuVersion)).all() == []


def test_the_picture_has_a_box_for_every_key_and_for_the_way_to_a_person_of_every_level(world: World, signed_in: SignIn) -> None:
    signed_in("city_office").post("/menu", data=TYPED)
    page = signed_in("supervisor").get("/menu?version=1").text
    assert page.count("<rect") == 1 + 4 + 2
    assert 'role="img" aria-labelledby="tree-title"' in page
    for shown in ("1 自助查询", "4 更多服务", "1 查询办理进度"):
        assert shown in page.split("<svg")[1].split("</svg>")[0]
    assert signed_in("supervisor").get("/menu?version=99").status_code == 404


def test_no_two_boxes_stand_in_one_place() -> None:
    menus_drawn = (BUILT_IN, Menu(()), Menu((Item("1", "甲", Do.MENU), Item("1.1", "乙", Do.PROGRESS), Item("1.2", "丙", Do.PROGRESS),
                                             Item("2", "丁", Do.MENU), Item("2.1", "戊", Do.PROGRESS), Item("3", "己", Do.PERSON))))  # fmt: skip
    for menu in menus_drawn:
        places = [(box.x, box.y) for box in draw(menu).boxes]
        assert len(set(places)) == len(places)
        assert all((x - EDGE) % ACROSS == 0 and (y - EDGE) % DOWN == 0 for x, y in places)
