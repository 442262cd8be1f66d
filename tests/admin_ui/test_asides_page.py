"""Beside the line on the ticket's page: facts asked of the caller and given, withdrawn, not accepted, passed on."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

World = Any
SignIn = Callable[[str], FlaskClient]


def test_the_department_asks_the_operator_answers_and_the_caller_withdraws(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, operator = signed_in("liaison"), signed_in("operator")

    def post(client: FlaskClient, way: str, **data: str) -> int:
        return client.post(f"/tickets/{number}/{way}", data=data | {"version": world.of(number).version}).status_code

    liaison.get(f"/tickets/{number}")
    assert post(liaison, "accept") == 303
    assert post(liaison, "ask-facts", why=" ") == 422
    assert post(liaison, "ask-facts", why="是哪个月") == 303
    page = operator.get(f"/tickets/{number}").text
    assert all(text in page for text in ("待补充", "是哪个月", "来电人已补充", "承办期限停表"))
    assert post(liaison, "give-facts", why="三月") == 403
    assert post(operator, "give-facts", why="三月") == 303
    assert "三月" in liaison.get(f"/tickets/{number}").text
    assert post(liaison, "withdraw", why="x") == 403
    assert post(operator, "withdraw", why="钱已到账") == 303
    assert world.of(number).state == "withdrawn"


def test_what_came_back_is_not_accepted_with_where_to_go_or_passed_on_with_its_number(world: World, signed_in: SignIn) -> None:
    liaison, supervisor = signed_in("liaison"), signed_in("supervisor")
    for way, data, shown in (("not-accept", {"where": "红塔区人民法院"}, "红塔区人民法院"), ("pass-on", {"foreign": "YX-2026-1"}, "YX-2026-1")):
        number = world.ticket()
        assert liaison.post(f"/tickets/{number}/return", data={"why": "不属于我局", "version": world.of(number).version}).status_code == 303
        sent = {"why": "不在受理范围", "version": world.of(number).version} | data
        assert signed_in("operator").post(f"/tickets/{number}/{way}", data=sent).status_code == 403
        assert supervisor.post(f"/tickets/{number}/{way}", data=sent).status_code == 303
        assert shown in supervisor.get(f"/tickets/{number}").text
