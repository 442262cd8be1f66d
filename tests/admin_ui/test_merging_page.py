"""合并 over the pages: what is likely the same is shown, the office merges it and takes it out again."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

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
