"""What is longer than a test may be is run by `make proof`, and what it gave stands on a page: of each such test."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE, PROOF = ROOT / "docs" / "proof.md", "pytest.mark.proof"


def test_each_promise_that_only_make_proof_holds_stands_on_its_page_or_its_file_among_those_that_were_not_run_for_it_yet() -> None:
    """A new one is run once, by `bin/proof tests/…`, which puts it there; then its file is no longer among the others."""
    page = PAGE.read_text()
    told = set(re.findall(r"^\| ([^|\[]+?)(?:\[[^|]*\])? \| ", page, re.M))
    promises = [(str(path.relative_to(ROOT)), promise) for path in ROOT.glob("tests/**/test_*.py") for promise in _promises(path)]
    assert len(promises) > 50
    untold = {path for path, promise in promises if promise not in told}
    assert untold == set(re.findall(r"^- `(\S+)`$", page, re.M))


def test_a_promise_that_was_tried_in_many_ways_is_one_row_beside_those_in_which_it_failed(tmp_path: Path) -> None:
    ways = [f'<testcase name="test_it_holds[{n}]" time="2">{"<failure/>" if n == 7 else ""}</testcase>' for n in range(30)]
    few = [f'<testcase name="test_few[{n}]" time="1"/>' for n in range(2)]
    (tmp_path / "results.xml").write_text(f"<testsuites><testsuite>{''.join(ways + few)}</testsuite></testsuites>")
    page = tmp_path / "proof.md"
    subprocess.run([sys.executable, ROOT / "bin" / "proof_page.py", tmp_path / "results.xml", page], cwd=ROOT, check=True)
    rows = page.read_text().partition("|---|---|---|\n")[2].splitlines()
    assert rows == ["| it holds[29 of 30 ways] | held | 58 s |", "| it holds[7] | **failed** | 2 s |", "| few[0] | held | 1 s |", "| few[1] | held | 1 s |"]


def _promises(path: Path) -> list[str]:
    """Those of a file that carry the mark; what carries it on one database only is held on the other by `make test`."""
    text = path.read_text()
    if PROOF not in text:
        return []
    tree = ast.parse(text)
    whole = any(PROOF in ast.unparse(one) for one in tree.body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "pytestmark")
    tests = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
    marked = [one for one in tests if whole or PROOF in map(ast.unparse, one.decorator_list)]
    return [one.name.removeprefix("test_").replace("_", " ") for one in marked]
