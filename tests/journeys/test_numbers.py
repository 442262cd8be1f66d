"""Journeys share a house: what one's callers did must not be taken for another's."""

import re
from collections import defaultdict
from pathlib import Path

NUMBER = re.compile(r"(?<!\d)13[89]\d{8}(?!\d)")


def test_no_two_journeys_call_from_the_same_number() -> None:
    files = defaultdict(set)
    for path in Path(__file__).parent.glob("*.py"):
        for number in NUMBER.findall(path.read_text(encoding="utf-8")):
            files[number].add(path.name)
    assert {number: names for number, names in files.items() if len(names) > 1} == {}
