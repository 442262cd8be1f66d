"""The same journeys on PostgreSQL and Redis by two addresses, as an office would run them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import servers

HERE = Path(__file__).parent


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("journey", ["test_machine.py", "test_nobody.py", "test_people.py"])
def test_the_journeys_hold_on_postgresql_and_redis(journey: str, tmp_path: Path) -> None:
    redis = shutil.which("redis-server")
    assert redis
    with servers.postgresql(tmp_path / "pg") as database, servers.broker(redis, tmp_path / "r") as broker:
        stores = {"JOURNEYS_DATABASE_URL": database, "JOURNEYS_REDIS_URL": broker}
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / journey)]
        done = subprocess.run(run, env=os.environ | stores, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stdout[-3000:]
