"""A page of a list asks the database as often for thirty rows as for three: never once for each row."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from admin_ui import paging
from admin_ui.app import create_app
from cli import demo_load
from cli.fill.filling import fill
from cli.fill.size import Size
from dispatch import worklist
from dispatch.worklist import Wanted
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.settings import Settings
from tests.conftest import NOON

MOST = 15
LISTS = {
    "supervisor": ("/tickets", "/tickets?state=filed", "/calls", "/transfers", "/callbacks", "/missed", "/places", "/inbox",
                   "/asked/askings"),
    "office.city": ("/calls", "/tickets"), "liaison.gongan": ("/tickets", "/inbox"), "inspector": ("/supervision",),
    "auditor": ("/audit",), "admin": ("/deliveries",),
}  # fmt: skip


@pytest.fixture
def filled(database: Database) -> Database:
    with database.writing() as session:
        list(demo_load.load(session, password="for tests only", at=NOON))
        session.flush()
        fill(session, Size(calls=700, tickets=250, days=60, at=NOON), prefix="96128")
    return database


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # how often is asked doesn't differ by database
def test_no_list_asks_once_for_each_row_and_the_list_of_tickets_in_parts_is_the_same(
    filled: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings, filled)
    app.config.update(WTF_CSRF_ENABLED=False)
    asked: list[str] = []
    for engine in (filled._reader, filled._writer):
        event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    for login, pages in LISTS.items():
        client = client_of(app, login)
        for page in pages:
            asked.clear()
            assert client.get(page).status_code == 200
            assert 0 < len(asked) <= MOST, (login, page, len(asked))
    _parts_are_the_whole(filled)
    monkeypatch.setattr(paging, "MOST", 100)  # more than that are neither counted nor leafed through
    text = client_of(app, "supervisor").get("/calls?page=99").text
    assert "超过100条，只列前4页，现第4页" in text


def client_of(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/sign-in", data={"login": login, "password": "for tests only"}).status_code == 303
    return client


def _parts_are_the_whole(database: Database) -> None:
    with database.reading() as session:
        for login in ("supervisor", "operator1", "liaison.gongan", "office.hongta", "inspector"):
            account = session.scalars(select(Account).where(Account.login == login)).one()
            for wanted in (Wanted(), Wanted(my_turn=True), Wanted(overdue=True), Wanted(text="玉兴路")):
                whole = session.scalars(worklist.listed(account, wanted, at=NOON)).all()
                parts = worklist.parts(account, wanted, at=NOON)
                assert [t for part in parts for t in session.scalars(part)] == list(whole), (login, wanted)
