"""The firewall's rules as the operations page has them, loaded into a network that is there for this test alone."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CARRIER, PHONE, FLOOD, VISITOR = "203.0.113.7", "10.20.30.40", "198.51.100.66", "198.51.100.67"
SENT = {CARRIER: 100, PHONE: 100, FLOOD: 1000, VISITOR: 9}  # packets a second
EACH, AT_ONCE = 10, 20  # of a stranger: a second, and on top of it


def test_a_flood_of_one_address_is_cut_and_neither_the_carrier_nor_a_phone_nor_another_stranger_suffers(tmp_path: Path) -> None:
    rules = tmp_path / "hotline.nft"
    (block,) = re.findall(r"```\n(# nftables.*?)```", (ROOT / "docs/operations.md").read_text(encoding="utf-8"), re.DOTALL)
    rules.write_text(block, encoding="utf-8")
    senders = [f"{address}={rate}" for address, rate in SENT.items()]
    done = subprocess.run(["unshare", "--map-root-user", "--net", sys.executable, "-m", "tests.support.firewalled", str(rules), *senders],
                          cwd=ROOT, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    for address in (CARRIER, PHONE, VISITOR):
        assert seen[address]["came"] == seen[address]["sent"], address
    assert AT_ONCE <= seen[FLOOD]["came"] <= AT_ONCE + EACH * (seen[FLOOD]["seconds"] + 1), seen[FLOOD]
