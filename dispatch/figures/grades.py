"""满意率 after a talk: what callers keyed of the operator, and of the department that they were put through to, apart.
What they say of a ticket's answer when they are called back is the department's rate (`rates.py`)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call, CallStep
from dispatch.calls.handled import OVER, RATED_STEP, Of
from dispatch.figures.asked_hours import asked
from dispatch.figures.figures import Share
from dispatch.figures.talks import AFTER, BEFORE
from dispatch.tickets.referrals import DISSATISFIED


def grades(session: Session, begins: datetime, ends: datetime) -> dict[Of, Share]:
    """Of the calls that began in a time and whose caller gave a grade, those with one of the three good ones; the last
    where he gave several."""
    whom, grade = CallStep.detail["of"].as_string(), CallStep.detail["grade"].as_integer()
    last = func.row_number().over(partition_by=(CallStep.call_id, whom), order_by=CallStep.id.desc())
    near = RATED_STEP, grade.is_not(None), CallStep.at >= begins - BEFORE, CallStep.at < ends + AFTER
    given = (
        select(whom.label("whom"), grade.label("grade"), last.label("place"))
        .join(Call, Call.id == CallStep.call_id).where(*near, asked(begins, ends), OVER).subquery()
    )  # fmt: skip
    counts = func.count().filter(given.c.grade < DISSATISFIED), func.count()
    query = select(given.c.whom, *counts).where(given.c.place == 1).group_by(given.c.whom)
    found = {one: Share(part, whole) for one, part, whole in session.execute(query)}
    return {of: found.get(of.value, Share(0, 0)) for of in Of}
