"""What speaks for a text being what was meant: a few figures, each from 0 to 1 or a logarithm."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge_base.search.grams import Floats, Grams, Ints, coverage

Evidence = NDArray[np.float32]  # a row a text, a column a figure

TEXT = ("characters_alike", "sounds_alike", "text_asked_characters", "text_asked_sounds",
        "asked_told_characters", "asked_told_sounds", "longer")  # fmt: skip
INITIALS = ("letters_alike", "text_asked", "asked_told", "begins", "longer", "begins_longer")


def alike(query: str, texts: Sequence[str]) -> Floats:
    """Share of both that remains when as little as possible is deleted from either (rapidfuzz's ratio)."""
    found = process.cdist([query], texts, scorer=fuzz.ratio, dtype=np.float32)
    return (np.asarray(found[0]) / 100).astype(np.float32)


def of_text(
    query: tuple[str, str], texts: tuple[Sequence[str], Sequence[str]], grams: tuple[Grams, Grams], rows: Ints
) -> Evidence:
    """For a question in characters and folded sounds, the columns of TEXT."""
    columns = [alike(asked, told) for asked, told in zip(query, texts, strict=True)]
    shares = [coverage(g, asked, told, rows) for asked, told, g in zip(query, texts, grams, strict=True)]
    columns += [text_asked for _, text_asked in shares] + [asked_told for asked_told, _ in shares]
    return np.stack([*columns, longer(query[0], texts[0])], axis=1)


def of_initials(query: str, texts: Sequence[str], grams: Grams, rows: Ints) -> Evidence:
    """For first letters, the columns of INITIALS."""
    asked_told, text_asked = coverage(grams, query, texts, rows)
    begins = np.fromiter((text.startswith(query) for text in texts), dtype=np.float32, count=len(texts))
    more = longer(query, texts)
    return np.stack([alike(query, texts), text_asked, asked_told, begins, more, begins * more], axis=1)


def longer(query: str, texts: Sequence[str]) -> Floats:
    """The logarithm of how many times a text is longer than the question."""
    lengths = np.fromiter(map(len, texts), dtype=np.float32, count=len(texts))
    return np.asarray(np.log((lengths + 0.1) / (len(query) + 0.1)), dtype=np.float32)
