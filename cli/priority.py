"""Who goes first on this machine: sound waits for nobody, so the exchange goes before whatever else runs here, and next
to it FastAGI, which says what is heard next."""

import os
from contextlib import suppress
from pathlib import Path

FIRST = -10  # a nice value; the least is -20, all others run at 0
NEXT = -5  # in between: FastAGI may search for a moment, and no sound waits for that
SHARES = 10240  # the same for a container: one of all others' has 1024


def go_first(process: int, value: int = FIRST) -> None:
    """Let a session's first process and all its threads, also those that it starts later, go before others: by root
    only, else nothing is changed. A packet of sound that is sent late was not heard, and was not recorded."""
    for thread in threads(process):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, value)
    with suppress(OSError):  # the kernel weighs sessions first, then the processes of each
        Path(f"/proc/{process}/autogroup").write_text(str(value))


def threads(process: int) -> list[int]:
    """The threads of a process by number, its first among them; none when it is not there."""
    try:
        return [int(task.name) for task in Path(f"/proc/{process}/task").iterdir()]
    except OSError:  # it ended, or runs on another machine
        return []
