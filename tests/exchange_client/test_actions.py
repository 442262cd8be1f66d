"""Each action as it goes over the wire, and what is made of the answer."""

import socket
import threading
from collections.abc import Iterator

import pytest

from hotline.exchange import actions
from hotline.exchange.errors import NoAnswer, UnsafeValue
from hotline.exchange.link import Address, Link, Patience


class Exchange:
    """Accepts any login and answers each action with the text kept for it."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.heard: list[list[tuple[str, str]]] = []
        self.silent: dict[str, int] = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        self.peer, _ = self.listener.accept()
        self.peer.sendall(b"Asterisk Call Manager/9.0.0\r\n")
        with self.peer.makefile("rb") as wire:
            action: list[tuple[str, str]] = []
            for line in wire:
                if line != b"\r\n":
                    name, _, value = line.decode().rstrip("\r\n").partition(": ")
                    action.append((name, value))
                    continue
                self.hear(action)
                action = []

    def hear(self, action: list[tuple[str, str]]) -> None:
        name, number = dict(action)["Action"], dict(action).get("ActionID", "")
        if name not in {"Challenge", "Login", "Logoff"}:
            self.heard.append(action)
        if self.silent.get(name, 0) > 0:
            self.silent[name] -= 1
            return
        text = self.texts.get(name, "Response: Success\nActionID: $\n\n")
        self.peer.sendall(text.replace("$", number).replace("\n", "\r\n").encode())

    def last(self) -> list[tuple[str, str]]:
        return [header for header in self.heard[-1] if header[0] != "ActionID"]


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    running = Exchange()
    yield running
    running.listener.close()


@pytest.fixture
def link(exchange: Exchange) -> Iterator[Link]:
    address = Address("127.0.0.1", exchange.listener.getsockname()[1], "u", "s")
    with Link(address, patience=Patience(answer=0.4)) as opened:
        yield opened


def test_a_call_is_originated_with_its_id_and_variables(exchange: Exchange, link: Link) -> None:
    number = actions.originate(
        link,
        "PJSIP/13800138000@trunk",
        channel_id="cb-1",
        context="callback",
        extension="s",
        caller_id="96128",
        variables={"__CALLID": "20261123145802-0123456789ab", "NAME": "玉溪"},
        account="20261123145802-0123456789ab",
        timeout=25,
    )
    assert exchange.last() == [
        ("Action", "Originate"),
        ("Channel", "PJSIP/13800138000@trunk"),
        ("ChannelId", "cb-1"),
        ("Context", "callback"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Timeout", "25000"),
        ("Async", "true"),
        ("CallerID", "96128"),
        ("Account", "20261123145802-0123456789ab"),
        ("Variable", "__CALLID=20261123145802-0123456789ab"),
        ("Variable", "NAME=玉溪"),
    ]
    assert dict(exchange.heard[-1])["ActionID"] == number


@pytest.mark.parametrize("value", ["a,__CALLID=other", 'a"b', "a\\", "a\r\nVariable: B=1"])
def test_no_variable_brings_another_with_it(exchange: Exchange, link: Link, value: str) -> None:
    with pytest.raises(UnsafeValue):
        actions.originate(link, "PJSIP/1", channel_id="x", context="c", extension="s", variables={"A": value})
    assert exchange.heard == []


def test_an_originate_is_never_tried_twice(exchange: Exchange, link: Link) -> None:
    exchange.silent["Originate"] = 1
    with pytest.raises(NoAnswer):
        actions.originate(link, "PJSIP/1", channel_id="x", context="c", extension="s")
    assert len(exchange.heard) == 1


def test_a_harmless_question_is_asked_again_when_its_answer_is_lost(exchange: Exchange, link: Link) -> None:
    exchange.silent["Getvar"] = 1
    exchange.texts["Getvar"] = "Response: Success\nActionID: $\nVariable: A\nValue: 值\n\n"
    assert actions.getvar(link, "A", channel="PJSIP/1") == "值"
    assert len(exchange.heard) == 2


def test_both_legs_are_redirected_together(exchange: Exchange, link: Link) -> None:
    actions.redirect(link, "A", context="room", extension="s", extra_channel="B")
    assert exchange.last()[1:] == [
        ("Channel", "A"),
        ("Context", "room"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("ExtraChannel", "B"),
        ("ExtraContext", "room"),
        ("ExtraExten", "s"),
        ("ExtraPriority", "1"),
    ]


def test_two_channels_are_bridged_and_that_is_never_tried_twice(exchange: Exchange, link: Link) -> None:
    actions.bridge(link, "A", "B")
    assert exchange.last() == [("Action", "Bridge"), ("Channel1", "A"), ("Channel2", "B")]
    with pytest.raises(UnsafeValue):
        actions.bridge(link, "A", "B\r\nAction: Logoff")
    exchange.silent["Bridge"] = 1
    with pytest.raises(NoAnswer):
        actions.bridge(link, "A", "B")
    assert len(exchange.heard) == 2


def test_an_operator_joins_pauses_and_leaves(exchange: Exchange, link: Link) -> None:
    actions.queue_add(link, "hotline", "PJSIP/8001", member_name="8001", penalty=2)
    assert ("Penalty", "2") in exchange.last()
    actions.queue_pause(link, "PJSIP/8001", paused=True, reason="话后处理")
    assert exchange.last()[1:] == [("Interface", "PJSIP/8001"), ("Paused", "true"), ("Reason", "话后处理")]
    actions.queue_remove(link, "hotline", "PJSIP/8001")
    assert exchange.last()[1:] == [("Queue", "hotline"), ("Interface", "PJSIP/8001")]


def test_the_exchanges_own_database_is_read_written_and_emptied(exchange: Exchange, link: Link) -> None:
    exchange.texts["DBGet"] = (
        "Response: Success\nActionID: $\nEventList: start\nMessage: Result will follow\n\n"
        "Event: DBGetResponse\nFamily: f\nKey: k\nVal: 12345678\nActionID: $\n\n"
        "Event: DBGetComplete\nActionID: $\nEventList: Complete\nListItems: 1\n\n"
    )
    assert actions.db_get(link, "f", "k") == "12345678"
    exchange.texts["DBGet"] = "Response: Error\nActionID: $\nMessage: Database entry not found\n\n"
    assert actions.db_get(link, "f", "none") is None
    actions.db_put(link, "f", "k", "v")
    assert exchange.last()[1:] == [("Family", "f"), ("Key", "k"), ("Val", "v")]
    assert actions.db_del(link, "f", "k")
    exchange.texts["DBDel"] = "Response: Error\nActionID: $\nMessage: Database entry not found\n\n"
    assert not actions.db_del(link, "f", "k")


def test_queues_devices_and_channels_are_listed(exchange: Exchange, link: Link) -> None:
    start = "Response: Success\nActionID: $\nEventList: start\n\n"
    exchange.texts["QueueStatus"] = (
        f"{start}Event: QueueParams\nQueue: hotline\nActionID: $\n\n"
        "Event: QueueMember\nQueue: hotline\nName: 8001\nActionID: $\n\n"
        "Event: QueueEntry\nQueue: hotline\nPosition: 1\nActionID: $\n\n"
        "Event: QueueStatusComplete\nActionID: $\nEventList: Complete\nListItems: 3\n\n"
    )
    rows = actions.queue_status(link, "hotline")
    assert [row["Event"] for row in rows] == ["QueueParams", "QueueMember", "QueueEntry"]
    exchange.texts["DeviceStateList"] = (
        f"{start}Event: DeviceStateChange\nActionID: $\nDevice: PJSIP/8001\nState: NOT_INUSE\n\n"
        "Event: DeviceStateListComplete\nActionID: $\nEventList: Complete\nListItems: 1\n\n"
    )
    assert actions.device_states(link) == {"PJSIP/8001": "NOT_INUSE"}
    exchange.texts["CoreShowChannels"] = (
        f"{start}Event: CoreShowChannel\nActionID: $\nChannel: PJSIP/1-1\nUniqueid: n-1.1\n\n"
        "Event: CoreShowChannelsComplete\nActionID: $\nEventList: Complete\nListItems: 1\n\n"
    )
    assert [row["Channel"] for row in actions.core_show_channels(link)] == ["PJSIP/1-1"]


def test_nothing_listed_is_an_empty_list(exchange: Exchange, link: Link) -> None:
    exchange.texts["CoreShowChannels"] = (
        "Response: Success\nActionID: $\nEventList: start\n\n"
        "Event: CoreShowChannelsComplete\nActionID: $\nEventList: Complete\nListItems: 0\n\n"
    )
    assert actions.core_show_channels(link) == []
