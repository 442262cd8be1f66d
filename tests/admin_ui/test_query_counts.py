"""A page of a list asks the database as often for fifty rows as for five, and a file once for each stretch of it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select

from admin_ui import exports, paging, stretches
from admin_ui.app import create_app
from admin_ui.views import corrections
from cli import demo_load
from cli.fill.filling import fill
from cli.fill.size import Size
from dispatch.callbacks.correction_list import Owed
from dispatch.calls.tellings import Telling
from dispatch.figures.monthly import INDICATORS
from dispatch.figures.reports import CALLS
from dispatch.tickets import worklist
from dispatch.tickets.worklist import Wanted
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling.outbox import Delivery, DeliveryAttempt
from knowledge_base.entries import EntryVersion
from knowledge_base.stages import Stage
from tests.conftest import NOON
from tests.support import blank

MOST, PARTS = 15, 2  # a list in two parts may need keys and rows of its second one only where a page is long
LISTS = {
    "supervisor": ("/tickets", "/tickets?state=filed", "/calls", "/transfers", "/callbacks", "/missed", "/places", "/inbox",
                   "/asked/askings", "/asked", "/custody", "/own-calls", "/assessments"),
    "office.city": ("/calls", "/tickets", "/knowledge", "/unanswered", "/corrections", "/ledger"),
    "liaison.gongan": ("/tickets", "/inbox", "/knowledge", "/shares"), "inspector": ("/supervision",),
    "auditor": ("/audit",), "admin": ("/deliveries",),
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """How often is asked doesn't differ by database."""
    database = blank.copied(tmp_path_factory.mktemp("filled"))
    with database.writing() as session:
        list(demo_load.load(session, password="for tests only", at=NOON))
        session.flush()
        fill(session, Size(calls=700, tickets=250, days=60, at=NOON), prefix="96128")
        for version in session.scalars(select(EntryVersion)):
            version.stage, version.ended_at = Stage.WITHDRAWN, NOON
    yield database
    database.close()


@pytest.fixture
def app(filled: Database, tmp_path: Path) -> Flask:
    made = create_app(Settings(folder=tmp_path, secret_key="for tests only, thirty-two characters"), filled)
    made.config.update(WTF_CSRF_ENABLED=False)
    return made


@pytest.fixture
def asked(filled: Database) -> Iterator[list[str]]:
    """What the database is asked from now on."""
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    for engine in (filled._reader, filled._writer):
        event.listen(engine, "before_cursor_execute", hear)
    yield said
    for engine in (filled._reader, filled._writer):
        event.remove(engine, "before_cursor_execute", hear)


def test_a_list_of_fifty_asks_the_database_as_often_as_a_list_of_five(
    app: Flask, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for login, pages in LISTS.items():
        client = client_of(app, login)
        for page in pages:
            client.get(page)  # what is asked once in a process
            often = {size: how_often(client, page, size, asked, monkeypatch) for size in (5, 50)}
            assert 0 < often[50] <= min(MOST, often[5] + PARTS), (login, page, often)


def how_often(client: FlaskClient, page: str, size: int, asked: list[str], patch: pytest.MonkeyPatch) -> int:
    for pager in (paging.page_of, paging.page_of_rows):
        patch.setitem(pager.__kwdefaults__, "size", size)
    asked.clear()
    assert client.get(page).status_code == 200
    return len(asked)


def test_a_file_leaves_a_stretch_at_a_time_without_a_session_and_what_goes_meanwhile_is_left_out(
    app: Flask, filled: Database, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "AT_ONCE", 100)
    monkeypatch.setattr(exports, "MOST_ROWS", 350)
    client = client_of(app, "admin")
    asked.clear()
    answer = client.get("/deliveries/export.csv")
    parts = iter(answer.iter_encoded())
    text = next(parts).decode("utf-8-sig")
    with filled.writing() as session:
        last = session.scalars(select(Delivery.id).order_by(Delivery.id.desc()).offset(349).limit(1)).one()
        session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id == last))
        session.execute(delete(Delivery).where(Delivery.id == last))
    for part in parts:
        assert filled._reader.pool.checkedout() == 0  # type: ignore[attr-defined]
        text += part.decode()
    rows = list(csv.reader(io.StringIO(text)))[1:]
    ids = [int(row[0]) for row in rows]
    assert len(ids) == 349
    assert ids == sorted(ids, reverse=True)
    assert len(asked) < 20
    with filled.reading() as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.deed == "exported")).one()
        assert noted.details["rows"] == 350


def test_the_list_of_tickets_in_parts_is_the_same_and_no_more_is_leafed_through_than_is_counted(
    app: Flask, filled: Database, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.reading() as session:
        for login in ("supervisor", "operator1", "liaison.gongan", "office.hongta", "inspector"):
            account = session.scalars(select(Account).where(Account.login == login)).one()
            for wanted in (Wanted(), Wanted(my_turn=True), Wanted(overdue=True), Wanted(text="玉兴路")):
                whole = session.scalars(worklist.listed(account, wanted, at=NOON)).all()
                parts = worklist.parts(account, wanted, at=NOON)
                assert [t for part in parts for t in session.scalars(part)] == list(whole), (login, wanted)
    monkeypatch.setattr(paging, "MOST", 100)  # more than that are neither counted nor leafed through
    asked.clear()
    text = client_of(app, "supervisor").get("/calls?page=99").text
    assert "超过100条，只列前4页，现第4页" in text
    (leafed,) = (said for said in asked if said.startswith("SELECT call.") and "OFFSET" in said)
    assert leafed.split("FROM")[0].split() == ["SELECT", "call.id"], "what is skipped is read"


def test_the_page_of_a_report_counts_its_own_month_alone_and_that_of_who_was_told_reads_no_other(
    app: Flask, filled: Database, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.reading() as session:
        wrong = session.scalars(select(Telling.entry_version_id).limit(1)).one()
    office, liaison = client_of(app, "office.city"), client_of(app, "liaison.gongan")
    units = sum(one.count is not None for one in INDICATORS) - len(CALLS)
    for client, counts in ((office, len(CALLS)), (liaison, units)):  # of the rest the city has what units reported
        asked.clear()
        assert client.get("/figures/reports").status_code == 200
        counted = [said for said in asked if said.startswith("SELECT count(*) FILTER")]
        assert sum(said.count("count(*) FILTER") for said in counted) == counts, "each figure of one month, and once"
        assert {" \nFROM call \n" in said for said in counted} == {client is office}
    monkeypatch.setattr(corrections, "PEOPLE", 1)
    for wanted in ("", *(f"?owed={how}" for how in Owed), "/export.csv?owed=open"):
        asked.clear()
        assert office.get(f"/corrections/{wrong}{wanted}").text
        read = [said for said in asked if said.startswith("SELECT") and "telling.words" in said]
        assert ["telling.id IN" in said for said in read] == [True], wanted


def client_of(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/sign-in", data={"login": login, "password": "for tests only"}).status_code == 303
    return client
