"""Two versions of an entry side by side."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from admin_ui import words
from admin_ui.guards import needs
from admin_ui.house import reading
from admin_ui.paging import wish_number
from admin_ui.views.entry import find, find_version
from hotline.accounts.roles import Permission
from knowledge_base.comparing import compare

blueprint = Blueprint("comparing", __name__, url_prefix="/knowledge/<int:entry_id>/compare")


@blueprint.get("")
@needs(Permission.LEDGER)
def page(entry_id: int) -> ResponseReturnValue:
    """The versions that ?before= and ?after= name; by default the last two."""
    with reading() as session:
        entry = find(session, entry_id)
        numbers = [v.number for v in entry.versions] or [0]
        after = find_version(session, entry_id, wish_number("after") or numbers[-1])
        earlier = [n for n in numbers if n < after.number]
        before = find_version(session, entry_id, wish_number("before") or (earlier[-1] if earlier else after.number))
        return render_template(
            "compare.html", thing=entry.question, back=url_for("knowledge.page", entry_id=entry_id), labels=words.SAID,
            versions=entry.versions, before=before, after=after, rows=compare(before, after),
        )  # fmt: skip
