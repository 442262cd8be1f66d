"""Every list of the staff's pages can be filtered, exported and drilled into: over all templates and all routes."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

import admin_ui
from admin_ui.guards import Open, mark_of
from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from dispatch.callbacks import callbacks
from dispatch.calls import tellings
from dispatch.reconciling import destroying
from dispatch.tickets import joint, supervising
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission, Role, may
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.times import now
from knowledge_base.categories import Category
from knowledge_base.entries import EntryVersion
from knowledge_base.stages import Stage
from recordings import keeping
from recordings.archive import archive

World = Any
SignIn = Callable[[str], FlaskClient]
TEMPLATES = Path(admin_ui.__file__).parent / "templates"
LIST = re.compile(r'<table class="list|include "_ledger_rows\.html"|\{\{ pages\(')
SHOWN = re.compile(r'<tbody|<section class="panel">')
PARTS_OF_ONE = {
    "_told_him.html": "the messages of one ticket: 对外消息 has them as a list",
    "_ledger_rows.html": "the rows of the ledger's page and of its print",
    "ledger_print.html": "the ledger's sheet as it is filtered, for paper",
    "authorisation.html": "what one authorisation covers: the coverage has it as a list",
    "_index.html": "the processes that make their index anew",
    "_board.html": "the figures of one day, each of which leads to its list",
    "compare.html": "two versions of one entry, field by field",
    "department.html": "the liaisons of one department",
    "entry.html": "the steps of one entry: the ledger has them as a list",
    "home.html": "how many wait in each of one's lists; each leads to its list",
    "forms_import.html": "the rows of one file that was handed in: the file itself is the list",
    "licence.html": "the fields of one licence item",
    "unanswered_question.html": "the askings behind one question: the search analysis has them as a list",
    "system.html": "the parts of the machine, as they are now",
    "phrasings_worth.html": "a row a month; exported whole",
    "delivery.html": "the attempts of one message",
    "voice_prompt.html": "the versions of one prompt",
    "ways_out.html": "the systems that are told, few and all on one page",
}
"""Tables that are no lists: parts of one thing, each with where its rows can be filtered and taken away."""


def page_with_a_list() -> list[str]:
    return sorted(page.name for page in TEMPLATES.glob("*.html") if LIST.search(page.read_text(encoding="utf-8")))


def test_the_pages_that_are_excused_still_are_what_they_are_excused_for() -> None:
    assert PARTS_OF_ONE.keys() <= set(page_with_a_list())


@pytest.mark.parametrize("page", sorted(set(page_with_a_list()) - PARTS_OF_ONE.keys()))
def test_every_list_has_a_filter_and_an_export_of_what_is_filtered(page: str) -> None:
    text = (TEMPLATES / page).read_text(encoding="utf-8")
    assert re.search(r'<form class="[^"]*\bfilters\b', text), "nothing filters it"
    assert re.search(r"(?:again|csv)\(url_for\('\w+\.export\w*'", text), "nothing exports what is filtered"


def exports(app: Flask) -> list[Rule]:
    return [r for r in app.url_map.iter_rules() if r.rule.endswith(".csv")]


def who_may(app: Flask, endpoint: str) -> Role:
    mark = mark_of(app, endpoint)
    if mark is Open.SIGNED_IN:
        return Role.LIAISON
    assert isinstance(mark, Permission), endpoint
    return next(role for role in Role if may(role, mark))


@pytest.fixture
def told(world: World) -> int:
    """Something stands in every list; the version that was told and withdrawn."""
    _destroyed(world)
    number = world.ticket()
    call_id = world.of(number).call_id
    with world.database.writing() as session:
        session.add(Category(path="社保"))
        version = session.scalars(select(EntryVersion).where(EntryVersion.entry_id == 1)).one()
        found = offered(session, 1, channel=Channel.OPERATOR, at=now())
        assert found is not None
        assert isinstance(found.decision, Answer)
        tellings.tell(session, call_id, found.decision, channel=Channel.OPERATOR, entry_id=1,
                      entry_version_id=version.id, by="operator", at=now())  # fmt: skip
        version.stage, version.ended_at = Stage.WITHDRAWN, now()
        ticket = session.scalars(select(Ticket)).one()
        ticket.contact, ticket.reply, ticket.personal = "13887712345", "已补发。", True
        callbacks.owe_callback(session, ticket, settings=world.settings, at=now())
        joint.ask(session, ticket, of=session.get_one(Department, 2), words="请核对", by=world.account("supervisor"),
                  settings=world.settings, at=now())  # fmt: skip
        supervising.open_for(session, ticket, why="逾期五个工作日", by="hotline", at=now())
        return version.id


def _destroyed(world: World) -> None:
    """A call's recording that was kept as long as it had to be, and destroyed with a certificate."""
    world.call(operator="operator", recorded=True)
    stored = archive(world.settings)
    keeping.put_away(world.database, stored, put_off={}, at=now())
    destroying.destroy_due(world.settings, world.database, stored, at=now() + timedelta(days=800))


def address(rule: Rule, told: int) -> str:
    return re.sub(r"<[^>]+>", str(told) if "corrections" in rule.rule else "1", rule.rule)


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.status
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_every_export_is_a_file_with_a_head_is_noted_and_holds_no_full_number(
    app: Flask, world: World, signed_in: SignIn, told: int
) -> None:
    found = exports(app)
    assert len(found) > 15
    for rule in found:
        file = rows(signed_in(who_may(app, rule.endpoint)).get(address(rule, told)))
        assert len(file[0]) > 2, rule
        assert all(file[0]), rule
        assert "13887712345" not in str(file), rule
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).where(AuditRow.deed == "exported")) == len(found)


NARROWED = (
    ("city_office", "/corrections", "q=社保卡", "q=居住证"),
    ("city_office", "/corrections", "department=1", "department=2"),
    ("city_office", "/corrections", f"since={now() - timedelta(days=1):%Y-%m-%d}", "until=2020-01-01"),
    ("city_office", "/corrections/{told}", "channel=operator&owed=open", "channel=web"),
    ("city_office", "/corrections/{told}", "owed=open", "owed=arranged"),
    ("city_office", "/freshness/1", "part=entry", "part=licence"),
    ("liaison", "/update", "part=entry", "show=due&part=entry"),
    ("city_office", "/categories", "q=社", "q=户籍"),
    ("supervisor", "/callbacks", "by_person=1", "state=done"),
    ("supervisor", "/retention", "q=730天", "q=没有这个"),
    ("supervisor", "/retention", "since=2020-01-01", "until=2020-01-01"),
    ("inspector", "/supervision", "q=失业金", "q=没有这个"),
    ("inspector", "/supervision", "department=1&letter=none", "department=2"),
    ("inspector", "/supervision", "since=2020-01-01", "letter=written"),
    ("inspector", "/supervision", "until=2099-01-01", "until=2020-01-01"),
    ("liaison_b", "/shares", "q=失业金&outcome=open", "outcome=given"),
    ("auditor", "/audit", "deed=ticket", "deed=ticket&by=nobody"),
    ("city_office", "/authorisations/coverage", "q=人社", "q=没有这个"),
    ("city_office", "/authorisations/coverage", "department=1&saying=full", "department=1&saying=paused"),
    ("administrator", "/accounts", "q=李晓琴", "q=李晓琴&role=auditor"),
    ("supervisor", "/tickets", "since=2020-01-01&until=2099-01-01", "until=2020-01-01"),
    ("supervisor", "/tickets", "until=2099-01-01", "since=2099-01-01"),
    ("supervisor", "/tickets", "urgency=normal", "urgency=critical"),
    ("liaison", "/tickets", "source=call", "source=web"),
)  # fmt: skip


def test_page_and_file_hold_what_is_filtered(signed_in: SignIn, told: int) -> None:
    for login, path, some, none in NARROWED:
        client, there, case = signed_in(login), path.format(told=told), (login, path, some, none)
        page = client.get(f"{there}?{some}").text
        link = re.search(rf'href="({there}/export\.csv[^"]*)"', page)
        assert link, case
        assert len(rows(client.get(link[1].replace("&amp;", "&")))) > 1, case
        assert len(rows(client.get(f"{there}/export.csv?{none}"))) == 1, case
        listed = client.get(f"{there}?{none}").text
        assert len(SHOWN.findall(listed)) < len(SHOWN.findall(page)) or path == "/update", case
        assert 'type="checkbox" class="form-check-input still" id="entry' not in listed, case


def test_a_secret_callers_number_is_in_no_file(world: World, signed_in: SignIn, told: int) -> None:
    with world.database.writing() as session:
        session.scalars(select(Ticket)).one().confidential = True
    assert "138****2345" in str(rows(signed_in("supervisor").get(f"/corrections/{told}/export.csv")))
    outside = str(rows(signed_in("city_office").get(f"/corrections/{told}/export.csv")))
    assert "2345" not in outside
    assert "保密" in outside
