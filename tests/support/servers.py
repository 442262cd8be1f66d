"""Real servers for tests: a PostgreSQL cluster and brokers, each in a folder of its own, gone afterwards."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

import redis
from sqlalchemy import create_engine, make_url, text

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@contextmanager
def postgresql(folder: Path, like: Path | None = None) -> Iterator[str]:
    """A cluster on a Unix socket, a new one or as the data of another; yields the address of its database `hotline`."""
    assert POSTGRES, "PostgreSQL is missing: make setup installs it"
    bin_folder, data = POSTGRES[-1], folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        for parent in folder.parents:
            if parent != Path("/") and not os.stat(parent).st_mode & 1:
                parent.chmod(os.stat(parent).st_mode | 0o055)
        as_user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    if like:
        subprocess.run(["cp", "-r", like, data], check=True)
        subprocess.run(["chown", "-R", "--reference", folder, data], check=True)
        data.chmod(0o700)
    else:
        init = [bin_folder / "initdb", "-D", data, "-U", "hotline", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "-N"]
        subprocess.run([*as_user, *map(str, init)], check=True, capture_output=True, cwd=folder)
    options = ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"]
    server = subprocess.Popen([*as_user, str(bin_folder / "postgres"), "-D", str(data), *map(str, options)],
                              stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"), cwd=folder)  # fmt: skip
    try:
        _until(lambda: _ready(bin_folder, folder), folder / "log")
        if not like:
            subprocess.run([bin_folder / "createdb", "-h", folder, "-U", "hotline", "hotline"], check=True, cwd=folder)
        yield f"postgresql+psycopg://hotline@/hotline?host={folder}"
    finally:
        server.send_signal(SIGINT)  # asked by TERM it would wait for whoever is still connected
        server.wait(60)


@contextmanager
def another(address: str, name: str, *, template: str = "template0") -> Iterator[str]:
    """One more database in a cluster, as a copy of one, whose connections it ends; yields its address."""
    here = make_url(address)
    beside = create_engine(here.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with beside.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": template})
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield here.set(database=name).render_as_string()
    finally:
        with beside.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        beside.dispose()


@contextmanager
def broker(binary: str, folder: Path) -> Iterator[str]:
    """A Valkey or Redis on a Unix socket; yields its address."""
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "b.sock"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"unix://{socket}"
    try:
        _until(lambda: _pings(address), folder)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _ready(bin_folder: Path, folder: Path) -> bool:
    asked = subprocess.run([bin_folder / "pg_isready", "-h", folder, "-U", "hotline"], capture_output=True)
    return asked.returncode == 0


def _pings(address: str) -> bool:
    try:
        with redis.Redis.from_url(address) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _until(met: object, log: Path, seconds: float = 20) -> None:
    assert callable(met)
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"the server did not start; see {log}"
        time.sleep(0.05)
