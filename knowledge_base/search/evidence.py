"""What speaks for a text being what was meant: a few figures, each from 0 to 1 or a logarithm."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge_base.search.grams import Floats, Grams, Ints, Shares, coverage
from knowledge_base.search.sought import Told

Evidence = NDArray[np.float32]  # a row a text, a column a figure

TEXT = ("characters_alike", "sounds_alike", "text_asked_characters", "text_asked_sounds",
        "asked_told_characters", "asked_told_sounds", "longer")  # fmt: skip
INITIALS = ("letters_alike", "text_asked", "asked_told", "begins", "longer", "begins_longer")


def alike(queries: Sequence[str], texts: Sequence[str]) -> Shares:
    """Share of both that remains when as little as possible is deleted from either (rapidfuzz's ratio): a row a query,
    a column a text."""
    found = process.cdist(queries, texts, scorer=fuzz.ratio, dtype=np.float32)
    return np.asarray(found / np.float32(100), dtype=np.float32)


def of_text(asked: Sequence[tuple[str, str]], texts: tuple[Told, Told], grams: tuple[Grams, Grams], rows: Ints
            ) -> list[Evidence]:  # fmt: skip
    """For some wordings of a question, each in characters and folded sounds, the columns of TEXT."""
    queries = list(zip(*asked, strict=True))
    near = [alike(some, told.strings) for some, told in zip(queries, texts, strict=True)]
    held = [coverage(g, some, told, rows) for some, told, g in zip(queries, texts, grams, strict=True)]
    return [np.stack([*(one[nth] for one in near), *(of_text[:, nth] for _, of_text in held),
                      *(told[:, nth] for told, _ in held), longer(words, texts[0])], axis=1)
            for nth, (words, _) in enumerate(asked)]  # fmt: skip


def of_initials(asked: Sequence[str], texts: Told, grams: Grams, rows: Ints) -> list[Evidence]:
    """For some wordings in first letters, the columns of INITIALS."""
    near, (asked_told, text_asked) = alike(asked, texts.strings), coverage(grams, asked, texts, rows)
    found = []
    for nth, query in enumerate(asked):
        begins = np.fromiter((text.startswith(query) for text in texts.strings), dtype=np.float32, count=len(texts))
        more = longer(query, texts)
        found.append(np.stack([near[nth], text_asked[:, nth], asked_told[:, nth], begins, more, begins * more], axis=1))
    return found


def longer(query: str, texts: Told) -> Floats:
    """The logarithm of how many times a text is longer than the question."""
    return np.asarray(np.log((texts.lengths + 0.1) / (len(query) + 0.1)), dtype=np.float32)
