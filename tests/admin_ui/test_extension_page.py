"""An extension on the ticket's page: the department asks, the competent office decides, the caller reads the new day."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

World = Any
SignIn = Callable[[str], FlaskClient]


def test_the_department_asks_the_city_office_grants_and_nobody_else_may(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, office = signed_in("liaison"), signed_in("city_office")

    def post(client: FlaskClient, way: str, **data: str) -> int:
        return client.post(f"/tickets/{number}/{way}", data=data | {"version": world.of(number).version}).status_code

    liaison.get(f"/tickets/{number}")
    assert post(liaison, "accept") == 303
    assert "延长几个工作日（最多10）" in liaison.get(f"/tickets/{number}").text
    assert post(liaison, "ask-extension", days="11", why="须现场勘察") == 422
    assert post(liaison, "ask-extension", days="5", why="须现场勘察") == 303
    assert [post(signed_in(who), way) for who in ("liaison", "leader", "supervisor", "inspector")
            for way in ("extend", "refuse-extension")] == [403] * 8  # fmt: skip
    assert post(signed_in("county_office"), "extend") == 404, "another county's matters"
    page = office.get(f"/tickets/{number}").text
    assert "申请延期5个工作日" in page
    before = world.of(number).promised_by
    assert post(office, "extend") == 303
    assert world.of(number).promised_by > before
    page = liaison.get(f"/tickets/{number}").text
    assert ("已延期5个工作日" in page, "（延期的第5个）" in page, "ask-extension" in page) == (True, True, False)


def test_what_was_refused_stands_in_the_form_that_was_sent_and_in_no_other(world: World, signed_in: SignIn) -> None:
    number, liaison = world.ticket(), signed_in("liaison")
    liaison.get(f"/tickets/{number}")
    liaison.post(f"/tickets/{number}/accept", data={"version": world.of(number).version})
    page = liaison.post(f"/tickets/{number}/ask-extension", data={"version": world.of(number).version, "days": "11", "why": "须现场勘察"})
    assert (page.status_code, page.text.count('name="why"') > 2) == (422, True)
    assert page.text.count('value="须现场勘察"') == 1
    form = page.text.partition(f'action="/tickets/{number}/ask-extension"')[2].partition("</form>")[0]
    assert all(f'value="{typed}"' in form for typed in ("11", "须现场勘察"))


def test_the_dispatcher_makes_a_matter_urgent(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    assert signed_in("liaison").post(f"/tickets/{number}/return", data={"why": "不属于我局", "version": world.of(number).version}).status_code == 303
    row = world.of(number)
    data = {"version": row.version, "klass": row.klass, "title": row.title, "summary": row.summary, "urgency": "urgent", "department": "1"}
    assert signed_in("supervisor").post(f"/tickets/{number}/dispatch", data=data).status_code == 303
    assert (world.of(number).urgency, world.of(number).due_hours) == ("urgent", 24)
    assert "紧急" in signed_in("liaison").get(f"/tickets/{number}").text
