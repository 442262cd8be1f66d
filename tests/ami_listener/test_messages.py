"""What the exchange says, read: a value for what concerns us, nothing for anything else."""

import pytest

from ami_listener.messages import KINDS, Device, Dialled, HungUp, Message, NotTaken, Rings, Staged, Taken, read
from hotline.exchange.names import extension_of, phone
from tests.dispatch.town import CALL, CALLER

OURS = {"AccountCode": CALL}
RINGS = {"Interface": "PJSIP/8001", "Queue": "hotline", "Channel": "PJSIP/trunk-00000001", "DestChannel": "PJSIP/8001-0000002a", "DestUniqueid": "1.2"}
TABLE: list[tuple[dict[str, str], Message | None]] = [
    (
        {"Event": "UserEvent", "UserEvent": "Stage", "CallID": CALL, "Stage": "queue", "Uniqueid": "1.1", "Channel": "PJSIP/trunk-00000001", "CallerIDNum": CALLER},
        Staged(CALL, "queue", "1.1", "PJSIP/trunk-00000001", CALLER),
    ),
    ({"Event": "UserEvent", "UserEvent": "Stage"}, Staged("", "", "", "", "")),
    ({"Event": "UserEvent", "UserEvent": "Other", "CallID": CALL, **OURS}, None),
    ({"Event": "AgentCalled", **RINGS, **OURS}, Rings(CALL, "8001")),
    ({"Event": "AgentConnect", **RINGS, **OURS}, Taken(CALL, "8001", "1.2", "PJSIP/8001-0000002a")),
    ({"Event": "AgentRingNoAnswer", **RINGS, **OURS}, NotTaken(CALL, "8001")),
    ({"Event": "AgentComplete", **RINGS, **OURS}, None),
    ({"Event": "Hangup", "Uniqueid": "1.1", "Linkedid": "1.1", **OURS}, HungUp(CALL, "1.1", own=True)),
    ({"Event": "Hangup", "Uniqueid": "1.2", "Linkedid": "1.1", **OURS}, HungUp(CALL, "1.2", own=False)),
    ({"Event": "Hangup", "Uniqueid": "1.1", "Linkedid": "1.1"}, None),
    ({"Event": "DeviceStateChange", "Device": "PJSIP/8001", "State": "NOT_INUSE"}, Device("8001", "NOT_INUSE")),
    ({"Event": "DeviceStateChange", "Device": "PJSIP/trunk", "State": "NOT_INUSE"}, None),
    ({"Event": "DeviceStateChange", "Device": "Queue:hotline", "State": "INUSE"}, None),
    ({"Event": "OriginateResponse", "Uniqueid": "abc", "Response": "Success", "Reason": "4"}, Dialled("abc", True, "4")),
    ({"Event": "OriginateResponse", "Uniqueid": "abc", "Response": "Failure", "Reason": "3"}, Dialled("abc", False, "3")),
    ({"Event": "Newchannel", "Uniqueid": "1.1", **OURS}, None),
    ({"Event": "", **OURS}, None),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "message"), TABLE, ids=range(len(TABLE)))
def test_each_event_is_read_as_what_it_means_to_us(headers: dict[str, str], message: Message | None) -> None:
    assert read(headers) == message
    assert message is None or headers["Event"] in KINDS


@pytest.mark.parametrize(
    ("state", "up"),
    [("NOT_INUSE", True), ("INUSE", True), ("RINGING", True), ("BUSY", True), ("UNAVAILABLE", False), ("INVALID", False), ("UNKNOWN", False)],
)
def test_a_phone_is_up_when_it_could_be_rung(state: str, up: bool) -> None:
    assert Device("8001", state).up is up


@pytest.mark.parametrize(("interface", "extension"), [("PJSIP/8001", "8001"), ("PJSIP/8001-0000002a", "8001"), ("", ""), ("Local/8001@x", "8001@x")])
def test_an_extension_is_read_from_the_exchanges_names(interface: str, extension: str) -> None:
    assert extension_of(interface) == extension
    assert extension_of(phone("8001")) == "8001"


def test_no_printed_message_shows_the_callers_number() -> None:
    assert CALLER not in repr(Staged(CALL, "queue", "1.1", "c", CALLER))
