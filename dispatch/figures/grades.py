"""满意率 after a talk: what callers keyed of the operator, and of the department that they were put through to, apart.
What they say of a ticket's answer when they are called back is the department's rate (`rates.py`)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call, CallStep
from dispatch.calls.handled import OVER, RATED_STEP, Of, grade
from dispatch.figures.asked_hours import asked
from dispatch.figures.figures import Share
from dispatch.figures.talks import AFTER, BEFORE
from dispatch.tickets.referrals import DISSATISFIED


def grades(session: Session, begins: datetime, ends: datetime) -> dict[Of, Share]:
    """Of the calls that began in a time and whose caller gave a grade, those with one of the three good ones; the last
    where he gave several."""
    near = RATED_STEP, CallStep.at >= begins - BEFORE, CallStep.at < ends + AFTER
    rated = Call.id.in_(select(CallStep.call_id).where(*near))
    each = select(*(grade(of).label(of.value) for of in Of)).where(asked(begins, ends), OVER, rated).subquery()
    sums = [sum_ for of in Of for sum_ in (func.count().filter(each.c[of] < DISSATISFIED), func.count(each.c[of]))]
    counts = session.execute(select(*sums)).one()
    return {of: Share(*counts[2 * n : 2 * n + 2]) for n, of in enumerate(Of)}
