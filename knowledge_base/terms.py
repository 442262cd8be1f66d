"""What a department writes into an authorisation, and whether it makes sense before anybody signs it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.directory.departments import Department
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.leave import Form, Scope
from knowledge_base.licences import Licence

LONGEST_NUMBER = 60


@dataclass(frozen=True)
class Terms:
    """The words of the document: number, signer, what it speaks of and takes out, how much, from when to when."""

    document: str
    scope: Scope
    form: Form
    valid_from: date
    valid_to: date
    signer: str = ""
    categories: tuple[str, ...] = ()
    licences: tuple[int, ...] = ()
    entries: tuple[int, ...] = ()
    exclusions: tuple[int, ...] = ()
    excluded_categories: tuple[str, ...] = ()
    remark: str = ""


def check(session: Session, terms: Terms, *, department: Department, on: date) -> None:
    """KnowledgeError, with the first thing that is wrong; nothing of another department can be granted."""
    if not terms.document.strip() or len(terms.document) > LONGEST_NUMBER:
        raise KnowledgeError("请填写授权文号，不超过60个字符")
    if terms.valid_to < terms.valid_from:
        raise KnowledgeError("有效期的止日不能早于起日")
    if terms.valid_to < on:
        raise KnowledgeError("有效期已过，不能录入")
    if terms.scope is not Scope.DEPARTMENT and not _named(terms):
        raise KnowledgeError("请选择授权的类别、许可事项或条目")
    _belongs(session, Entry.id, Entry.department_id, {*terms.entries, *terms.exclusions}, department)
    _belongs(session, Licence.id, Licence.department_id, set(terms.licences), department)
    known = categories_of(session, department.id)
    if not {*terms.categories, *terms.excluded_categories} <= known:
        raise KnowledgeError("所选类别不在该部门的条目中")


def categories_of(session: Session, department_id: int) -> set[str]:
    """Every category of the department's entries, with each place above it."""
    leaves = session.scalars(select(Entry.category).where(Entry.department_id == department_id).distinct())
    return {path for leaf in leaves for path in _upwards(leaf) if path}


def _upwards(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[: n + 1]) for n in range(len(parts)))


def _named(terms: Terms) -> Collection[object]:
    return {Scope.CATEGORIES: terms.categories, Scope.LICENCES: terms.licences,
            Scope.ENTRIES: terms.entries}[terms.scope]  # fmt: skip


def _belongs(session: Session, key: InstrumentedAttribute[int], owner: InstrumentedAttribute[int], ids: set[int],
             department: Department) -> None:
    if ids and set(session.scalars(select(key).where(key.in_(ids), owner == department.id))) != ids:
        raise KnowledgeError("只能选择本部门的条目和许可事项")
