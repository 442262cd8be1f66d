"""Default deny, walked over every route there is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from admin_ui.app import create_app
from admin_ui.guards import Open, mark_of
from dispatch.tickets import Klass
from hotline.accounts.roles import Permission, Role, may
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


def test_another_departments_ticket_and_recording_are_not_there(world: World, signed_in: SignIn) -> None:
    number = world.ticket(to="101")
    sound = world.of(number).recording_id
    for login in ("liaison_b", "leader_b"):
        client = signed_in(login)
        for there in (f"/tickets/{number}", f"/recordings/{sound}/sound", f"/recordings/{sound}/shape"):
            assert client.get(there).status_code == 404, (login, there)
        for step in ("accept", "return", "reply") if login == "liaison_b" else ("sign",):
            assert client.post(f"/tickets/{number}/{step}", data={"version": 1, "why": "x"}).status_code == 404
        assert number not in client.get("/tickets").text
        assert number not in client.get("/tickets?q=失业金").text
        assert number not in client.get("/tickets/export.csv?department=1").text
    assert signed_in("liaison").get(f"/tickets/{number}").status_code == 200


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
    assert "<audio" in signed_in("supervisor").get(f"/tickets/{number}").text


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


def test_of_an_open_matter_the_department_sees_a_masked_number(world: World, signed_in: SignIn) -> None:
    page = signed_in("liaison").get(f"/tickets/{world.ticket()}").text
    assert "138****2345" in page
    assert "13887712345" not in page
    assert "王小明" not in page
    assert "<audio" in page


def test_a_recording_comes_in_ranges_is_not_kept_and_hearing_it_is_noted(world: World, signed_in: SignIn) -> None:
    sound = world.of(world.ticket()).recording_id
    client = signed_in("liaison")
    whole = client.get(f"/recordings/{sound}/sound")
    part = client.get(f"/recordings/{sound}/sound", headers={"Range": "bytes=100-199"})
    assert whole.status_code == 200
    assert part.status_code == 206
    assert part.data == whole.data[100:200]
    assert part.headers["Cache-Control"] == "no-store"
    from hotline.audit import AuditRow

    with world.database.reading() as session:
        heard = session.scalars(select(AuditRow).where(AuditRow.deed == "recording.heard")).all()
        assert session.get(Recording, sound) is not None
    assert [(row.by, row.thing) for row in heard] == [("liaison", str(sound))]


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


def test_a_form_without_its_token_is_refused(app: Flask, signed_in: SignIn) -> None:
    client = signed_in("liaison")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/sign-out")
    assert answer.status_code == 400
    assert "页面已过期" in answer.text


def test_no_page_carries_inline_script_or_style() -> None:
    from admin_ui.languages import CATALOGUE

    for page in (CATALOGUE.parents[3] / "templates").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text), page.name


