"""How much the person who looks has not read, for the head of every page."""

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from admin_ui.house import me, reading
from hotline.telling import notices


def unread() -> int:
    """His unread notices; 0 while the database is away, for then a page says just that."""
    try:
        with reading() as session:
            return notices.unread(session, me().id)
    except (OperationalError, PoolTimeout):
        return 0
