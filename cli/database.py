"""`hotline database`: bring the tables up to date, copy them, put them back; fill them with what is invented."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from cli.fill.command import fill_database
from cli.installation import installation, own
from hotline.database import Database
from hotline.migrating import MigrationError, behind, migrate, roll_back

LONG = 5_000
"""Pages beyond which a copy says how far it is: some 20 MB."""


@click.group()
def database() -> None:
    """The database."""


@database.command(name="migrate")
def bring_up_to_date() -> None:
    """Run the migrations that are missing."""
    settings = installation(os.environ).settings
    own(settings.folder)
    here = Database(settings.database_address)
    if not behind(here):
        click.echo("The database is up to date.")
        return
    migrate(here)
    click.echo("The database was brought up to date.")


@database.command(name="roll-back")
@click.argument("revision")
@click.confirmation_option(prompt="Columns and tables that REVISION does not know are lost. Is there a backup?")
def take_back(revision: str) -> None:
    """Take the tables back to REVISION (as 0001), for an older version of the program. Stop the system first."""
    settings = installation(os.environ).settings
    try:
        roll_back(Database(settings.database_address), revision)
    except MigrationError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The database is at {revision}. Start the version of the program that belongs to it.")


@database.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(target: Path) -> None:
    """Copy the embedded database to TARGET while everything runs (PostgreSQL: use pg_dump)."""
    settings = installation(os.environ).settings
    if settings.database_url:
        raise click.ClickException("This installation uses PostgreSQL: take the backup with pg_dump.")
    here = settings.folder / "hotline.db"
    if not here.exists():
        raise click.ClickException(f"There is no database at {here}.")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(here)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=500, progress=_by_tenths())
        click.echo("Looking at the copy …", err=True)
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise click.ClickException(f"The copy {target} is no good: {verdict}")
    click.echo(f"Copied to {target}; integrity: {verdict}")


database.add_command(fill_database)


def _by_tenths() -> Callable[[int, int, int], None]:
    """Says each tenth of a copy that is long enough to be waited for (SQLite tells pages of 4 KB)."""
    said = 0

    def tell(_: int, left: int, total: int) -> None:
        nonlocal said
        tenth = (total - left) * 10 // max(total, 1)
        if total > LONG and tenth > said:
            said = tenth
            click.echo(f"{tenth * 10} % of {total // 256} MB", err=True)

    return tell
