"""One of several exchanges is drained: it says itself, to the dispatcher and to ours, that it takes no new calls."""

from contextlib import suppress

from cli.engine import ExchangeError
from dispatch.exchanges import DRAINED, FAMILY
from hotline.exchange import actions
from hotline.exchange.errors import LinkError
from hotline.exchange.link import Link
from hotline.exchange.nodes import address, each
from hotline.settings import Settings


def drain(settings: Settings, node: str, *, back: bool = False) -> None:
    """Have it take no new calls, or (`back`) take them again; ExchangeError where it can't be, or nobody else would."""
    all_of_them = {one.exchange_node: one for one in each(settings)}
    if node not in all_of_them:
        raise ExchangeError(f"There is no exchange {node}, but {', '.join(all_of_them)}.")
    if not back and not any(_takes_calls(one) for name, one in all_of_them.items() if name != node):
        raise ExchangeError("No other exchange takes calls.")
    try:
        with Link(address(all_of_them[node])) as link:
            actions.db_put(link, FAMILY, DRAINED, "no" if back else "yes")
    except LinkError as fault:
        raise ExchangeError(f"{node} can't be asked: {fault}") from None


def _takes_calls(settings: Settings) -> bool:
    with suppress(LinkError), Link(address(settings)) as link:
        return actions.db_get(link, FAMILY, DRAINED) != "yes"
    return False
