"""Puts the results of one run of the long tests on top of docs/proof.md, with commit, date and machine."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

TITLE = """# Proof

What takes longer than `make test` allows, as `make proof` found it; the newest run stands first.
"""
OUTCOMES = {"failure": "**failed**", "error": "**broken**"}


def main(results: str, page: str) -> None:
    """Read pytest's JUnit file `results` and write the page anew."""
    there = Path(page)
    before = there.read_text(encoding="utf-8").removeprefix(TITLE) if there.exists() else ""
    there.write_text(TITLE + section(results) + before, encoding="utf-8")


def section(results: str) -> str:
    """One run, as a heading and a table."""
    cases = ElementTree.parse(results).getroot().iter("testcase")  # noqa: S314 (our own pytest wrote it)
    rows = "".join(f"| {words(case)} | {outcome(case)} | {float(case.get('time', 0)):.0f} s |\n" for case in cases)
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"\n## {when}, commit {commit()}\n\n{machine()}\n\n| promise | outcome | took |\n|---|---|---|\n{rows}"


def words(case: ElementTree.Element) -> str:
    """The test's name as the sentence that it is."""
    return (case.get("name") or "").removeprefix("test_").replace("_", " ").replace("|", "/")


def outcome(case: ElementTree.Element) -> str:
    """What became of it, and why where it was left out."""
    for child in case:
        if child.tag == "skipped":
            return child.get("message") or "not run"
        if child.tag in OUTCOMES:
            return OUTCOMES[child.tag]
    return ": ".join(["held", *figures(case)])


def figures(case: ElementTree.Element) -> list[str]:
    """What the test measured (`record_property`), in its own words."""
    return [(one.get("value") or "").replace("|", "/") for one in case.iter("property") if one.get("name") == "figures"]


def commit() -> str:
    """The commit that was proven; a plus where files differed from it."""
    head = _said("git", "rev-parse", "--short=12", "HEAD")
    return head + ("+" if _said("git", "status", "--porcelain", "--untracked-files=no") else "")


def machine() -> str:
    """Where it ran, so that figures can be compared."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} processors, {memory:.0f} GiB, Linux {kernel}, Python {platform.python_version()}"


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
