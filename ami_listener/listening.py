"""`hotline listen`: a listener for each exchange, each with a link of its own."""

from threading import Event as Flag
from threading import Thread

from ami_listener.listener import Listener
from ami_listener.several import Nodes
from hotline.database import Database
from hotline.events import Bus
from hotline.exchange.nodes import each
from hotline.settings import Settings


def listen_to_all(settings: Settings, database: Database, bus: Bus, stop: Flag) -> None:
    """Hear them all until `stop` is set. Should one listener fall, all end, and are started anew."""
    nodes = Nodes(settings, database)
    first, *more = [Listener(one, database, bus, stop=stop, nodes=nodes) for one in each(settings)]
    threads = [Thread(target=_run, args=(one,), name=one.settings.exchange_node, daemon=True) for one in more]
    for thread in threads:
        thread.start()
    _run(first)
    for thread in threads:
        thread.join(5)


def _run(listener: Listener) -> None:
    try:
        listener.run()
    finally:
        listener.stop.set()
