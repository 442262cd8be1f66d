"""What a caller may be about to say, and the words that are likely then."""

from enum import StrEnum
from typing import Final

from hotline.hearing.utterance import Patience


class Expecting(StrEnum):
    """What he was asked."""

    QUESTION = "question"
    YES_NO = "yes_no"
    CHOICE = "choice"


WORDS: Final = {
    Expecting.YES_NO: ("是的", "不是", "对", "不对", "是", "没错", "人工"),
    Expecting.CHOICE: ("第一个", "第二个", "第三个", "都不是", "人工"),
}
"""Of a question, the knowledge base knows."""

BEGINNING: Final = {Expecting.QUESTION: 6.0, Expecting.YES_NO: 5.0, Expecting.CHOICE: 5.0}
"""Seconds that he may take before he begins, once he was asked."""
LONGEST: Final = {Expecting.QUESTION: 12.0, Expecting.YES_NO: 5.0, Expecting.CHOICE: 6.0}
"""Seconds that he may speak."""


def patience(expecting: Expecting, *, asked_for: float) -> Patience:
    """How long to listen, when the question put to him lasts `asked_for` seconds; he may talk into it."""
    return Patience(longest=LONGEST[expecting], beginning=asked_for + BEGINNING[expecting])
