"""`hotline knowledge rebuild`: have every process make its index of search anew from the database."""

import getpass
import time
from collections.abc import Iterator

import click

from cli.opening import opened
from hotline.database import Database
from hotline.times import now
from knowledge_base.search import rebuilding
from knowledge_base.search.rebuilding import Rebuilt

LOOK_EVERY = 0.2  # seconds


@click.command()
def rebuild() -> None:
    """Ask every process that runs for an index made anew, and say when each has it; searching goes on meanwhile."""
    _, database = opened()
    with database.writing() as session:
        order = rebuilding.order(session, by=getpass.getuser(), at=now())
    for line in _told(database):
        click.echo(line)
    with database.reading() as session:
        standing = rebuilding.standing(session, at=now())
    if standing is None or standing.order.id != order or not standing.well:
        raise click.ClickException("Not every index was made anew. What is wrong stands on the page of the system.")


def _told(database: Database) -> Iterator[str]:
    """A line for each process that is done, as long as there is something to wait for."""
    told: set[str] = set()
    while True:
        with database.reading() as session:
            standing = rebuilding.standing(session, at=now())
        if standing is None:
            return
        over = [one for one in standing.said if one.is_over or one.process in standing.lost]
        fresh = [one for one in over if one.process not in told]
        told |= {one.process for one in fresh}
        yield from map(_line, fresh)
        if not standing.running:
            yield from (f"{name}: no answer; it doesn't run, or has no index yet" for name in standing.silent)
            return
        time.sleep(LOOK_EVERY)


def _line(one: Rebuilt) -> str:
    if one.done_at is None:
        return f"{one.process}: not made anew: {one.trouble or 'the process died over it'}"
    return f"{one.process}: {one.entries} entries in {(one.done_at - one.begun_at).total_seconds():.1f} s"
