"""Asking the machine: a department by its number, one of its questions, and the answer if it may be given."""

from dataclasses import dataclass

from agi.house import House, Next
from agi.line import Line
from agi.voice import NotSpoken, Voice
from dispatch import answers, calls, tellings
from dispatch.answers import Offered
from dispatch.calls import Step
from dispatch.decision import Answer, Channel
from hotline.directory import departments
from hotline.directory.departments import Department
from hotline.times import local_day, now
from knowledge_base import asked, entries
from knowledge_base.asked import Found, Put, Way
from knowledge_base.entries import Entry

TRIES = 2
PERSON, YES, AGAIN = "0", "1", "#"


@dataclass(frozen=True)
class Talk:
    """One caller asking the machine."""

    voice: Voice
    house: House
    call_id: str

    def note(self, kind: Step, **detail: object) -> None:
        with self.house.database.writing() as session:
            calls.note(session, self.call_id, kind, at=now(), **detail)


def run(line: Line, house: House) -> None:
    """Department → question → answer → satisfied? Everything unclear ends with a person."""
    talk = Talk(Voice(line, house), house, line.environment.arguments[0])
    try:
        line.set("NEXT", _conversation(talk))
    except NotSpoken as missing:
        talk.note(Step.FAULT, unspoken=str(missing))
        line.set("NEXT", Next.PEOPLE)


def _conversation(talk: Talk) -> Next:
    department = _department(talk)
    if department is None:
        return Next.PEOPLE
    entry = _question(talk, department)
    if entry is None:
        return Next.PEOPLE
    with talk.house.database.reading() as session:
        offered = answers.offered(session, entry.id, channel=Channel.MACHINE, at=now(),
                                  grace_days=talk.house.settings.update_grace_days)  # fmt: skip
    if offered is None:
        return Next.PEOPLE
    if isinstance(offered.decision, Answer):
        return _answer(talk, offered, offered.decision)
    return _direct(talk, offered)


def _department(talk: Talk) -> Department | None:
    prompts = ["hotline/self_service_intro", "hotline/choose_department"]
    for _ in range(TRIES):
        code = talk.voice.ask(*prompts, digits=3, timeout=5.0)
        if code in {"", PERSON}:
            return None
        with talk.house.database.reading() as session:
            found = departments.by_code(session, code)
        if found is not None:
            talk.note(Step.DEPARTMENT, department=found.id, name=found.name)
            return found
        prompts = ["hotline/invalid_key", "hotline/choose_department"]
    return None


def _question(talk: Talk, department: Department) -> Entry | None:
    """The question that the caller confirms; None leads to a person. Who has keyed a word is read nothing else."""
    if talk.house.settings.keypad_initials:
        pressed = talk.voice.ask("hotline/keypad_initials", digits=12, timeout=5.0)
        if PERSON in pressed:
            return None
        if pressed:
            return _keyed(talk, department, pressed)
    with talk.house.database.reading() as session:
        usual = entries.most_asked(session, department.id, on=local_day(now()), at=now(),
                                   most=talk.house.settings.most_asked)  # fmt: skip
    return _choice(talk, usual)


def _keyed(talk: Talk, department: Department, pressed: str) -> Entry | None:
    """The question that lies on the pressed keys, if the caller confirms it. How it went is noted: what he confirms or
    not, with that step; what he leaves alone, or isn't there, when nobody waits for it."""
    candidates = _by_keys(talk, department, pressed)
    search = Put(pressed, Channel.MACHINE, Way.KEYS, Found.SHOWN if candidates else Found.NOTHING, now(),
                 department_id=department.id, call_id=talk.call_id)  # fmt: skip
    decided = False
    try:
        entry, decided = _chosen(talk, candidates, search)
    finally:  # also when he hangs up
        if not decided:
            talk.house.askings.add(search)
    return entry


def _by_keys(talk: Talk, department: Department, pressed: str) -> list[Entry]:
    with talk.house.database.reading() as session:
        ids = talk.house.index.at(session, on=local_day(now())).by_keys(department.id, pressed)
        return [entry for entry_id in ids if (entry := session.get(Entry, entry_id)) is not None]


def _choice(talk: Talk, candidates: list[Entry]) -> Entry | None:
    return _chosen(talk, candidates)[0]


def _chosen(talk: Talk, candidates: list[Entry], search: Put | None = None) -> tuple[Entry | None, bool]:
    """The candidate that the caller confirms, and whether he was asked to."""
    if not candidates:
        talk.voice.say("hotline/nothing_found")
        return None, False
    sounds: list[str] = []
    for place, entry in enumerate(candidates, start=1):
        sounds += [f"hotline/question_{place}", *talk.voice.sounds_of(entry.question)]
    key = AGAIN
    for _ in range(TRIES):
        if key == AGAIN:
            key = talk.voice.ask(*sounds, "hotline/choose_question", timeout=5.0)
    if not key.isdigit() or not 1 <= int(key) <= len(candidates):
        return None, False
    chosen = candidates[int(key) - 1]
    title = talk.voice.sounds_of(chosen.question)
    confirmed = talk.voice.ask("hotline/candidate_is", *title, "hotline/confirm_yes_no", timeout=5.0) == YES
    _note_candidate(talk, chosen, search, place=int(key), confirmed=confirmed)
    return (chosen if confirmed else None), True


def _note_candidate(talk: Talk, chosen: Entry, search: Put | None, *, place: int, confirmed: bool) -> None:
    with talk.house.database.writing() as session:
        calls.note(session, talk.call_id, Step.CANDIDATE, at=now(), entry=chosen.id, question=chosen.question,
                   confirmed=confirmed)  # fmt: skip
        if search is not None:
            asked.note(session, search.words, channel=search.channel, way=search.way, call_id=search.call_id,
                       found=Found.CHOSEN if confirmed else Found.SHOWN, entry_id=chosen.id if confirmed else None,
                       place=place if confirmed else None, department_id=search.department_id, at=now())  # fmt: skip


def _answer(talk: Talk, offered: Offered, answer: Answer) -> Next:
    talk.voice.sounds_of(answer.text)  # nothing has been told while there is no voice to tell it
    talk.voice.say("hotline/answer_follows")
    with talk.house.database.writing() as session:
        telling = tellings.tell(
            session,
            talk.call_id,
            answer,
            channel=Channel.MACHINE,
            entry_id=offered.entry.id,
            entry_version_id=offered.version.id,
            heard="partly",
            at=now(),
        )
    key = talk.voice.speak(answer.text, interrupt=PERSON)
    if key == PERSON:
        return Next.PEOPLE
    with talk.house.database.writing() as session:
        session.merge(telling).heard = "whole"
    return _satisfied(talk)


def _satisfied(talk: Talk) -> Next:
    key = talk.voice.ask("hotline/satisfied_question", timeout=5.0)
    if key in {"1", "2"}:
        talk.note(Step.RATED, of="machine", satisfied=key == YES)
    return Next.PEOPLE if key in {"2", PERSON} else Next.GOODBYE


def _direct(talk: Talk, offered: Offered) -> Next:
    """Say who is responsible and how he is reached; never the answer."""
    talk.note(Step.DIRECTED, entry=offered.entry.id, reason=offered.decision.reason)
    department = offered.department
    talk.voice.say("hotline/not_authorised")
    talk.voice.speak(contact_sentence(department), interrupt=PERSON)
    key = talk.voice.ask("hotline/person_offer", timeout=4.0)
    return Next.MENU if key == "*" else Next.PEOPLE if key == PERSON else Next.GOODBYE


def contact_sentence(department: Department) -> str:
    """What may always be said of a department."""
    return f"{department.name}，联系电话{department.phone}。" if department.phone else f"{department.name}。"
