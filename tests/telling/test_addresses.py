"""An address is told nothing before its owner has told us the code that was sent there."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.settings import Settings
from hotline.telling import addresses, notices, wording
from hotline.telling.notices import Wish, WishError
from hotline.telling.outbox import Delivery
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


@pytest.fixture
def wish(session: Session, settings: Settings) -> Wish:
    """Somebody wants to be told at an address, to which a code has gone."""
    account = town.somebody(session, Role.LIAISON)
    given = Wish(account_id=account.id, email="zhang@gov.test", mobile="", by_email=True, by_sms=False, digest=True, quiet="", muted=[])
    kept = notices.want(session, given, by=account, at=NOON)
    addresses.send(session, kept, settings=settings, at=NOON)
    return kept


def code(session: Session) -> str:
    return str(session.scalars(select(Delivery).order_by(Delivery.id.desc())).first().values["code"])  # type: ignore[union-attr]


def told(session: Session, wish: Wish, said: str, settings: Settings, minutes: float = 1) -> str:
    by = town.somebody(session, Role.SUPERVISOR, login=f"s{said}{minutes}{wish.email}"[:50])
    return addresses.confirm(session, wish, said, by=by, settings=settings, at=later(minutes=minutes))


def test_the_code_in_the_letter_confirms_the_address_and_counts_once(session: Session, settings: Settings, wish: Wish) -> None:
    row = session.scalars(select(Delivery)).one()
    letter = wording.message(session, [row], settings=settings)
    assert (letter.place, code(session) in letter.text, code(session) in letter.shown, row.urgent) == ("zhang@gov.test", True, False, True)
    assert addresses.waits(wish)
    assert told(session, wish, f" {code(session)[:3]} {code(session)[3:]} ", settings) == ""
    assert not addresses.waits(wish)
    assert "失效" in told(session, wish, code(session), settings, 2)


def test_a_code_holds_half_an_hour_for_its_own_address_and_five_tries(session: Session, settings: Settings, wish: Wish) -> None:
    sent = code(session)
    assert "失效" in told(session, wish, sent, settings, 31)
    wish.email = "li@gov.test"
    assert "失效" in told(session, wish, sent, settings)
    wish.email = "zhang@gov.test"
    assert ["不正确" in told(session, wish, "1", settings, n) for n in range(5)] == [True] * 5
    assert "失效" in told(session, wish, sent, settings)
    assert wish.confirmed == ""


def test_no_address_is_flooded_with_codes(session: Session, settings: Settings, wish: Wish) -> None:
    for n in range(1, 5):
        addresses.send(session, wish, settings=settings, at=later(minutes=n))
    with pytest.raises(WishError, match="上限"):
        addresses.send(session, wish, settings=settings, at=later(minutes=9))
    addresses.send(session, wish, settings=settings, at=NOON + timedelta(days=1, minutes=9))
