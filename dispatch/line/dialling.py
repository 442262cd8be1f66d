"""What one dials to hear an entry's answer at once: the hotline, keys of its menu as it stands, the entry's number."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.line import menus, switches
from dispatch.line.menu import BUILT_IN, Do, keys_to
from hotline.settings import Settings
from knowledge_base import direct


@dataclass(frozen=True)
class Dialling:
    """The number that is dialled, the keys of the menu, and those that `#` ends."""

    number: str
    keys: tuple[str, ...]
    entry: str


def directly(session: Session, entry_id: int, *, settings: Settings, at: datetime) -> Dialling | None:
    """The way to an entry; None while the machine takes no calls there, or the menu leads nobody to it."""
    rows = tuple(map(switches.ready, switches.standing(session)))
    machine = switches.machine(rows, dialled=settings.number, at=at, settings=settings)
    version = menus.current(session)
    keys = keys_to(version.menu if version else BUILT_IN, Do.SELF_SERVICE)
    if not machine.self_service or not keys:
        return None
    return Dialling(settings.number, keys, direct.number_of(entry_id))
