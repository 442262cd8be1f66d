"""Who is owed a call is rung, and what became of those who were rung is cleared up."""

from datetime import datetime, timedelta
from time import sleep

from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks, corrections, missed, surveys, trunk
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.trunk import Taken
from dispatch.calls.endings import end_attempt
from dispatch.sweeps.duty import BREATH, SELDOM, Duty
from dispatch.tickets import alerts
from dispatch.tickets.history import write_step
from dispatch.tickets.tickets import Ticket
from hotline.times import now
from hotline.voice import orders


def settle_stranded(duty: Duty) -> None:
    """Claims that nobody used are released. Attempts of which nothing was heard for long are looked for: in the
    exchange's records, which were read before this, and among its channels. What still runs goes on; what is
    nowhere counts as made."""
    at = now()
    with duty.database.writing() as session:
        callbacks.release(session, at=at)
    with duty.database.reading() as session:
        looked_for = bool(callbacks.stranded(session, at=at))
    if not looked_for or (lives := duty.living()) is None:  # nor could anybody be rung again
        return
    with duty.database.writing() as session:
        for attempt in callbacks.stranded(session, at=at):
            if {attempt.id, attempt.call_id} & lives:
                callbacks.runs_on(session, attempt, at=at)
            else:
                end_attempt(session, attempt, outcome="in_doubt", settings=duty.settings, at=at)


def gather_missed(duty: Duty) -> None:
    """Callers whom nobody answered become tasks; those who have come through meanwhile are rung by nobody. Who rang
    while we were down for days is looked for now and then."""
    at = now()
    far = at - duty.looked.get("missed", at - SELDOM) >= SELDOM
    back = missed.LONG_AGO if far else missed.LATELY
    with duty.database.reading() as session:
        owed = bool(missed.unnoted(session, at=at, back=back))
    while owed:
        with duty.database.writing() as session:
            owed = missed.gather(session, settings=duty.settings, at=at, back=back) == missed.MOST
        sleep(BREATH)
    if far:
        duty.looked["missed"] = at
    with duty.database.reading() as session:
        through = missed.came_through(session)
    for missed_id, over in dict(reversed(through)).items():  # of several calls the first decides
        with duty.database.writing() as session:
            missed.close(session, missed_id, over, at=at)


def tidy_surveys(duty: Duty) -> None:
    """Who was cut off and could not be rung in time, or rings again himself, is not rung to rate any more."""
    with duty.database.reading() as session:
        owed = surveys.owes(session)
    if owed:
        with duty.database.writing() as session:
            surveys.tidy(session, settings=duty.settings, at=now())


def call_back(duty: Duty) -> None:
    """Ring the citizens who are owed a call: claimed, noted and committed before the exchange is asked. While it
    can't tell what of the trunk is taken, nobody is rung, and no attempt is lost."""
    with duty.database.reading() as session:
        waits = callbacks.waits(session, settings=duty.settings, at=now())
    if not waits or (lines := duty.lines()) is None:
        return
    while (owed := _claimed(duty, lines)) is not None:
        attempt, number = owed
        duty.dial(attempt, number)


def _claimed(duty: Duty, lines: Taken) -> tuple[Attempt, str] | None:
    at = now()
    with duty.database.writing() as session:
        callback = trunk.claim(session, lines, settings=duty.settings, at=at)
        if callback is None:
            return None
        names = [] if callback.survey_of else _ordered(duty, session, callback.replied, at)
        if orders.unmade(session, names):
            callback.state, callback.due_at = callbacks.State.DUE, at + timedelta(seconds=5)
            callback.by_person = orders.hopeless(session, names)
            if callback.by_person:
                alerts.callback_owed(session, callback.replied, at=at)
            return None
        return callbacks.place(session, callback, settings=duty.settings, at=at), callback.number


def _ordered(duty: Duty, session: Session, ticket: Ticket, at: datetime) -> list[str]:
    """The sounds of what will be spoken: the reply; of a correction what holds by now, and what to say should
    that fall away."""
    holds = corrections.owed_words(session, ticket, settings=duty.settings, at=at)
    if ticket.reply != holds.text:
        ticket.reply = holds.text
        write_step(session, ticket, "reword", by="hotline", source=ticket.state, at=at, reply=ticket.reply)
    texts = dict.fromkeys((holds.text, holds.without))
    return [n for t in texts for n in orders.order(session, t, voice=duty.settings.voice, urgent=True, at=at)]
