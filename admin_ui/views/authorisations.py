"""The authorisations that departments gave, and how each stands today."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from admin_ui.guards import needs
from admin_ui.house import now, reading
from admin_ui.paging import wish_code, wish_number
from admin_ui.views.knowledge import own
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.authorisations import Authorisation
from knowledge_base.standing import Standing, standings

blueprint = Blueprint("authorisations", __name__, url_prefix="/authorisations")


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def listed() -> ResponseReturnValue:
    wanted, department = wish_code("standing", Standing), wish_number("department")
    query = (
        select(Authorisation, Department).join(Department, Department.id == Authorisation.department_id)
        .where(own(Authorisation.department_id)).order_by(Department.code, Authorisation.document,
                                                          Authorisation.version.desc())
    )  # fmt: skip
    with reading() as session:
        rows = [(a, d) for a, d in session.execute(query) if department in (None, d.id)]
    how = standings([a for a, _ in rows], on=local_day(now()), at=now())
    shown = [(a, d, how[a.id]) for a, d in rows if wanted in (None, how[a.id])]
    departments = list({d.id: d for _, d in rows}.values())
    return render_template("authorisations.html", rows=shown, departments=departments)
