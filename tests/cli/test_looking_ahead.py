"""Who looks ahead for what is being recorded lives without the broker, which dies of a full disk before it."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cli.installation import installation
from recordings.ahead import MINUTE
from tests.journeys.conftest import PROJECT, environment
from tests.support import blank

PATIENCE = 40  # seconds on a busy machine


def test_the_listener_has_room_set_aside_though_broker_and_exchange_are_away() -> None:
    with tempfile.TemporaryDirectory(prefix="hl-", ignore_cleanup_errors=True) as name:
        here = installation(environment(Path(name)))
        blank.copied(here.settings.folder).close()
        speaks = here.settings.spool / "calls" / "one.caller.wav"
        speaks.parent.mkdir(parents=True, exist_ok=True)
        speaks.write_bytes(bytes(44))
        with subprocess.Popen([sys.executable, "-m", "cli.main", "listen"], env=dict(here.environment), cwd=PROJECT) as listener:
            end = time.monotonic() + PATIENCE
            while speaks.stat().st_blocks * 512 < MINUTE and time.monotonic() < end:
                speaks.touch()
                time.sleep(0.2)
            listener.terminate()
        assert speaks.stat().st_blocks * 512 >= MINUTE
