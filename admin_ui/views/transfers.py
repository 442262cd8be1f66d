"""The list of transfers with every attempt and its outcome, and as a file; the figures drill down to it."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import now, reading
from admin_ui.paging import page_of, wish_code, wish_days, wish_number
from dispatch.transfers.hunting import Outcome
from dispatch.transfers.transfer_list import WantedTransfers, listed_transfers
from dispatch.transfers.transfers import State, Transfer, TransferAttempt
from hotline.accounts.roles import Permission
from hotline.directory.departments import in_service
from hotline.times import local_day

blueprint = Blueprint("transfers", __name__, url_prefix="/transfers")


@blueprint.get("")
@needs(Permission.CALLS)
def listed() -> ResponseReturnValue:
    with reading() as session:
        page = page_of(session, listed_transfers(_wanted()))
        departments = in_service(session, on=local_day(now()))
        return render_template("transfers.html", page=page, departments={str(d.id): d.short_name for d in departments})


@blueprint.get("/export.csv")
@needs(Permission.CALLS)
def export() -> ResponseReturnValue:
    """A row for each attempt, so that the figures can be counted again by anyone."""
    header = (gettext("通话编号"), gettext("时间"), gettext("承办单位"), gettext("接线员"), gettext("结果"),
              gettext("次序"), gettext("角色"), gettext("联络员"), gettext("呼叫时间"),
              gettext("呼叫结果"))  # fmt: skip
    return csv_in_stretches("transfers", header, _rows, listed_transfers(_wanted()))


def _rows(_session: Session, found: Sequence[Transfer]) -> Iterator[tuple[object, ...]]:
    for one in found:
        hunt = (one.call_id, one.began_at, one.department.name, one.account.name, words.TRANSFERS[State(one.state)])
        for tried in one.attempts:
            yield (*hunt, *_attempt(tried))
        if not one.attempts:
            yield (*hunt, "", "", "", "", "")


def _attempt(tried: TransferAttempt) -> tuple[object, ...]:
    outcome = words.TRIED[Outcome(tried.outcome) if tried.outcome else ""]
    return tried.number, words.POSITIONS.get(tried.position, ""), tried.name, tried.dialled_at, outcome


def _wanted() -> WantedTransfers:
    return WantedTransfers(*wish_days(), wish_code("state", State), wish_number("department"),
                           bool(request.args.get("counted")))  # fmt: skip
