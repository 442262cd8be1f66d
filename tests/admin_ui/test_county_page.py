"""转派 on the ticket's page: handed down, dispatched within the county, given back; other counties see nothing."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

World = Any
SignIn = Callable[[str], FlaskClient]
MATTER = {"klass": "consult", "title": "失业金", "summary": "来电人询问失业金。", "county": "530402"}


def test_the_city_hands_down_the_county_dispatches_within_itself_or_gives_back(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, supervisor, county = signed_in("liaison"), signed_in("supervisor"), signed_in("county_office")

    def post(client: FlaskClient, way: str, **data: str) -> int:
        return client.post(f"/tickets/{number}/{way}", data=data | {"version": world.of(number).version}).status_code

    assert post(liaison, "return", why="属红塔区") == 303
    assert county.get(f"/tickets/{number}").status_code == 404
    assert post(county, "hand-down", **MATTER) == 403
    assert "没有主管部门账号" in supervisor.post(f"/tickets/{number}/hand-down", data=MATTER | {"county": "530427", "version": world.of(number).version}).text
    assert post(supervisor, "hand-down", **MATTER) == 303
    assert all(text in county.get("/tickets").text for text in (number, "红塔区", "待我处理"))
    page = county.get(f"/tickets/{number}").text
    assert all(text in page for text in ("已转派红塔区", "转派期限", "玉溪市自然资源和规划局", "退回市级的理由"))
    assert "玉溪市公安局" not in page, "a county's office chooses among its own"
    assert 'action="/tickets/' + number + '/dispatch"' not in supervisor.get(f"/tickets/{number}").text
    assert post(county, "hand-up", why="属市级事权") == 303
    assert county.get(f"/tickets/{number}").status_code == 404
    assert post(signed_in("city_office"), "hand-down", **MATTER) == 303
    with world.database.reading() as session:
        from hotline.directory.departments import by_code

        own, other = (by_code(session, code) for code in ("103", "102"))
    assert post(county, "dispatch", **MATTER, department=str(other.id)) == 422
    assert post(county, "dispatch", **MATTER, department=str(own.id)) == 303
    assert world.of(number).state == "to_accept"


def test_a_countys_wallboard_has_no_figures_of_the_city(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    city, county = signed_in("supervisor").get("/figures").text, signed_in("county_office").get("/figures").text
    assert "接通率" in city
    assert all(words not in county for words in ("接通率", "正在排队", "来电结果", number))
    assert "只统计本县区" in county
    assert "只统计本县区" in signed_in("county_office").get("/figures/board").text
    own = signed_in("liaison").get("/figures").text
    assert ("只统计本单位" in own, "接通率" in own) == (True, False)
