"""What a caller has keyed when he was asked how satisfied he is stands in the timeline of his call: of whom, and which grade."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from dispatch.calls import calls
from dispatch.calls.calls import Step
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("detail", "shown"),
    [({"of": "operator", "grade": 2}, "接线员 · 满意"), ({"of": "department", "grade": 4}, "承办单位 · 不满意"),
     ({"of": "machine", "satisfied": True}, "自助查询 · 满意"), ({"of": "machine", "satisfied": False}, "自助查询 · 不满意"),
     ({"of": "operator", "call": "the-one-that-was-cut-off"}, "接线员")],
)  # fmt: skip
def test_the_timeline_says_who_was_rated_and_how(world: World, signed_in: SignIn, detail: dict[str, object], shown: str) -> None:
    call_id = str(world.call())
    with world.database.writing() as session:
        calls.note(session, call_id, Step.RATED, at=now(), **detail)
    page = " ".join(signed_in("supervisor").get(f"/calls/{call_id}").text.split())
    assert f"<strong>评价</strong> {shown} <div" in page
