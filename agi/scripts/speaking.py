"""Asking aloud: the caller says what he wants to know, hears it in the entry's own words, and says yes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from agi.again import READINGS, again
from agi.choosing import note_candidate, numbered
from agi.house import Next
from agi.listening import Deaf, Ears, Heard, Keyed, Listened, Nothing
from agi.talk import AGAIN, PERSON, TRIES, YES, Talk
from agi.urgent import advise
from dispatch.answering.decision import Channel
from dispatch.calls.calls import Step
from dispatch.line.emergency import Advice, emergency
from hotline.hearing.expecting import Expecting
from hotline.hearing.replies import Reply, choice, reply
from hotline.times import local_day, now
from knowledge_base.asked import Found, Put, Way
from knowledge_base.entries import Entry
from knowledge_base.personal import masked
from knowledge_base.search.match import Match, Verdict, verdict_aloud

CLEAR = 30  # score below which what was recognised is rather not what was said
OFFERED = 3  # titles that one keeps in mind


@dataclass(frozen=True)
class Searched:
    """What was understood, and what was found for it: best first."""

    words: str
    put: Put
    verdict: Verdict
    entries: Sequence[Entry]


def asked_aloud(talk: Talk) -> Entry | Next | Keyed:
    """The entry that he means; PEOPLE when a person had better help; Keyed: he takes his keys, by this one if any.

    What can't be understood, or found, is asked for once more; after one round that came to nothing, a person."""
    ears, question = Ears(talk.voice), "hotline/say_your_question"
    for place in range(TRIES):
        asked = now()
        heard = ears.hear(question, expecting=Expecting.QUESTION)
        if not isinstance(heard, Heard):
            return _without_words(talk, heard)
        if (danger := emergency(heard.text)) is not None:
            return advise(talk, danger, said=masked(heard.text))
        searched = _searched(talk, heard, place, asked)
        if searched is not None and searched.verdict is not Verdict.NOTHING:
            return _Offer(talk, ears, searched).made()
        question = "hotline/say_it_again" if searched is None else "hotline/say_it_otherwise"
    return Next.PEOPLE


def _without_words(talk: Talk, heard: Keyed | Nothing | Deaf) -> Next | Keyed:
    match heard:
        case Keyed(key):
            return Next.PEOPLE if key == PERSON else heard
        case Deaf(why):
            talk.note(Step.FAULT, deaf=why)
            if talk.voice.say("hotline/use_the_keys", interrupt=PERSON):
                return Next.PEOPLE
    return Keyed("")


def _searched(talk: Talk, heard: Heard, place: int, asked: datetime) -> Searched | None:
    """What the one search finds for his words; None when they could not be understood. Noted with them where he was
    asked: there they are heard in the recording."""
    words, score = masked(heard.text), heard.score
    if not heard.text or score < CLEAR:
        talk.note(Step.HEARD, asked, words=words, score=score, by=heard.by, verdict="unclear")
        return None
    at, matches = now(), _matches(talk, heard.text)
    sure = verdict_aloud(matches)
    entries = _entries(talk, matches) if sure is not Verdict.NOTHING else []
    talk.note(Step.HEARD, asked, words=words, score=score, by=heard.by, verdict=str(sure),
              offered=[e.id for e in entries], chance=matches[0].score if matches else 0.0,
              again=bool(place))  # fmt: skip
    found = {Verdict.SURE: Found.SHOWN, Verdict.UNSURE: Found.UNSURE, Verdict.NOTHING: Found.NOTHING}[sure]
    put = Put(heard.text, Channel.MACHINE, Way.SPEECH, found, at, score=matches[0].score if matches else 0.0,
              call_id=talk.call_id)  # fmt: skip
    if not entries:
        talk.house.askings.add(put)
    return Searched(heard.text, put, sure if entries else Verdict.NOTHING, entries)


def _matches(talk: Talk, words: str) -> list[Match]:
    with talk.house.database.reading() as session:
        index = talk.house.index.at(session, on=local_day(now()))
    return index.search(words, most=OFFERED, full=True)


def _entries(talk: Talk, matches: Sequence[Match]) -> list[Entry]:
    with talk.house.database.reading() as session:
        return [entry for match in matches if (entry := session.get(Entry, match.entry_id)) is not None]


class _InDangerError(Exception):
    """What he says to a question of ours tells of a danger."""

    def __init__(self, advice: Advice, words: str) -> None:
        super().__init__(advice.number)
        self.advice, self.words = advice, words


class _Offer:
    """What was found, offered to him by title: the best alone when it is sure, else all of them to choose from."""

    def __init__(self, talk: Talk, ears: Ears, searched: Searched) -> None:
        self._talk, self._ears, self._searched = talk, ears, searched
        self._decided = False

    def made(self) -> Entry | Next:
        """The one that he wants, or PEOPLE: also when what he says instead tells of a danger. How it went is noted,
        also when he hangs up."""
        try:
            return self._chosen()
        except _InDangerError as cry:
            return advise(self._talk, cry.advice, said=masked(cry.words))
        finally:
            if not self._decided:
                self._talk.house.askings.add(self._searched.put)

    def _chosen(self) -> Entry | Next:
        first, *others = self._searched.entries
        if self._searched.verdict is not Verdict.SURE:
            return self._one_of([first, *others], 1)
        answer = self._is_it(first, 1)
        if answer is Reply.YES:
            return first
        return self._one_of(others, 2) if answer is Reply.NO and others else Next.PEOPLE

    def _is_it(self, entry: Entry, place: int) -> Reply:
        """Whether he means this entry: yes or no, by voice or key; UNCLEAR when he says neither, twice."""
        title = partial(self._talk.voice.sounds_of, entry.question)
        answer = Reply.UNCLEAR
        for _ in range(TRIES):
            heard = self._hear(lambda: ["hotline/candidate_is", *title(), "hotline/confirm_aloud"], Expecting.YES_NO)
            if isinstance(heard, Deaf):
                heard = Keyed(self._talk.voice.ask("hotline/confirm_yes_no", timeout=5.0))
            answer = _reply_of(heard)
            if answer is not Reply.UNCLEAR or isinstance(heard, Nothing):
                break
        self._note(entry, place, answer, heard)
        return answer

    def _one_of(self, entries: Sequence[Entry], place: int) -> Entry | Next:
        """One of some entries by its number, said or pressed. What was said is asked about, for numbers are short."""
        named = self._named(entries)
        heard: Listened = Nothing()
        number: int | Reply = Reply.UNCLEAR
        for _ in range(TRIES):
            heard = self._hear(lambda: [*self._titles(named), "hotline/choose_aloud"], Expecting.CHOICE)
            if isinstance(heard, Deaf):
                heard = Keyed(self._talk.voice.ask(*self._titles(named), "hotline/choose_question", timeout=5.0))
            number = _number_of(heard, len(named))
            if number is not Reply.UNCLEAR:
                break
        if not isinstance(number, int):
            return Next.PEOPLE
        entry = named[number - 1]
        place += entries.index(entry)
        if isinstance(heard, Heard):
            return entry if self._is_it(entry, place) is Reply.YES else Next.PEOPLE
        self._note(entry, place, Reply.YES, heard)
        return entry

    def _hear(self, sounds: Callable[[], Sequence[str]], expecting: Expecting) -> Listened:
        """What he answers, once he has heard it as often and as slowly as he likes. Noted, if nobody could hear him."""
        heard: Listened = Nothing()
        for _ in range(READINGS):
            heard = self._ears.hear(*sounds(), expecting=expecting)
            if not isinstance(heard, Keyed) or not again(self._talk.voice, heard.key):
                break
        if isinstance(heard, Deaf):
            self._talk.note(Step.FAULT, deaf=heard.why)
        if isinstance(heard, Heard) and (danger := emergency(heard.text)) is not None:
            raise _InDangerError(danger, heard.text)
        return heard

    def _named(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those whose title has a voice by now; where none has, the first one, which is waited for."""
        return [entry for entry in entries if self._talk.voice.at_hand(entry.question)] or entries[:1]

    def _titles(self, entries: Sequence[Entry]) -> Iterator[str]:
        return numbered(self._talk.voice.sounds_of(entry.question) for entry in entries)

    def _note(self, entry: Entry, place: int, answer: Reply, heard: Listened) -> None:
        said = heard.text if isinstance(heard, Heard) else heard.key if isinstance(heard, Keyed) else ""
        self._decided = self._decided or answer is Reply.YES
        note_candidate(self._talk, entry, self._searched.put, place=place, confirmed=answer is Reply.YES, said=said)


def _reply_of(heard: Listened) -> Reply:
    match heard:
        case Heard(text):
            return reply(text)
        case Keyed(key):
            return {YES: Reply.YES, "2": Reply.NO, PERSON: Reply.PERSON}.get(key, Reply.UNCLEAR)
    return Reply.UNCLEAR


def _number_of(heard: Listened, most: int) -> int | Reply:
    match heard:
        case Heard(text):
            return choice(text, most=most)
        case Keyed(key) if key.isdigit() and 1 <= int(key) <= most:
            return int(key)
        case Keyed(key) if key != AGAIN:
            return Reply.PERSON
        case Nothing():
            return Reply.PERSON
    return Reply.UNCLEAR
