"""The audit trail: who did what to what, when and why; and whether the chain still holds."""

from itertools import islice

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import on_wished_days, page_of, wish
from admin_ui.people import who
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.audit import AuditRow, chain
from knowledge_base import verifying

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
MOST_BREAKS = 20


@blueprint.get("")
@needs(Permission.AUDIT)
def listed() -> ResponseReturnValue:
    with writing() as session:
        audit.note(session, "audit.read", by=me().login, at=now(), about=("audit", "list"))
    with reading() as session:
        return render_template("audit.html", page=page_of(session, _wanted(), size=50))


@blueprint.get("/export.csv")
@needs(Permission.AUDIT)
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    header = (gettext("编号"), gettext("时间"), gettext("操作人"), gettext("账号"), gettext("操作"),
              gettext("对象"), gettext("理由"))  # fmt: skip
    return csv_in_stretches("audit", header, lambda _, found: (
        (r.id, r.at, who(r.by), r.by, r.deed, f"{r.kind} {r.thing}", r.reason) for r in found), _wanted())  # fmt: skip


@blueprint.post("/verify")
@needs(Permission.AUDIT)
def verify() -> ResponseReturnValue:
    """Walk the chain from its beginning, and hold the ledger of reviews against it; the first that don't hold."""
    with reading() as session:
        breaks = list(islice(chain.verify(session), MOST_BREAKS))
        place, digest = chain.head(session)
        waiting = chain.unsealed(session)
        faults = list(islice(verifying.verify(session), MOST_BREAKS))
    with writing() as session:
        audit.note(session, "audit.verified", by=me().login, at=now(), about=("audit", place),
                   breaks=len(breaks) + len(faults))  # fmt: skip
    return render_template("_verified.html", breaks=breaks, faults=faults, place=place, digest=digest, waiting=waiting)


def _wanted() -> Select[AuditRow]:
    query = on_wished_days(select(AuditRow).order_by(AuditRow.id.desc()), AuditRow.at)
    for name, column in (("by", AuditRow.by), ("thing", AuditRow.thing)):
        if wish(name):
            query = query.where(column == wish(name))
    return query.where(AuditRow.deed.startswith(wish("deed"), autoescape=True)) if wish("deed") else query
