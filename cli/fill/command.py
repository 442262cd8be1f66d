"""`hotline database fill`: as much of a hotline's past as wanted, in an empty database, to look at and to measure."""

import os
import sys
from datetime import datetime

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from cli import demo_load
from cli.fill.cast import NobodyThere
from cli.fill.filling import NotEmpty, fill
from cli.fill.size import Size
from cli.installation import installation, secret
from cli.up import prepare_database
from hotline.times import CHINA, now


@click.command(name="fill")
@click.option("--calls", default=10_000, show_default=True, type=click.IntRange(1), help="Incoming calls.")
@click.option("--tickets", type=click.IntRange(0), help="Tickets that came of them.  [default: a fifth of the calls]")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1), help="Over how many days until AT.")
@click.option("--seed", default=96128, show_default=True, help="The same seed and AT invent the same again.")
@click.option("--at", type=click.DateTime(), help="Up to when (Yuxi time).  [default: now]")
def fill_database(calls: int, tickets: int | None, days: int, seed: int, at: datetime | None) -> None:
    """Invent calls and tickets in an empty database, with the demonstration's people. For looking and measuring: never
    where real calls come in."""
    tickets = calls // 5 if tickets is None else tickets
    if tickets > calls:
        raise click.ClickException("Each ticket comes of a call: there can't be more of them")
    size = Size(calls, tickets, days, at.replace(tzinfo=CHINA) if at else now(), seed)
    here = installation(os.environ)
    database = prepare_database(here)
    password = secret(here.settings.folder, "demo_password")
    try:
        with database.writing() as session:
            told(session, size, prefix=here.settings.ticket_prefix, password=password)
    except (NotEmpty, NobodyThere) as error:
        raise click.ClickException(str(error)) from None
    finally:
        database.close()
    click.echo(f"{calls} calls and {tickets} tickets are there. Password of every demonstration account: {password}")


def told(session: Session, size: Size, *, prefix: str, password: str) -> None:
    """Fill with a bar on the terminal; people and questions are the demonstration's where there are none."""
    if not demo_load.is_loaded(session):
        for _ in demo_load.load(session, password=password, at=size.at):
            session.flush()
    with Progress(console=Console(file=sys.stderr)) as progress:
        bar = progress.add_task("calls", total=size.calls)
        fill(session, size, prefix=prefix, tell=lambda done: progress.update(bar, completed=done))
