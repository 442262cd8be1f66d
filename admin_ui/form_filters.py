"""Which things a list shows, for its export as a form: the same words in the query string mean the same here."""

from collections.abc import Callable

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from admin_ui.house import now
from admin_ui.paging import wish, wish_code, wish_number
from admin_ui.views import knowledge
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage
from knowledge_base.standing import Standing, standings


def wanted(session: Session, annex: str) -> list[int]:
    """The keys of what the list of this form's subject shows, in its order."""
    return _LISTS[annex](session)


def _entries(session: Session) -> list[int]:
    query: Select[Entry] = knowledge._wanted(session)
    return list(session.scalars(query.with_only_columns(Entry.id)))


def _licences(session: Session) -> list[int]:
    query = select(Licence.id).join(Department, Department.id == Licence.department_id)
    text, department, stage = wish("q"), wish_number("department"), wish_code("stage", Stage)
    if text:
        query = query.where(Licence.name.contains(text, autoescape=True))
    if department is not None:
        query = query.where(Licence.department_id == department)
    if stage is not None:
        query = query.where(Licence.stage == stage)
    return list(session.scalars(query.order_by(Department.code, Licence.name)))


def _departments(session: Session) -> list[int]:
    query, text, department = select(Department.id), wish("q"), wish_number("department")
    if text:
        fields = (Department.name, Department.short_name, Department.code, Department.duties)
        query = query.where(or_(*(f.contains(text, autoescape=True) for f in fields)))
    if department is not None:
        query = query.where(Department.id == department)
    return list(session.scalars(query.order_by(Department.code)))


def _authorisations(session: Session) -> list[int]:
    rows = session.scalars(select(Authorisation).order_by(Authorisation.department_id, Authorisation.document,
                                                          Authorisation.version.desc())).all()  # fmt: skip
    how = standings(rows, on=local_day(now()), at=now())
    standing, department = wish_code("standing", Standing), wish_number("department")
    return [a.id for a in rows if standing in (None, how[a.id]) and department in (None, a.department_id)]


_LISTS: dict[str, Callable[[Session], list[int]]] = {
    "5": _entries, "6": _licences, "7": _departments, "8": _authorisations,
}  # fmt: skip
