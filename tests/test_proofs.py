"""What is longer than a test may be is run by `make proof`, and what it gave stands on a page: of each such test."""

import ast
import re
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
