"""The machine's conversations, each over a real FastAGI server: what the caller hears, what is written down, where he goes."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from agi import voice
from agi.run import make_server
from agi.server import Server
from agi.voice import seconds_of
from dispatch.callbacks import callbacks, corrections, surveys
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.contacting import ANSWERED, CallerContact
from dispatch.callbacks.correction_list import Correction
from dispatch.calls import calls
from dispatch.calls.calls import Call, CallStep, Step
from dispatch.calls.endings import end_call
from dispatch.calls.tellings import Telling
from dispatch.tickets import asides, urging
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket, TicketStep
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department, Succession
from hotline.settings import Settings
from hotline.times import local_day, now
from hotline.voice import prompts
from hotline.voice.kokoro import voice_name
from hotline.voice.orders import SpeechOrder
from hotline.voice.rendering import sentences, spoken_name
from knowledge_base.asked import Asked, Found
from knowledge_base.authorisations import Authorisation, Form, Scope
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.entries import State as EntryState
from recordings.recordings import Recording
from tests.agi.caller import CALL, NUMBER, Caller, Meanwhile
from tests.dispatch import town
from tests.dispatch.town import CODE

QUESTION, ANSWER = "居住证到期了怎么续签？", "请带身份证。到派出所办理。"
CONTACT = "玉溪市公安局，联系电话0877-9600101。"


@dataclass
class Hotline:
    """A house with a machine that answers, and whoever calls it."""

    database: Database
    settings: Settings
    server: Server

    def serve(self, caller: Caller, script: str, *arguments: str) -> Caller:
        return caller.calls(self.server.address, script, *arguments)

    def voiced(self, *texts: str) -> None:
        """These texts have been rendered."""
        for text in texts:
            for name in self.names(text):
                path = self.settings.sounds / f"{name}.alaw"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"\xd5" * 8000)

    def names(self, text: str) -> list[str]:
        return [spoken_name(sentence, voice_name(self.settings.voice)) for sentence in sentences(text)]

    def knows(self, *, form: Form | None = Form.FULL) -> None:
        """A department, its question, and the leave to answer it."""
        day = local_day(now())
        with self.database.writing() as session:
            office = town.unit(session, "101", "玉溪市公安局")
            row = Entry(department_id=office.id, question=QUESTION, keywords=["居住证"], state=EntryState.PUBLISHED, published=1)
            session.add(row)
            session.flush()
            session.add(EntryVersion(entry_id=row.id, number=1, answer="网上全文", spoken=ANSWER, written_by="x", valid_from=day))
            if form:
                session.add(Authorisation(department_id=office.id, document="1号", signer="局长", scope=Scope.DEPARTMENT, form=form, categories=[],
                                          entries=[], exclusions=[], valid_from=day, valid_to=day + timedelta(days=9), signed_at=now()))  # fmt: skip
        self.voiced(QUESTION, ANSWER, CONTACT)

    def knows_more(self, *questions: str) -> None:
        """Further questions of that department, each about the same thing."""
        with self.database.writing() as session:
            office = session.scalars(select(Entry.department_id)).first()
            for question in questions:
                row = Entry(department_id=office, question=question, keywords=["居住证"], state=EntryState.PUBLISHED, published=1)
                session.add(row)
                session.flush()
                session.add(EntryVersion(entry_id=row.id, number=1, answer="网上全文", spoken=ANSWER, written_by="x", valid_from=local_day(now())))
        self.voiced(*questions)

    def revoked(self) -> None:
        """The department takes its leave back."""
        with self.database.writing() as session:
            session.execute(update(Authorisation).values(revoked_at=now(), revoked_because="口径有误"))

    def began(self, call_id: str = CALL, number: str = NUMBER, direction: str = "in") -> None:
        with self.database.writing() as session:
            calls.begin(session, call_id, caller=number, direction=direction, at=now())

    def steps(self, *, without: tuple[Step, ...] = (Step.BEGAN,)) -> list[tuple[Step, dict[str, object]]]:
        with self.database.reading() as session:
            rows = session.scalars(select(CallStep).order_by(CallStep.id)).all()
        return [(Step(row.kind), row.detail) for row in rows if row.kind not in without]

    def kinds(self) -> list[Step]:
        return [kind for kind, _ in self.steps()]


def a_house(database: Database, folder: Path, **changed: object) -> Hotline:
    settings = Settings(folder=folder, secret_key="for tests only, thirty-two characters", agi_port=0, agi_sessions=4, **changed)  # type: ignore[arg-type]
    return Hotline(database, settings, make_server(settings, database).start())


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    house = a_house(database, tmp_path)
    yield house
    house.server.stop()


@pytest.fixture
def keyed(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    """A house where words may be spelled on the keys; its index is made after the question was published."""
    before = a_house(database, tmp_path)
    before.knows()
    before.server.stop()
    house = a_house(database, tmp_path, keypad_initials=True)
    house.began()
    yield house
    house.server.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits eight seconds for a sentence in a test."""
    monkeypatch.setattr(voice, "PATIENCE", 0.1)


# -- incoming -----------------------------------------------------------------------------------------------------
def test_a_call_comes_in_and_is_written_down_with_its_recording(house: Hotline) -> None:
    caller = house.serve(Caller(), "incoming", "+86 138 8888 8888", "96128")
    assert {name: caller.variables[name] for name in ("SELFSERVICE", "STAFFED")} == {"SELFSERVICE": "yes", "STAFFED": "yes"}
    with house.database.reading() as session:
        call = session.get_one(Call, CALL)
        assert (call.caller, call.dialled, call.node, call.uniqueid, call.taken_from) == (NUMBER, "96128", "exchange1", "1795406400.1", "agi")
        assert session.scalars(select(Recording.call_id)).all() == [CALL]


def test_the_menu_offers_neither_a_machine_that_is_off_nor_people_who_are_away(database: Database, tmp_path: Path) -> None:
    house = a_house(database, tmp_path, self_service=False, staffed_hours="")
    caller = house.serve(Caller(), "incoming")
    house.server.stop()
    assert (caller.variables["SELFSERVICE"], caller.variables["STAFFED"]) == ("no", "no")


# -- asking the machine -------------------------------------------------------------------------------------------
TO_THE_ANSWER = {"choose_department": "101", "choose_question": "1", "confirm_yes_no": "1"}


def test_an_authorised_answer_is_spoken_and_the_telling_kept(house: Hotline) -> None:
    house.knows()
    house.began()
    caller = house.serve(Caller(TO_THE_ANSWER | {"satisfied_question": "1"}), "self_service")
    assert caller.next == "goodbye"
    assert caller.sentences == [*house.names(QUESTION) * 2, *house.names(ANSWER)]
    assert house.kinds() == [Step.DEPARTMENT, Step.CANDIDATE, Step.TOLD, Step.RATED]
    with house.database.reading() as session:
        row = session.scalars(select(Telling)).one()
        leave = session.scalars(select(Authorisation)).one()
    assert (row.words, row.heard, row.authorisation_id, row.authorisation_version) == (ANSWER, "whole", leave.id, 1)


@pytest.mark.parametrize("voiced", [True, False])
def test_he_hears_which_department_he_has_reached_once_its_name_has_a_voice(house: Hotline, voiced: bool) -> None:
    house.knows()
    house.began()
    if voiced:
        house.voiced("玉溪市公安局")
    heard = house.serve(Caller({"choose_department": "101"}), "self_service").heard
    name = ["hotline/department_is", str(house.settings.sounds / house.names("玉溪市公安局")[0])] if voiced else []
    at = heard.index("hotline/most_asked")
    assert (heard[at - len(name) : at], "hotline/department_is" in heard, heard[at + 1]) == (name, voiced, "hotline/question_1")


@pytest.mark.parametrize(("key", "where"), [("1", "goodbye"), ("", "goodbye"), ("2", "people"), ("0", "people")])
def test_who_is_not_satisfied_is_taken_to_a_person(house: Hotline, key: str, where: str) -> None:
    house.knows()
    house.began()
    assert house.serve(Caller(TO_THE_ANSWER | {"satisfied_question": key}), "self_service").next == where


@pytest.mark.parametrize(("key", "where", "rated"), [
    ("", "goodbye", []), ("0", "people", []), ("*", "menu", []), ("1", "goodbye", [True]), ("2", "people", [False]),
])  # fmt: skip
def test_who_says_nothing_after_his_answer_hears_once_more_what_he_can_do(house: Hotline, key: str, where: str, rated: list[bool]) -> None:
    house.knows()
    house.began()
    caller = house.serve(Caller(TO_THE_ANSWER | {"person_offer": key}), "self_service")
    offered = caller.prompts[caller.prompts.index("satisfied_question") :]
    assert (caller.next, offered) == (where, ["satisfied_question", "keys_again", "person_offer", *([] if key else ["keys_again"])])
    assert [detail["satisfied"] for kind, detail in house.steps() if kind == Step.RATED] == rated


def test_who_wakes_at_the_second_offer_hears_his_answer_again(house: Hotline) -> None:
    house.knows()
    house.began()
    caller = house.serve(Caller(TO_THE_ANSWER | {"person_offer": ["8", "0"]}), "self_service")
    assert (caller.next, caller.sentences[-4:]) == ("people", house.names(ANSWER) * 2)


@pytest.mark.parametrize("form", [None, Form.CONTACT, Form.SUMMARY])
@pytest.mark.parametrize(("key", "where"), [("0", "people"), ("*", "menu"), ("", "people"), ("1", "goodbye")])
def test_without_leave_to_answer_only_who_is_responsible_is_said(house: Hotline, form: Form | None, key: str, where: str) -> None:
    house.knows(form=form)
    house.began()
    caller = house.serve(Caller(TO_THE_ANSWER | {"person_offer": key}), "self_service")
    assert caller.next == where
    assert "not_authorised" in caller.prompts
    assert not set(house.names(ANSWER)) & set(caller.sentences)
    assert caller.sentences[-1:] == house.names(CONTACT)[-1:]
    assert house.kinds() == [Step.DEPARTMENT, Step.CANDIDATE, Step.DIRECTED]
    with house.database.reading() as session:
        assert session.scalars(select(Telling)).all() == []


def test_a_department_that_does_not_exist_is_asked_for_again_and_then_a_person_comes(house: Hotline) -> None:
    house.knows()
    caller = house.serve(Caller({"choose_department": ["999", "998"]}), "self_service")
    assert caller.next == "people"
    assert caller.prompts == ["self_service_intro", "choose_department", "invalid_key", "choose_department"]


@pytest.mark.parametrize("changes", [1, 2])
def test_the_code_of_a_department_that_is_no_more_leads_to_who_does_its_work(house: Hotline, changes: int) -> None:
    house.knows()
    house.began()
    day = local_day(now())
    with house.database.writing() as session:
        heir = session.scalars(select(Department)).one()
        for code in ("104", "105")[:changes]:
            old = town.unit(session, code, f"原{code}局")
            old.effective_to = day
            session.add(Succession(predecessor_id=old.id, successor_id=heir.id, kind="merged", on=day))
            heir = old
    caller = house.serve(Caller(TO_THE_ANSWER | {"choose_department": heir.code, "satisfied_question": "1"}), "self_service")
    assert caller.next == "goodbye"
    assert house.steps()[0] == (Step.DEPARTMENT, {"department": 1, "name": "玉溪市公安局"})


def test_the_second_try_may_be_the_right_one(house: Hotline) -> None:
    house.knows()
    house.began()
    caller = house.serve(Caller(TO_THE_ANSWER | {"choose_department": ["999", "101"], "satisfied_question": "1"}), "self_service")
    assert caller.next == "goodbye"


SILENT_AT = {"choose_department": {}, "choose_question": {"choose_department": "101"},
             "confirm_yes_no": {"choose_department": "101", "choose_question": "1"}}  # fmt: skip


@pytest.mark.parametrize("prompt", list(SILENT_AT))
@pytest.mark.parametrize("key", ["", "0"])
def test_silence_and_0_reach_a_person_from_everywhere(house: Hotline, prompt: str, key: str) -> None:
    house.knows()
    house.began()
    caller = house.serve(Caller(SILENT_AT[prompt] | {prompt: key}), "self_service")
    assert caller.next == "people"
    assert prompt in caller.prompts
    assert Step.TOLD not in house.kinds()


def test_0_reaches_a_person_while_an_introduction_is_still_playing(house: Hotline) -> None:
    caller = house.serve(Caller({"self_service_intro": "0"}), "self_service")
    assert (caller.next, caller.prompts) == ("people", ["self_service_intro"])


def test_0_before_an_answer_reaches_a_person_and_nothing_was_told(house: Hotline) -> None:
    house.knows()
    house.began()
    caller = house.serve(Caller(TO_THE_ANSWER | {"answer_follows": "0"}), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", "answer_follows")
    assert Step.TOLD not in house.kinds()


def test_the_star_goes_back_to_the_menu(house: Hotline) -> None:
    caller = house.serve(Caller({"self_service_intro": "*"}), "self_service")
    assert (caller.next, caller.prompts) == ("menu", ["self_service_intro"])


@pytest.mark.parametrize("at", ["not_authorised", CONTACT, "person_offer"])
def test_0_reaches_a_person_while_he_is_told_who_is_responsible(house: Hotline, at: str) -> None:
    house.knows(form=None)
    house.began()
    where = str(house.settings.sounds / house.names(at)[0]) if at == CONTACT else at
    caller = house.serve(Caller(TO_THE_ANSWER | {where: "0"}), "self_service")
    assert (caller.next, caller.heard[-1].removeprefix("hotline/")) == ("people", where)


def test_0_interrupts_an_answer_which_was_then_partly_told(house: Hotline) -> None:
    house.knows()
    house.began()
    first = str(house.settings.sounds / house.names(ANSWER)[0])
    caller = house.serve(Caller(TO_THE_ANSWER | {first: "0"}), "self_service")
    assert caller.next == "people"
    with house.database.reading() as session:
        assert session.scalars(select(Telling.heard)).all() == ["partly"]


def test_a_caller_who_hangs_up_within_the_answer_was_told_a_part_of_it(house: Hotline) -> None:
    house.knows()
    house.began()
    second = str(house.settings.sounds / house.names(ANSWER)[1])
    caller = house.serve(Caller(TO_THE_ANSWER, hangs_up_at=second), "self_service")
    assert caller.gone
    town.until(lambda: house.server.counts().served == 1)
    assert house.server.counts().failed == 0
    with house.database.reading() as session:
        assert session.scalars(select(Telling.heard)).all() == ["partly"]


def test_a_department_without_questions_has_a_person_answer(house: Hotline) -> None:
    with house.database.writing() as session:
        town.unit(session, "102", "玉溪市民政局")
    house.began()
    caller = house.serve(Caller({"choose_department": "102"}), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", "nothing_found")


@pytest.mark.usefixtures("impatient")
def test_a_question_without_a_voice_leads_to_a_person(house: Hotline) -> None:
    house.knows()
    house.began()
    for name in house.names(QUESTION):
        (house.settings.sounds / f"{name}.alaw").unlink()
    caller = house.serve(Caller(TO_THE_ANSWER), "self_service")
    assert caller.next == "people"
    assert house.kinds() == [Step.DEPARTMENT, Step.FAULT]


@pytest.mark.usefixtures("impatient")
def test_an_answer_without_a_voice_leads_to_a_person_and_was_not_told(house: Hotline) -> None:
    house.knows()
    house.began()
    for name in house.names(ANSWER):
        (house.settings.sounds / f"{name}.alaw").unlink()
    caller = house.serve(Caller(TO_THE_ANSWER), "self_service")
    assert caller.next == "people"
    assert "please_wait" in caller.prompts
    assert house.kinds() == [Step.DEPARTMENT, Step.CANDIDATE, Step.FAULT]
    with house.database.reading() as session:
        assert session.scalars(select(Telling)).all() == []


@pytest.mark.usefixtures("impatient")
def test_who_would_not_wait_for_a_sentence_reaches_a_person_by_0(house: Hotline) -> None:
    house.knows()
    house.began()
    for name in house.names(ANSWER):
        (house.settings.sounds / f"{name}.alaw").unlink()
    caller = house.serve(Caller(TO_THE_ANSWER | {"please_wait": "0"}), "self_service")
    assert (caller.next, caller.prompts.count("please_wait")) == ("people", 1)


@dataclass
class Patient(Caller):
    """While he hears `during`, something else gets done."""

    during: str = ""
    meanwhile: Callable[[], None] = lambda: None

    def _play(self, name: str, escapes: str) -> str:
        if name == self.during:
            self.meanwhile()
        return super()._play(name, escapes)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("during", "waits"), [("its first sentence", 0), ("hotline/please_wait", 1)])
def test_the_first_sentence_of_an_answer_is_spoken_while_the_second_is_made(house: Hotline, during: str, waits: int) -> None:
    house.knows()
    house.began()
    first, second = house.names(ANSWER)
    (house.settings.sounds / f"{second}.alaw").unlink()
    moment = during if waits else str(house.settings.sounds / first)
    presses = TO_THE_ANSWER | {"satisfied_question": "1"}
    caller = house.serve(Patient(presses, during=moment, meanwhile=lambda: house.voiced(ANSWER)), "self_service")
    assert caller.next == "goodbye"
    assert caller.sentences[-2:] == [first, second]
    assert caller.prompts.count("please_wait") == waits
    with house.database.reading() as session:
        assert session.scalars(select(Telling.heard)).all() == ["whole"]
        assert session.get_one(SpeechOrder, second).urgent


def test_initials_on_the_keys_find_a_question(keyed: Hotline) -> None:
    caller = keyed.serve(Caller(TO_THE_ANSWER | {"keypad_initials": "599#", "satisfied_question": "1"}), "self_service")
    assert caller.next == "goodbye"
    assert caller.prompts.count("choose_question") == 1
    [row] = asked_of(keyed)
    assert (row.words, row.way, row.channel, row.found, row.place, row.call_id) == ("599", "keys", "machine", Found.CHOSEN, 1, CALL)
    assert row.entry_id is not None
    assert row.department_id is not None


@pytest.mark.parametrize(
    ("keys", "said", "found", "last"),
    [
        ("111#", {"nothing_found": "0"}, Found.NOTHING, "nothing_found"),
        ("599#", {"choose_question": ""}, Found.SHOWN, "choose_question"),
        ("599#", {"choose_question": "0"}, Found.SHOWN, "choose_question"),
        ("599#", {"question_1": "0"}, Found.SHOWN, "question_1"),
        ("599#", {"confirm_yes_no": ""}, Found.SHOWN, "confirm_yes_no"),
        ("599#", {"confirm_yes_no": "0"}, Found.SHOWN, "confirm_yes_no"),
        ("599#", {"confirm_yes_no": "2"}, Found.SHOWN, "confirm_yes_no"),
    ],
)
def test_who_keyed_in_vain_reaches_a_person_and_it_is_noted(keyed: Hotline, keys: str, said: dict[str, str], found: Found, last: str) -> None:
    caller = keyed.serve(Caller(TO_THE_ANSWER | {"keypad_initials": keys, "satisfied_question": "1"} | said), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", last)
    assert caller.prompts.count("question_1") == (found is not Found.NOTHING)  # the same titles, read once, and no others
    rows = asked_of(keyed, least=1)
    assert [(row.words, row.found, row.entry_id) for row in rows] == [(keys[:-1], found, None)]


def test_who_keyed_what_lies_nowhere_is_read_what_is_asked_most(keyed: Hotline) -> None:
    caller = keyed.serve(Caller(TO_THE_ANSWER | {"keypad_initials": "111#", "satisfied_question": "1"}), "self_service")
    assert caller.next == "goodbye"
    assert caller.prompts.index("nothing_found") < caller.prompts.index("question_1")
    assert [(row.words, row.found) for row in asked_of(keyed)] == [("111", Found.NOTHING)]


@pytest.mark.parametrize("keys", ["0", "590"])
def test_0_among_the_letters_reaches_a_person(keyed: Hotline, keys: str) -> None:
    caller = keyed.serve(Caller({"choose_department": "101", "keypad_initials": keys}), "self_service")
    assert (caller.next, caller.prompts[-1]) == ("people", "keypad_initials")


def test_who_keys_nothing_is_read_what_is_asked_most(keyed: Hotline) -> None:
    caller = keyed.serve(Caller(TO_THE_ANSWER | {"satisfied_question": "1"}), "self_service")
    assert (caller.next, caller.sentences[0]) == ("goodbye", keyed.names(QUESTION)[0])


@pytest.mark.parametrize("key", ["0", ""])
def test_0_while_a_title_is_read_reaches_a_person(house: Hotline, key: str) -> None:
    house.knows()
    house.began()
    title = str(house.settings.sounds / house.names(QUESTION)[0])
    caller = house.serve(Caller({"choose_department": "101", title: key}), "self_service")
    assert (caller.next, Step.CANDIDATE in house.kinds()) == ("people", False)


def asked_of(house: Hotline, least: int = 1) -> list[Asked]:
    """What was noted, once as much has been."""
    for _ in range(100):
        with house.database.reading() as session:
            rows = list(session.scalars(select(Asked)))
        if len(rows) >= least:
            break
        time.sleep(0.02)
    return rows


# -- what is urgent -----------------------------------------------------------------------------------------------
@pytest.fixture
def urgent(house: Hotline) -> Hotline:
    """The department's only question is pinned, and there is another department."""
    house.knows()
    house.began()
    with house.database.writing() as session:
        town.unit(session, "102", "玉溪市民政局")
        session.execute(update(Entry).values(hot_from=now() - timedelta(hours=1), hot_until=now() + timedelta(hours=1)))
    return house


def test_an_urgent_topic_is_offered_before_a_department_is_asked_for(urgent: Hotline) -> None:
    caller = urgent.serve(Caller({"choose_topic_or_department": "1#", "confirm_yes_no": "1", "satisfied_question": "1"}), "self_service")
    assert caller.next == "goodbye"
    assert caller.prompts[:4] == ["self_service_intro", "hot_topics", "question_1", "choose_topic_or_department"]
    assert caller.sentences == [*urgent.names(QUESTION) * 2, *urgent.names(ANSWER)]
    assert urgent.kinds() == [Step.CANDIDATE, Step.TOLD, Step.RATED]


def test_an_urgent_topic_is_read_out_again_and_slower(urgent: Hotline) -> None:
    caller = urgent.serve(Caller({"choose_topic_or_department": ["8#", "7#", "1#"], "confirm_yes_no": "1"}), "self_service")
    assert caller.prompts.count("self_service_intro") == 1
    assert caller.prompts.count("hot_topics") == 3
    plain, again, slow = [caller.sentences[n] for n in range(3)]
    assert plain == again
    assert slow == f"{plain}-{urgent.settings.slower_percent}"


@pytest.mark.parametrize("prompt", ["self_service_intro", "hot_topics", "question_1", "choose_topic_or_department"])
def test_who_keys_a_department_at_once_hears_no_more_of_what_is_urgent(urgent: Hotline, prompt: str) -> None:
    caller = urgent.serve(Caller({prompt: "102"}), "self_service")
    assert (caller.next, caller.prompts[-2:]) == ("people", [prompt, "nothing_found"])


@pytest.mark.parametrize(("prompt", "key"), [("hot_topics", "0"), ("question_1", "0"), ("choose_topic_or_department", "0"), ("", "")])
def test_0_and_silence_at_what_is_urgent_reach_a_person(urgent: Hotline, prompt: str, key: str) -> None:
    caller = urgent.serve(Caller({prompt: key}), "self_service")
    assert (caller.next, caller.prompts[-1], urgent.kinds()) == ("people", prompt or "choose_topic_or_department", [])


def test_what_is_urgent_but_has_no_voice_yet_is_left_out_and_ordered(urgent: Hotline) -> None:
    for name in urgent.names(QUESTION):
        (urgent.settings.sounds / f"{name}.alaw").unlink()
    caller = urgent.serve(Caller({}), "self_service")
    assert caller.prompts == ["self_service_intro", "choose_department"]
    with urgent.database.reading() as session:
        assert urgent.names(QUESTION)[0] in session.scalars(select(SpeechOrder.name)).all()


def test_before_everything_that_is_played_the_exchanges_own_guard_is_set(house: Hotline) -> None:
    house.knows()
    house.began()
    caller = house.serve(Caller(TO_THE_ANSWER | {"satisfied_question": "1"}), "self_service")
    assert len(caller.guards) >= len([name for name in caller.heard if name.startswith("/")])
    assert all(0 < seconds < 120 for seconds in caller.guards)


def test_while_the_machine_thinks_silence_is_sent_and_the_recording_goes_on(house: Hotline) -> None:
    house.knows()
    house.began()
    for presses in ({}, {"choose_department": "999"}, TO_THE_ANSWER | {"satisfied_question": "2"}):
        assert house.serve(Caller(presses), "self_service").sent_silence


# -- how does my matter stand? ------------------------------------------------------------------------------------
@pytest.fixture
def lodged(house: Hotline) -> Hotline:
    with house.database.writing() as session:
        town.ticket(session, house.settings, of=town.call(session, "earlier"))
    house.began()
    return house


def test_a_code_from_ones_own_telephone_tells_how_the_matter_stands(lodged: Hotline) -> None:
    caller = lodged.serve(Caller({"key_code": CODE}), "progress")
    assert caller.next == "goodbye"
    assert caller.prompts == ["key_code", "your_matter", "state_to_dispatch", "due_before", "month_11", "day_26",
                              "urge_offer", "person_offer", "keys_again"]
    assert lodged.kinds()[-1] == Step.PROGRESS


def test_whose_matter_is_not_accepted_hears_so_also_once_it_is_filed_and_that_an_operator_says_where_to_go(lodged: Hotline) -> None:
    with lodged.database.writing() as session:
        row = session.scalars(select(Ticket)).one()
        asides.not_accept(session, row, why="已进入诉讼", where="红塔区人民法院", by=town.somebody(session, Role.SUPERVISOR), settings=lodged.settings, at=now())
    for _ in range(2):
        caller = lodged.serve(Caller({"key_code": CODE}), "progress")
        assert caller.prompts == ["key_code", "your_matter", "state_not_accepted", "person_offer", "keys_again"]
        assert caller.sentences == [], "where to go is told by a person: a telephone may be a family's"
        with lodged.database.writing() as session:
            town.put(session, session.scalars(select(Ticket)).one(), State.FILED)
    assert "由接线员告诉您" in prompts.texts()["state_not_accepted"]


def test_a_day_in_a_year_without_a_plan_is_not_told_as_certain(lodged: Hotline) -> None:
    with lodged.database.writing() as session:
        session.scalars(select(Ticket)).one().promise_provisional = True
    caller = lodged.serve(Caller({"key_code": CODE}), "progress")
    assert caller.prompts[3:7] == ["due_before", "month_11", "day_26", "due_unknown"]


def test_by_5_he_urges_his_matter_once_a_day_and_hears_what_became_of_it(lodged: Hotline) -> None:
    for said in ("urged", "urged_before"):
        caller = lodged.serve(Caller({"key_code": CODE, "keys_again": "5", "person_offer": ["", "*"]}), "progress")
        assert caller.prompts[-2:] == [said, "person_offer"]
        assert caller.next == "menu"
    with lodged.database.reading() as session:
        steps = session.scalars(select(TicketStep).where(TicketStep.action == urging.URGE)).all()
        assert [(step.by, step.target) for step in steps] == [(urging.HE_HIMSELF, "to_dispatch")]


@pytest.fixture
def answered(house: Hotline) -> Hotline:
    """A matter whose answer waits to be told; its caller rings in."""
    with house.database.writing() as session:
        people = town.staff(session, town.unit(session, "101", "玉溪市公安局"))
        row = town.ticket(session, house.settings, of=town.call(session, "earlier"))
        town.bring(session, row, State.TO_CALL_BACK, by=people, settings=house.settings)
    house.voiced(REPLY)
    house.began()
    return house


def owed(house: Hotline) -> tuple[str, int, str]:
    with house.database.reading() as session:
        row = session.scalars(select(Callback)).one()
        return row.state, row.attempts, row.replied.state


@pytest.mark.parametrize(("grade", "state"), [("1", State.CLOSED), ("5", State.IN_HAND), ("", State.CLOSED)])
def test_who_rings_in_while_his_answer_waits_hears_it_and_is_not_rung_for_it(answered: Hotline, grade: str, state: State) -> None:
    caller = answered.serve(Caller({"key_code": CODE, "callback_satisfied": grade}), "progress")
    assert (caller.next, caller.prompts[:3]) == ("goodbye", ["key_code", "callback_answer_is", "callback_satisfied"])
    assert caller.sentences == answered.names(REPLY)
    assert owed(answered) == ("done", 0, state)


def test_who_leaves_his_answer_for_a_person_is_still_owed_it(answered: Hotline) -> None:
    caller = answered.serve(Caller({"key_code": CODE, str(answered.settings.sounds / answered.names(REPLY)[0]): "0"}), "progress")
    assert (caller.next, owed(answered)) == ("people", ("due", 0, State.TO_CALL_BACK))


@pytest.mark.parametrize("change", [{"by_person": True}, {"state": "dialling"}])
def test_an_answer_that_a_person_tells_or_for_which_he_is_being_rung_is_not_told_by_the_machine(answered: Hotline, change: dict[str, object]) -> None:
    with answered.database.writing() as session:
        session.execute(update(Callback).values(**change))
    caller = answered.serve(Caller({"key_code": CODE}), "progress")
    assert (caller.sentences, caller.prompts[1:3]) == ([], ["your_matter", "state_to_call_back"])
    assert owed(answered)[2] == State.TO_CALL_BACK


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_has_no_voice_yet_is_owed_as_before(answered: Hotline) -> None:
    for name in answered.names(REPLY):
        (answered.settings.sounds / f"{name}.alaw").unlink()
    caller = answered.serve(Caller({"key_code": CODE}), "progress")
    assert ("state_to_call_back" in caller.prompts, owed(answered)) == (True, ("due", 0, State.TO_CALL_BACK))


def test_what_is_closed_is_not_offered_to_be_urged(lodged: Hotline) -> None:
    with lodged.database.writing() as session:
        town.put(session, session.scalars(select(Ticket)).one(), State.CLOSED)
    caller = lodged.serve(Caller({"key_code": CODE, "keys_again": "5"}), "progress")
    assert "urge_offer" not in caller.prompts
    assert (caller.next, caller.prompts[-1]) == ("goodbye", "keys_again")


def test_how_it_stands_is_said_again_and_slower_by_the_keys_for_it(lodged: Hotline) -> None:
    caller = lodged.serve(Caller({"key_code": CODE, "keys_again": "8", "person_offer": ["", "7", "*"]}), "progress")
    assert (caller.next, caller.prompts.count("your_matter")) == ("menu", 2)
    percent = lodged.settings.slower_percent
    slow = [Path(name).name for name in caller.heard if name.endswith(f"-{percent}")]
    assert len(slow) == len({*slow}) == 5, "your matter, its state, and until when"


@pytest.mark.parametrize("prompt", ["your_matter", "state_to_dispatch", "month_11"])
def test_0_reaches_a_person_while_he_hears_how_it_stands(lodged: Hotline, prompt: str) -> None:
    caller = lodged.serve(Caller({"key_code": CODE, prompt: "0"}), "progress")
    assert (caller.next, caller.prompts[-1]) == ("people", prompt)


def test_from_another_telephone_the_last_four_digits_are_asked_too(lodged: Hotline) -> None:
    caller = lodged.serve(Caller({"key_code": CODE, "key_last_four": "8888"}), "progress", "13900000000", "96128")
    assert caller.next == "goodbye"
    assert caller.prompts[:3] == ["key_code", "key_last_four", "your_matter"]


def test_who_ends_his_code_by_the_key_that_he_is_told_is_understood_all_the_same(lodged: Hotline) -> None:
    caller = lodged.serve(Caller({"key_code": CODE + "#", "key_last_four": ["8888"]}), "progress", "13900000000", "96128")
    assert caller.prompts[:4] == ["key_code", "key_last_four", "key_last_four", "your_matter"]
    assert Step.CODE_WRONG not in lodged.kinds()


@pytest.mark.parametrize("code", [CODE, "99999999"])
@pytest.mark.parametrize("key", ["", "0"])
def test_who_is_asked_for_his_telephone_and_keys_none_is_taken_to_a_person_whatever_his_code(lodged: Hotline, key: str, code: str) -> None:
    caller = lodged.serve(Caller({"key_code": code, "key_last_four": key}), "progress", "13900000000", "96128")
    assert (caller.next, caller.prompts) == ("people", ["key_code", "key_last_four"])
    assert not {Step.CODE_WRONG, Step.PROGRESS} & set(lodged.kinds())


def test_who_keys_an_emergency_number_in_place_of_a_code_hears_whom_to_ring(lodged: Hotline) -> None:
    caller = lodged.serve(Caller({"key_code": "119#"}), "progress")
    assert (caller.next, caller.prompts[-1], caller.variables["QUEUE_PRIO"]) == ("people", "emergency_119", "10")


def test_a_wrong_code_and_a_wrong_telephone_sound_alike_and_the_third_leads_to_a_person(lodged: Hotline) -> None:
    wrong_code = lodged.serve(Caller({"key_code": "99999999", "key_last_four": "8888"}), "progress", "13900000000", "96128")
    wrong_phone = lodged.serve(Caller({"key_code": CODE, "key_last_four": "0000"}), "progress", "13900000000", "96128")
    assert wrong_code.heard == wrong_phone.heard
    assert wrong_code.next == wrong_phone.next == "people"
    assert wrong_code.prompts.count("code_wrong") == 2
    assert [kind for kind in lodged.kinds() if kind == Step.CODE_WRONG] == [Step.CODE_WRONG] * 6


def test_after_six_wrong_codes_a_number_is_not_asked_any_more(lodged: Hotline) -> None:
    with lodged.database.writing() as session:
        for _ in range(6):
            calls.note(session, CALL, Step.CODE_WRONG, at=now())
    caller = lodged.serve(Caller({"key_code": CODE}), "progress")
    assert (caller.next, caller.prompts) == ("people", [])


@pytest.mark.parametrize("key", ["", "0"])
def test_who_has_no_code_at_hand_is_taken_to_a_person(lodged: Hotline, key: str) -> None:
    caller = lodged.serve(Caller({"key_code": key}), "progress")
    assert (caller.next, caller.prompts) == ("people", ["key_code"])


# -- how satisfied were you? --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("key", "grades"), [("1", [1]), ("5", [5]), ("6", []), ("0", []), ("*", []), ("", [])])
def test_the_survey_keeps_a_grade_and_lets_everybody_go_but_who_wants_a_person_again(house: Hotline, key: str, grades: list[int]) -> None:
    house.began()
    caller = house.serve(Caller({"survey_question": key}), "survey")
    assert caller.next == ("operator" if key == "0" else "goodbye")
    assert [detail for _, detail in house.steps()] == [{"of": "operator", "grade": grade} for grade in grades]


@pytest.mark.parametrize(("grade", "department"), [("2", "4"), ("", "4"), ("2", "")])
def test_who_spoke_with_a_department_rates_it_apart(house: Hotline, grade: str, department: str) -> None:
    house.began()
    with house.database.writing() as session:
        calls.note(session, CALL, Step.TRANSFER_JOINED, at=now())
    caller = house.serve(Caller({"survey_question": grade, "survey_department": department}), "survey")
    assert caller.prompts == ["survey_question", "survey_department"]
    rated = [(detail["of"], detail["grade"]) for kind, detail in house.steps() if kind == Step.RATED]
    assert rated == [(of, int(key)) for of, key in (("operator", grade), ("department", department)) if key]


# -- calling back -------------------------------------------------------------------------------------------------
OUT = "20261123150000-00000000000a"
REPLY = "请携带身份证到派出所办理。"


@dataclass
class Back:
    """A call-back that is just being answered."""

    house: Hotline
    attempt: str
    callback: str

    def serve(self, caller: Caller) -> Caller:
        caller.call_id = OUT
        return self.house.serve(caller, "callback", self.callback, self.attempt)

    def stands(self) -> tuple[str, str, str]:
        with self.house.database.reading() as session:
            return (session.scalars(select(Attempt.outcome)).one(), session.scalars(select(Callback.state)).one(),
                    session.scalars(select(Ticket.state)).one())  # fmt: skip


@pytest.fixture
def back(house: Hotline) -> Back:
    with house.database.writing() as session:
        people = town.staff(session, town.unit(session, "101", "玉溪市公安局"))
        row = town.ticket(session, house.settings)
        town.bring(session, row, State.TO_CALL_BACK, by=people, settings=house.settings)
        callback = session.scalars(select(Callback)).one()
        calls.begin(session, OUT, caller=NUMBER, direction="out", at=now())
        attempt = callbacks.dial(session, callback, call_id=OUT, at=now())
        session.flush()
        made = Back(house, attempt.id, str(callback.id))
    house.voiced(REPLY)
    return made


@pytest.mark.parametrize(("grade", "state"), [("1", State.CLOSED), ("3", State.CLOSED), ("", State.CLOSED), ("9", State.CLOSED), ("4", State.IN_HAND), ("5", State.IN_HAND)])
def test_who_confirms_himself_hears_the_reply_and_decides_what_becomes_of_it(back: Back, grade: str, state: State) -> None:
    rated = grade in set("12345")
    caller = back.serve(Caller({"callback_hello": "1", "callback_satisfied": grade, "callback_solved": "2"}))
    assert caller.next == "goodbye"
    assert caller.prompts == ["callback_hello", "callback_answer_is", "callback_satisfied", *([] if grade else ["keys_again"]),
                              *(["callback_solved"] if rated else [])]
    assert caller.sentences == back.house.names(REPLY)
    assert back.stands() == ("told", "done", state)
    with back.house.database.reading() as session:
        assert session.execute(select(Ticket.satisfaction, Ticket.solved)).one() == ((int(grade), False) if rated else (None, None))


def test_who_was_answered_by_the_department_itself_only_confirms_it_and_hears_it_if_he_likes(back: Back) -> None:
    with back.house.database.writing() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.due_from is not None
        session.add(CallerContact(id="talk", ticket_id=ticket.id, call_id=CALL, by="liaison", at=ticket.due_from, outcome=ANSWERED))
    keys = {"callback_hello": "1", "callback_satisfied": ["8", "1"], "callback_solved": "1"}
    caller = back.serve(Caller(keys))
    assert caller.prompts == ["callback_hello", "callback_answered", "callback_satisfied", "callback_satisfied", "callback_solved"]
    assert caller.sentences == back.house.names(REPLY), "once, by the key for it"
    assert back.stands() == ("told", "done", State.CLOSED)
    with back.house.database.reading() as session:
        assert session.scalars(select(CallStep).where(CallStep.kind == Step.TOLD)).one().detail["heard"] == "confirmed"
        assert session.scalars(select(Ticket.solved)).one() is True


def test_who_wants_a_person_after_he_heard_the_reply_reaches_one(back: Back) -> None:
    caller = back.serve(Caller({"callback_hello": "1", "callback_satisfied": "0"}))
    assert (caller.next, caller.prompts[-1]) == ("people", "callback_satisfied")
    assert back.stands() == ("told", "done", State.CLOSED)


@pytest.mark.parametrize(("key", "hellos", "outcome"), [("", 2, "unconfirmed"), ("#", 2, "unconfirmed"), ("2", 1, "absent"), ("3", 1, "wrong_person")])
def test_nothing_is_told_to_who_does_not_confirm_himself(back: Back, key: str, hellos: int, outcome: str) -> None:
    caller = back.serve(Caller({"callback_hello": key}))
    assert (caller.next, caller.prompts, caller.sentences) == ("goodbye", ["callback_hello"] * hellos, [])
    assert back.stands() == (outcome, "due", State.TO_CALL_BACK)
    with back.house.database.reading() as session:
        callback = session.scalars(select(Callback)).one()
        assert (callback.attempts, callback.by_person) == (1, key == "3"), "a stranger is bothered by no machine again"


def test_by_0_who_was_rung_reaches_a_person_hears_nothing_private_and_is_still_owed_it(back: Back) -> None:
    caller = back.serve(Caller({"callback_hello": "0"}))
    assert (caller.next, caller.prompts, caller.sentences) == ("people", ["callback_hello"], [])
    assert back.stands() == ("broken_off", "due", State.TO_CALL_BACK)


def test_who_missed_the_first_words_hears_them_again(back: Back) -> None:
    caller = back.serve(Caller({"callback_hello": ["", "1"]}))
    assert caller.sentences == back.house.names(REPLY)


def test_a_machine_that_talks_over_everything_is_hung_up_on_within_a_minute(back: Back) -> None:
    caller = back.serve(Caller())
    assert sum(seconds_of(sound) for sound in caller.heard) < 60
    assert max(caller.guards) < 30, "should the script stop, the exchange ends it"


def test_an_attempt_that_was_settled_meanwhile_tells_nothing(back: Back) -> None:
    with back.house.database.writing() as session:
        session.execute(update(Attempt).values(outcome="in_doubt"))
    caller = back.serve(Caller({"callback_hello": "1"}))
    assert (caller.heard, caller.next) == ([], "")


@pytest.mark.usefixtures("impatient")
def test_a_reply_without_a_voice_leads_to_a_person_and_is_still_owed(back: Back) -> None:
    for name in back.house.names(REPLY):
        (back.house.settings.sounds / f"{name}.alaw").unlink()
    assert back.serve(Caller({"callback_hello": "1"})).next == "people"
    assert back.stands() == ("broken_off", "due", State.TO_CALL_BACK)


def test_who_hangs_up_before_he_gives_a_grade_has_heard_the_reply(back: Back) -> None:
    caller = back.serve(Caller({"callback_hello": "1"}, hangs_up_at="hotline/callback_satisfied"))
    assert caller.gone
    town.until(lambda: back.house.server.counts().served == 1)
    with back.house.database.writing() as session:
        end_call(session, OUT, settings=back.house.settings, at=now())
    assert back.stands() == ("told", "done", State.CLOSED)


def test_whose_line_broke_before_he_gave_a_grade_is_rung_for_it_alone(back: Back) -> None:
    back.serve(Caller({"callback_hello": "1"}, hangs_up_at="hotline/callback_satisfied"))
    town.until(lambda: back.house.server.counts().served == 1)
    settings = back.house.settings.model_copy(update={"callback_hours": "00:00-24:00"})
    with back.house.database.writing() as session:
        end_call(session, OUT, cause=38, settings=settings, at=now())
    assert back.stands() == ("unrated", "due", State.TO_CALL_BACK)
    with back.house.database.writing() as session:
        callback = session.scalars(select(Callback)).one()
        back.attempt = callbacks.dial(session, callback, call_id=OUT, at=now()).id
    caller = back.serve(Caller({"survey_hello": "1", "callback_satisfied": "2", "callback_solved": "1"}))
    assert (caller.prompts, caller.sentences) == (["survey_hello", "callback_satisfied", "callback_solved"], []), "the reply isn't told again"
    with back.house.database.reading() as session:
        assert session.execute(select(Ticket.state, Ticket.satisfaction, Ticket.solved)).one() == (State.CLOSED, 2, True)
        assert session.scalars(select(Callback.state)).one() == "done"


@pytest.mark.parametrize(("keys", "outcome", "rated"), [
    ({"survey_hello": "1", "survey_question": "2"}, "told", [2]), ({"survey_hello": "1"}, "unconfirmed", []),
    ({"survey_hello": "2"}, "refused", []), ({}, "unconfirmed", []), ({"survey_hello": "0"}, "unconfirmed", []),
    ({"survey_hello": "1", "survey_question": "0"}, "unconfirmed", []),
])  # fmt: skip
def test_who_was_cut_off_from_an_operator_is_rung_once_to_rate_him(house: Hotline, keys: dict[str, str], outcome: str, rated: list[int]) -> None:
    house.began()
    settings = house.settings.model_copy(update={"callback_hours": "00:00-24:00"})
    with house.database.writing() as session:
        session.get_one(Call, CALL).answered_at = now()
        end_call(session, CALL, cause=38, settings=settings, at=now())
        owed = session.scalars(select(Callback)).one()
        calls.begin(session, OUT, caller=NUMBER, direction="out", at=now())
        attempt = callbacks.dial(session, owed, call_id=OUT, at=now())
        session.flush()
        back = Back(house, attempt.id, str(owed.id))
    caller = back.serve(Caller(keys))
    assert caller.prompts == ["survey_hello", *(["survey_question"] if keys.get("survey_hello") == "1" else [])]
    assert caller.next == {"survey_hello": "people", "survey_question": "operator"}.get(next((at for at in keys if keys[at] == "0"), ""), "goodbye")
    with house.database.writing() as session:
        assert session.execute(select(Attempt.outcome, Callback.state).join(Callback, Callback.id == Attempt.callback_id)).one() == (outcome, "done" if rated else "given_up")
        grades = [s.detail["grade"] for s in session.scalars(select(CallStep).where(CallStep.call_id == CALL, CallStep.kind == Step.RATED))]
        assert grades == rated
        assert surveys.owe(session, CALL, settings=settings, at=now()) is None, "once"


def correcting(house: Hotline) -> tuple[Back, corrections.Words, int]:
    """A call-back that tells what holds in the place of the first version, what that is, and the version's id."""
    house.knows()
    with house.database.writing() as session:
        version = session.scalars(select(EntryVersion)).one()
        row = town.put(session, town.ticket(session, house.settings), State.TO_CALL_BACK)
        session.add(Correction(entry_version_id=version.id, number=NUMBER, ticket_id=row.id, by="supervisor", at=now()))
        session.flush()
        claimed = corrections.owed_words(session, row, settings=house.settings, at=now())
        row.reply = claimed.text
        callback = callbacks.owe_callback(session, row, settings=house.settings, at=now())
        calls.begin(session, OUT, caller=NUMBER, direction="out", at=now())
        attempt = callbacks.dial(session, callback, call_id=OUT, at=now())
        session.flush()
        back = Back(house, attempt.id, str(callback.id))
    house.voiced(claimed.text, claimed.without)
    return back, claimed, version.id


def test_a_correction_that_holds_no_longer_is_not_said_again(house: Hotline) -> None:
    back, claimed, _ = correcting(house)
    caller = back.serve(Meanwhile({"callback_hello": "1", "callback_satisfied": "8"}, at="callback_satisfied", deed=house.revoked))
    assert (caller.next, caller.sentences) == ("people", house.names(claimed.text))
    assert back.stands()[0] == "told", "he has heard it once, while it held; a person tells him what holds now"


@pytest.mark.parametrize("revoked", [False, True])
def test_a_correction_says_what_holds_when_it_is_said_and_keeps_the_evidence(house: Hotline, revoked: bool) -> None:
    back, claimed, version_id = correcting(house)
    if revoked:
        house.revoked()
    caller = back.serve(Caller({"callback_hello": "1", "callback_satisfied": "1"}))
    assert caller.sentences == house.names(claimed.without if revoked else claimed.text)
    assert back.stands() == ("told", "done", State.CLOSED)
    with house.database.reading() as session:
        told = [(t.call_id, t.words, t.entry_version_id) for t in session.scalars(select(Telling))]
    assert told == ([] if revoked else [(OUT, ANSWER, version_id)])
    assert house.kinds().count(Step.TOLD) == 1


# -- when nothing works -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("script", ["self_service", "progress", "callback", "survey", "liaison", "place_turn"])
def test_without_a_database_every_script_leaves_it_to_the_dialplan(tmp_path: Path, script: str) -> None:
    away = Database(f"sqlite:///{tmp_path}/no/such/folder/hotline.db")
    house = a_house(away, tmp_path)
    with capture_logs() as logs:
        caller = house.serve(Caller({"choose_department": "101", "key_code": CODE, "survey_question": "1"}), script)
        house.server.stop()
    assert caller.next == ""
    assert [log["fault"] for log in logs if log["event"] == "script failed"] == ["OperationalError"]


def test_who_said_that_it_is_he_reaches_a_person_though_the_database_dies_then(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(corrections, "spoken_words", dead)
    assert back.serve(Caller({"callback_hello": "1"})).next == "people"


def test_without_a_database_the_machine_is_not_offered(tmp_path: Path) -> None:
    house = a_house(Database(f"sqlite:///{tmp_path}/no/such/folder/hotline.db"), tmp_path)
    with capture_logs():
        caller = house.serve(Caller(), "incoming")
        house.server.stop()
    assert "SELFSERVICE" not in caller.variables
    assert caller.next == ""
