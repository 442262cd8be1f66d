"""Two channels are brought together by one action, wherever each of them was."""

import pytest

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import phone
from cli.sip_scenario import Wait
from hotline.exchange import actions
from hotline.exchange.link import Address, Link
from tests.exchange.conftest import nobody_left, until

pytestmark = pytest.mark.journey


def test_two_who_wait_apart_are_brought_together(exchange: Exchange, plan: ExchangePlan) -> None:
    with (
        Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)) as link,
        phone("8001", "first-phone", Wait(30), exchange=plan.sip_port, ring=0.1),
        phone("8002", "second-phone", Wait(30), exchange=plan.sip_port, ring=0.1),
    ):

        def each(header: str) -> list[str]:
            return [channel[header] for channel in actions.core_show_channels(link)]

        for one in ("8001", "8002"):
            actions.originate(link, f"PJSIP/{one}", channel_id=f"apart-{one}", context="transfer", extension="s")
        until(lambda: each("Context") == ["transfer", "transfer"])
        assert each("BridgeId") == ["", ""]
        actions.bridge(link, *each("Channel"))
        until(lambda: "" not in each("BridgeId"))
        assert len(set(each("BridgeId"))) == 1
        exchange.cli("channel request hangup all")
        nobody_left(exchange)
