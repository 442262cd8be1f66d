"""Whether a category may take a name and a place: nobody's signature may come to speak of what he didn't sign for."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import Category, below, now_called, parent
from knowledge_base.entries import Entry
from knowledge_base.transitions import LifeError


def fit_to_rename(session: Session, path: str, to: str, *, at: datetime) -> None:
    """LifeError when the new name meant something else before, or the new place lets more be said."""
    papers = _unrevoked(session, at)
    _is_free(session, path, to, papers)
    if parent(path) != parent(to):  # else it lies below the same places as before
        _widens_nothing(path, to, papers)


def fit_to_add(session: Session, path: str) -> None:
    """LifeError for a name that leads to another now: what was handed in under it belongs there."""
    now = now_called(session, path)
    if now != path:
        raise LifeError(f"“{path}”是“{now}”的原名称，请另取名称")


def _unrevoked(session: Session, at: datetime) -> Collection[Authorisation]:
    """Every authorisation that counts or may come to count, unsigned ones too."""
    query = select(Authorisation).where(or_(Authorisation.revoked_at.is_(None), Authorisation.revoked_at > at))
    return session.scalars(query.order_by(Authorisation.id)).all()


def _is_free(session: Session, path: str, to: str, papers: Collection[Authorisation]) -> None:
    """A name that was ever used, signed or not, speaks of what it was used for; only that may come back to it."""
    gone = or_(Category.became != "", Category.retired_at.is_not(None))
    for name in session.scalars(select(Category.path).where(gone)).all():
        if below(name, to) and not below(now_called(session, name), path):
            raise LifeError(f"“{name}”曾是另一类别的名称，请另取名称")
    if any(below(one, to) for one in session.scalars(select(Entry.category).distinct())):
        raise LifeError(f"“{to}”下已有条目，请另取名称")
    for row in papers:
        if any(below(one, to) for one in (*row.categories, *row.excluded_categories)):
            raise LifeError(f"{row.document}中已写有“{to}”，请另取名称")


def _widens_nothing(path: str, to: str, papers: Collection[Authorisation]) -> None:
    """Another place may lie below what somebody signed for, or no longer below what he took out. Or no longer below
    what the department said itself, so that the fuller word of its predecessor would count again."""
    heirs = {row.department_id for row in papers if row.provisional}
    for row in papers:
        gains = _above(to, row.categories) and not _above(path, row.categories)
        loses = _above(path, row.categories) and not _above(to, row.categories) and row.department_id in heirs
        if gains or loses or (_above(path, row.excluded_categories) and not _above(to, row.excluded_categories)):
            raise LifeError(f"移动后，{row.document}涵盖的条目将与签署时不同，请先由部门重新授权")


def _above(path: str, paths: Collection[str]) -> bool:
    return any(below(path, one) and one != path for one in paths)
