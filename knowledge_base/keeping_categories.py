"""Keeping the tree of categories: adding, renaming or moving, and retiring; each step is written down."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from knowledge_base import ledger
from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import Category, below, now_called, parent, standing, tidy
from knowledge_base.content import digest
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.ledger import Deed, Kind
from knowledge_base.renaming import fit_to_add, fit_to_rename
from knowledge_base.stages import UNDER_WAY, Stage
from knowledge_base.transitions import LifeError


def add(session: Session, path: str, *, by: Account, at: datetime, remark: str = "", place: int = 0) -> Category:
    """A new category below one that stands (or at the top); one that was retired stands again."""
    _may_keep(by)
    path = tidy(path)
    paths = {row.path for row in standing(session)}
    if path in paths:
        raise LifeError("该类别已存在")
    if parent(path) and parent(path) not in paths:
        raise LifeError("上级类别不存在")
    if parent(path) and _uses(session, parent(path)):
        raise LifeError("上级类别下已有条目，请先为这些条目另选类别")
    fit_to_add(session, path)
    row = session.merge(Category(path=path, place=place, remark=remark.strip()[:200], became="", retired_at=None))
    audit.note(session, "category.added", by=by.login, at=at, about=("category", path[:60]))
    return row


def rename(session: Session, path: str, to: str, *, by: Account, at: datetime, why: str) -> int:
    """Rename a category or move it, with all below it; entries, drafts and authorisations are carried along. What
    has been submitted or published keeps the words it was reviewed with, and the old name leads to the new one.

    How many entries were carried."""
    _may_keep(by)
    path, to = tidy(path), tidy(to)
    moved = _moving(session, path, to, why=why, at=at)
    names = {row.path: tidy(to + row.path[len(path) :]) for row in moved}
    for row in moved:
        session.merge(Category(path=names[row.path], place=row.place, remark=row.remark, became="", retired_at=None))
        row.became = names[row.path]
    carried = _carry_entries(session, names)
    drafts = _carry_drafts(session, names, by=by, at=at, why=f"类别更名：{path}→{to}")
    leaves = _carry_authorisations(session, path, to)
    audit.note(session, "category.renamed", by=by.login, at=at, about=("category", path[:60]), reason=why.strip()[:500],
               to=to, entries=carried, drafts=drafts, authorisations=leaves)  # fmt: skip
    return len(carried)


def _moving(session: Session, path: str, to: str, *, why: str, at: datetime) -> list[Category]:
    """What stands there and below; LifeError where it can't have the new name."""
    moved = [row for row in standing(session) if below(row.path, path)]
    taken = {row.path for row in standing(session)} - {row.path for row in moved}
    if not moved or not why.strip():
        raise LifeError("请说明更名理由" if moved else "该类别不存在")
    if below(to, path):
        raise LifeError("新名称不能与原名称相同，也不能位于其下级")
    if to in taken:
        raise LifeError("该类别已存在")
    if parent(to) and (parent(to) not in taken or _uses(session, parent(to))):
        raise LifeError("上级类别不存在，或其下已有条目")
    fit_to_rename(session, path, to, at=at)
    return moved


def retire(session: Session, path: str, *, by: Account, at: datetime, why: str) -> None:
    """A category that nothing uses stands no longer."""
    _may_keep(by)
    row = session.get(Category, path)
    rows = standing(session)
    if row is None or row not in rows:
        raise LifeError("该类别不存在")
    if not why.strip():
        raise LifeError("请说明停用理由")
    if any(parent(other.path) == path for other in rows) or _uses(session, path):
        raise LifeError("该类别下还有条目或下级类别，不能停用")
    row.retired_at = at
    audit.note(session, "category.retired", by=by.login, at=at, about=("category", path[:60]), reason=why.strip()[:500])


def counts(session: Session) -> dict[str, int]:
    """How many entries stand in each category."""
    found: dict[str, int] = {}
    for path in session.scalars(select(Entry.category)):
        found[path] = found.get(path, 0) + 1
    return found


def _may_keep(by: Account) -> None:
    if not by.may(Permission.CATEGORIES):
        raise LifeError("只有市主管部门可以维护类别")


def _uses(session: Session, path: str) -> bool:
    """Whether an entry, or a version that may still be published, uses exactly this category, by whichever name."""
    if session.scalar(select(Entry.id).where(Entry.category == path).limit(1)) is not None:
        return True
    under_way = session.scalars(select(EntryVersion.category).where(EntryVersion.stage.in_(UNDER_WAY)).distinct())
    return any(now_called(session, one) == path for one in under_way)


def _carry_entries(session: Session, names: dict[str, str]) -> list[int]:
    rows = session.scalars(select(Entry).where(Entry.category.in_(names)).order_by(Entry.id)).all()
    for row in rows:
        row.category = names[row.category]
    return [row.id for row in rows]


def _carry_drafts(session: Session, names: dict[str, str], *, by: Account, at: datetime, why: str) -> list[int]:
    query: Select[EntryVersion, int] = (
        select(EntryVersion, Entry.department_id).join(Entry, Entry.id == EntryVersion.entry_id)
        .where(EntryVersion.stage == Stage.DRAFT, EntryVersion.category.in_(names)).order_by(EntryVersion.id)
    )  # fmt: skip
    rows = session.execute(query).all()
    for version, department_id in rows:
        version.category = names[version.category]
        ledger.write(session, Deed.CARRIED, of=(Kind.ENTRY, version.entry_id), version=version.number,
                     department_id=department_id, by=by.login, at=at, digest=digest(version),
                     why=why[:500])  # fmt: skip
    return [version.id for version, _ in rows]


def _carry_authorisations(session: Session, path: str, to: str) -> list[int]:
    """An authorisation speaks of the place in the tree, whatever it is called."""

    def carried(paths: list[str]) -> list[str]:
        return [to + one[len(path) :] if below(one, path) else one for one in paths]

    touched = []
    for row in session.scalars(select(Authorisation).order_by(Authorisation.id)):
        now = carried(row.categories), carried(row.excluded_categories)
        if now != (row.categories, row.excluded_categories):
            row.categories, row.excluded_categories = now
            touched.append(row.id)
    return touched
