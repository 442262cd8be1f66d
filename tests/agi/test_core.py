"""FastAGI's threads share one core, and leave the others to the exchange."""

import os
import subprocess
import sys

PROGRAM = """
import os, threading
from agi.core import stay_on_one_core
core = stay_on_one_core()
seen = []
thread = threading.Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
thread.start(); thread.join()
print(core, seen[0])
"""


def test_threads_begun_afterwards_stay_on_the_same_core() -> None:
    allowed = os.sched_getaffinity(0)
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    core = max(allowed) if len(allowed) > 1 else None
    assert said.split(" ", 1) == [str(core), f"{ {max(allowed)} }\n"]


def test_where_there_is_one_core_nothing_is_changed() -> None:
    one = PROGRAM.replace("core = ", "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\ncore = ")
    said = subprocess.run([sys.executable, "-c", one], capture_output=True, text=True, check=True).stdout
    assert said.startswith("None ")
