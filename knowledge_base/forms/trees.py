"""The tree of categories as the forms' rules look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.orm import Session

from knowledge_base import categories


@dataclass(frozen=True)
class Tree:
    """The places that stand; while there are none, any category will do."""

    paths: frozenset[str]
    became: Mapping[str, str] = field(default_factory=dict)  # what was renamed, with its name now

    def now(self, path: str) -> str:
        """What a place is called now."""
        return self.became.get(path, path)

    @cached_property
    def leaves(self) -> frozenset[str]:
        """The places without any below."""
        return self.paths - {categories.parent(path) for path in self.paths}

    def not_a_leaf(self, path: str) -> str:
        """Why an entry can't stand there; empty when it can."""
        if not self.paths or path in self.leaves:
            return ""
        if path not in self.paths:
            return self.unknown(path) + "，请从下拉列表选择"
        return f"“{path}”下面还有细分类别，请选最末一级"

    def unknown(self, path: str) -> str:
        """Why a place can't be named; empty when it can."""
        return "" if not self.paths or path in self.paths else f"没有“{path[:30]}”这个类别"


def tree(session: Session) -> Tree:
    """The tree as it is now."""
    return Tree(frozenset(row.path for row in categories.standing(session)), categories.signposts(session))
