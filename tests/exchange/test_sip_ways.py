"""What telephones and carriers do in the midst of a call: the call goes on or ends as it should, stands right in the
books, and leaves nothing behind."""

import time

import pytest
from sqlalchemy import Select, select

from dispatch.calls.calls import Call, CallStep, Outcome, Step
from tests.exchange.talking import hears, talked, telephone, to_a_person
from tests.journeys import prompter
from tests.journeys.trouble import Breakable, accounted, number_of, operator, ticket_of
from tests.support.sound import keys, tone

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(240), pytest.mark.usefixtures("leaves_nothing")]
G729 = (18, 101)


def test_a_call_is_renegotiated_and_goes_on(house: Breakable) -> None:
    with operator(house), telephone(house, "renegotiates") as phone:
        phone.rings()
        to_a_person(house, phone)
        phone.ask("INVITE", phone.offer(version=2))
        phone.taken()
        assert hears(phone)
        phone.leaves()
    talked(house, "renegotiates")


def test_who_is_put_on_hold_hears_again_afterwards(house: Breakable) -> None:
    with operator(house), telephone(house, "holds") as phone:
        phone.rings()
        to_a_person(house, phone)
        phone.ask("INVITE", phone.offer(way="sendonly", version=2))
        held = phone.taken()
        assert "a=recvonly" in held.body or "a=inactive" in held.body
        time.sleep(2)
        phone.ask("INVITE", phone.offer(version=3))
        phone.taken()
        assert hears(phone)
        phone.leaves()
    talked(house, "holds", hummed=2)


def test_who_names_his_sound_only_when_he_is_answered_is_heard(house: Breakable) -> None:
    with operator(house), telephone(house, "offers late") as phone:
        phone.ask("INVITE")
        answer = phone.hears(200)
        assert "m=audio" in answer.body
        phone.ask("ACK", phone.offer())
        phone.voice.to(answer.media)
        to_a_person(house, phone)
        assert hears(phone)
        phone.leaves()
    talked(house, "offers late")


def test_a_carrier_that_wants_its_ringing_confirmed_gets_it(house: Breakable) -> None:
    with operator(house), telephone(house, "confirms") as phone:
        phone.ask("INVITE", phone.offer(), "Require: 100rel", "Supported: 100rel")
        ringing = phone.hears(180, 183)
        assert "rseq" in ringing.headers
        phone.ask("PRACK", "", f"RAck: {ringing['rseq']} {ringing['cseq']}")
        while (answer := phone.hears(200)).method != "INVITE":
            pass
        phone.ask("ACK", turn=1)
        phone.voice.to(answer.media)
        to_a_person(house, phone)
        assert hears(phone)
        phone.leaves()
    talked(house, "confirms")


def test_who_has_no_sound_of_ours_is_refused_and_no_call_of_his_is_anywhere(house: Breakable) -> None:
    with telephone(house, "mismatched", codecs=G729) as phone:
        phone.ask("INVITE", phone.offer())
        assert phone.hears(4).status == 488
        phone.ask("ACK")
    assert _calls(house, "mismatched") == []


def test_of_several_sounds_ours_is_taken_and_one_that_comes_up_later_ends_nothing(house: Breakable) -> None:
    with operator(house), telephone(house, "chooses", codecs=(18, 9, 8, 101)) as phone:
        answer = phone.rings()
        assert "m=audio" in answer.body
        assert "G729" not in answer.body
        to_a_person(house, phone)
        phone.codecs = G729
        phone.ask("INVITE", phone.offer(version=2))
        assert phone.hears(4).status == 488
        phone.ask("ACK")
        assert hears(phone)
        phone.leaves()
    talked(house, "chooses")


@pytest.mark.parametrize("how", ["events", "tones"])
def test_keys_are_heard_as_events_and_as_tones_where_a_telephone_has_no_events(how: str, house: Breakable) -> None:
    name = f"keys {how}"
    with telephone(house, name, codecs=(8, 101) if how == "events" else (8,)) as phone:
        phone.rings()
        for key, listens in (("1", 3), ("1", 0.3), ("0", 0.3), ("1", 0)):
            time.sleep(listens)
            if how == "events":
                phone.voice.press(key)
            else:
                phone.voice.say(keys(key))
        house.eventually(lambda session: session.scalar(_steps(phone.caller, Step.DEPARTMENT)), 8)
        phone.leaves()
    accounted(house, name, Outcome.HUNG_UP, Outcome.DIRECTED)


def _steps(caller: str, kind: Step) -> Select[tuple[int]]:
    return select(CallStep.id).join(Call, Call.id == CallStep.call_id).where(Call.caller == caller, CallStep.kind == kind)


@pytest.mark.parametrize("when", ["at once", "trying", "ringing", "answered"])
def test_who_takes_his_call_back_at_any_stage_is_gone(when: str, house: Breakable) -> None:
    name = f"cancels {when}"
    with telephone(house, name) as phone:
        phone.ask("INVITE", phone.offer())
        if when != "at once":
            phone.hears({"trying": 100, "ringing": 180, "answered": 200}[when])
        phone.ask("CANCEL")
        final = phone.hears(200, 4) if when != "answered" else None
        while final and final.method == "CANCEL":
            final = phone.hears(200, 4)
        phone.ask("ACK")
        if final is None or final.status == 200:
            phone.leaves()
        else:
            assert final.status == 487
    assert all(call.ended_at for call in _settled(house, name))


def _settled(house: Breakable, name: str) -> list[Call]:
    """His calls, at most one, once they have ended."""
    house.eventually(lambda _: True if all(call.ended_at for call in _calls(house, name)) else None)
    found = _calls(house, name)
    assert len(found) <= 1
    return found


def _calls(house: Breakable, name: str) -> list[Call]:
    with house.database.reading() as session:
        return list(session.scalars(select(Call).where(Call.caller == number_of(name))))


def test_all_that_is_sent_three_times_happens_once(house: Breakable) -> None:
    with operator(house), telephone(house, "repeats") as phone:
        phone.ask("INVITE", phone.offer())
        phone.again()
        phone.again()
        answer = phone.taken()
        phone.again()
        phone.again()
        assert answer.media
        to_a_person(house, phone)
        phone.ask("BYE")
        phone.again()
        phone.again()
        while phone.hears(200).method != "BYE":
            pass
    talked(house, "repeats", hummed=0)


def test_whose_word_that_he_was_answered_never_comes_is_let_go_after_half_a_minute(house: Breakable) -> None:
    with telephone(house, "never confirms") as phone:
        phone.ask("INVITE", phone.offer())
        phone.hears(200)
        phone.answer(phone.hears("BYE", seconds=45))
    assert [call.ended_at is not None for call in _settled(house, "never confirms")] == [True]


def test_a_session_is_refreshed_and_who_is_no_more_there_is_let_go(house: Breakable) -> None:
    with operator(house), operator(house, 2), telephone(house, "refreshes") as here, telephone(house, "vanishes") as gone:
        here.ask("INVITE", here.offer(), "Supported: timer", "Session-Expires: 30")
        refused = here.hears(4)
        assert (refused.status, refused["min-se"]) == (422, "90")
        here.ask("ACK")
        began = time.monotonic()
        for phone, by in ((gone, "uac"), (here, "uas")):
            phone.ask("INVITE", phone.offer(), "Supported: timer", f"Session-Expires: 90;refresher={by}", fresh=True)
            assert phone.taken()["session-expires"].startswith("90")
            to_a_person(house, phone)
        asked = here.hears("INVITE", "UPDATE", seconds=60)
        here.answer(asked, body=here.offer(version=2) if asked.body else "")
        assert hears(here)
        here.leaves()
        gone.answer(gone.hears("BYE", seconds=30))
        assert time.monotonic() - began < 63, "his operator hangs up after 60 s of talk"
    talked(house, "refreshes")
    accounted(house, "vanishes", Outcome.ANSWERED_BY_OPERATOR)


def test_a_message_is_left_by_a_telephone_that_changes_its_sound_meanwhile(house: Breakable) -> None:
    with telephone(house, "leaves") as phone:
        phone.rings()
        time.sleep(1.5)
        phone.voice.press("0")
        prompter.until(house, phone.caller, "tone")
        phone.voice.say(tone((700.0,), 3))
        phone.ask("INVITE", phone.offer(version=2))
        phone.taken()
        time.sleep(3.2)
        for _ in range(6):
            phone.voice.press("#")
            time.sleep(0.8)
        time.sleep(2)
        phone.leaves()
    ticket_of(house, accounted(house, "leaves", Outcome.MESSAGE_LEFT))
