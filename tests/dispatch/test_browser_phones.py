"""Telephones in browsers: what the exchanges are told of them, and when they are told that it is over."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from dispatch.line.browser_phones import STORE, let_in, shut_out
from dispatch.sweeps.duty import Duty
from dispatch.sweeps.forgetting import end_phone_passwords
from hotline.accounts import accounts, phone_passwords
from hotline.accounts.phone_passwords import PhonePassword
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.events import Bus
from hotline.exchange.errors import LinkLost
from hotline.settings import Settings
from hotline.times import now
from tests.ami_listener.switch import Switch
from tests.journeys.conftest import free_ports

NUMBER = "8006"


@pytest.fixture
def switch() -> Iterator[Switch]:
    here = Switch()
    yield here
    here.close()


@pytest.fixture
def there(switch: Switch, settings: Settings) -> Settings:
    address = switch.address
    return settings.model_copy(update={"ami_host": address.host, "ami_port": address.port, "ami_secret": SecretStr(address.secret)})


@pytest.fixture
def one_is_away(there: Settings) -> Settings:
    """Two exchanges, of which one can't be reached."""
    return there.model_copy(update={"more_exchanges": f"two=127.0.0.1:{free_ports(1)[0]}/127.0.0.2:5060"})


def test_each_exchange_that_can_be_reached_lets_it_in_by_the_last_password(switch: Switch, one_is_away: Settings) -> None:
    for password in ("first", "second"):
        let_in(one_is_away, NUMBER, password)
    assert json.loads(switch.store[STORE, NUMBER]) == {"auth_type": "userpass", "username": NUMBER, "password": "second"}
    nobody = one_is_away.model_copy(update={"ami_port": free_ports(1)[0]})
    with pytest.raises(LinkLost):
        let_in(nobody, NUMBER, "third")


def test_it_counts_as_shut_out_when_every_exchange_has_forgotten_it(switch: Switch, there: Settings, one_is_away: Settings) -> None:
    let_in(there, NUMBER, "first")
    assert not shut_out(one_is_away, NUMBER)
    assert switch.store == {}
    assert shut_out(there, NUMBER), "of what isn't there nothing has to be taken away"


def test_what_holds_no_longer_is_forgotten_by_the_exchanges_first_and_then_by_us(
    switch: Switch, there: Settings, one_is_away: Settings, database: Database
) -> None:
    with database.writing() as session:
        at = now() - timedelta(minutes=there.session_minutes)
        his = accounts.add(session, "operator", name="甲", role=Role.OPERATOR, password="only-for-tests", extension=NUMBER, at=at, by="x")
        assert phone_passwords.tell(session, his, settings=there, at=at)
    let_in(there, NUMBER, "first")
    end_phone_passwords(_duty(one_is_away, database))
    assert _known(database) == [NUMBER], "one of them may let it in still"
    let_in(there, NUMBER, "first")
    end_phone_passwords(_duty(there, database))
    assert (_known(database), switch.store) == ([], {})


def test_one_that_was_told_meanwhile_stays_known(there: Settings, database: Database) -> None:
    with database.writing() as session:
        his = accounts.add(session, "operator", name="甲", role=Role.OPERATOR, password="only-for-tests", extension=NUMBER, at=now(), by="x")
        phone_passwords.tell(session, his, settings=there, at=now())
        (ended,) = phone_passwords.over(session, at=now() + timedelta(days=1))
        session.expunge(ended)
        phone_passwords.tell(session, his, settings=there, at=now())
        phone_passwords.forget(session, ended)
    assert _known(database) == [NUMBER]


def _duty(settings: Settings, database: Database) -> Duty:
    bus = Bus(f"unix://{settings.folder}/nobody.sock")
    return Duty(settings, database, bus, lambda _attempt, _number: None, frozenset, lambda: None)


def _known(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(PhonePassword.extension)))
