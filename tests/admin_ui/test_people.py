"""Pages name people, not their accounts."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

World = Any
SignIn = Callable[[str], FlaskClient]


def test_who_keeps_something_is_named_and_not_his_login(world: World, signed_in: SignIn) -> None:
    office, name = signed_in("city_office"), world.account("city_office").name
    office.post("/switches", data={"reason": "装修", "self_service": "1"})
    office.post("/synonyms", data={"words": "居住证、居住卡"})
    for there in ("/switches", "/synonyms"):
        main = office.get(there).text.partition("<main")[2]
        assert name in main, there
        assert "city_office" not in main, there
