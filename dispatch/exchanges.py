"""Links to several exchanges: to the one that holds the queues, and for a look at those that live."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from hotline.exchange import actions
from hotline.exchange.errors import LinkError, LinkLost
from hotline.exchange.link import Link
from hotline.exchange.nodes import address, each
from hotline.settings import Settings

FAMILY, HOLDER, DRAINED = "nodes", "holder", "drained"
"""What the dialplan asks of the exchange's own store: who holds the queues, and whether new calls are refused."""


def holds(link: Link, node: str) -> bool:
    """Whether the exchange itself, by what it was told last, holds the queues; one that was told nothing does."""
    return (actions.db_get(link, FAMILY, HOLDER) or node) == node


def to_holder(settings: Settings) -> tuple[Link, str]:
    """A link to the exchange that holds the queues, and its name; LinkLost while none that can be reached does."""
    for one in each(settings):
        with suppress(LinkError):
            link = Link(address(one))
            with suppress(LinkError):
                if holds(link, one.exchange_node):
                    return link, one.exchange_node
            link.close()
    raise LinkLost("no exchange that holds the queues can be reached")


def everywhere(settings: Settings, do: Callable[[Link], object]) -> tuple[int, int]:
    """Do it at each exchange; at how many it was done, and how many there are."""
    done, all_of_them = 0, each(settings)
    for one in all_of_them:
        with suppress(LinkError), Link(address(one)) as link:
            do(link)
            done += 1
    return done, len(all_of_them)


def channels(settings: Settings, *, but: str) -> Iterator[dict[str, str]]:
    """The channels of all other exchanges that can be reached."""
    for one in each(settings):
        if one.exchange_node != but:
            with suppress(LinkError), Link(address(one)) as link:
                yield from actions.core_show_channels(link)
