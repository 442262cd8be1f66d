"""A key of the office's menu behind which there is more: words to hear, or keys of its own."""

from agi.again import Heard
from agi.house import House, Next
from agi.line import Line
from agi.talk import BACK, PERSON, Talk
from agi.voice import NotSpoken, Voice
from dispatch.calls.calls import Step
from dispatch.line.flags import Skill
from dispatch.line.menu import CLOSING, Do, Item, offered
from dispatch.line.menus import Spoken
from hotline.times import now

NEXT = {Do.SELF_SERVICE: Next.SELF_SERVICE, Do.PROGRESS: Next.PROGRESS, Do.MESSAGE: Next.MESSAGE,
        Do.PERSON: Next.PEOPLE, Do.DIALECT: Next.PEOPLE}  # fmt: skip


def run(line: Line, house: House) -> None:
    """Do what the key says; whatever is not there any more leads to a person."""
    call_id, dialled, key, *_ = (*line.environment.arguments, "", "", "")
    talk = Talk(Voice(line, house), house, call_id, house.rules.now.machine(dialled, now()))
    spoken = house.rules.now.menu
    item = spoken.menu.at(key) if spoken else None
    try:
        line.set("NEXT", _done(talk, spoken, item) if spoken and item else Next.PEOPLE)
    except NotSpoken as missing:
        talk.note(Step.FAULT, unspoken=str(missing))
        line.set("NEXT", Next.PEOPLE)


def _done(talk: Talk, spoken: Spoken, item: Item) -> Next:
    talk.note(Step.MENU, name=item.says)
    if item.do is Do.DIALECT:
        talk.voice.line.set("SKILL", Skill.DIALECT)
    if item.do is Do.ANNOUNCE:
        return _announce(talk, item)
    return _lower(talk, spoken, item) if item.do is Do.MENU else NEXT[item.do]


def _announce(talk: Talk, item: Item) -> Next:
    heard = Heard(talk.voice, item.text, interrupt=PERSON)
    if heard.say() == PERSON:
        return Next.PEOPLE
    key = heard.ask("hotline/person_offer", timeout=4.0)
    return Next.MENU if key == BACK else Next.PEOPLE if key == PERSON else Next.GOODBYE


def _lower(talk: Talk, spoken: Spoken, item: Item) -> Next:
    """The keys behind this key; silence, 0 and keys that it doesn't have lead to a person."""
    there = offered(spoken.menu, item.path, self_service=talk.machine.self_service)
    sounds = [sound for text in (*(i.sentence for i in there), CLOSING) for sound in talk.voice.sounds_of(text)]
    key = talk.voice.ask(*sounds, timeout=4.0)
    if key == BACK:
        return Next.MENU
    chosen = next((i for i in there if i.key == key), None)
    return _done(talk, spoken, chosen) if chosen else Next.PEOPLE
