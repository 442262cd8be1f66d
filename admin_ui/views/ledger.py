"""The ledger of reviews (保密审查台账): filtered, as a file, and as a sheet that prints."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import on_wished_days, page_of, wish, wish_code, wish_number
from admin_ui.views.entry import names_of
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from knowledge_base import hands
from knowledge_base.entries import Entry
from knowledge_base.ledger import REVIEWS, Deed, Kind, LedgerRow
from knowledge_base.licences import Licence

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")
PRINTED = 500


@blueprint.get("")
@needs(Permission.LEDGER)
def listed() -> ResponseReturnValue:
    printing = wish("print") == "1"
    with reading() as session:
        page = page_of(session, _wanted(), size=PRINTED if printing else 50)
        own = hands.within(Department.id, me())
        return render_template(
            "ledger_print.html" if printing else "ledger.html", page=page, things=_things(session, page.rows),
            units=_units(session, page.rows), names=names_of(session, [row.by for row in page.rows]), at=now(),
            departments=session.scalars(select(Department).where(own).order_by(Department.code)).all(),
        )  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.LEDGER)
def export() -> ResponseReturnValue:
    header = (gettext("编号"), gettext("时间"), gettext("部门"), gettext("对象"), gettext("版本"), gettext("操作"),
              gettext("操作人"), gettext("条款"), gettext("说明"), gettext("内容摘要值"))  # fmt: skip
    return csv_in_stretches("ledger", header, _rows, _wanted())


def _rows(session: Session, found: Sequence[LedgerRow]) -> Iterator[tuple[object, ...]]:
    things, units, names = _things(session, found), _units(session, found), names_of(session, [r.by for r in found])
    for row in found:
        yield (row.id, row.at, units.get(row.department_id, ""), things.get((row.kind, row.thing_id), row.thing_id),
               row.version, words.DEEDS[Deed(row.deed)], names.get(row.by, row.by), row.clause, row.why,
               row.digest)  # fmt: skip


def _wanted() -> Select[LedgerRow]:
    query = select(LedgerRow).where(hands.within(LedgerRow.department_id, me())).order_by(LedgerRow.id.desc())
    deed = wish_code("deed", Deed)
    query = on_wished_days(query, LedgerRow.at)
    if (unit := wish_number("department")) is not None:
        query = query.where(LedgerRow.department_id == unit)
    if deed is not None:
        query = query.where(LedgerRow.deed == deed)
    elif wish("deed") == "reviews":
        query = query.where(LedgerRow.deed.in_(REVIEWS))
    return query


def _things(session: Session, rows: Sequence[LedgerRow]) -> dict[tuple[str, int], str]:
    """What the rows speak of, by its present name."""
    entries = select(Entry.id, Entry.question).where(Entry.id.in_({r.thing_id for r in rows if r.kind == Kind.ENTRY}))
    items = select(Licence.id, Licence.name).where(Licence.id.in_({r.thing_id for r in rows if r.kind == Kind.LICENCE}))
    found: dict[tuple[str, int], str] = {(Kind.ENTRY, n): text for n, text in session.execute(entries)}
    bases = select(Department.id, Department.name).where(
        Department.id.in_({r.thing_id for r in rows if r.kind == Kind.BASE}))
    return (found | {(Kind.LICENCE, n): text for n, text in session.execute(items)}
            | {(Kind.BASE, n): f"{text}：{words.KINDS[Kind.BASE]}" for n, text in session.execute(bases)})  # fmt: skip


def _units(session: Session, rows: Sequence[LedgerRow]) -> dict[int, str]:
    query = select(Department.id, Department.short_name).where(Department.id.in_({row.department_id for row in rows}))
    return {int(n): str(name) for n, name in session.execute(query)}
