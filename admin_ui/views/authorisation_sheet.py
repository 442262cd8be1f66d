"""The authorisation as the form of the notice (附件8), to be printed, sealed and filed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import now, reading
from admin_ui.views.authorisations import find
from hotline.accounts.roles import Permission
from hotline.times import local_day
from knowledge_base.authorisations import versions
from knowledge_base.papers import wording
from knowledge_base.standing import standings

blueprint = Blueprint("authorisation_sheet", __name__, url_prefix="/authorisations/<int:authorisation_id>/sheet")


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def sheet(authorisation_id: int) -> ResponseReturnValue:
    at = now()
    with reading() as session:
        a = find(session, authorisation_id)
        how = standings(versions(session, a.department_id), on=local_day(at), at=at)
        return render_template(
            "authorisation_sheet.html", a=a, words_of=wording(session, a), at=at, standing=how[a.id],
            signed_on=local_day(a.signed_at) if a.signed_at else None,
        )  # fmt: skip
