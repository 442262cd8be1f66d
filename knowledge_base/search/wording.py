"""Other wordings of a question: with a department's name taken out, and with the office's synonyms put in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from knowledge_base.search.readings import normal

_MOST = 3  # wordings besides the question's own
_SHORTEST_NAME = 3  # characters; shorter ones occur in other words


def tight(words: str) -> str:
    """Normal characters without blanks."""
    return normal(words).replace(" ", "")


@dataclass(frozen=True)
class Wording:
    """A way to put a question; where it names a department, only that one's entries count."""

    words: str
    departments: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Lexicon:
    """Names of departments and groups of synonyms, as they stand in tight wordings, longest first."""

    names: dict[str, frozenset[int]] = field(default_factory=dict)
    groups: Sequence[tuple[str, ...]] = ()

    @classmethod
    def of(cls, named: Iterable[tuple[int, Sequence[str]]], synonyms: Iterable[Sequence[str]]) -> "Lexicon":
        owners: dict[str, set[int]] = {}
        for department_id, names in named:
            for name in map(tight, names):
                if len(name) >= _SHORTEST_NAME:
                    owners.setdefault(name, set()).add(department_id)
        longest_first = sorted(owners, key=lambda name: (-len(name), name))
        groups = [tuple(sorted(filter(None, map(tight, group)), key=len, reverse=True)) for group in synonyms]
        return cls({name: frozenset(owners[name]) for name in longest_first}, groups)

    def wordings(self, words: str) -> list[Wording]:
        """The question itself first, then what it is in other words."""
        found = [Wording(words)]
        plain = tight(words)
        name = next((name for name in self.names if name in plain), "")
        if name:
            found.append(Wording(plain.replace(name, "", 1).removeprefix("的"), self.names[name]))
        for group in self.groups:
            said = next((word for word in group if word in plain), "")
            if said:
                found += [Wording(plain.replace(said, word)) for word in group if word != said and said not in word]
        return found[: _MOST + 1]
