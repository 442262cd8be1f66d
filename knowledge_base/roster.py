"""The roster of liaisons (附件2): whom the hotline rings in a department, A before B before the section's."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit, phones
from hotline.directory.departments import Department, exists
from hotline.directory.liaisons import Liaison, Position
from hotline.times import local_day
from knowledge_base.errors import GONE, Unfit
from knowledge_base.forms.annex_2 import LIAISONS
from knowledge_base.forms.typed import Faults, Values, changes, texts

FIELDS = tuple(c for c in LIAISONS.given if c.key != "department")


def unfit(values: Mapping[str, Any], others: Collection[str]) -> Faults:
    """Why somebody can't stand in the roster so; `others`: the names of the department's other liaisons."""
    faults: Faults = {}
    if values["name"] in others:
        faults["name"] = "该部门已有同名的联络员"
    if values["position"] == Position.SECTION and not values["section"]:
        faults["section"] = "请填写是哪个科室"
    if not phones.is_reachable(phones.normalise(values["phone"])):
        faults["phone"] = f"“{values['phone'][:30]}”不是能拨通的电话号码，请写成 0877-2012345，一格只填一个"
    return faults


def kept(values: Values) -> Values:
    """The values with the number in the one form in which the house keeps them."""
    return {**values, "phone": phones.normalise(values["phone"])}


def add(session: Session, department: Department, values: Values, *, by: str, at: datetime) -> Liaison:
    """A new liaison; Unfit says why not, field by field."""
    if not exists(department, on=local_day(at)):
        raise Unfit({"department": GONE})
    _check(session, department.id, values)
    liaison = Liaison(department_id=department.id, **kept(values))
    session.add(liaison)
    session.flush()
    audit.note(session, "liaison.added", by=by, at=at, about=("liaison", liaison.id), department=department.name,
               **texts(FIELDS, liaison))  # fmt: skip
    return liaison


def change(session: Session, liaison: Liaison, values: Values, *, by: str, at: datetime) -> dict[str, list[str]]:
    """What changed, each with what was there before; Unfit says why not."""
    _check(session, liaison.department_id, values, of=liaison)
    new = kept(values)
    same = phones.normalise(liaison.phone) == new["phone"]  # only written otherwise
    changed = changes(FIELDS, liaison, new | ({"phone": liaison.phone} if same else {}))
    for key in changed:
        setattr(liaison, key, new[key])
    if changed:
        audit.note(session, "liaison.changed", by=by, at=at, about=("liaison", liaison.id),
                   department=_named(session, liaison), changed=changed)  # fmt: skip
    return changed


def remove(session: Session, liaison: Liaison, *, by: str, at: datetime) -> None:
    """He takes no calls for his department any more."""
    audit.note(session, "liaison.removed", by=by, at=at, about=("liaison", liaison.id),
               department=_named(session, liaison), **texts(FIELDS, liaison))  # fmt: skip
    session.delete(liaison)
    session.flush()


def _check(session: Session, department_id: int, values: Values, *, of: Liaison | None = None) -> None:
    rows = session.scalars(select(Liaison).where(Liaison.department_id == department_id))
    if faults := unfit(values, [row.name for row in rows if row is not of]):
        raise Unfit(faults)


def _named(session: Session, liaison: Liaison) -> str:
    return session.get_one(Department, liaison.department_id).name
