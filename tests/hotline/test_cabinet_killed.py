"""Whoever is killed while he seals files anew, again and again, loses none of them."""

import os
import random
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from hotline.cabinet import Cabinet
from hotline.kept.ciphers import Cipher
from hotline.kept.folder import Folder
from hotline.kept.keyring import PLAIN, KeyRing

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]
KILLS, FILES = 30, 25
TODAY = date(2026, 11, 23)
SEALS = """
import sys
from pathlib import Path
from dispatch.sweeps.rounds import Rounds
from hotline.cabinet import Cabinet
from hotline.kept.ciphers import Cipher
from hotline.kept.folder import Folder
from hotline.kept.keyring import KeyRing
from hotline.times import local_day, now
folder = Path(sys.argv[1])
cabinet = Cabinet(Folder(folder / "attachments"), KeyRing(folder / "keys"), Cipher.AES)
rounds = Rounds()
print("seals", flush=True)
while True:
    rounds.go_on(cabinet, at=now())
    cabinet.ring.add(Cipher.AES, on=local_day(now()))
"""


def test_each_file_is_whole_after_every_kill_and_sealed_in_the_end(tmp_path: Path) -> None:
    cabinet = Cabinet(Folder(tmp_path / "attachments"), KeyRing(tmp_path / "keys"), Cipher.AES)
    plain = Cabinet(cabinet.folder, cabinet.ring, Cipher.NONE)
    names = {plain.put(b"%PDF-" + os.urandom(100_000 * (1 + n % 5)), on=TODAY) for n in range(FILES)}
    halves = 0
    for _ in range(KILLS):
        with subprocess.Popen([sys.executable, "-c", SEALS, str(tmp_path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(random.uniform(0, 0.2))
            process.kill()
        assert {name for name in names if cabinet.whole(name) is None} == set()
        halves += len(cabinet.all()) - len(names)
        for left in set(cabinet.all()) - names:
            (cabinet.folder.root / left).unlink()
    assert halves, "it was killed in the middle of a file"
    assert PLAIN not in cabinet.by_key()
    for key in {key.id for key in cabinet.ring.all()} - set(cabinet.by_key()):
        cabinet.ring.drop(key)
    assert all(cabinet.whole(name) for name in names)
