"""An operator notes on the ticket's page that its caller urged it or told more; the department reads it there."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

World = Any
SignIn = Callable[[str], FlaskClient]


def test_urging_and_adding_at_the_desk_stand_on_the_departments_page(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    operator, liaison = signed_in("operator"), signed_in("liaison")
    assert "来电人催单或补充" in operator.get(f"/tickets/{number}").text
    for way, words in (("urge", "来电人称已等两天"), ("supplement", "来电人补充了新地址")):
        sent = {"words": words, "version": world.of(number).version}
        assert operator.post(f"/tickets/{number}/{way}", data=sent).status_code == 303
        assert liaison.post(f"/tickets/{number}/{way}", data=sent).status_code == 403
    page = liaison.get(f"/tickets/{number}").text
    assert all(text in page for text in ("催单1次", "来电人称已等两天", "来电人补充了新地址"))
    assert f"/tickets/{number}/urge" not in page
    empty = operator.post(f"/tickets/{number}/supplement", data={"words": " ", "version": world.of(number).version})
    assert (empty.status_code, "请填写补充内容" in empty.text) == (422, True)


def test_secrecy_is_asked_for_when_the_matter_is_on_its_way(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    operator, liaison = signed_in("operator"), signed_in("liaison")
    assert "138****" in liaison.get(f"/tickets/{number}").text
    sent = {"why": "来电人再次来电提出", "version": world.of(number).version}
    assert liaison.post(f"/tickets/{number}/confide", data=sent).status_code == 403
    assert "设为保密" in operator.get(f"/tickets/{number}").text
    sent["version"] = world.of(number).version
    assert operator.post(f"/tickets/{number}/confide", data=sent).status_code == 303
    page = liaison.get(f"/tickets/{number}").text
    assert ("138****" in page, "不提供来电人信息和录音" in page) == (False, True)
    assert "设为保密" not in operator.get(f"/tickets/{number}").text
