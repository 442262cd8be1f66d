"""Being asked to stop is never missed, whatever the main thread does at that moment."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import sys, time
from hotline.stopping import stop_flag
asked = stop_flag()
print("ready", flush=True)
{before}
asked.wait()
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("before", ["", "time.sleep(0.3)", "sum(range(30_000_000))"])
def test_a_process_stops_when_asked_whatever_it_does(number: signal.Signals, before: str) -> None:
    program = [sys.executable, "-c", PROGRAM.format(before=before)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        try:
            assert process.communicate(timeout=30)[0] == "stopped\n"
        finally:
            process.kill()
        assert process.returncode == 0


def test_signals_in_a_burst_do_not_disturb_each_other() -> None:
    program = [sys.executable, "-c", PROGRAM.format(before="")]
    for _ in range(5):
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
                process.send_signal(number)
            try:
                assert process.communicate(timeout=30)[0] == "stopped\n"
            finally:
                process.kill()
