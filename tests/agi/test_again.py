"""8 says it again, 7 more slowly, 9 sends it: over a real FastAGI server, wherever an answer or a title is spoken."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch.calls import sent_answers
from dispatch.calls.calls import Step
from dispatch.calls.tellings import Telling
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from hotline.database import Database
from hotline.telling import sms
from hotline.telling.carriers.console import Console
from hotline.telling.outbox import Channel, Delivery
from hotline.telling.outbox import State as Went
from hotline.telling.teller import Teller
from hotline.times import local_day, now
from knowledge_base.entries import Entry, EntryVersion
from tests.agi.caller import CALL, NUMBER, Caller, Meanwhile
from tests.agi.test_scripts import ANSWER, CONTACT, QUESTION, TO_THE_ANSWER, Hotline, a_house
from tests.dispatch import town

LANDLINE = "08772012345"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    house = a_house(database, tmp_path, sms_gateway="https://sms.example/send")
    house.knows()
    house.began()
    yield house
    house.server.stop()


def asks(house: Hotline, number: str = NUMBER, **presses: str | list[str]) -> Caller:
    return house.serve(Caller(TO_THE_ANSWER | {"satisfied_question": "1"} | presses, number=number), "self_service")


def slow(names: list[str]) -> list[str]:
    return [f"{name}-80" for name in names]


def registered(house: Hotline, template: str = sms.ANSWER) -> None:
    with house.database.writing() as session:
        sms.register(session, template, text=sms.TEXTS[template], registered_id="T1", by="office", at=now())


def sent(house: Hotline) -> list[tuple[str, str]]:
    with house.database.reading() as session:
        rows = session.scalars(select(Delivery).where(Delivery.channel == Channel.SMS)).all()
        return [(row.place, row.values.get("answer") or row.values["state"]) for row in rows]


def test_the_answer_is_said_again_and_the_question_is_asked_again(house: Hotline) -> None:
    caller = asks(house, satisfied_question=["8", "1"])
    assert caller.sentences == house.names(QUESTION) * 2 + house.names(ANSWER) * 2
    assert caller.prompts[-2:] == ["satisfied_question", "satisfied_question"]
    assert house.kinds() == [Step.DEPARTMENT, Step.CANDIDATE, Step.TOLD, Step.RATED]


def test_the_answer_is_said_more_slowly_and_stays_so(house: Hotline) -> None:
    caller = asks(house, satisfied_question=["7", "8", "1"])
    assert caller.sentences == house.names(QUESTION) * 2 + house.names(ANSWER) + slow(house.names(ANSWER)) * 2
    stretched = house.settings.sounds / f"{slow(house.names(ANSWER))[0]}.alaw"
    assert stretched.stat().st_size == pytest.approx(8000 / 0.8, abs=200)
    assert caller.guarded[str(stretched.with_suffix(""))] > 1.25, "the exchange waits for all of it"


def test_in_the_midst_of_an_answer_it_begins_anew(house: Hotline) -> None:
    first, *rest = house.names(ANSWER)
    caller = asks(house, **{str(house.settings.sounds / first): ["8", ""]})
    assert caller.sentences[2:] == [first, first, *rest]
    assert caller.next == "goodbye"


def test_titles_are_read_again_and_more_slowly(house: Hotline) -> None:
    caller = asks(house, choose_question=["8", "7", "1"], confirm_yes_no=["8", "1"])
    title = house.names(QUESTION)
    assert caller.sentences[:5] == [*title * 2, *slow(title) * 3]
    assert caller.next == "goodbye"


def test_nobody_hears_it_for_ever(house: Hotline) -> None:
    assert len(asks(house, satisfied_question="8").sentences) < 20
    assert asks(house, choose_question="8").next == "people"


def test_who_is_responsible_is_said_again(database: Database, tmp_path: Path) -> None:
    house = a_house(database, tmp_path)
    house.knows(form=None)
    house.began()
    caller = asks(house, person_offer=["7", "0"])
    assert caller.sentences[2:] == house.names(CONTACT) + slow(house.names(CONTACT))
    assert caller.next == "people"
    house.server.stop()


def test_the_answer_goes_to_his_mobile_telephone_once(house: Hotline) -> None:
    registered(house)
    caller = asks(house, keys_send="9", satisfied_question=["", "9", "1"])
    assert sent(house) == [(NUMBER, ANSWER)]
    assert [p for p in caller.prompts if p.startswith(("sms", "keys"))] == ["keys_send", "sms_sent", "sms_sent"]
    with house.database.reading() as session:
        assert session.scalars(select(Delivery.thing)).one() == CALL


def test_a_landline_is_told_that_it_can_not_be_sent_there(house: Hotline) -> None:
    registered(house)
    caller = asks(house, number=LANDLINE, keys_again="9", satisfied_question=["", "1"])
    assert [p for p in caller.prompts if p.startswith(("sms", "keys"))] == ["keys_again", "sms_no_mobile"]
    assert sent(house) == []


def test_without_a_registered_text_nothing_is_promised(house: Hotline) -> None:
    caller = asks(house, keys_again="9", satisfied_question=["", "1"])
    assert [p for p in caller.prompts if p.startswith(("sms", "keys"))] == ["keys_again", "sms_not_now"]
    assert sent(house) == []


def brought_out(house: Hotline) -> list[Went]:
    """The worker's teller has come by."""
    Teller(house.settings, house.database, {channel: Console(channel) for channel in Channel}, sent_answers.needless).tell()
    with house.database.reading() as session:
        return list(session.scalars(select(Delivery.state)))


@pytest.mark.parametrize(("revoked", "state"), [(False, Went.SENT), (True, Went.VOID)])
def test_an_answer_that_is_revoked_before_its_message_went_out_is_not_sent(house: Hotline, revoked: bool, state: Went) -> None:
    registered(house)
    asks(house, keys_send="9", satisfied_question=["", "1"])
    if revoked:
        house.revoked()
    assert brought_out(house) == [state]
    with house.database.reading() as session:
        assert ANSWER not in str(session.scalars(select(Delivery.values)).one())


def test_who_is_in_charge_is_sent_whatever_was_revoked(house: Hotline) -> None:
    registered(house)
    house.revoked()
    asks(house, keys_send="9", person_offer=["", "0"])
    assert [text for _, text in sent(house)] == [CONTACT]
    assert brought_out(house) == [Went.SENT]


def follows(house: Hotline, number: str = NUMBER, **matter: object) -> Caller:
    """Somebody asks how a matter stands, and presses 9 whatever he was offered, twice."""
    with house.database.writing() as session:
        lodged = town.call(session, "earlier", caller=LANDLINE if number == LANDLINE else NUMBER)
        town.ticket(session, house.settings, of=lodged, **matter)
    registered(house, sms.STANDING)
    keys = {"key_code": town.CODE, "key_last_four": "8888", "keys_send": "9", "keys_again": "9", "person_offer": ["", "9", ""]}
    return house.serve(Caller(keys, number=number), "progress")


def told_of_sms(caller: Caller) -> list[str]:
    return [p for p in caller.prompts if p.startswith(("sms", "keys"))]


def test_how_his_matter_stands_goes_to_his_mobile_telephone_once(house: Hotline) -> None:
    caller = follows(house)
    assert sent(house) == [(NUMBER, "待派发，预计11月26日前答复")]
    assert (told_of_sms(caller), caller.next) == (["keys_send", "sms_sent", "sms_sent"], "goodbye")


def test_of_what_is_over_nothing_is_promised_in_the_message(house: Hotline) -> None:
    follows(house)
    with house.database.writing() as session:
        town.put(session, session.scalars(select(Ticket)).one(), State.CLOSED)
    house.began("20261123120000-aaaaaaaaaaaa")
    house.serve(Caller({"key_code": town.CODE, "keys_send": "9"}, call_id="20261123120000-aaaaaaaaaaaa"), "progress")
    assert [state for _, state in sent(house)] == ["待派发，预计11月26日前答复", "已办结"]


@pytest.mark.parametrize(("number", "confidential", "said"), [(LANDLINE, False, "sms_no_mobile"), ("13900000000", False, "sms_not_now"), (NUMBER, True, "sms_not_now")])
def test_a_landline_a_strangers_telephone_and_a_confidential_matter_are_sent_nothing(house: Hotline, number: str, confidential: bool, said: str) -> None:
    caller = follows(house, number, confidential=confidential)
    assert told_of_sms(caller) == ["keys_again", said, said]
    assert sent(house) == []


def tellings(house: Hotline) -> list[tuple[str, str]]:
    with house.database.reading() as session:
        return [(row.words, row.heard) for row in session.scalars(select(Telling).order_by(Telling.id))]


def test_what_is_revoked_while_he_waits_is_neither_told_nor_noted_as_told(house: Hotline) -> None:
    caller = Meanwhile(TO_THE_ANSWER | {"person_offer": "0"}, at="answer_follows", deed=house.revoked)
    house.serve(caller, "self_service")
    assert caller.next == "people"
    assert caller.prompts[-3:] == ["answer_follows", "not_authorised", "person_offer"]
    assert caller.sentences == house.names(QUESTION) * 2 + house.names(CONTACT)
    assert tellings(house) == []
    assert house.kinds() == [Step.DEPARTMENT, Step.CANDIDATE, Step.DIRECTED]


@pytest.mark.parametrize("key", ["8", "7"])
def test_what_is_revoked_in_the_midst_of_a_call_is_not_said_again(house: Hotline, key: str) -> None:
    caller = Meanwhile(TO_THE_ANSWER | {"satisfied_question": key, "person_offer": "0"}, at="satisfied_question", deed=house.revoked)
    house.serve(caller, "self_service")
    assert caller.next == "people"
    said = house.names(CONTACT)
    assert caller.sentences == house.names(QUESTION) * 2 + house.names(ANSWER) + (slow(said) if key == "7" else said)
    assert tellings(house) == [(ANSWER, "whole")]
    assert house.kinds() == [Step.DEPARTMENT, Step.CANDIDATE, Step.TOLD, Step.DIRECTED]


def test_what_is_revoked_in_the_midst_of_a_call_is_not_sent(house: Hotline) -> None:
    registered(house)
    caller = Meanwhile(TO_THE_ANSWER | {"satisfied_question": ["9", "1"]}, at="satisfied_question", deed=house.revoked)
    house.serve(caller, "self_service")
    assert "sms_not_now" in caller.prompts
    assert sent(house) == []


def test_what_is_replaced_while_he_waits_is_told_as_it_reads_now(house: Hotline) -> None:
    new = "请在手机上办。"
    house.voiced(new)

    def replaced() -> None:
        with house.database.writing() as session:
            entry = session.scalars(select(Entry)).one()
            session.add(EntryVersion(entry_id=entry.id, number=2, answer="网上全文", spoken=new, written_by="x", valid_from=local_day(now())))
            entry.published = 2

    caller = Meanwhile(TO_THE_ANSWER | {"satisfied_question": "1"}, at="answer_follows", deed=replaced)
    house.serve(caller, "self_service")
    assert (caller.next, caller.sentences[-1:]) == ("goodbye", house.names(new))
    assert tellings(house) == [(new, "whole")]
