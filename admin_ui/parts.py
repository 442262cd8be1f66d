"""How the machine's parts are, as far as the pages can see by themselves."""

from collections.abc import Callable, Sequence

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from admin_ui.house import Part
from hotline.database import Database
from hotline.settings import Settings


def parts_of(settings: Settings, database: Database) -> Callable[[], Sequence[Part]]:
    """Looks at the database and at Redis each time it is asked."""

    def look() -> list[Part]:
        return [_database(database), _redis(settings.redis_address)]

    return look


def _database(database: Database) -> Part:
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return ("数据库", False, type(error).__name__)
    return ("数据库", True, database.engine.dialect.name)


def _redis(address: str) -> Part:
    try:
        with redis.Redis.from_url(address, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return ("Redis", False, type(error).__name__)
    return ("Redis", True, "PONG")
