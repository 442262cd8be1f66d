"""合并 over the pages: what is likely the same is shown, the office merges it and takes it out again."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from dispatch.calls import desk
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]


def test_what_is_likely_the_same_is_shown_merged_and_taken_out_again(world: World, signed_in: SignIn) -> None:
    first, second = world.ticket(), world.ticket()
    supervisor, liaison, theirs = signed_in("supervisor"), signed_in("liaison"), signed_in("liaison_b")
    page = supervisor.get(f"/tickets/{second}").text
    assert all(words in page for words in ("可能重复", first, "相似100%", "同一号码"))
    assert "可能重复" not in liaison.get(f"/tickets/{second}").text

    def post(client: FlaskClient, way: str, **data: str) -> int:
        return client.post(f"/tickets/{second}/{way}", data=data | {"version": world.of(second).version}).status_code

    assert post(liaison, "merge", into=first, why="x") == 403
    assert post(supervisor, "merge", into="96128-19990101-0001", why="x") == 422
    assert post(supervisor, "merge", into=first, why="同一事项") == 303
    assert (world.of(second).state, liaison.get(f"/tickets/{second}").status_code) == ("merged", 404)
    assert second in liaison.get(f"/tickets/{first}").text
    assert theirs.get(f"/tickets/{first}").status_code == 404
    assert "已并入" in supervisor.get(f"/tickets/{second}").text
    assert post(supervisor, "unmerge", why="并非同一事项") == 303
    assert world.of(second).state == "to_dispatch"


def at_desk(world: World, login: str) -> dict[str, str]:
    """What somebody writes down in his call: the same as another ticket says."""
    call_id = world.call(operator=login)
    with world.database.writing() as session:
        desk.answered(session, call_id, world.account(login), at=now())
    return {"call_id": call_id, "klass": "consult", "title": "失业金一直没有到账", "summary": "来电人称三月申领的失业金至今未到账，请核实。"}


def test_who_writes_it_down_sees_it_is_the_same_and_adds_proposes_or_merges(world: World, signed_in: SignIn) -> None:
    main = world.ticket()
    operator, supervisor = signed_in("operator"), signed_in("supervisor")
    said = at_desk(world, "operator")
    shown = operator.post("/desk/referrals/likely", data=said).text
    assert all(words in shown for words in (main, "同一号码", "不新建，记为补充", "登记后由班长决定"))
    assert operator.post("/desk/referrals/likely", data=said | {"title": "", "summary": ""}).text.strip() == ""
    assert main not in operator.post("/desk/referrals/likely", data=said | {"klass": "complaint"}).text
    assert signed_in("liaison").post("/desk/referrals/likely", data=said).status_code == 403
    assert "最多500字" in operator.post("/desk/referrals/add", data=said | {"to": main, "summary": "长" * 501}).text
    assert main in operator.post("/desk/referrals/add", data=said | {"to": main, "summary": "又打来，补充卡号。"}).text
    assert "又打来，补充卡号。" in supervisor.get(f"/tickets/{main}").text
    proposed = operator.post("/desk/referrals", data=said | {"into": main}).text
    assert "已建议合并" in proposed
    number = proposed.split("/tickets/")[1].split('"')[0]
    assert world.of(number).state == "to_dispatch"
    page = supervisor.get(f"/tickets/{number}").text
    assert all(words in page for words in ("建议合并", f"→ {main}", f'value="{main}"'))
    own = at_desk(world, "supervisor")
    assert "登记后由班长决定" not in supervisor.post("/desk/referrals/likely", data=own).text
    merged = supervisor.post("/desk/referrals", data=own | {"into": main, "department": "1"}).text
    assert "已并入" in merged
    assert world.of(merged.split("/tickets/")[1].split('"')[0]).merged_into_id == world.of(main).id
    assert supervisor.post("/desk/referrals", data=own | {"into": main, "confidential": "1"}).status_code == 422
