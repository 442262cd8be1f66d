"""One of several exchanges is kept told which of them holds the queues; who was led to a dead one is led back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog

from ami_listener.several import Nodes
from dispatch.exchanges import DRAINED, FAMILY, HOLDER
from hotline.events import Event
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused
from hotline.exchange.link import Link

log = structlog.get_logger()
ELSEWHERE = "elsewhere"
"""The dialplan's context in which a caller is while he is on another exchange."""


@dataclass
class StandingBy:
    """One exchange's part."""

    node: str
    nodes: Nodes
    _told: str = ""
    _led_back: frozenset[str] = frozenset()  # the dead from whom all were led back
    _alone: frozenset[str] = frozenset()  # channels to another exchange that knew nothing of them at the last look

    def begin(self) -> None:
        """There is a new link: it may be another exchange, or one that has forgotten."""
        self.nodes.heard(self.node)
        self._told = ""

    def look(self, link: Link, live: frozenset[str]) -> None:
        """Note what lives there, and whether it is to take no new calls. Who was led to an exchange that has begun anew
        is led back when nothing of him was there at two looks, as he may just be coming."""
        if self.nodes.several:
            drained = actions.db_get(link, FAMILY, DRAINED) == "yes"
            self.nodes.seen(self.node, live, drained=drained)
            alone = _alone(link, self.nodes)
            _lead_back(link, alone & self._alone)
            self._alone = alone

    def keep(self, link: Link) -> list[Event]:
        """Tell the exchange what changed; what is to be said of those who died."""
        if not self.nodes.several:
            return []
        said = self.nodes.tend()
        if self.nodes.holder != self._told:
            actions.db_put(link, FAMILY, HOLDER, self.nodes.holder)
            self._told = self.nodes.holder
        if self.nodes.dead - self._led_back:
            _lead_back(link, _alone(link, self.nodes))
        self._led_back = self.nodes.dead
        return said


def _alone(link: Link, nodes: Nodes) -> frozenset[str]:
    """The channels of callers who are on another exchange that is dead, or knows nothing of them."""
    rows = [row for row in actions.core_show_channels(link) if row.get("Context") == ELSEWHERE]
    return frozenset(row["Channel"] for row in rows if not nodes.knows(_far_end(row), row.get("AccountCode", "")))


def _far_end(row: Mapping[str, str]) -> str:
    return row.get("ApplicationData", "").partition(",")[0].rpartition("@")[2]


def _lead_back(link: Link, channels: Iterable[str]) -> None:
    """They ask for a person again, here."""
    for channel in sorted(channels):
        log.info("caller.led_back", channel=channel)
        try:
            actions.redirect(link, channel, context="people", extension="s")
        except ActionRefused:  # he has just hung up
            continue
