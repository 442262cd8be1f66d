"""An exchange that speaks captured text: channels, queue members, phones and its own store, over the real wire."""

from tests.exchange_client.test_link import Exchange, Headers

Row = dict[str, str]
DEEDS = {
    "QueueAdd": ("Interface",), "QueueRemove": ("Interface",), "QueuePause": ("Interface", "Paused"), "Hangup": ("Channel",),
    "Redirect": ("Channel", "Context", "Exten", "ExtraChannel", "ExtraContext", "ExtraExten"),
}  # fmt: skip
"""What changes something, and what is remembered of it."""


class Switch(Exchange):
    """What lives at the exchange, as lists that a test fills; `deeds` are the actions that changed something."""

    def __init__(self) -> None:
        self.channels: list[Row] = []
        self.members: list[str] = []
        self.waiting: list[Row] = []  # who waits in a queue
        self.queue = "hotline"  # which they are members of, beside that for danger
        self.paused: set[str] = set()
        self.devices: dict[str, str] = {}
        self.store: dict[tuple[str, str], str] = {}
        self.refuses: set[str] = set()
        self.variables: dict[tuple[str, str], str] = {}
        self.deeds: list[tuple[str, ...]] = []
        super().__init__(Switch.react_to)

    def react_to(self, headers: Headers) -> None:
        name = headers["Action"]
        if name in self.refuses:
            self.answer(headers, "Message: Unable to do so", kind="Error")
            return
        match name:
            case "CoreShowChannels":
                self.listed(headers, [{"Event": "CoreShowChannel", **row} for row in self.channels], "CoreShowChannelsComplete")
            case "QueueStatus":
                rows = [{"Event": "QueueMember", "Queue": queue, "Location": one, "Paused": str(int(one in self.paused))}
                        for one in self.members for queue in (self.queue, "hotline-danger")]
                waiting = [{"Event": "QueueEntry", **one} for one in self.waiting]
                self.listed(headers, [{"Event": "QueueParams", "Queue": "hotline"}, *rows, *waiting], "QueueStatusComplete")
            case "DeviceStateList":
                rows = [{"Event": "DeviceStateChange", "Device": d, "State": s} for d, s in self.devices.items()]
                self.listed(headers, rows, "DeviceStateListComplete")
            case "DBGet" if (headers["Family"], headers["Key"]) not in self.store:
                self.answer(headers, "Message: Database entry not found", kind="Error")
            case "DBGet":
                value = self.store[headers["Family"], headers["Key"]]
                self.listed(headers, [{"Event": "DBGetResponse", "Val": value}], "DBGetComplete")
            case "DBPut":
                self.store[headers["Family"], headers["Key"]] = headers["Val"]
                self.succeed(headers)
            case "DBDel" if self.store.pop((headers["Family"], headers["Key"]), None) is None:
                self.answer(headers, "Message: Database entry not found", kind="Error")
            case _ if name in DEEDS:
                self.deeds.append((name, *(headers.get(one, "") for one in DEEDS[name])))
                self.succeed(headers)
            case "Setvar":
                self.variables[headers.get("Channel", ""), headers["Variable"]] = headers["Value"]
                self.succeed(headers)
            case "Getvar":
                self.answer(headers, f"Value: {self.variables.get((headers.get('Channel', ''), headers['Variable']), '')}")
            case _:
                self.succeed(headers)

    def listed(self, headers: Headers, rows: list[Row], last: str) -> None:
        self.answer(headers, "EventList: start\r\nMessage: will follow")
        for row in [*rows, {"Event": last, "EventList": "Complete"}]:
            self.event(row | {"ActionID": headers["ActionID"]})

    def event(self, headers: Row) -> None:
        self.say("\r\n".join(f"{name}: {value}" for name, value in headers.items()) + "\r\n\r\n")
