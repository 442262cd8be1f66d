"""Which script answers to which name, and the server that runs them."""

from collections.abc import Callable
from functools import partial
from threading import Thread

from agi.house import House
from agi.line import Line
from agi.rules import LiveRules
from agi.scripts import (
    callback,
    incoming,
    keep_place,
    leave_question,
    liaison,
    menu,
    place_turn,
    progress,
    self_service,
    survey,
    telling,
    waits_on,
    warned,
)
from agi.server import Server
from agi.session import Handler
from dispatch.calls.beginnings import begin
from dispatch.line import rush
from dispatch.line.rush import Rush
from hotline.database import Database
from hotline.events import Bus
from hotline.exchange.nodes import nodes
from hotline.group_commit import GroupCommit
from hotline.settings import Settings
from knowledge_base import asked
from knowledge_base.search import meaning
from knowledge_base.search.live import LiveIndex

PATIENCE = 1.4  # seconds: connection and lock together stay below the 3 s that the exchange gives a script to think
SCRIPTS: dict[str, Callable[[Line, House], None]] = {
    "incoming": incoming.run,
    "self_service": self_service.run,
    "progress": progress.run,
    "callback": callback.run,
    "liaison": liaison.run,
    "survey": survey.run,
    "telling": telling.run,
    "warned": warned.run,
    "menu": menu.run,
    "keep_place": keep_place.run,
    "place_turn": place_turn.run,
    "waits_on": waits_on.run,
    "leave_question": leave_question.run,
}


def make_server(settings: Settings, database: Database) -> Server:
    """The FastAGI server of an installation, not yet started."""
    more = [one.name for one in nodes(settings)[1:]]
    write = partial(begin, node=settings.exchange_node, more=more, spool=settings.spool)
    index = LiveIndex(database, "agi")
    rules = LiveRules(settings, database)
    by_keys = settings.keypad_initials or any(s.machine.keypad_initials for s in rules.now.switches)
    if by_keys or settings.speech:  # nothing else of the machine searches
        index.warm(database, settings.folder)
    if settings.speech:
        Thread(target=meaning.engine, name="meaning-first", daemon=True).start()
    house = House(
        settings, database, Bus(settings.redis_address), index, GroupCommit(database, write),
        GroupCommit(database, asked.note_all), rules, Rush(settings), GroupCommit(database, rush.note),
    )  # fmt: skip
    handlers = {name: _handler(script, house) for name, script in SCRIPTS.items()}
    return Server(handlers, address=(settings.agi_host, settings.agi_port), max_sessions=settings.agi_sessions,
                  beside=rules.follow)  # fmt: skip


def _handler(script: Callable[[Line, House], None], house: House) -> Handler:
    return lambda line: script(line, house)
