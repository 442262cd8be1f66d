"""Puts the results of one run of the long tests on top of docs/proof.md, with commit, date and machine."""

import os
import platform
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

TITLE = """# Proof

What takes longer than `make test` allows, as `make proof` found it; the newest run stands first.
"""
HELD = "held"
MANY = 20  # ways in which a promise is tried, of which each has a row
OUTCOMES = {"failure": "**failed**", "error": "**broken**"}


def main(results: str, page: str) -> None:
    """Read pytest's JUnit file `results` and write the page anew."""
    there = Path(page)
    before = there.read_text(encoding="utf-8").removeprefix(TITLE) if there.exists() else ""
    there.write_text(TITLE + section(results) + before, encoding="utf-8")


def section(results: str) -> str:
    """One run, as a heading and a table."""
    cases = list(ElementTree.parse(results).getroot().iter("testcase"))  # noqa: S314 (our own pytest wrote it)
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    head = f"\n## {when}, commit {commit()}\n\n{machine()}\n\n| promise | outcome | took |\n|---|---|---|\n"
    return head + rows(cases)


def rows(cases: list[ElementTree.Element]) -> str:
    """One for each; where a promise was tried in many ways, one for all of them in which it held."""
    tried = Counter(map(promise, cases))
    held = [case for case in cases if tried[promise(case)] > MANY and outcome(case) == HELD]
    ways = {name: [case for case in held if promise(case) == name] for name in map(promise, held)}
    together = [row(f"{name}[{len(those)} of {tried[name]} ways]", HELD, those) for name, those in ways.items()]
    return "".join([*together, *(row(words(case), outcome(case), [case]) for case in cases if case not in held)])


def row(name: str, became: str, cases: list[ElementTree.Element]) -> str:
    return f"| {name} | {became} | {sum(float(case.get('time', 0)) for case in cases):.0f} s |\n"


def promise(case: ElementTree.Element) -> str:
    """What it is a way of."""
    return words(case).partition("[")[0]


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
    return ": ".join([HELD, *figures(case)])


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
