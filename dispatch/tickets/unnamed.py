"""What a department reads of 投诉, 举报 and what is confidential tells nothing of who lodged it: neither his own words,
nor his name or number."""

import re
from difflib import SequenceMatcher

from dispatch.tickets.tickets import Ticket, own_title, own_words

WORDS, TITLE = 8, 4  # from so many characters on a piece of his words, of his title, is his
ALIKE = 0.8


def tells(ticket: Ticket) -> str:
    """In words, why what is written of it still tells who lodged it; empty when it doesn't."""
    if _his(own_words(ticket), ticket.summary, WORDS):
        return "投诉、举报和保密事项不得将来信原文交承办单位，请改写摘要，去掉能识别来信人的内容"
    if _his(own_title(ticket), ticket.title, TITLE) or _his(own_words(ticket), ticket.title, WORDS):
        return "投诉、举报和保密事项不得将来信原文交承办单位，请改写标题，去掉能识别来信人的内容"
    return "标题或摘要中有来电人的姓名或号码，请删去" if names_him(ticket, f"{ticket.title}\n{ticket.summary}") else ""


def _his(own: str, text: str, least: int) -> bool:
    """Whether a text is what he wrote himself, or a piece of it, or that with few characters changed."""
    his, written = (re.sub(r"[\W_]+", "", one) for one in (own, text))
    if not his or his == written:
        return bool(his)
    short, long = sorted((his, written), key=len)
    if len(short) < least:
        return False
    return short in long or SequenceMatcher(None, his, written, autojunk=False).ratio() >= ALIKE


def names_him(ticket: Ticket, text: str) -> bool:
    """Whether his name or a number of his stands in a text."""
    joined = re.sub(r"[ \t\-—()（）]", "", text)
    numbers = {number for number in (ticket.caller, ticket.contact) if len(number) >= len("2012345")}
    return any(number in joined for number in numbers) or (len(ticket.caller_name) > 1 and ticket.caller_name in text)
