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


def test_files_name_people_too(world: World, signed_in: SignIn) -> None:
    office, name = signed_in("city_office"), world.account("city_office").name
    office.post("/switches", data={"reason": "装修", "self_service": "1"})
    office.post("/synonyms", data={"words": "居住证、居住卡"})
    for there in ("/switches/export.csv", "/synonyms/export.csv"):
        file = office.get(there).text
        assert (name in file, "city_office" in file) == (True, False), there


def test_who_audits_reads_the_login_beside_the_name(world: World, signed_in: SignIn) -> None:
    signed_in("city_office").post("/switches", data={"reason": "装修", "self_service": "1"})
    auditor, name = signed_in("auditor"), world.account("city_office").name
    assert f"{name},city_office," in auditor.get("/audit/export.csv").text
    assert f"{name} <small" in auditor.get("/audit").text


def test_who_asks_for_a_recording_to_be_kept_is_named(world: World, signed_in: SignIn) -> None:
    supervisor, name = signed_in("supervisor"), world.account("supervisor").name
    supervisor.post("/retention/rules", data={"days": "800", "basis": "文件", "valid_from": "2031-01-01"})
    main = signed_in("administrator").get("/retention").text.partition("<main")[2]
    assert (name in main, ">supervisor " in main) == (True, False)
