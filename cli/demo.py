"""`hotline demo`: demonstration data, the whole system, and real calls placed by SIPp."""

import os
import time
from collections.abc import Mapping
from threading import Event as Flag
from threading import Thread

import click
from sqlalchemy import select

from cli import demo_load
from cli.demo_calls import place_all
from cli.demo_timeline import follow
from cli.installation import Installation, installation, secret
from cli.supervisor import Supervisor
from cli.up import prepare_database, running, wait
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.hearing import HearingMissing, model
from hotline.logs import set_up
from hotline.settings import PREFIX
from hotline.stopping import stop_flag
from hotline.times import now


@click.command()
@click.option("--calls/--no-calls", default=True, help="Place the demonstration calls.")
@click.option("--stay/--no-stay", default=True, help="Leave the system running until Ctrl-C.")
def demo(calls: bool, stay: bool) -> None:
    """Run the whole system with demonstration data and place real calls."""
    set_up(process="demo")
    stop = stop_flag()
    here = installation(with_hearing({f"{PREFIX}KEYPAD_INITIALS": "true", **os.environ}))
    database, began = prepare(here), now()
    with running(here, say=click.echo) as supervisor:
        _addresses(here, database)
        wait(here, supervisor, stop, since=began)
        if calls:
            _calls(here, database, supervisor, stop)
        if stay and not stop.is_set():
            _addresses(here, database)
            click.echo("The system runs. Ctrl-C stops all of it.")
            while not stop.wait(0.5):
                supervisor.tend()


def with_hearing(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with speech switched on where it says nothing about it and the model is there."""
    given, key = dict(environment), f"{PREFIX}SPEECH"
    if key not in given:
        try:
            model.check(installation(given).settings.hearing_folder)
            given[key] = "true"
        except HearingMissing as missing:
            click.echo(f"Nobody hears what callers say: {missing}")
    return given


def prepare(here: Installation, *, spoken: int = 3) -> Database:
    """A migrated database with the demonstration data in it, loaded once."""
    settings, database = here.settings, prepare_database(here)
    with database.writing() as session:
        if not demo_load.is_loaded(session):
            click.echo("Loading the demonstration …")
            for line in demo_load.load(session, password=secret(settings.folder, "demo_password"), at=now()):
                click.echo(f"  {line}")
            demo_load.order_speech(session, voice=settings.voice, at=now(), most=spoken)
    return database


def _calls(here: Installation, database: Database, supervisor: Supervisor, stop: Flag) -> None:
    over = Flag()
    printer = Thread(target=follow, args=(database, over, click.echo), daemon=True)
    printer.start()
    caller = Thread(target=place_all, args=(here, database, click.echo, stop), daemon=True)
    caller.start()
    while caller.is_alive() and not stop.is_set():
        supervisor.tend()
        caller.join(0.5)
    time.sleep(3)  # the last lines of the last call
    over.set()
    printer.join(5)


def _addresses(here: Installation, database: Database) -> None:
    settings = here.settings
    click.echo(f"\nPages:    http://{settings.web_host}:{settings.web_port}/")
    click.echo(f"Citizens: http://{settings.public_host}:{settings.public_port}/")
    click.echo(f"SIP:      {settings.sip_bind}:{settings.sip_port} (dial {settings.number})")
    click.echo(f"Password of every demonstration account: {secret(settings.folder, 'demo_password')}")
    with database.reading() as session:
        rows = session.scalars(select(Account).order_by(Account.id))
        shown: set[str] = set()
        for row in rows:
            if row.role not in shown:
                shown.add(row.role)
                click.echo(f"  {row.login:<24} {row.role:<20} {row.name}")
    click.echo("")
