"""How often "I don't know" is said wrongly and rightly: by the usual limit, and by one that a file chooses."""

from collections.abc import Sequence
from typing import Any

from knowledge_base.search.limits import FEWEST, below, fitting
from knowledge_base.search.match import NOTHING


def unknown(found: Sequence[float], strange: Sequence[float]) -> dict[str, Any]:
    """By how likely an answer was held for questions that were found, and for those that have none. The limit of the
    file's own is chosen by every other one that was found, and measured on the rest."""
    usual = _shares(found, strange, NOTHING)
    if len(found) < 2 * FEWEST:
        return usual
    return usual | {"own": _shares(found[1::2], strange, fitting(found[::2]))}


def _shares(found: Sequence[float], strange: Sequence[float], limit: float) -> dict[str, float]:
    return {"limit": limit, "lost": below(found, limit), "told": below(strange, limit)}
