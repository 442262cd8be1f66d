"""What the pages about callers' numbers share: how one is given, found, and shown."""

import re
from typing import TypeVar

from flask import abort, request
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from admin_ui.house import me
from admin_ui.paging import wish
from dispatch.calls import callers
from dispatch.line.barring import RANGE, Cause
from dispatch.line.errors import LineRuleError
from dispatch.tickets import reach
from hotline import phones
from hotline.logs import mask

T = TypeVar("T")
_CALL = re.compile(r"\d{14}-[0-9a-f]{12}")


def given(session: Session) -> str:
    """The number that was typed, or that of the call whose id was: who sees no full numbers names the call."""
    typed = request.form.get("number", "").strip()[:60]
    if not _CALL.fullmatch(typed):
        return typed
    call = callers.call(session, typed, account=me())
    if call is None or reach.nameless_among(session, [typed], account=me()):
        raise LineRuleError("没有这次通话，或者来电人要求保密")
    return call.caller


def cause() -> Cause:
    """The cause that was chosen."""
    chosen = request.form.get("cause", "")
    return Cause(chosen) if chosen in set(Cause) else abort(400)


def shown(number: str) -> str:
    """A number masked; a range in full, for it is nobody's; what is withheld in words."""
    return number if number.endswith(RANGE) else mask(number) or gettext("未显示号码")


def about(query: Select[T], column: InstrumentedAttribute[str]) -> Select[T]:
    """Only the rows of the number that is looked for: whole, or its last four digits."""
    text = wish("q")
    return query.where(_is(column, text)) if text else query


def _is(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    if len(text) == 4 and text.isdigit():
        return column.endswith(text, autoescape=True)
    return column == (text if text.endswith(RANGE) else phones.normalise(text) or text)
