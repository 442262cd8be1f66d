"""Is this process of ours alive? `python compose/alive.py agi|hear|listen|worker|voice|web|public`: health checks."""

import os
import sys
from pathlib import Path
from urllib.request import urlopen

from cli.installation import installation
from hotline.settings import Settings

BEAT = "SELECT now() - max(beat_at) < interval '60 seconds' FROM part WHERE name = %s"
PAGES = ("web", "public")
DOORS = ("agi", "hear")
LISTENS = "0A"
MOST_WAITING = 100


def alive(process: str, settings: Settings) -> bool:
    """A door is open; whoever has no door was heard of within a minute."""
    if process in DOORS:
        return _listens(getattr(settings, f"{process}_port"))
    if process in PAGES:
        return _answers(getattr(settings, f"{process}_host"), getattr(settings, f"{process}_port"))
    return _heard_of({"listen": "listener"}.get(process, process), settings.database_address)


def _answers(host: str, port: int) -> bool:
    """Whether pages are served there."""
    near = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (compared, not bound)
    with urlopen(f"http://{near}:{port}/healthz", timeout=5) as answer:
        return bool(answer.status == 200)


def _listens(port: int) -> bool:
    """Whether somebody listens there and takes in who comes. The kernel is asked, for a caller who says nothing
    would stand in FastAGI's log as a fault at every check."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            _, here, _, state, queues, *_ = line.split()
            if state == LISTENS and int(here.split(":")[1], 16) == port:
                return int(queues.split(":")[1], 16) < MOST_WAITING
    return False


def _heard_of(part: str, address: str) -> bool:
    import psycopg

    with psycopg.connect(address.replace("+psycopg", ""), connect_timeout=5) as connection:
        row = connection.execute(BEAT, (part,)).fetchone()
    return bool(row and row[0])


if __name__ == "__main__":
    sys.exit(not alive(sys.argv[1], installation(os.environ).settings))
