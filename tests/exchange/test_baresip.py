"""A telephone nobody here wrote calls, presses keys, hears and is heard; and is an operator's phone."""

import time
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.installation import secret
from dispatch.calls.calls import Call, Outcome
from recordings.recordings import Recording, State
from tests.exchange import baresip
from tests.exchange.conftest import listen, until
from tests.exchange.talking import hears, seconds_of, telephone, to_a_person
from tests.journeys import prompter
from tests.journeys.trouble import Breakable, accounted, number_of, operator
from tests.support.sound import tone
from tests.support.telephone import Telephone

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(240), pytest.mark.usefixtures("leaves_nothing")]


def test_baresip_calls_presses_a_key_and_talks_with_an_operator(house: Breakable, tmp_path: Path) -> None:
    caller = number_of("baresip")
    with operator(house), baresip.desk(tmp_path, f"<sip:{caller}@127.0.0.1>;regint=0") as phone:
        phone.do("dial", f"sip:96128@127.0.0.1:{house.port}")
        prompter.until(house, caller, "answer")
        time.sleep(1.5)
        phone.do("sndcode", "0")
        house.eventually(lambda session: session.scalar(select(Call.answered_at).where(Call.caller == caller, Call.answered_at.isnot(None))), 20)
        time.sleep(3)
        phone.do("hangup")
        call = accounted(house, "baresip", Outcome.ANSWERED_BY_OPERATOR)
        assert phone.heard, phone.log
    assert seconds_of(house, call, baresip.TONE) > 2, "its voice is not in the recording"
    assert listen(phone.heard).seconds > 3, "it heard greeting and operator"


def _first_phone(house: Breakable) -> str:
    """Whoever signs in with it takes the place of the phone that was there."""
    password = secret(house.settings.folder, "phone_8001")
    return f"<sip:8001@127.0.0.1:{house.port}>;auth_user=8001;auth_pass={password};regint=60"


def _is_signed_in(house: Breakable) -> None:
    """Wait until baresip is: it has a name of its own, with which it is rung."""
    until(lambda: "sip:8001-0x" in house.exchange.cli("pjsip show contacts"))


def test_baresip_is_an_operators_phone_that_puts_a_caller_on_hold(house: Breakable, tmp_path: Path) -> None:
    with operator(house), baresip.desk(tmp_path, _first_phone(house)) as phone, telephone(house, "rings baresip") as caller:
        _is_signed_in(house)
        caller.rings()
        to_a_person(house, caller)
        assert hears(caller)
        phone.do("hold")
        assert hears(caller, 2), "there is music"
        phone.do("resume")
        assert hears(caller)
        caller.leaves()
        call = accounted(house, "rings baresip", Outcome.ANSWERED_BY_OPERATOR)
        assert phone.heard, phone.log
    assert seconds_of(house, call, baresip.TONE) > 1
    assert baresip.tone_share(phone.heard) > 0.2, "it heard the caller's own tone"


def test_what_a_carrier_says_before_anybody_picks_up_is_heard_and_the_call_counts_from_then_on(house: Breakable, tmp_path: Path) -> None:
    port = int(house.settings.trunk_contact.rpartition(":")[2])
    citizen = number_of("rung by baresip")
    with operator(house), baresip.desk(tmp_path, _first_phone(house)) as phone, Telephone(house.port, citizen, at=port) as carrier:
        _is_signed_in(house)
        phone.do("dial", f"sip:0{citizen}@127.0.0.1:{house.port}")
        asked = carrier.hears("INVITE")
        assert citizen in asked.first
        assert house.settings.number in asked["from"]
        carrier.voice.to(asked.media)
        carrier.voice.say(tone((1400.0,), 3))
        carrier.answer(asked, "183 Session Progress", carrier.offer())
        time.sleep(3)
        carrier.answer(asked, body=carrier.offer())
        carrier.hears("ACK")
        assert hears(carrier, 2), "the operator is heard"
        phone.do("hangup")
        carrier.answer(carrier.hears("BYE"))
        whole = (Recording.call_id == Call.id, Recording.state == State.COMPLETE, Call.ended_at.isnot(None))
        call = house.eventually(lambda session: session.scalar(select(Call).join(Recording, whole[0]).where(Call.dialled == citizen, *whole)), 25)
    assert (call.direction, call.caller, call.outcome) == ("out", citizen, Outcome.CALLED_BACK)
    assert seconds_of(house, call, baresip.TONE) > 1
    assert phone.heard
    assert baresip.tone_share(phone.heard, 1400.0) > 0.2, "the announcement is heard"
