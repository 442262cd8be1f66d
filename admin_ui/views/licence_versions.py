"""Two texts of a licence item side by side, as citizens saw them."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import reading
from admin_ui.paging import wish_number
from admin_ui.refusals import said
from admin_ui.views.licences import find
from hotline.accounts.roles import Permission
from knowledge_base.licence_text import NAMES, read
from knowledge_base.licence_versions import compare, versions

blueprint = Blueprint("licence_versions", __name__, url_prefix="/licences/<int:licence_id>/compare")


@blueprint.get("")
@needs(Permission.LEDGER)
def page(licence_id: int) -> ResponseReturnValue:
    """The versions that ?before= and ?after= name; by default the last two."""
    with reading() as session:
        kept = {v.number: v for v in versions(session, find(session, licence_id))} or abort(404)
        last = max(kept)
        after = kept.get(wish_number("after") or last) or abort(404)
        earlier = [number for number in kept if number < after.number]
        before = kept.get(wish_number("before") or max(earlier, default=after.number)) or abort(404)
        return render_template(
            "compare.html", thing=read(after.text).name, back=url_for("licences.page", licence_id=licence_id),
            labels={name: said(label) for name, label in NAMES.items()}, versions=list(kept.values()), before=before,
            after=after, rows=compare(before, after),
        )  # fmt: skip
