"""Query codes: eight digits, none beginning with 0, and only their digest is kept."""

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dispatch.tickets import codes
from dispatch.tickets.codes import PooledCode
from dispatch.tickets.tickets import Ticket
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CODE, later


def test_codes_have_eight_digits_never_begin_with_0_and_do_not_repeat_each_other() -> None:
    minted = [codes.mint() for _ in range(2000)]
    assert all(len(code) == 8 and code.isdigit() and code[0] != "0" for code in minted)
    assert len(set(minted)) > 1990
    assert {code[0] for code in minted} == set("123456789")


def test_only_the_digest_of_a_code_is_kept_and_it_needs_the_key(session: Session, settings: Settings) -> None:
    row = town.ticket(session, settings)
    session.flush()
    assert row.code_digest == codes.digest(CODE, settings=settings)
    assert len(row.code_digest) == 64
    other_key = settings.model_copy(update={"secret_key": SecretStr("another key of at least thirty-two")})
    assert codes.digest(CODE, settings=other_key) != row.code_digest
    everything = " ".join(str(tuple(r)) for t in ("ticket", "ticket_step", "call_step", "audit_row") for r in session.execute(text(f"SELECT * FROM {t}")))  # noqa: S608
    assert row.number in everything
    assert CODE not in everything


def test_a_code_for_the_exchanges_store_is_counted_until_it_is_used(session: Session, settings: Settings) -> None:
    minted = [codes.mint_for_pool(session, node="exchange1", settings=settings, at=NOON) for _ in range(3)]
    codes.mint_for_pool(session, node="exchange2", settings=settings, at=NOON)
    unused = select(func.count()).where(PooledCode.node == "exchange1", PooledCode.used_at.is_(None))
    assert session.scalar(unused) == 3
    codes.use(session, minted[0], settings=settings, at=later(hours=1))
    codes.use(session, "99999999", settings=settings, at=NOON)
    assert session.scalar(unused) == 2
    kept = session.scalars(select(PooledCode.digest)).all()
    assert not set(minted) & set(kept)


def test_a_code_for_a_caller_is_none_that_a_ticket_has_or_the_exchange_keeps(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.ticket(session, settings, code="11111111")
    session.add(PooledCode(digest=codes.digest("22222222", settings=settings), node="exchange1", minted_at=NOON))
    session.flush()
    drawn = iter(["11111111", "22222222", "33333333", "11111111", "22222222", "44444444"])
    monkeypatch.setattr(codes, "mint", lambda: next(drawn))  # chance, made certain
    assert codes.mint_free(session, settings=settings) == "33333333"
    assert codes.mint_for_pool(session, node="exchange1", settings=settings, at=NOON) == "44444444"
    assert session.scalars(select(Ticket.code_digest)).all() == [codes.digest("11111111", settings=settings)]
