"""Which numbers the hotline may ring by itself: those that its operators may dial, so nobody abroad."""

import re
from functools import cache

from hotline import phones

_SIGNS = {"X": r"\d", "Z": "[1-9]", "N": "[2-9]"}


def dialable(given: str, *, may_dial: str) -> str:
    """What is dialled to reach a number as somebody wrote it; empty when it is none, or may not be dialled.

    `may_dial`: the setting `operators_may_dial`."""
    number = phones.dialled(phones.normalise(given))
    return number if phones.is_reachable(number) and _allowed(may_dial).fullmatch(number) else ""


@cache
def _allowed(may_dial: str) -> re.Pattern[str]:
    patterns = [one.strip() for one in may_dial.split(",") if one.strip()]
    return re.compile("|".join("".join(_SIGNS.get(sign, sign) for sign in one) for one in patterns) or "(?!)")
