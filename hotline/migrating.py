"""Bringing the database's tables to the version that this code needs."""

from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from hotline.database import Database

FOLDER = Path(__file__).parent / "migrations"


class MigrationError(Exception):
    """A version that the tables can't be brought to; the text is fit for a person."""


def configuration(database: Database) -> Config:
    """Alembic's configuration for one database. SQLite's file is its owner's only, before anything opens it: what
    SQLite lays beside it is as readable as that is."""
    if database.engine.dialect.name == "sqlite" and (file := database.engine.url.database):
        with suppress(OSError):  # it can't be opened, or only looked at: whoever asks is told so
            Path(file).touch()
            Path(file).chmod(0o600)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = database.engine
    return config


def migrate(database: Database) -> None:
    """Run every migration that the database has not seen yet."""
    command.upgrade(configuration(database), "head")


def roll_back(database: Database, revision: str) -> None:
    """Undo the migrations after `revision`; MigrationError when there is none of that name below, or a table isn't as
    the migrations made it."""
    try:
        command.downgrade(configuration(database), revision)
    except (CommandError, SQLAlchemyError) as error:
        words = str(error).splitlines()[0]
        raise MigrationError(f"The database can't go back to {revision}: {words}") from None


def behind(database: Database) -> bool:
    """Whether the database waits for a migration."""
    head = ScriptDirectory.from_config(configuration(database)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != head
