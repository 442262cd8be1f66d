"""Several exchanges by one setting, and which of them holds the queues."""

import pytest

from hotline.exchange.holding import next_holder
from hotline.exchange.nodes import address, each, node_of, nodes, records_folder
from hotline.settings import Settings, SettingsError, read_settings

GIVEN = {"HOTLINE_SECRET_KEY": "x" * 32, "HOTLINE_MORE_EXCHANGES": "exchange2=127.0.0.1:5039/10.0.0.2:5060"}


@pytest.fixture
def two() -> Settings:
    return read_settings(GIVEN)


def test_each_has_its_own_manager_interface_and_ports(two: Settings) -> None:
    first, second = each(two)
    assert [node.sip for node in nodes(two)] == ["sip:127.0.0.1:5060", "sip:10.0.0.2:5060"]
    assert (first.exchange_node, address(first).port) == ("exchange1", 5038)
    assert (second.exchange_node, address(second).port, second.sip_bind) == ("exchange2", 5039, "10.0.0.2")
    assert second.rtp_from > first.rtp_to
    assert second.exchange_http_port != first.exchange_http_port
    assert [records_folder(two, one.exchange_node) for one in (first, second)] == ["cel", "cel/exchange2"]


def test_without_the_setting_there_is_one_as_ever() -> None:
    alone = read_settings({"HOTLINE_SECRET_KEY": "x" * 32})
    assert each(alone) == (alone,)


@pytest.mark.parametrize("given", ["exchange2", "exchange-2=h:1/h:2", "exchange2=h:1", "exchange2=h:1/h:2;exchange3=h:1/h:2"])
def test_what_is_no_exchange_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match="HOTLINE_MORE_EXCHANGES"):
        read_settings(GIVEN | {"HOTLINE_MORE_EXCHANGES": given})


def test_a_channel_tells_where_it_lives() -> None:
    assert node_of("exchange2-1764200000.7", ["exchange2"], otherwise="exchange1") == "exchange2"
    assert node_of("1764200000.7", ["exchange2"], otherwise="exchange1") == "exchange1"
    assert node_of("strange-1764200000.7", ["exchange2"], otherwise="exchange1") == "exchange1"


@pytest.mark.parametrize(
    ("held_by", "dead", "drained", "then"),
    [
        ("a", "", "", "a"),
        ("a", "a", "", "b"),
        ("b", "", "", "b"),  # it has come back: nothing goes back by itself
        ("a", "", "a", "b"),
        ("a", "b", "a", "a"),  # better a drained one than none
        ("a", "ab", "", "a"),
        ("b", "b", "a", "a"),
        ("gone", "", "", "a"),
    ],
)
def test_the_queues_stay_as_long_as_they_can(held_by: str, dead: str, drained: str, then: str) -> None:
    assert next_holder(("a", "b"), held_by, dead=set(dead), drained=set(drained)) == then
