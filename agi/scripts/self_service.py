"""Asking the machine: an urgent topic, or a department and one of its questions; the answer if it may be given."""

from functools import partial
from time import monotonic
from typing import Final

from agi import direct, sending
from agi.again import READINGS, Heard, NoLonger, again
from agi.choosing import choice, confirmed, keyed, numbered
from agi.house import House, Next
from agi.line import Line
from agi.listening import Keyed
from agi.scripts.speaking import asked_aloud
from agi.talk import BACK, NO, PERSON, TRIES, YES, Talk
from agi.told import Told, offered
from agi.urgent import advise
from agi.voice import NotSpoken, Voice
from dispatch.answering import hot_topics
from dispatch.answering.answers import Offered
from dispatch.answering.decision import Answer
from dispatch.calls.calls import Step
from dispatch.line import emergency
from dispatch.line.emergency import Advice
from hotline.directory import departments
from hotline.directory.departments import Department
from hotline.times import local_day, now
from knowledge_base import entries
from knowledge_base.direct import FIRST
from knowledge_base.entries import Entry
from knowledge_base.search.keypad import MOST_KEYS

PAUSE: Final = 5.0  # seconds between two keys
IN_ONE_GO: Final = 2.0  # seconds within which who rings 110 presses its next key


def run(line: Line, house: House) -> None:
    """Topic, or department → question → answer → satisfied? Everything unclear ends with a person."""
    call_id, caller, dialled, *_ = (*line.environment.arguments, "", "")
    talk = Talk(Voice(line, house), house, call_id, house.rules.now.machine(dialled, now()), caller)
    try:
        line.set("NEXT", _conversation(talk))
    except NotSpoken as missing:
        talk.note(Step.FAULT, unspoken=str(missing))
        line.set("NEXT", Next.PEOPLE)


def _conversation(talk: Talk) -> Next:
    asked = asked_aloud(talk) if _may_speak(talk) else Keyed("")
    wish = _wish(talk, asked.key) if isinstance(asked, Keyed) else asked
    if isinstance(wish, Next):
        return wish
    entry = _question(talk, wish) if isinstance(wish, Department) else wish
    if entry is None:
        return Next.PEOPLE
    return _given(talk, entry)


def _given(talk: Talk, entry: Entry) -> Next:
    """What may be said of it at this moment: the answer, or who is in charge."""
    with talk.house.database.reading() as session:
        found = offered(talk, session, entry)
    if found is None:
        return Next.PEOPLE
    if isinstance(found.decision, Answer):
        return _answer(talk, found, found.decision)
    return _direct(talk, found)


def _may_speak(talk: Talk) -> bool:
    """Whether this caller is asked to say what he wants to know."""
    return talk.house.settings.speech


def _wish(talk: Talk, before: str) -> Department | Entry | Next | None:
    """The department that the caller keys, or the urgent topic or the entry of a number, which he confirms; None leads
    to a person. `before`: the key that he has just pressed in place of speaking."""
    topics = _topics(talk)
    which = "hotline/choose_topic_or_department" if topics else "hotline/choose_department"
    prompts = ["hotline/self_service_intro", *_urgent(topics), which]
    for _ in range(TRIES):
        began = monotonic()
        code = _code(talk, prompts, which, before)
        if (danger := _in_danger(before, code, monotonic() - began)) is not None:
            return advise(talk, danger)
        before = ""
        if code == BACK:
            return Next.MENU
        if code in {"", PERSON}:
            return None
        if code in {str(place) for place in range(1, len(topics) + 1)}:
            return confirmed(talk, topics[int(code) - 1][0], place=int(code))
        if (entry := direct.entry(talk, code)) is not None:
            return confirmed(talk, entry, place=1)
        if (found := _department(talk, code)) is not None:
            return found
        if (danger := emergency.keyed(code)) is not None:
            return advise(talk, danger)
        prompts = ["hotline/invalid_key", which]
    return None


def _in_danger(before: str, code: str, seconds: float) -> Advice | None:
    """The emergency number whose first key was taken for the wish to use the keys, if he went on at once."""
    in_one_go = seconds < IN_ONE_GO + (0.0 if code == PERSON else PAUSE)
    return emergency.keyed(before + code) if before and in_one_go else None


def _code(talk: Talk, prompts: list[str], which: str, before: str) -> str:
    """What he keys; an entry's number to its end, also one that he began where he might have spoken."""
    code = direct.whole(talk, before) if before == FIRST else before
    if code == before:
        code = _keyed(talk, prompts, which)
    return direct.whole(talk, code) if direct.may_go_on(code) else code


def _keyed(talk: Talk, prompts: list[str], which: str) -> str:
    """What he keys; the titles are read out again, and slower, as often as he likes by the keys for it."""
    for _ in range(READINGS):
        code = talk.voice.ask(*prompts, digits=direct.AS_LONG, timeout=PAUSE, alone=PERSON + BACK,
                              pause=partial(_pause, monotonic()))  # fmt: skip
        if not again(talk.voice, code):
            break
        prompts = [*_urgent(_topics(talk)), which]
    return code


def _pause(began: float, keyed: str) -> float:
    """Of 110 the menu has taken the first key, and 10 may begin a department's number, too. Who presses it in one go is
    as quick with that number's third key: he isn't waited for as others are."""
    hurries = emergency.keyed(keyed) is not None and monotonic() - began < IN_ONE_GO
    return IN_ONE_GO if hurries else PAUSE


def _urgent(topics: list[tuple[Entry, list[str]]]) -> list[str]:
    return ["hotline/hot_topics", *numbered(title for _, title in topics)] if topics else []


def _topics(talk: Talk) -> list[tuple[Entry, list[str]]]:
    """The urgent topics with the sounds of their titles; one that has no voice yet is left out, nobody waits for it."""
    settings = talk.house.settings
    with talk.house.database.reading() as session:
        found = hot_topics.topics(session, most=settings.hot_topics, at=now(), grace_days=settings.update_grace_days)
    return [(entry, title) for entry in found if (title := talk.voice.at_hand(entry.question))]


def _department(talk: Talk, code: str) -> Department | None:
    with talk.house.database.reading() as session:
        found = departments.answering(session, code, on=local_day(now()))
    if found is not None:
        talk.note(Step.DEPARTMENT, department=found.id, name=found.name)
    return found


def _question(talk: Talk, department: Department) -> Entry | None:
    """The question that the caller confirms; None leads to a person. He hears which department he has reached, for a
    key is soon mistaken. Who has keyed a word is read what is asked most only where nothing lies on his keys."""
    reached = _reached(talk, department)
    if talk.machine.keypad_initials:
        pressed = talk.voice.ask_word(*reached, "hotline/keypad_initials", digits=MOST_KEYS, timeout=5.0)
        reached = []
        if PERSON in pressed:
            return None
        if pressed:
            entry, looks_on = keyed(talk, department, pressed[:MOST_KEYS])
            if not looks_on:
                return entry
    with talk.house.database.reading() as session:
        usual = entries.most_asked(session, department.id, on=local_day(now()), at=now(),
                                   most=talk.house.settings.most_asked)  # fmt: skip
    return choice(talk, usual, *reached, "hotline/most_asked")


def _reached(talk: Talk, department: Department) -> list[str]:
    """Its name; nothing while it has no voice yet, nobody waits for it."""
    name = talk.voice.at_hand(department.name)
    return ["hotline/department_is", *name] if name else []


def _answer(talk: Talk, found: Offered, answer: Answer) -> Next:
    """Tell it, while it may be told: he may have waited for its sound, and wants to hear it again, or have it sent,
    minutes later."""
    talk.voice.sounds_of(answer.text)  # nothing has been told while there is no voice to tell it
    if talk.voice.say("hotline/answer_follows", interrupt=PERSON):
        return Next.PEOPLE
    told = Told(talk, found, answer)
    if (telling := told.note()) is None:
        return _given(talk, found.entry)
    heard = Heard(talk.voice, answer.text, interrupt=PERSON, holds=told.still,
                  sends=sending.answer(talk, found.entry, answer.text, holds=told.holds))  # fmt: skip
    try:
        if heard.say() == PERSON:
            return Next.PEOPLE
        told.whole(telling)
        return _satisfied(talk, heard)
    except NoLonger:
        return _given(talk, found.entry)


def _satisfied(talk: Talk, heard: Heard) -> Next:
    """Who says nothing hears once more what he can do, and then goodbye: no operator is rung for nobody."""
    key = heard.ask("hotline/satisfied_question", timeout=5.0) or heard.ask("hotline/person_offer", timeout=5.0)
    if key in {YES, NO}:
        talk.note(Step.RATED, of="machine", satisfied=key == YES)
    return Next.MENU if key == BACK else Next.PEOPLE if key in {NO, PERSON} else Next.GOODBYE


def _direct(talk: Talk, found: Offered) -> Next:
    """Say who is responsible and how he is reached; never the answer. Who is silent then was not answered: a person."""
    talk.note(Step.DIRECTED, entry=found.entry.id, reason=found.decision.reason)
    said = contact_sentence(found.department)
    heard = Heard(talk.voice, said, interrupt=PERSON, sends=sending.answer(talk, found.entry, said))
    key = talk.voice.say("hotline/not_authorised", interrupt=PERSON) or heard.say()
    key = key or heard.ask("hotline/person_offer", timeout=4.0)
    return Next.MENU if key == BACK else Next.PEOPLE if key in {"", PERSON} else Next.GOODBYE


def contact_sentence(department: Department) -> str:
    """What may always be said of a department."""
    return f"{department.name}，联系电话{department.phone}。" if department.phone else f"{department.name}。"
