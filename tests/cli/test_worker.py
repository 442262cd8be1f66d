"""The worker as a process of its own, with the embedded broker and with Redis: woken by the clock, it does its sweeps."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hotline.audit import AuditSeal, note
from hotline.database import Database
from hotline.parts import Part
from hotline.telling import sms
from hotline.telling.outbox import Delivery
from tests.conftest import NOON
from tests.support import blank

HOTLINE = Path(sys.executable).parent / "hotline"


@pytest.mark.timeout(60)
def test_the_worker_is_woken_over_the_broker_seals_and_tells_what_is_owed_and_stops_when_told(
    broker_address: str, tmp_path: Path
) -> None:
    database = blank.copied(tmp_path)
    with database.writing() as session:
        note(session, "looked", by="test", at=NOON, about=("nothing", 1))
        sms.owe(session, sms.CLOSED, "13888888888", {"number": "96128-20261123-0001"}, NOON, key="a", urgent=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    environment |= {"HOTLINE_FOLDER": str(tmp_path), "HOTLINE_REDIS_URL": broker_address}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([HOTLINE, "worker"], env=environment, stdout=log, stderr=log)
    try:
        assert _swept(database, within=40), (tmp_path / "log").read_text()[-3000:]
    finally:
        process.terminate()
        assert process.wait(20) == 0
        database.close()


def _swept(database: Database, *, within: float) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        with database.reading() as session:
            beats = session.get(Part, ("worker", "")) is not None
            sealed = session.scalar(select(func.count()).select_from(AuditSeal))
            told = session.scalars(select(Delivery.state)).all() == ["sent"]
        if beats and sealed and told:
            return True
        time.sleep(0.2)
    return False
