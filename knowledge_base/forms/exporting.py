"""What the knowledge base holds as a filled form, and what a form's drop-down lists offer to somebody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.forms import trees, writing
from knowledge_base.forms.columns import Form
from knowledge_base.forms.subjects import SUBJECTS


def export(session: Session, form: Form, ids: Sequence[int], *, only: int | None, at: datetime) -> bytes:
    """These things as a file, in their order; of a liaison's department alone if `only` is given."""
    known = {k.id: k for k in SUBJECTS[form.annex].known(session, None if only is None else {only}, False).values()}
    rows = [known[i].cells for i in ids if i in known and not known[i].gone]
    return writing.filled(form, rows, options=options(session, only=only), at=at)


def options(session: Session, *, only: int | None) -> writing.Options:
    """What the drop-down lists offer: a liaison has his own department alone."""
    query = select(Department.name).where(Department.effective_to.is_(None)).order_by(Department.code)
    if only is not None:
        query = query.where(Department.id == only)
    return {"departments": list(session.scalars(query)), "categories": sorted(trees.tree(session).leaves)}
