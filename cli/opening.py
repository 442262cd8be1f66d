"""For commands that look at the installation's database: open it, after telling what is wrong with it."""

import os

import click

from cli.installation import installation
from hotline.database import Database
from hotline.migrating import behind
from hotline.settings import Settings


def opened() -> tuple[Settings, Database]:
    """Settings and database of the installation here; a ClickException in plain words when it isn't ready."""
    settings = installation(os.environ).settings
    database = Database(settings.database_address)
    if behind(database):
        raise click.ClickException("The database is not up to date. Run: hotline database migrate")
    return settings, database
