"""Whether a person can be reached now: asked of the exchange, for the house may not know."""

from agi.voice import Voice


def staffed(voice: Voice) -> bool:
    """Whether people answer at this hour, and one of them takes calls."""
    there = voice.line.get(f"QUEUE_MEMBER({voice.house.settings.queue},logged)")
    return voice.line.get("STAFFED") != "no" and there.isdecimal() and int(there) > 0
