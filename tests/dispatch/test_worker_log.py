"""What is said in the worker stands in its log, as in every other process's, and Celery's own talk doesn't."""

import subprocess
import sys
from pathlib import Path

import pytest

SAYS = """
import logging

import structlog
from dispatch.worker import make_app
from hotline.logs import set_up

set_up(process="worker")
app = make_app()
app.log.setup(loglevel="WARNING")  # as its worker does when it starts
structlog.get_logger().info("told", channel="sms")
logging.getLogger("celery.worker").info("a task was received")
"""


def test_what_is_told_to_the_log_stands_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTLINE_FOLDER", str(tmp_path))
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "k" * 64)
    log = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True, timeout=60).stderr
    assert '"event": "told"' in log
    assert "a task was received" not in log
