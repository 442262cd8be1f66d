"""`hotline up`: the whole system on this machine, kept running until Ctrl-C, and gone afterwards."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Event

import click
import redis

from cli import broker, dispatcher
from cli.exchange import Exchange
from cli.installation import Installation, installation, own
from cli.ready import until_ready
from cli.revived import Revived
from cli.supervisor import Child, Supervisor, ours
from hotline.database import Database
from hotline.logs import set_up
from hotline.migrating import migrate
from hotline.settings import Settings
from hotline.stopping import stop_flag
from hotline.times import now

PROCESSES = ("agi", "listen", "worker", "voice", "web", "public")


@click.command()
@click.option("--exchange/--no-exchange", default=True, help="Start Asterisk in its container too.")
def up(exchange: bool) -> None:
    """Run everything on this machine; Ctrl-C stops all of it."""
    set_up(process="up")
    stop = stop_flag()
    here, began = installation(os.environ), now()
    with running(here, exchange=exchange, say=click.echo) as supervisor:
        if exchange:  # without one the listener is blind, and rightly so
            wait(here, supervisor, stop, since=began)
        click.echo("The system runs. Ctrl-C stops it.")
        while not stop.wait(0.5):
            supervisor.tend()


def wait(here: Installation, supervisor: Supervisor, stop: Event, *, since: datetime) -> None:
    """Until the system is ready; who isn't after a minute is named, with his log."""
    database = Database(here.settings.database_address)
    missing = until_ready(here.settings, database, stop, since=since, tend=supervisor.tend)
    if missing and not stop.is_set():
        click.echo(f"Not ready yet: {', '.join(missing)}; see {log_folder(here)} or run: hotline doctor")
    database.close()


@contextmanager
def running(
    here: Installation, *, exchange: bool = True, say: Callable[[str], None] = lambda _: None
) -> Iterator[Supervisor]:
    """The system of an installation, from start to stop."""
    supervisor = Supervisor()
    containers = [Exchange(plan) for plan in here.plans()] if exchange else []
    try:
        _start_broker(here, supervisor, say)
        prepare_database(here).close()
        for container in containers:
            say("Starting the exchange …")
            container.start()
            supervisor.exchanges.append(Revived(container))
        if exchange and here.settings.dispatcher:
            _start_dispatcher(here, supervisor)
        for name in processes(here.settings):
            supervisor.add(Child(name, ours(name), here.environment, log_folder(here) / f"{name}.log"))
        yield supervisor
    finally:
        with suppress(OSError):  # whoever read what we say may have gone first
            say("Stopping …")
        try:
            supervisor.stop()
        finally:  # also for who presses Ctrl-C twice
            for container in containers:
                container.stop()


def processes(settings: Settings) -> tuple[str, ...]:
    """What runs here: the one that hears only where it is ours."""
    return (*PROCESSES, "hear") if settings.hears_here else PROCESSES


def log_folder(here: Installation) -> Path:
    return here.settings.folder.resolve() / "log"


def prepare_database(here: Installation) -> Database:
    """The installation's database, brought up to date."""
    own(here.settings.folder)
    database = Database(here.settings.database_address)
    migrate(database)
    return database


def _start_broker(here: Installation, supervisor: Supervisor, say: Callable[[str], None]) -> None:
    if here.settings.redis_url:
        return
    say("Starting the embedded broker …")
    file = log_folder(here) / "broker.log"
    supervisor.add(Child("broker", broker.command(here.settings), here.environment, file))
    until = time.monotonic() + 10
    while not _answers(here.settings.redis_address):
        if time.monotonic() > until:
            raise click.ClickException(f"The broker did not start; see {file}")
        time.sleep(0.05)


def _start_dispatcher(here: Installation, supervisor: Supervisor) -> None:
    dispatcher.write(here)
    file = log_folder(here) / "dispatcher.log"
    supervisor.add(Child("dispatcher", dispatcher.command(here.settings), here.environment, file))


def _answers(address: str) -> bool:
    try:
        with redis.Redis.from_url(address, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
