"""What a script is given: settings, the database, the events, and the index of what we know."""

from dataclasses import dataclass
from enum import StrEnum

from agi.rules import LiveRules
from dispatch.calls.beginnings import Beginning
from dispatch.line.rush import Rush, Sighting
from hotline.database import Database
from hotline.events import Bus
from hotline.group_commit import GroupCommit
from hotline.settings import Settings
from knowledge_base.asked import Put
from knowledge_base.search.live import LiveIndex


@dataclass(frozen=True)
class House:
    """Handed to every script."""

    settings: Settings
    database: Database
    bus: Bus
    index: LiveIndex
    beginnings: GroupCommit[Beginning]
    askings: GroupCommit[Put]  # what is noted of searches while nobody waits for it
    rules: LiveRules
    rush: Rush
    sightings: GroupCommit[Sighting]  # what the supervisor is told of floods


class Next(StrEnum):
    """Where the dialplan takes the caller after a script."""

    PEOPLE = "people"
    OPERATOR = "operator"  # out of the steps of a message, or after a talk: anything else goes on there
    MESSAGE = "message"
    GOODBYE = "goodbye"
    MENU = "menu"
    SELF_SERVICE = "self"
    PROGRESS = "progress"
