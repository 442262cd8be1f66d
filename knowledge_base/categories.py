"""The tree of categories: a path names a place in it, as 户籍/居住证."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base
from knowledge_base.transitions import LifeError

STROKE = "/"
LONGEST_PATH = 80


class Category(Base):
    """One place in the tree; its parent is the path before the last stroke. What was renamed stays as a signpost."""

    __tablename__ = "category"
    path: Mapped[str] = mapped_column(String(80), primary_key=True)
    place: Mapped[int] = mapped_column(default=0)  # among its sisters
    remark: Mapped[str] = mapped_column(String(200), default="")
    became: Mapped[str] = mapped_column(String(80), default="")  # what it is called now; empty: it still stands
    retired_at: Mapped[datetime | None]  # stands no longer, and nothing took its place


def standing(session: Session) -> list[Category]:
    """The categories that stand, parents before children, sisters by their place."""
    rows = session.scalars(select(Category).where(Category.became == "", Category.retired_at.is_(None))).all()
    place = {row.path: row.place for row in rows}

    def key(row: Category) -> list[tuple[int, str]]:
        steps = row.path.split(STROKE)
        paths = [STROKE.join(steps[: n + 1]) for n in range(len(steps))]
        return [(place.get(path, 0), path) for path in paths]

    return sorted(rows, key=key)


def leaves(rows: Iterable[Category]) -> list[str]:
    """The paths among these that have nothing below them: the only ones that an entry may use."""
    paths = [row.path for row in rows]
    parents = {parent(path) for path in paths}
    return [path for path in paths if path not in parents]


def fit_for_entry(session: Session, path: str) -> None:
    """LifeError unless an entry may use the category; none at all is allowed."""
    if path and path not in leaves(standing(session)):
        raise LifeError("请选择类别表中的末级类别")


def now_called(session: Session, path: str) -> str:
    """What a category that was reviewed under this name is called now."""
    return signposts(session).get(path, path)


def signposts(session: Session) -> dict[str, str]:
    """Every name that leads on, with the one that it leads to now."""
    rows = select(Category.path, Category.became).where(Category.became != "")
    became = {str(path): str(to) for path, to in session.execute(rows)}
    return {path: _end(path, became) for path in became}


def _end(path: str, became: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while path in became and path not in seen:
        seen.add(path)
        path = became[path]
    return path


def parent(path: str) -> str:
    """The path of the category above; empty at the top."""
    return path.rpartition(STROKE)[0]


def below(path: str, above: str) -> bool:
    """Whether a path is the other one, or lies below it."""
    return path == above or path.startswith(above + STROKE)


def tidy(path: str) -> str:
    """The path without blanks around its strokes; LifeError when a step of it is empty or it is too long."""
    steps = [step.strip() for step in path.strip().split(STROKE)]
    if not all(steps):
        raise LifeError("请填写类别名称，层级之间用一个“/”分隔")
    if len(STROKE.join(steps)) > LONGEST_PATH:
        raise LifeError(f"类别名称连同上级不能超过{LONGEST_PATH}个字")
    return STROKE.join(steps)
