"""The versions of the menu: written by one, put in force by another, each kept with who, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.line import menu as menu_
from dispatch.line.errors import LineRuleError
from dispatch.line.menu import CLOSING, Item, Menu
from hotline import audit
from hotline.database import Base
from hotline.settings import Settings
from hotline.voice import orders


class MenuVersion(Base):
    """One version: a draft, the one in force, or one that was."""

    __tablename__ = "menu_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    begun_by: Mapped[str] = mapped_column(String(60), default="")
    ended_at: Mapped[datetime | None]

    @property
    def menu(self) -> Menu:
        return menu_.read(self.items)


@dataclass(frozen=True)
class Spoken:
    """A menu with the names of the sounds that say it."""

    menu: Menu
    sounds: Mapping[str, tuple[str, ...]]  # by the text that they say

    def of(self, items: tuple[Item, ...]) -> list[str]:
        """The sounds of some of its keys, and of the way to a person."""
        return [name for text in (*(item.sentence for item in items), CLOSING) for name in self.sounds[text]]


def write(session: Session, menu: Menu, *, reason: str, by: str, settings: Settings, at: datetime) -> MenuVersion:
    """Keep a draft that holds, and have its words spoken by the time it is put in force."""
    if menu_.faults(menu):
        raise LineRuleError("菜单还有问题，不能保存")
    if len(reason.strip()) < 2:
        raise LineRuleError("请填写原因")
    row = MenuVersion(items=menu_.rows(menu), reason=reason.strip()[:200], by=by, at=at)
    session.add(row)
    session.flush()
    for text in menu.texts():
        orders.order(session, text, voice=settings.voice, at=at)
    audit.note(session, "menu.written", by=by, at=at, about=("menu", row.id), reason=row.reason)
    return row


def begin(session: Session, row: MenuVersion, *, by: str, settings: Settings, at: datetime) -> None:
    """Put a draft in force in place of what was: another than its writer does, once all its words have a sound."""
    if row.begun_at is not None:
        raise LineRuleError("该版本已经启用过，请另存为新版本")
    if row.by == by:
        raise LineRuleError("起草人不能启用自己起草的菜单")
    names = [name for sounds in spoken(session, row.menu, settings=settings).sounds.values() for name in sounds]
    if orders.unmade(session, names):
        raise LineRuleError("语音还在合成，请稍后再启用")
    end(session, by=by, at=at)
    row.begun_at, row.begun_by = at, by
    audit.note(session, "menu.begun", by=by, at=at, about=("menu", row.id), reason=row.reason)


def end(session: Session, *, by: str, at: datetime) -> None:
    """Go back to the menu that the exchange has by itself."""
    if (row := current(session)) is not None:
        row.ended_at = at
        audit.note(session, "menu.ended", by=by, at=at, about=("menu", row.id))
        session.flush()


def current(session: Session) -> MenuVersion | None:
    """The version in force; None: the exchange's own menu."""
    query = select(MenuVersion).where(MenuVersion.begun_at.is_not(None), MenuVersion.ended_at.is_(None))
    return session.scalar(query.order_by(MenuVersion.id.desc()).limit(1))


def spoken(session: Session, menu: Menu, *, settings: Settings) -> Spoken:
    """The menu with the names of its sounds."""
    return Spoken(menu, {text: tuple(orders.heard_names(session, text, voice=settings.voice)) for text in menu.texts()})
