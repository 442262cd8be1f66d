"""For a process of Python that is to believe that the clock jumped: it goes by the offset that stands in a file.

By time-machine: with libfaketime the sleeps of Python 3.11 are refused."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

LOOK = 0.2  # seconds


def follow(path: Path) -> None:
    """Set the clock of this process whenever another offset (in seconds) stands there."""
    offset, travel = 0, None
    while True:
        time.sleep(LOOK)
        given = int(path.read_text(encoding="ascii").strip() or offset)
        if given == offset:
            continue
        if travel is not None:
            travel.stop()
        offset, travel = given, time_machine.travel(datetime.now(UTC) + timedelta(seconds=given), tick=True)
        travel.start()


if clock := os.environ.get("CLOCK_OFFSET_FILE"):
    threading.Thread(target=follow, args=(Path(clock),), daemon=True).start()
