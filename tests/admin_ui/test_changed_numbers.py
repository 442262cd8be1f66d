"""Whoever changes a number in an address finds nothing of another department, of another county, or of somebody else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from admin_ui.guards import mark_of
from dispatch.tickets.reply_templates import ReplyTemplate
from dispatch.tickets.shares import Share
from dispatch.tickets.supervision import Supervision
from hotline.accounts.roles import Permission, may
from hotline.database import Base
from hotline.directory.departments import by_code
from hotline.directory.liaisons import Liaison, Position
from hotline.telling.notices import Notice, Topic
from hotline.times import local_day, now
from knowledge_base.asked import Open, Unanswered
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.forms.imports import FormImport, State
from knowledge_base.licences import Licence
from tests.admin_ui.test_guards import doors

World = Any
SignIn = Callable[[str], FlaskClient]
PEOPLES = ("entry_id", "authorisation_id", "licence_id", "import_id", "question_id", "template_id", "share_id", "supervision_id", "notice_id")
OFFICES = ("entry_id", "share_id", "department_id", "liaison_id", "supervision_id", "notice_id")
FILLED = {"version": "1", "why": "x", "text": "x", "seen": "x", "deed": "approve", "words": "x", "department": "2"}
OPEN = {"departments.page", "departments.decide"}
"""Of a department everybody may read what the public may; whoever decides on its words is refused in words."""
NEVER = {"licence_versions.page"}  # an item that citizens never saw has no versions


@pytest.fixture
def theirs(world: World) -> dict[str, str]:
    """One of each thing that the first department has and nobody else may reach, by the place that it has in an address."""
    at, ticket = now(), world.of(world.ticket(to="101"))
    with world.database.writing() as session:
        unit = by_code(session, "101")
        assert unit is not None
        draft = EntryVersion(number=1, question="草稿", answer="内部", spoken="内部", valid_from=local_day(at), written_by="liaison", written_at=at)
        things: dict[str, Base] = {
            "entry_id": Entry(department_id=unit.id, question="草稿", versions=[draft]),
            "licence_id": Licence(department_id=unit.id, name="未公开的事项"),
            "import_id": FormImport(form="5", file="x.xlsx", sha256="0", department_id=unit.id, by="liaison", at=at, state=State.PREVIEWED),
            "question_id": Unanswered(words="问题", first_at=at, last_at=at, state=Open.ASSIGNED, department_id=unit.id),
            "template_id": ReplyTemplate(department_id=unit.id, name="内部", text="内部", by="liaison", at=at),
            "share_id": Share(ticket_id=ticket.id, department_id=unit.id, asked="内部", at=at, by="supervisor", due_at=at + timedelta(days=3)),
            "supervision_id": Supervision(ticket_id=ticket.id, at=at, by="inspector", why="x", letter_year=2026, letter_serial=1, department_id=unit.id,
                                          letter=["内部"], letter_at=at, letter_by="inspector", demands="内部", answer_by=local_day(at)),
            "notice_id": Notice(key="x", account_id=world.account("liaison").id, at=at, topic=Topic.NEW, kind="ticket", thing=ticket.number),
            "liaison_id": Liaison(department_id=unit.id, position=Position.A, name="张立新", phone="08772000000"),
        }  # fmt: skip
        session.add_all(things.values())
        session.flush()
        leave = session.scalars(select(Authorisation.id).where(Authorisation.department_id == unit.id)).one()
        ids = {place: str(thing.id) for place, thing in things.items()}  # type: ignore[attr-defined]
        return ids | {"authorisation_id": str(leave), "department_id": str(unit.id)}


def ways(app: Flask, theirs: dict[str, str], places: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of every route to these things."""
    found = []
    for rule, method in doors(app):
        if (place := re.search(r"<int:(\w+)>", rule.rule)) and place[1] in places and rule.endpoint not in OPEN:
            there = rule.rule.replace(place[0], theirs[place[1]], 1)
            found.append((rule.endpoint, method, re.sub(r"<(?:int:)?\w+>", "1", there)))
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # some hundred doors, and no rule of theirs is the database's
@pytest.mark.parametrize(("login", "places"), [("liaison_b", PEOPLES), ("leader_b", PEOPLES), ("county_office", OFFICES)])
def test_behind_a_changed_number_nothing_of_others_is_there(app: Flask, world: World, signed_in: SignIn, theirs: dict[str, str],
                                                            login: str, places: tuple[str, ...]) -> None:
    client, role = signed_in(login), world.account(login).role
    walked = ways(app, theirs, places)
    assert {endpoint.split(".")[0] for endpoint, *_ in walked} >= {"knowledge", "shares", "supervision", "inbox"}
    came_in = []
    for endpoint, method, there in walked:
        mark = mark_of(app, endpoint)
        code = client.open(there, method=method, data=FILLED).status_code
        refused = isinstance(mark, Permission) and not may(role, mark)
        if code != (403 if refused else 404):
            came_in.append((endpoint, method, there, code))
    assert came_in == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_by_the_same_addresses_whoever_they_belong_to_comes_in(app: Flask, world: World, signed_in: SignIn, theirs: dict[str, str]) -> None:
    for login, places in (("liaison", PEOPLES), ("city_office", ("department_id", "liaison_id"))):
        client = signed_in(login)
        for endpoint, method, there in ways(app, theirs, places):
            mark = mark_of(app, endpoint)
            if method == "GET" and (not isinstance(mark, Permission) or may(world.account(login).role, mark)):
                wanted = (404,) if endpoint in NEVER else (200, 302)
                assert client.get(there).status_code in wanted, (endpoint, there)
