"""A deed of a page that goes back to a page: done in one transaction, and what is refused is said there in words."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from admin_ui.house import writing
from dispatch.line.errors import LineRuleError
from dispatch.tickets.steps import ReferralError
from hotline.accounts.accounts import AccountError
from hotline.calendar.keeping import CalendarError
from hotline.voice import VoiceError
from knowledge_base.errors import KnowledgeError
from recordings.errors import RecordingError

REFUSALS = (AccountError, CalendarError, KnowledgeError, LineRuleError, RecordingError, ReferralError, VoiceError)
SOON = _("已保存，几秒内对来电生效")


def done(deed: Callable[[Session], object], back: str, said: LazyString | str = "",
         **where: Any) -> ResponseReturnValue:
    """Do it and go back; `said`: what is said when it is done, if not that it is saved."""
    try:
        with writing() as session:
            deed(session)
    except REFUSALS as error:
        flash(str(error), "danger")
    else:
        flash(str(said) or gettext("已保存"), "success")
    return redirect(url_for(back, **where), 303)
