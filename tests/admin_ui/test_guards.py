"""Default deny, walked over every route there is."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule

from admin_ui.app import create_app
from admin_ui.guards import Open, mark_of
from dispatch.calls import calls
from dispatch.calls.calls import Step
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission, Role, may
from hotline.times import now
from recordings.recordings import Recording
from tests.admin_ui.conftest import PASSWORD

World = Any
SignIn = Callable[[str], FlaskClient]
PUBLIC = {"static", "health.healthz", "signing_in.form", "signing_in.sign_in"}


def address(rule: Rule) -> str:
    """The rule's address with something in each of its places."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda m: "1" if m.group(1) == "int" else "x", rule.rule)


def doors(app: Flask) -> list[tuple[Rule, str]]:
    return [(r, m) for r in app.url_map.iter_rules() for m in sorted((r.methods or set()) & {"GET", "POST"})]


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    unmarked = [r.endpoint for r in app.url_map.iter_rules() if mark_of(app, r.endpoint) is None]
    assert unmarked == []


def test_only_these_routes_are_open_to_strangers(app: Flask) -> None:
    opened = {r.endpoint for r in app.url_map.iter_rules() if mark_of(app, r.endpoint) is Open.PUBLIC}
    assert opened == PUBLIC


def test_a_route_without_a_mark_is_used_by_nobody(app: Flask, signed_in: SignIn) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert signed_in("supervisor").get("/forgotten").status_code == 403


def test_strangers_are_sent_to_sign_in(app: Flask) -> None:
    client = app.test_client()
    for rule, method in doors(app):
        if rule.endpoint in PUBLIC:
            continue
        answer = client.open(address(rule), method=method)
        assert answer.status_code == 302, rule
        assert answer.location.startswith("/sign-in"), rule


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # whose browser says what isn't the database's
@pytest.mark.parametrize(("sent_from", "back"), [
    ("http://localhost/tickets?state=in_hand", "/tickets?state=in_hand"),
    ("http://localhost/inbox/wishes/confirm", "/inbox/wishes"),  # where a refusal is shown, which nobody can go to
    ("http://elsewhere.example/tickets", "/"), ("http://localhost//elsewhere.example", "/"), ("", "/"), ("http://[", "/"),
])  # fmt: skip
def test_who_must_sign_in_before_his_form_is_taken_comes_back_to_the_page_it_stood_on(app: Flask, sent_from: str, back: str) -> None:
    client, here = app.test_client(), {"Referer": sent_from}
    sent = client.post("/inbox/read", headers=here)
    assert client.get("/inbox", headers=here | {"HX-Request": "true"}).headers["HX-Redirect"] == sent.location
    into = client.post(sent.location, data={"login": "liaison", "password": PASSWORD})
    assert (into.status_code, into.location) == (303, back)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # thousands of doors, and no rule of theirs is the database's
@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_permission_is_refused(app: Flask, signed_in: SignIn, role: Role) -> None:
    client = signed_in(role.value)
    for rule, method in doors(app):
        mark = mark_of(app, rule.endpoint)
        if not isinstance(mark, Permission) or (rule.endpoint == "desk_events.events" and may(role, mark)):
            continue  # a stream has no end
        code = client.open(address(rule), method=method).status_code
        assert (code == 403) is not may(role, mark), (role, method, rule, code)
        assert code < 500, (role, method, rule, code)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_temporary_password_opens_nothing_but_the_page_that_changes_it(app: Flask, world: World, signed_in: SignIn) -> None:
    client = signed_in("liaison")
    with world.database.writing() as session:
        session.execute(update(Account).values(must_change=True))
    for rule, method in doors(app):
        if rule.endpoint in PUBLIC or mark_of(app, rule.endpoint) is Open.FIRST:
            continue
        answer = client.open(address(rule), method=method)
        assert answer.status_code == 403 or answer.location == "/password", (rule, answer.status_code)
    assert {r.endpoint for r in app.url_map.iter_rules() if mark_of(app, r.endpoint) is Open.FIRST} == {
        "password.change", "password.changed", "signing_in.sign_out"}  # fmt: skip
    assert client.get("/password").status_code == 200


def test_who_signs_out_leaves_no_session_behind_that_somebody_copied(app: Flask, signed_in: SignIn) -> None:
    his, elsewhere = signed_in("liaison"), app.test_client()
    copied = his.get_cookie("hotline")
    assert copied
    elsewhere.set_cookie("hotline", copied.value)
    assert elsewhere.get("/inbox").status_code == 200
    his.post("/sign-out")
    assert elsewhere.get("/inbox").location.startswith("/sign-in")


def about(app: Flask, ticket: Ticket) -> list[tuple[Rule, str, str]]:
    """Every route to a ticket, its recording or its call, with its method and the address of this one's."""
    places = {"<number>": ticket.number, "<int:recording_id>": str(ticket.recording_id), "<call_id>": str(ticket.call_id)}
    found = [(rule, method, place, thing) for rule, method in doors(app) for place, thing in places.items() if place in rule.rule]
    assert {rule.endpoint.split(".")[0] for rule, *_ in found} >= {"ticket", "ticket_steps", "recordings", "call", "unmasking"}
    whole = [(rule, method, rule.rule.replace(place, thing)) for rule, method, place, thing in found]
    return [(rule, method, re.sub(r"<int:(file|delivery)_id>", "1", there)) for rule, method, there in whole]


FILLED = {"version": 1, "why": "x", "reply": "x", "department": "102", "title": "x", "question": "x"}


@pytest.mark.parametrize("login", ["liaison_b", "leader_b"])
def test_another_departments_ticket_recording_and_call_are_not_there_by_any_route(app: Flask, world: World, signed_in: SignIn,
                                                                                  login: str) -> None:
    ticket = world.of(world.ticket(to="101"))
    role, client = Role(login.removesuffix("_b")), signed_in(login)
    for rule, method, there in about(app, ticket):
        permission = mark_of(app, rule.endpoint)
        assert isinstance(permission, Permission)
        code = client.open(there, method=method, data=FILLED).status_code
        assert code == (404 if may(role, permission) else 403), (method, rule, code)
    for listed in ("/tickets", "/tickets?q=失业金", "/tickets/export.csv?department=1"):
        assert ticket.number not in client.get(listed).text
    assert world.of(ticket.number).version == ticket.version, "nothing was done with it"


@pytest.mark.parametrize("role", [Role.LIAISON, Role.LEADER])
def test_by_the_same_routes_its_own_department_comes_in(app: Flask, world: World, signed_in: SignIn, role: Role) -> None:
    ticket, client = world.of(world.ticket(to="101")), signed_in(role.value)
    client.post(f"/tickets/{ticket.number}/files", data={"file": (io.BytesIO(b"%PDF-"), "x.pdf"), "version": ticket.version})
    for rule, method, there in about(app, ticket):
        permission = mark_of(app, rule.endpoint)
        if isinstance(permission, Permission) and may(role, permission):
            assert client.open(there, method=method, data=FILLED).status_code not in (403, 404), (method, rule)


def test_of_a_call_that_also_gave_a_complaint_the_department_learns_nobodys_number(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    assert "138****2345" in signed_in("liaison").get(f"/tickets/{number}").text
    with world.database.writing() as session:
        session.get_one(Ticket, world.of(world.ticket(Klass.COMPLAINT)).id).call_id = world.of(number).call_id
    for login in ("liaison", "leader", "city_office", "inspector"):
        page = signed_in(login).get(f"/tickets/{number}").text
        assert not any(secret in page for secret in ("138****2345", "13887712345", "王**", "<audio")), login
        assert "投诉" not in page, "nor that there was one"
    assert "138****2345" in signed_in("operator").get(f"/tickets/{number}").text


@pytest.mark.parametrize(("klass", "confidential"), [(Klass.COMPLAINT, False), (Klass.REPORT, False),
                                                     (Klass.CONSULT, True)])
def test_of_a_guarded_matter_the_department_gets_the_summary_alone(world: World, signed_in: SignIn, klass: Klass,
                                                                   confidential: bool) -> None:
    number = world.ticket(klass, confidential=confidential)
    sound = world.of(number).recording_id
    for login in ("liaison", "leader"):
        client = signed_in(login)
        page = client.get(f"/tickets/{number}").text
        assert "请核实" in page
        for secret in ("13887712345", "138****2345", "2345", "王小明", "王**", "<audio", "/recordings/"):
            assert secret not in page.split("<aside>")[0] + page.split("<aside>")[1].replace(number, ""), secret
        assert client.get(f"/recordings/{sound}/sound").status_code == 404
        assert client.get(f"/recordings/{sound}/shape").status_code == 404
    assert f"/recordings/{sound}/player" in signed_in("supervisor").get(f"/tickets/{number}").text


@pytest.mark.parametrize(("klass", "confidential"), [(Klass.COMPLAINT, False), (Klass.REPORT, False),
                                                     (Klass.CONSULT, True)])
def test_who_called_in_secret_is_known_to_no_office_on_any_page(world: World, signed_in: SignIn, klass: Klass,
                                                                confidential: bool) -> None:
    number = world.ticket(klass, confidential=confidential)
    call = world.of(number).call_id
    pages = (f"/tickets/{number}", "/tickets", "/tickets/export.csv", f"/calls/{call}", "/calls", "/calls/export.csv")
    for login in ("city_office", "county_office", "inspector"):
        client = signed_in(login)
        for page in pages:
            text = client.get(page).text.replace(number, "").replace(call, "")
            assert not any(secret in text for secret in ("13887712345", "138****2345", "王小明", "王**")), (login, page)
        assert call not in client.get("/calls?q=2345").text
    assert "138****2345" in signed_in("operator").get(f"/tickets/{number}").text
    assert "138****2345" in signed_in("quality_inspector").get("/calls?q=2345").text


def test_what_a_secret_caller_said_to_the_machine_stays_with_the_hotline(world: World, signed_in: SignIn) -> None:
    call = world.of(world.ticket(Klass.COMPLAINT)).call_id
    with world.database.writing() as session:
        calls.note(session, call, Step.HEARD, at=now(), words="我是大营街的王小明")
    assert "王小明" not in signed_in("city_office").get(f"/calls/{call}").text
    for login in ("supervisor", "quality_inspector"):
        assert "我是大营街的王小明" in signed_in(login).get(f"/calls/{call}").text
    open_one = world.of(world.ticket()).call_id
    with world.database.writing() as session:
        calls.note(session, open_one, Step.HEARD, at=now(), words="居住证")
    assert "居住证" in signed_in("city_office").get(f"/calls/{open_one}").text


def test_of_an_open_matter_the_department_sees_a_masked_number(world: World, signed_in: SignIn) -> None:
    page = signed_in("liaison").get(f"/tickets/{world.ticket()}").text
    assert "138****2345" in page
    assert "13887712345" not in page
    assert "王小明" not in page
    assert "/player" in page


def test_a_recording_comes_in_ranges_is_not_kept_and_hearing_it_is_noted(world: World, signed_in: SignIn) -> None:
    sound = world.of(world.ticket()).recording_id
    client = signed_in("liaison")
    there = f"/recordings/{sound}/sound?purpose=handle"
    whole = client.get(there)
    part = client.get(there, headers={"Range": "bytes=100-199"})
    assert whole.status_code == 200
    assert part.status_code == 206
    assert part.data == whole.data[100:200]
    assert part.headers["Cache-Control"] == "no-store"
    from hotline.audit import AuditRow

    with world.database.reading() as session:
        heard = session.scalars(select(AuditRow).where(AuditRow.deed == "recording.heard")).all()
        assert session.get(Recording, sound) is not None
    assert [(row.by, row.thing, row.details["purpose"]) for row in heard] == [("liaison", str(sound), "handle")]


def test_the_headers_let_nothing_in_from_elsewhere(app: Flask) -> None:
    headers = app.test_client().get("/sign-in").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("secure", [True, False])
def test_behind_https_every_cookie_is_secure_and_the_browser_comes_back_by_https_alone(world: World, secure: bool) -> None:
    made = create_app(world.settings.model_copy(update={"web_secure": secure}), world.database)
    made.config.update(WTF_CSRF_ENABLED=False)
    there = made.test_client()
    by_https = {"X-Forwarded-Proto": "https"}
    answers = [
        there.get("/sign-in?lang=en", headers=by_https),
        there.post("/sign-in", data={"login": "liaison", "password": PASSWORD}, headers=by_https),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"lang", "hotline"}
    assert answers[1].status_code == 303
    assert [("Secure" in cookie, "HttpOnly" in cookie) for cookie in cookies] == [(secure, True)] * len(cookies)
    assert {answer.headers.get("Strict-Transport-Security") for answer in answers} == {"max-age=31536000" if secure else None}


def test_a_form_without_its_token_is_refused_and_leads_back_to_its_page(app: Flask, signed_in: SignIn) -> None:
    client, stranger = signed_in("liaison"), app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/inbox/read", headers={"Referer": "http://localhost/inbox?state=unread"})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    back = re.search(r'href="(/sign-in\?next=[^"]+)">回到原页面<', answer.text)
    assert back
    assert client.get(back[1]).location == "/inbox?state=unread"
    assert re.search(r'href="/sign-in[^"]*">登录<', stranger.post("/sign-in").text)


def test_no_page_carries_inline_script_or_style() -> None:
    from admin_ui.languages import CATALOGUE

    for page in (CATALOGUE.parents[3] / "templates").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text), page.name


