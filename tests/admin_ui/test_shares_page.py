"""协办 over the pages: the office asks, the other department sees its share and nothing of the caller, the answer is made."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.tickets.shares import Share
from hotline.directory.departments import Department

World = Any
SignIn = Callable[[str], FlaskClient]


def test_another_department_gives_its_share_on_a_page_that_knows_no_caller(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, supervisor, theirs = signed_in("liaison"), signed_in("supervisor"), signed_in("liaison_b")
    with world.database.reading() as session:
        other = session.scalars(select(Department.id).where(Department.code == "102")).one()

    def post(client: FlaskClient, way: str, **data: str) -> int:
        return client.post(f"/tickets/{number}/{way}", data=data | {"version": world.of(number).version}).status_code

    liaison.get(f"/tickets/{number}")
    assert post(liaison, "accept") == 303
    assert "申请协办" in liaison.get(f"/tickets/{number}").text
    assert post(liaison, "shares/want", why="须公安局说明") == 303
    assert theirs.get(f"/tickets/{number}").status_code == 404
    assert post(liaison, "shares", department=str(other), words="x") == 403
    assert post(supervisor, "shares", department="", words="请核对户籍") == 422
    assert post(supervisor, "shares", department=str(other), words="请核对户籍") == 303
    assert post(supervisor, "shares/end", share="99", why="x") == 404
    assert post(supervisor, "shares/end", share="1", why=" ") == 422
    page = theirs.get(f"/tickets/{number}", follow_redirects=True)
    assert all(text in page.text for text in ("请核对户籍", "市公安局", "失业金至今未到账", "提交协办意见"))
    for secret in ("王小明", "王**", "138****", "13887712345", "audio", "须公安局说明"):
        assert secret not in page.text, secret
    with world.database.reading() as session:
        share = session.scalars(select(Share.id)).one()
    for way in ("accept", "reply", "sign", "return", "shares/want"):
        assert post(theirs, way, why="x", reply="x", no_secrets="1") in (403, 404), way
    assert signed_in("liaison").post(f"/shares/{share}/give", data={"words": "x"}).status_code == 404
    assert theirs.post(f"/shares/{share}/give", data={"words": " "}).status_code == 422
    assert theirs.post(f"/shares/{share}/give", data={"words": "户籍无误。"}).status_code == 303
    assert "户籍无误" in theirs.get("/shares?outcome=given").text + theirs.get(f"/shares/{share}").text
    assert "【玉溪市公安局】户籍无误。</textarea>" in liaison.get(f"/tickets/{number}").text
    assert number in theirs.get("/shares/export.csv").text
    assert number not in signed_in("liaison").get("/shares").text
