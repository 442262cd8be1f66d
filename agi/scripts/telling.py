"""A message by telephone: who picks up presses a key, and hears it as often as he likes; a machine presses none."""

from agi.again import Heard
from agi.house import House, Next
from agi.line import Line
from agi.scripts.callback import CONFIRMED, who
from agi.talk import PERSON
from agi.voice import NotSpoken, Voice
from dispatch.callbacks import by_phone
from hotline.telling.carriers import CarrierError, Later, Refused
from hotline.telling.outbox import Delivery
from hotline.times import now

WRONG = "接听者称打错了"
NOT_HE: dict[str, CarrierError] = {"2": Later("本人不在"), "3": Refused(WRONG), PERSON: Later("转人工")}
"""A stranger is rung no more."""
UNCONFIRMED, BROKEN_OFF = Later("接听后未按键确认"), Later("没有听完")


def run(line: Line, house: House) -> None:
    """Nothing of the matter is said before somebody has pressed 1; heard to its end, it counts as told."""
    call_id, channel_id, *_ = (*line.environment.arguments, "", "")
    leads = Next.GOODBYE
    with house.database.writing() as session:
        owed = by_phone.picked_up(session, channel_id, at=now())
    if owed is not None:
        voice = Voice(line, house)
        key = who(voice, house.settings, hello="hotline/duty_hello" if owed.urgent else "hotline/telling_hello")
        if key != CONFIRMED:
            _settled(house, channel_id, Later(WRONG) if owed.urgent and key == "3" else NOT_HE.get(key, UNCONFIRMED))
            leads = Next.PEOPLE if key == PERSON and not owed.urgent else leads
        else:
            leads = _told(voice, house, owed, channel_id, call_id)
    line.set("NEXT", leads)


def _told(voice: Voice, house: House, owed: Delivery, channel_id: str, call_id: str) -> Next:
    """What can't be spoken a person tells a citizen; a duty office knows by the key alone that it is to look."""
    heard = Heard(voice, str(owed.values["text"]))
    try:
        heard.say()
        _settled(house, channel_id, call_id)
        heard.ask(timeout=house.settings.callback_key_seconds, alone="")
    except NotSpoken:
        _settled(house, channel_id, call_id if owed.urgent else BROKEN_OFF)
        if not owed.urgent:
            return Next.PEOPLE
    if owed.urgent:
        voice.say("hotline/duty_look")
    return Next.GOODBYE


def _settled(house: House, channel_id: str, outcome: str | CarrierError) -> None:
    with house.database.writing() as session:
        by_phone.settle(session, channel_id, outcome, settings=house.settings, at=now())
