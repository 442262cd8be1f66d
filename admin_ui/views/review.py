"""What waits for me: drafts, checks, reviews, what is to be swept again, phrasings."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading
from admin_ui.views.entry import names_of
from hotline.accounts.roles import Permission
from hotline.times import local_day
from knowledge_base import queues, sweeping

blueprint = Blueprint("review", __name__, url_prefix="/review")
MOST = 100


@blueprint.get("")
@needs(Permission.LEDGER)
def queue() -> ResponseReturnValue:
    days = house().settings.sweep_again_days
    with reading() as session:
        waiting = {stage: session.execute(queues.at_stage(me(), stage).limit(MOST)).all()
                   for stage in queues.stages_of(me())}  # fmt: skip
        again = sweeping.due(me(), on=local_day(now()), days=days).limit(MOST) if me().may(Permission.REVIEW) else None
        asked = queues.phrasings(me())
        logins = [version.written_by for rows in waiting.values() for _, version in rows]
        return render_template(
            "review.html", waiting=waiting, days=days, names=names_of(session, logins),
            sweep=session.scalars(again).all() if again is not None else None,
            phrasings=session.execute(asked.limit(MOST)).all() if asked is not None else None,
        )  # fmt: skip
