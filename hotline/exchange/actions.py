"""What we ask of the exchange, each as a typed function; only what is harmless is asked twice."""

from collections.abc import Mapping

from hotline.exchange.errors import ActionRefused, NoAnswer
from hotline.exchange.headers import variable
from hotline.exchange.link import Link
from hotline.exchange.messages import Event, Message

_NORMAL_CLEARING = 16


def originate(link: Link, channel: str, *, channel_id: str, context: str, extension: str, priority: int = 1,
              caller_id: str = "", variables: Mapping[str, object] | None = None, account: str = "",
              timeout: float = 30.0) -> str:  # fmt: skip
    """Have the exchange ring `channel` for `timeout` seconds and lead it to context/extension.

    Returns the ActionID that the later `OriginateResponse` event carries. Never tried again: after NoAnswer or
    LinkLost it is unknown whether it rings; look for a channel with Uniqueid `channel_id`.
    """
    headers: list[tuple[str, object]] = [
        ("Channel", channel), ("ChannelId", channel_id), ("Context", context), ("Exten", extension),
        ("Priority", priority), ("Timeout", int(timeout * 1000)), ("Async", "true")]  # fmt: skip
    headers += [(name, value) for name, value in (("CallerID", caller_id), ("Account", account)) if value]
    headers += [("Variable", variable(name, value)) for name, value in (variables or {}).items()]
    return link.action("Originate", *headers).action_id


def redirect(link: Link, channel: str, *, context: str, extension: str, priority: int = 1, extra_channel: str = "",
             extra_context: str = "", extra_extension: str = "") -> None:
    """Lead a channel, and with it a second one, to another place of the dialplan."""
    headers: list[tuple[str, object]] = [("Channel", channel), ("Context", context), ("Exten", extension),
                                         ("Priority", priority)]  # fmt: skip
    if extra_channel:
        headers += [("ExtraChannel", extra_channel), ("ExtraContext", extra_context or context),
                    ("ExtraExten", extra_extension or extension), ("ExtraPriority", priority)]  # fmt: skip
    link.action("Redirect", *headers)


def bridge(link: Link, one: str, other: str) -> None:
    """Let two channels talk with each other alone, wherever each of them was. Never tried again."""
    link.action("Bridge", ("Channel1", one), ("Channel2", other))


def hangup(link: Link, channel: str, *, cause: int = _NORMAL_CLEARING) -> None:
    """End a channel."""
    link.action("Hangup", ("Channel", channel), ("Cause", cause))


def queue_add(link: Link, queue: str, interface: str, *, member_name: str, penalty: int = 0) -> None:
    """Let an operator's phone take calls of a queue."""
    link.action(
        "QueueAdd",
        ("Queue", queue),
        ("Interface", interface),
        ("MemberName", member_name),
        ("Penalty", penalty),
        ("StateInterface", interface),
    )


def queue_remove(link: Link, queue: str, interface: str) -> None:
    """Take an operator's phone out of a queue."""
    link.action("QueueRemove", ("Queue", queue), ("Interface", interface))


def queue_pause(link: Link, interface: str, *, paused: bool, reason: str = "", queue: str = "") -> None:
    """Set an operator ready or not ready, in one queue or in all of his."""
    headers: list[tuple[str, object]] = [("Interface", interface), ("Paused", "true" if paused else "false")]
    headers += [(name, value) for name, value in (("Queue", queue), ("Reason", reason)) if value]
    link.action("QueuePause", *headers)


def queue_penalty(link: Link, interface: str, penalty: int, *, queue: str) -> None:
    """Set what a phone counts in a queue: the lower goes first."""
    link.action("QueuePenalty", ("Interface", interface), ("Penalty", penalty), ("Queue", queue))


def db_put(link: Link, family: str, key: str, value: str) -> None:
    """Store a value in the exchange's own database."""
    link.action("DBPut", ("Family", family), ("Key", key), ("Val", value))


def db_get(link: Link, family: str, key: str) -> str | None:
    """A value of the exchange's own database, or None."""
    try:
        events = _listed(link, "DBGet", ("Family", family), ("Key", key))
    except ActionRefused as refusal:
        if "not found" in str(refusal).lower():
            return None
        raise
    return next((event.get("Val") for event in events if event.name == "DBGetResponse"), None)


def db_del(link: Link, family: str, key: str) -> bool:
    """Remove a value; False when there was none."""
    try:
        link.action("DBDel", ("Family", family), ("Key", key))
    except ActionRefused as refusal:
        if "not found" in str(refusal).lower():
            return False
        raise
    return True


def getvar(link: Link, name: str, *, channel: str = "") -> str:
    """A channel's or the global variable or function."""
    headers: list[tuple[str, object]] = [("Variable", name)]
    headers += [("Channel", channel)] if channel else []
    return _harmless(link, "Getvar", *headers).get("Value")


def setvar(link: Link, name: str, value: str) -> None:
    """Set a global variable: it lasts as long as the exchange's process."""
    _harmless(link, "Setvar", ("Variable", name), ("Value", value))


def core_show_channels(link: Link) -> list[dict[str, str]]:
    """The headers of each channel that lives."""
    return _rows(_listed(link, "CoreShowChannels"), "CoreShowChannel")


def queue_status(link: Link, queue: str = "") -> list[dict[str, str]]:
    """Rows `QueueParams`, `QueueMember`, `QueueEntry` (told apart by `Event`), of one queue or all."""
    return _rows(_listed(link, "QueueStatus", *([("Queue", queue)] if queue else [])))


def device_states(link: Link) -> dict[str, str]:
    """The state of each device, by its name."""
    rows = _rows(_listed(link, "DeviceStateList"), "DeviceStateChange")
    return {row.get("Device", ""): row.get("State", "") for row in rows}


def _harmless(link: Link, name: str, *headers: tuple[str, object]) -> Message:
    try:
        return link.action(name, *headers)
    except NoAnswer:
        return link.action(name, *headers)


def _listed(link: Link, name: str, *headers: tuple[str, object]) -> list[Event]:
    try:
        return link.collect(name, *headers)
    except NoAnswer:
        return link.collect(name, *headers)


def _rows(events: list[Event], name: str = "") -> list[dict[str, str]]:
    return [dict(event.headers) for event in events if not name or event.name == name]
