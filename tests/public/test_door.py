"""The door itself: headers, caching, languages, what it doesn't have, and that it starts and stops as a process."""

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import admin_ui
from admin_ui.app import create_app

City = Any
HOUSE = Path(admin_ui.__file__).parent
TEMPLATES = sorted((HOUSE / "templates" / "public").glob("*.html"))


def test_the_headers_are_as_strict_as_the_staffs(city: City, client: FlaskClient) -> None:
    headers = client.get("/").headers
    staffs = create_app(city.settings, city.database).test_client().get("/sign-in").headers
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy"):
        assert headers[name] == staffs[name]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_door_has_no_session_no_sign_in_and_none_of_the_staffs_addresses(client: FlaskClient) -> None:
    for there in ("/", "/ask", "/follow", "/search?q=失业", "/open311/inquiry/v1/web_faqs/all.json"):
        assert "Set-Cookie" not in client.get(there).headers
    assert client.application.secret_key is None
    views = {name: view.__module__ for name, view in client.application.view_functions.items() if name != "static"}
    assert [name for name, module in views.items() if not module.startswith("admin_ui.public.")] == []
    for there in ("/sign-in", "/tickets", "/desk", "/accounts", "/audit", "/knowledge", "/recordings/1/sound"):
        assert client.get(there).status_code == 404


def test_a_page_is_asked_for_again_and_a_file_is_kept(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert client.get("/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    css = re.search(r'href="(/static/css/public\.css\?v=\w+)"', page.text)
    assert css
    assert client.get(css[1]).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/css/public.css").headers["Cache-Control"] == "no-cache"
    for there in ("/ask", "/follow", "/entries/999"):
        assert client.get(there).headers["Cache-Control"] == "no-store"


def test_what_is_the_same_for_all_travels_packed_and_what_is_secret_does_not(client: FlaskClient) -> None:
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == client.get("/").data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert client.get("/", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}).status_code == 304
    assert "Content-Encoding" not in client.get("/ask", headers={"Accept-Encoding": "gzip"}).headers
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_the_proxys_log_that_the_documents_tell_of_has_no_words_of_citizens() -> None:
    told = (HOUSE.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^log_format public '(.+)';$", told, re.M)
    assert "$uri" in line
    assert re.findall(r"\$(?:request_uri|request|args|query_string|http_referer|is_args)\b", line) == []
    assert re.search(r"error_log .+ crit;", told)


def test_chinese_first_and_english_by_a_switch(client: FlaskClient) -> None:
    assert 'lang="zh-CN"' in client.get("/").text
    english = client.get("/?lang=en")
    assert "Often asked" in english.text
    assert "Government information of Yuxi" in english.text
    assert english.headers["Cache-Control"] == "no-store"  # it sets the cookie
    assert "Often asked" in client.get("/").text
    assert "Cookie" in client.get("/").headers["Vary"]


def test_no_public_template_says_chinese_that_is_not_marked_nor_carries_script_or_style() -> None:
    assert len(TEMPLATES) > 15
    for page in TEMPLATES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text), page.name
        plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)
        assert set(re.findall(r"[一-鿿]+", plain)) <= {"中文"}, page.name


def test_the_public_colours_are_the_houses() -> None:
    def colours(text: str) -> dict[str, str]:
        return dict(re.findall(r"--([\w-]+): (#\w+);", text))

    public, house = ((HOUSE / "static/css" / name).read_text() for name in ("public.css", "house.css"))
    light, dark = public.split("prefers-color-scheme: dark")
    of_light, of_dark = house.split('[data-bs-theme="dark"]', 1)
    assert {k: v for k, v in colours(light.split("}")[0]).items() if k != "on-jade"}.items() <= colours(of_light).items()
    assert {k: v for k, v in colours(dark.split("}")[0]).items() if k != "on-jade"}.items() <= colours(of_dark.split("}")[0]).items()


def test_an_attachment_is_downloaded_only_while_its_answer_stands(city: City, client: FlaskClient) -> None:
    from sqlalchemy import select

    from hotline.cabinet import cabinet
    from hotline.times import local_day, now
    from knowledge_base.entries import Attachment, Entry, EntryVersion, State

    content = b"%PDF-1.7 a form"
    digest = cabinet(city.settings).put(content, on=local_day(now()))
    with city.database.writing() as session:
        versions = session.scalars(select(EntryVersion).where(EntryVersion.entry_id == city.entry("失业金怎么申领"))
                                   .order_by(EntryVersion.number)).all()
        for version in versions:  # the published one, and the one that waits for its review
            session.add(Attachment(entry_version_id=version.id, name=f"表{version.number}.pdf", media_type="application/pdf",
                                   size=len(content), sha256=digest, added_by="drafter", added_at=now()))
    page = client.get(f"/entries/{city.entry('失业金怎么申领')}").text
    assert "表1.pdf" in page
    assert "表2.pdf" not in page
    given = client.get("/files/1")
    assert given.data == content
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert content not in (city.settings.attachments / digest).read_bytes()
    part = client.get("/files/1", headers={"Range": "bytes=5-7"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"1.7", f"bytes 5-7/{len(content)}")
    assert client.get("/files/1", headers={"If-None-Match": given.headers["ETag"]}).status_code == 304
    assert client.get("/files/2").status_code == 404
    with city.database.writing() as session:
        session.get_one(Entry, city.entry("失业金怎么申领")).state = State.WITHDRAWN
    assert client.get("/files/1").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_hotline_public_serves_and_stops_when_told(city: City) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    given = {"FOLDER": str(city.settings.folder), "SECRET_KEY": "s" * 40, "PUBLIC_PORT": str(port)}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    environment |= {f"HOTLINE_{name}": value for name, value in given.items()}
    process = subprocess.Popen([sys.executable, "-m", "cli.main", "public"], env=environment, stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 30
        while True:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, process.communicate()[1].decode()[-2000:]
                assert time.monotonic() < until
                time.sleep(0.1)
        assert "社保卡丢了怎么补办" in page
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
        assert process.returncode == 0
        assert b"Traceback" not in log
    finally:
        process.kill()
