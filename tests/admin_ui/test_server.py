"""The pages under gunicorn, as they are served."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from hotline.database import Database
from hotline.events import Bus, Event

from .support import on_sqlite

World = Any
START = """
from admin_ui.server import serve
from hotline.database import Database
from hotline.events import Bus
from hotline.settings import settings
s = settings()
serve(s, Database(s.database_address), Bus(s.redis_address))
"""
PASSWORD = "correct horse battery"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def served(world: World, valkey: Any) -> Iterator[tuple[str, Bus, "subprocess.Popen[bytes]"]]:
    port, bus = free_port(), f"unix://{valkey.unix_socket_path}"
    given = {"FOLDER": str(world.settings.folder), "SECRET_KEY": "s" * 40, "REDIS_URL": bus, "WEB_PORT": str(port)}
    environment = os.environ | {f"HOTLINE_{name}": value for name, value in given.items()}
    process = subprocess.Popen([sys.executable, "-c", START], env=environment)
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address + "/healthz", timeout=1)  # noqa: S310 (our own address)
            break
        except OSError:
            time.sleep(0.1)
    yield address, Bus(bus), process
    if process.poll() is None:
        process.terminate()
        process.wait(40)


def signed_in(address: str, login: str) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(address + "/sign-in").read().decode()
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    form = {"csrf_token": found.group(1), "login": login, "password": PASSWORD}
    browser.open(address + "/sign-in", urlencode(form).encode())
    return browser


def test_events_come_through_to_many_listeners_and_the_server_stops_when_told(world: World, served: Any) -> None:
    address, bus, process = served
    browser = signed_in(address, "operator")
    streams = [browser.open(address + "/desk/events", timeout=20) for _ in range(20)]
    for stream in streams:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        while b"event: live" not in stream.readline():
            pass
    heard: list[float] = []

    def hear(stream: Any) -> None:
        while b'"kind": "offer"' not in stream.readline():
            pass
        heard.append(time.monotonic())

    threads = [threading.Thread(target=hear, args=(stream,)) for stream in streams]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    bus.publish(Event("offer", call_id="x", account_id=world.account("operator").id))
    for thread in threads:
        thread.join(5)
    assert len(heard) == 20
    assert max(heard) - began < 1.5  # on a machine that does much else; alone it takes some hundredths
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_a_page_answers_while_others_listen(served: Any) -> None:
    address, _, _ = served
    browser = signed_in(address, "operator")
    streams = [browser.open(address + "/desk/events", timeout=20) for _ in range(40)]
    began = time.monotonic()
    assert "座席" in browser.open(address + "/desk").read().decode()
    assert time.monotonic() - began < 2
    for stream in streams:
        stream.close()
