"""A telephone nobody here wrote calls, presses keys, hears and is heard; and is an operator's phone."""

import time
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.installation import secret
from dispatch.calls import Call, Outcome
from tests.exchange import baresip
from tests.exchange.conftest import listen
from tests.exchange.talking import hears, seconds_of, telephone, to_a_person
from tests.journeys.trouble import Breakable, accounted, number_of, operator

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(240), pytest.mark.usefixtures("leaves_nothing")]


def test_baresip_calls_presses_a_key_and_talks_with_an_operator(house: Breakable, tmp_path: Path) -> None:
    caller = number_of("baresip")
    with operator(house), baresip.desk(tmp_path, f"<sip:{caller}@127.0.0.1>;regint=0") as phone:
        phone.do("dial", f"sip:96128@127.0.0.1:{house.port}")
        time.sleep(2.5)
        phone.do("sndcode", "0")
        house.eventually(lambda session: session.scalar(select(Call.answered_at).where(Call.caller == caller, Call.answered_at.isnot(None))), 20)
        time.sleep(3)
        phone.do("hangup")
        call = accounted(house, "baresip", Outcome.ANSWERED_BY_OPERATOR)
        assert phone.heard, phone.log
    assert seconds_of(house, call, baresip.TONE) > 2, "its voice is not in the recording"
    assert listen(phone.heard).seconds > 3, "it heard greeting and operator"


def test_baresip_is_an_operators_phone_that_puts_a_caller_on_hold(house: Breakable, tmp_path: Path) -> None:
    password = secret(house.settings.folder, "phone_8001")
    account = f"<sip:8001@127.0.0.1:{house.port}>;auth_user=8001;auth_pass={password};regint=60"
    with operator(house), baresip.desk(tmp_path, account) as phone, telephone(house, "rings baresip") as caller:
        time.sleep(1.5)  # it has signed in, and took the place of the phone that was there
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
