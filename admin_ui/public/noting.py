"""What citizens searched is noted, so that departments learn what nobody could find; never who asked."""

from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from admin_ui.public.finding import Answered
from admin_ui.public.limits import address
from admin_ui.public.lobby import lobby, now, writing
from dispatch.answering.decision import Channel
from knowledge_base import asked
from knowledge_base.asked import Found

log = structlog.get_logger()


def searched(found: Answered, *, department: int | None = None) -> None:
    """Note one search and how it went; what is asked again from there within a while is no other."""
    if _again("searched", found.words, department):
        return
    best = found.items[0].entry.id if found.items else None
    how = Found.SHOWN if (found.offices or found.permits) and found.how is Found.NOTHING else found.how
    _note(found.words, how, entry_id=best, department_id=department)


def chosen(words: str, entry_id: int, *, right: bool) -> None:
    """Note that a citizen confirmed an entry for his words, or that it was another thing that he meant."""
    if _again("chosen", words, entry_id, right):
        return
    _note(words, Found.CHOSEN if right else Found.UNSURE, entry_id=entry_id if right else None)


def _again(*what: object) -> bool:
    within = timedelta(minutes=lobby().settings.public_repeat_minutes)
    return not lobby().repeats.is_new(address(), *what, within=within, at=now())


def _note(words: str, found: Found, *, entry_id: int | None = None, department_id: int | None = None) -> None:
    if not words:
        return
    try:
        with writing() as session:
            asked.note(session, words, channel=Channel.WEB, way=asked.way_of(words), found=found, entry_id=entry_id,
                       department_id=department_id, at=now())  # fmt: skip
    except OperationalError as error:  # an answer matters more than its statistics
        log.warning("public.not_noted", error=type(error).__name__)
