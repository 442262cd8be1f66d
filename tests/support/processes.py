"""What a process and its children take of the machine, as /proc tells it."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
MEGABYTE: Final = 1024


def family(pid: int) -> list[int]:
    """A process that lives and all its children; nobody where it is gone."""
    found = [pid] if pid and Path(f"/proc/{pid}").exists() else []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [one for child in task.read_text(encoding="ascii").split() for one in family(int(child))]
    return found


def resident(pid: int) -> float:
    """Megabytes of it all, pages that they share counted once (PSS)."""
    return sum(_pss(one) for one in family(pid))


def ticks(pid: int) -> int:
    """Processor time so far, in the kernel's ticks."""
    return sum(_spent(one) for one in family(pid))


def threads(pid: int) -> int:
    return sum(len(_in(f"/proc/{one}/task")) for one in family(pid))


def descriptors(pid: int) -> int:
    return len(_opened(pid))


def opened(pid: int, name: str) -> int:
    """How many of its descriptors are of files whose path has that in it."""
    return sum(name in path for path in _opened(pid))


def sockets(pid: int) -> int:
    """Those of its descriptors that are sockets."""
    return sum(path.startswith("socket:") for path in _opened(pid))


def _opened(pid: int) -> list[str]:
    """What each of its descriptors leads to."""
    found = []
    for path in (path for one in family(pid) for path in _in(f"/proc/{one}/fd")):
        with suppress(OSError):
            found.append(str(path.readlink()))
    return found


def _in(folder: str) -> list[Path]:
    with suppress(OSError):
        return list(Path(folder).iterdir())
    return []


def _pss(pid: int) -> float:
    found = re.search(r"^Pss: +(\d+)", _text(pid, "smaps_rollup"), re.MULTILINE)
    return int(found[1]) / MEGABYTE if found else 0.0


def _spent(pid: int) -> int:
    fields = _text(pid, "stat").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def _text(pid: int, name: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_text(encoding="ascii")
    return ""
