"""The list of calls: numbers masked, filters, and as a file."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui import figure_words, words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, reading
from admin_ui.paging import page_of, wish, wish_code, wish_days, wish_moment, wish_number
from dispatch.calls.call_list import Direction, OnTheLine, WantedCalls, listed_calls
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.handled import Handled
from dispatch.tickets import alerts, reach
from hotline.accounts.roles import Permission, Role
from hotline.logs import mask

blueprint = Blueprint("calls", __name__, url_prefix="/calls")


@blueprint.get("")
@needs(Permission.CALLS)
def listed() -> ResponseReturnValue:
    with reading() as session:
        page = page_of(session, listed_calls(_wanted(), account=me()))
        operators = [(str(one.id), one.name) for one in alerts.people(session, Role.OPERATOR)]
        return render_template("calls.html", page=page, lines=words.LINES, handled=figure_words.HANDLED,
                               operators=operators, nameless=_nameless(session, page.rows))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.CALLS)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; numbers stay masked."""
    header = (gettext("通话编号"), gettext("号码"), gettext("来电时间"), gettext("排队时间"), gettext("接听时间"),
              gettext("结束时间"), gettext("结果"))  # fmt: skip
    return csv_in_stretches("calls", header, _rows, listed_calls(_wanted(), account=me()))


def _rows(session: Session, found: Sequence[Call]) -> Iterator[tuple[object, ...]]:
    nameless = _nameless(session, found)
    for call in found:
        outcome = words.OUTCOMES[Outcome(call.outcome)] if call.outcome else ""
        number = gettext("保密") if call.id in nameless else mask(call.caller)
        yield (call.id, number, call.began_at, call.queued_at, call.answered_at, call.ended_at, outcome)


def _nameless(session: Session, found: Sequence[Call]) -> set[str]:
    """Those of the calls of whose caller the one who looks may know nothing."""
    return reach.nameless_among(session, [call.id for call in found], account=me())


def _wanted() -> WantedCalls:
    """Of whole days, or to the minute: a figure of 24 hours leads here."""
    since, until = wish_days()
    return WantedCalls(wish_moment("since_at") or since, wish_moment("until_at") or until,
                       wish_code("outcome", Outcome), wish_code("line", OnTheLine), wish("q", 40),
                       wish_code("direction", Direction), wish_number("rung"),
                       wish_code("handled", Handled))  # fmt: skip
