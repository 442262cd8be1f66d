"""Sentences of the house that something was filled into, found again in what came of them: a refusal is raised, and may
have been kept for long, as a whole text in Chinese.

A hole tells by its name what it holds: `n…` a number, a date or an hour; `word…` words of the house, which are said in
the page's language too; `perhaps…` such words or nothing; any other what somebody typed or named."""

import re

HOLE = re.compile(r"%\((\w+)\)s")


def listed(sentence: str) -> str:
    """A sentence that the catalogue is to know; called `_` where it is used."""
    return sentence


def pattern(sentence: str) -> re.Pattern[str]:
    """What matches any text that came of this sentence, and nothing else."""
    *parts, last = HOLE.split(sentence)
    found = ""
    for before, name in zip(parts[::2], parts[1::2], strict=True):
        again = f"(?P<{name}>" in found
        found += re.escape(before) + (f"(?P={name})" if again else f"(?P<{name}>{_held_by(name)})")
    return re.compile(found + re.escape(last), re.DOTALL)


def _held_by(name: str) -> str:
    if name == "n" or name.startswith("n_"):
        return "[!-~]+"
    return ".*?" if name.startswith("perhaps") else ".+?"
