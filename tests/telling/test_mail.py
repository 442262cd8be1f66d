"""E-mail by a real SMTP server: protected, once, tried again with growing pauses, and given up with its ground."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from hotline.database import Database
from hotline.settings import Settings
from hotline.telling.outbox import Delivery
from tests.conftest import NOON
from tests.telling.posts import PASSWORD, USER, Letterbox, letterbox
from tests.telling.world import ADDRESS, NUMBER, House

POST = "96128@gov.test"


def by(settings: Settings, box: Letterbox, **more: object) -> Settings:
    there = {"mail_host": "127.0.0.1", "mail_port": box.port, "mail_security": "none", "mail_from": POST}
    return settings.model_copy(update=there | more)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Letterbox]:
    with letterbox(tmp_path) as (made, _):
        yield made


@pytest.fixture
def house(database: Database, settings: Settings, box: Letterbox) -> House:
    made = House(database, by(settings, box, desk_url="https://desk.gov.test/"))
    made.wants()
    return made


def test_a_letter_names_the_ticket_and_the_way_to_it_and_goes_once(house: House, box: Letterbox) -> None:
    assert house.tell() == [house.people[0].id]
    assert house.tell() == []  # the same is told once
    assert (house.sweep(), house.sweep()) == (1, 0)
    [letter] = box.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == (ADDRESS, POST, f"【96128】新工单待签收：{NUMBER}")
    assert f"https://desk.gov.test/tickets/{NUMBER}" in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"
    [row] = house.rows()
    assert (row.state, row.via, row.attempts, row.reference) == ("sent", "email", 1, letter["Message-ID"])


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # of aiosmtpd, which doesn't see that its socket has TLS already
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_way_to_the_server_is_protected_and_the_account_asked_for(settings: Settings, database: Database, tmp_path: Path, security: str) -> None:
    with letterbox(tmp_path, security) as (box, authority):
        way = {"mail_security": security, "mail_user": USER, "mail_password": SecretStr(PASSWORD)}
        house = House(database, by(settings, box, **way))
        house.wants()
        house.tell()
        house.sweep()  # nobody vouches for the server: nothing is handed to it
        assert (house.states(), box.letters) == (["owed"], [])
        assert "邮件服务器连接失败" in house.rows()[0].ground
        house.settings = by(settings, box, **way, mail_authority=str(authority))
        house.sweep(NOON + timedelta(minutes=1))
        assert (house.states(), len(box.letters)) == (["sent"], 1)


def test_what_is_put_off_is_tried_again_with_growing_pauses_and_given_up_at_last(house: House, box: Letterbox) -> None:
    box.refusals = ["451 later"] * 6
    house.tell()
    expected = [0, 1, 5, 21, 85, 265]
    looked = sorted({*expected, *(minutes - 0.1 for minutes in expected), 600})
    assert [minutes for minutes in looked if house.sweep(NOON + timedelta(minutes=minutes))] == expected
    [row] = house.rows()
    assert (row.state, row.ground, row.attempts) == ("failed", "邮件服务器答复451", 6)
    assert box.letters == []
    assert outcomes(house) == ["later"] * 5 + ["failed"]


def outcomes(house: House) -> list[str]:
    with house.database.reading() as session:
        return [one.outcome for one in session.get_one(Delivery, 1).tries]


@pytest.mark.parametrize("refusal", ["550 nobody here", "554 no"])
def test_what_is_refused_for_good_is_not_tried_again(house: House, box: Letterbox, refusal: str) -> None:
    box.refusals = [refusal]
    house.tell()
    assert (house.sweep(), house.sweep(NOON + timedelta(days=1))) == (1, 0)
    [row] = house.rows()
    assert (row.state, row.ground) == ("failed", f"邮件服务器答复{refusal[:3]}")


def test_a_server_that_is_away_costs_an_attempt_and_no_message(house: House, box: Letterbox) -> None:
    here = house.settings
    house.settings = here.model_copy(update={"mail_port": 1})
    house.tell()
    house.sweep()
    house.settings = here
    house.sweep(NOON + timedelta(minutes=1))
    assert (house.states(), len(box.letters), house.rows()[0].attempts) == (["sent"], 1, 2)
