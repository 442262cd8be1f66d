"""Questions that nobody could find: what they are, who asked them, and how often."""

from datetime import datetime
from random import Random

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cli.fill.calls import Rung
from cli.fill.cast import Cast
from cli.fill.paper import Paper
from dispatch.answering.decision import Channel
from knowledge_base.asked import Asked, Found, Open, Unanswered, Way

HOW = ("要带哪样材料", "克哪点办", "收不收钱", "几天能办好", "能不能代办", "周末办不办", "网上咋个办", "过期了咋个办")
MOST = 3000
STATES = ((Open.OPEN, 6), (Open.ASSIGNED, 2), (Open.ANSWERED, 1), (Open.DISMISSED, 1))


class Unfound:
    """They are there from the beginning, and are counted at the end."""

    def __init__(self, paper: Paper, cast: Cast, chance: Random, *, most: int, at: datetime) -> None:
        words = [f"{q.question[:100]}{how}" for how in HOW for q in cast.questions][: min(most, MOST)]
        self._chance = chance
        self._ids = [paper.number(Unanswered, _row(chance, text, cast, at)) for text in dict.fromkeys(words)]
        self._words = list(dict.fromkeys(words))

    def note(self, paper: Paper, rung: Rung) -> None:
        """Somebody asks one of them; some are asked by many."""
        which = int(self._chance.random() ** 3 * len(self._ids))
        paper.number(Asked, {
            "at": rung.began, "channel": Channel.OPERATOR if rung.operator else Channel.MACHINE, "way": Way.WORDS,
            "words": self._words[which], "call_id": rung.id, "found": Found.NOTHING,
            "unanswered_id": self._ids[which]})  # fmt: skip


def counted(session: Session) -> None:
    """How often each was asked, and when first and last."""
    asked = [Asked.unanswered_id == Unanswered.id]
    how_often = select(func.count()).where(*asked).scalar_subquery()
    first, last = (select(func.coalesce(f(Asked.at), Unanswered.last_at)).where(*asked).scalar_subquery()
                   for f in (func.min, func.max))  # fmt: skip
    session.execute(update(Unanswered).values(count=how_often, first_at=first, last_at=last))


def _row(chance: Random, text: str, cast: Cast, at: datetime) -> dict[str, object]:
    state = chance.choices([one for one, _ in STATES], [weight for _, weight in STATES])[0]
    unit = None if state is Open.OPEN else chance.choice(cast.departments)
    return {"words": text, "count": 0, "first_at": at, "last_at": at, "state": state, "department_id": unit,
            "compared": True}  # fmt: skip
