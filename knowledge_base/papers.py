"""The words of an authorisation as its sheet reads (附件8): as they were signed, or as they are while nobody has."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.directory.departments import Department
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry
from knowledge_base.licences import Licence

Words = dict[str, Any]


def wording(session: Session, a: Authorisation) -> Words:
    """By name and not by key: the department with address and phone, what the paper speaks of, what it takes out."""
    if a.signed_words is not None:
        return a.signed_words
    unit = session.get_one(Department, a.department_id)
    return {
        "department": unit.name, "address": unit.address, "phone": unit.phone, "categories": list(a.categories),
        "excluded_categories": list(a.excluded_categories),
        "licences": _texts(session, Licence.id, Licence.name, a.licences),
        "entries": _texts(session, Entry.id, Entry.question, a.entries),
        "exclusions": _texts(session, Entry.id, Entry.question, a.exclusions),
    }  # fmt: skip


def _texts(session: Session, key: InstrumentedAttribute[int], text: InstrumentedAttribute[str],
           ids: Collection[int]) -> list[str]:
    return [said for _, said in session.execute(select(key, text).where(key.in_(ids)).order_by(key))]
