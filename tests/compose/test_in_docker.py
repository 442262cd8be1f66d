"""compose.yaml, really run in Docker: built from nothing, started, called, killed, stopped. `make proof` does it."""

import http.cookiejar
import os
import re
import signal
import time
from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from cli.up import PROCESSES
from tests.compose.docker import Compose, eventually, started

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
SPEAK = """
import os
from cli.installation import installation
from hotline.database import Database
from hotline.times import now
from hotline.voice import orders
settings = installation(os.environ).settings
with Database(settings.database_address).writing() as session:
    orders.order(session, "您好，这里是玉溪市政府信息公开热线。", voice=settings.voice, urgent=True, at=now())
"""
LENGTH = """
import os, wave
from sqlalchemy import select
from cli.installation import installation
from hotline.database import Database
from recordings.archive import archive
from hotline.kept.reading import file
from recordings.recordings import Recording
settings = installation(os.environ).settings
with Database(settings.database_address).reading() as session:
    with archive(settings).sound(session.scalars(select(Recording)).one()) as content:
        heard = wave.open(file(content))
        print(heard.getnframes() / heard.getframerate())
"""


@pytest.fixture(scope="module")
def compose(engine: dict[str, str]) -> Iterator[Compose]:
    """The system as compose.yaml describes it."""
    with started(engine) as here:
        yield here


def test_in_docker_the_doctor_finds_everything_well(compose: Compose) -> None:
    said = compose("exec", "-T", "web", "hotline", "doctor").splitlines()
    assert len(said) >= 10
    assert all(line.startswith("ok ") for line in said), said
    assert "postgresql" in "".join(said)


def test_in_docker_an_account_that_was_just_made_signs_in(compose: Compose) -> None:
    made = compose(
        "exec", "-T", "web", "hotline", "accounts", "add", "chief", "--name", "管理员", "--role", "administrator"
    )
    browser = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    home = f"http://127.0.0.1:{compose.setting('WEB_PORT')}"
    page = browser.open(f"{home}/sign-in", timeout=10).read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "login": "chief", "password": made.split()[-1]}
    after = browser.open(f"{home}/sign-in", urlencode(form).encode(), timeout=10)
    assert "/sign-in" not in after.url
    assert browser.open(f"{home}/static/vendor/htmx.min.js", timeout=10).status == 200


def test_in_docker_a_call_becomes_one_row_and_a_recording_of_its_length(compose: Compose) -> None:
    compose("run", "--rm", "-T", "sipp", seconds=90)
    whole = "SELECT count(*) FROM recording r JOIN call c ON c.id = r.call_id WHERE r.state = 'complete' AND c.outcome = 'abandoned'"
    eventually(lambda: compose.row(whole) == "1")
    assert compose.row("SELECT count(*) FROM call WHERE queued_at IS NOT NULL AND taken_from = 'agi'") == "1"
    assert compose.row("SELECT path FROM recording").startswith(compose.setting("FOLDER"))
    eventually(lambda: compose.row("SELECT stored FROM recording") != "")
    assert abs(float(compose("exec", "-T", "web", "python", "-c", LENGTH)) - 20) < 0.5


def test_in_docker_a_sentence_gets_its_sound(compose: Compose) -> None:
    compose("exec", "-T", "worker", "python", "-c", SPEAK)
    eventually(lambda: compose.row("SELECT count(*) FROM speech_order WHERE made_at IS NOT NULL") == "1", 120)
    assert ".alaw" in compose("exec", "-T", "asterisk", "ls", f"{compose.setting('FOLDER')}/sounds")


@pytest.mark.parametrize("service", ["postgres", "redis", "agi", "worker", "asterisk"])
def test_in_docker_who_is_killed_comes_back_and_nothing_is_lost(compose: Compose, service: str) -> None:
    before, calls = compose.pid(service), compose.row("SELECT count(*) FROM call")
    if os.getuid():
        pytest.skip("not run: only root may kill a container's process without Docker's knowing")
    os.kill(before, signal.SIGKILL)
    eventually(lambda: compose.pid(service) not in {0, before})
    eventually(
        lambda: compose.run("exec", compose("ps", "-q", "web").strip(), "hotline", "doctor").returncode == 0, 120
    )
    assert compose.row("SELECT count(*) FROM call") == calls


def test_in_docker_a_dump_of_the_database_is_put_back_whole(compose: Compose) -> None:
    dump = "pg_dump --format=custom hotline > /tmp/dump && createdb --owner hotline again && pg_restore --exit-on-error --dbname again /tmp/dump"
    compose("exec", "-T", "postgres", "sh", "-c", dump)
    rows = compose("exec", "-T", "postgres", "psql", "-d", "again", "-Atc", "SELECT count(*) FROM call").strip()
    assert rows == compose.row("SELECT count(*) FROM call") == "1"
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    assert compose("exec", "-T", "postgres", "psql", "-d", "again", "-Atc", owners).strip() == "hotline"


def test_in_docker_nobody_is_root_and_nobody_may_write_to_his_image(compose: Compose) -> None:
    for service in (*PROCESSES, "postgres", "redis", "asterisk"):
        status = compose("exec", "-T", service, "cat", "/proc/1/status")
        assert re.search(r"^Uid:\s+101(28|29|30)\s", status, re.M), service
        assert re.search(r"^CapBnd:\s+0+$", status, re.M), service
        assert re.search(r"^NoNewPrivs:\s+1$", status, re.M), service
    for service in (*PROCESSES, "postgres", "redis"):
        compose("exec", "-T", "--user", "root", service, "touch", "/usr/here", fails=True)


def test_in_docker_a_stop_leaves_nothing_and_a_start_finds_everything(compose: Compose) -> None:
    calls = compose.row("SELECT count(*) FROM call")
    began = time.monotonic()
    compose("down")
    assert time.monotonic() - began < 60
    mine = f"label=com.docker.compose.project={compose.project}"
    assert compose.run("ps", "--all", "--quiet", "--filter", mine).stdout == ""
    assert compose.run("network", "ls", "--quiet", "--filter", mine).stdout == ""
    kept = compose.run("volume", "ls", "--quiet", "--filter", mine).stdout.split()
    assert sorted(name.removeprefix(compose.project) for name in kept) == [
        "_postgres", "_postgres_socket", "_redis", "_redis_socket",
    ]  # fmt: skip
    compose("up", "--detach", "--wait")
    assert compose.row("SELECT count(*) FROM call") == calls
    compose("exec", "-T", "web", "hotline", "doctor")
