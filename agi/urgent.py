"""A caller in danger: he hears whom to ring, and a person is fetched for him before everybody else."""

from agi.house import Next
from agi.talk import PERSON, Talk
from dispatch.calls.calls import Step
from dispatch.line.emergency import Advice
from dispatch.line.priority import Rank
from dispatch.line.skilled import DANGER


def advise(talk: Talk, advice: Advice, *, said: str = "") -> Next:
    """Say it and give him his place in the queue, where everybody takes his call first. `said`: his words, kept for the
    operator, also when he hangs up to ring there."""
    talk.voice.line.set("QUEUE_PRIO", Rank.EMERGENCY.value)
    talk.voice.line.set("SKILL", DANGER)
    try:
        talk.voice.say(f"hotline/{advice.prompt}", interrupt=PERSON)
    finally:
        talk.note(Step.EMERGENCY, number=advice.number, **({"words": said} if said else {}))
    return Next.PEOPLE
