"""The same journeys on PostgreSQL and Redis by two addresses, as an office would run them."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support import servers

HERE = Path(__file__).parent


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("journey", ["test_machine.py", "test_nobody.py", "test_people.py", "test_transfer.py"])
def test_the_journeys_hold_on_postgresql_and_redis(journey: str) -> None:
    redis = shutil.which("redis-server")
    assert redis
    with (
        tempfile.TemporaryDirectory(prefix="hl-pg-") as there,  # the pytest within closes pytest's folder to PostgreSQL
        servers.postgresql(Path(there) / "pg") as database,
        servers.broker(redis, Path(there) / "r") as broker,
    ):
        stores = {"JOURNEYS_DATABASE_URL": database, "JOURNEYS_REDIS_URL": broker}
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / journey)]
        done = subprocess.run(run, env=os.environ | stores, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stdout[-3000:]
