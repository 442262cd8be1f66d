"""A caller in danger: he hears whom to ring, and a person, if one is there, is fetched before everybody."""

from agi.house import Next
from agi.staffed import staffed
from agi.talk import PERSON, Talk
from dispatch.calls.calls import Step
from dispatch.line.emergency import Advice
from dispatch.line.priority import Rank
from dispatch.line.skilled import DANGER


def advise(talk: Talk, advice: Advice, *, said: str = "") -> Next:
    """Say it and give him his place in the queue, where everybody takes his call first. Nobody is promised to him at an
    hour when nobody comes. `said`: his words, kept for the operator, also when he hangs up to ring there."""
    talk.voice.line.set("QUEUE_PRIO", Rank.EMERGENCY.value)
    talk.voice.line.set("SKILL", DANGER)
    try:
        comes = ["hotline/emergency_person"] if staffed(talk.voice) else []
        talk.voice.say(f"hotline/{advice.prompt}", *comes, interrupt=PERSON)
    finally:
        talk.note(Step.EMERGENCY, number=advice.number, **({"words": said} if said else {}))
    return Next.PEOPLE
