"""Documents with a part of the index made of their texts: which may be found, by words and by keys."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from knowledge_base.search.documents import Document
from knowledge_base.search.grams import Ints
from knowledge_base.search.holdings import Holdings, Mask
from knowledge_base.search.keyed import NOT, Keyed
from knowledge_base.search.part import Part
from knowledge_base.search.texts import spans
from knowledge_base.search.vectors import Stored

_OWNERS = 20  # entries of a text, those asked most: what many more have tells little of which one is meant
_KEPT = 16  # choices of departments and category whose entries are remembered


class Allowed(NamedTuple):
    """Which documents may be found, and which texts."""

    documents: Mask
    texts: Mask


class OnKeys(NamedTuple):
    """What a department tells: whose it is, whether it's a keyword, its place among the different texts, and these."""

    documents: Ints
    keyword: Mask
    told: Ints
    rows: Ints
    texts: Keyed


class Shelf:
    """Some documents, made into a part of the index."""

    def __init__(self, held: Iterable[Document], vectors: Mapping[str, bytes] | Stored | None,
                 like: "Shelf | None" = None) -> None:  # fmt: skip
        self._held, texts = Holdings.of(held)
        self.part: Part = Part(texts, vectors=vectors, like=like.part if like is not None else None)
        self._shown: Mask | None = None  # the documents that still count
        self._allowed: dict[tuple[frozenset[int] | None, str], Allowed] = {}
        self._on_keys: dict[int, OnKeys] = {}

    def __len__(self) -> int:
        return len(self._held) if self._shown is None else int(self._shown.sum())

    def without(self, entry_ids: Collection[int]) -> "Shelf":
        """The same shelf, but for these entries."""
        other = object.__new__(Shelf)
        other.__dict__.update(self.__dict__)
        shown = ~np.isin(self._held.entry, np.fromiter(entry_ids, dtype=np.int64, count=len(entry_ids)))
        other._shown = shown if self._shown is None else shown & self._shown
        other._allowed = {}
        return other

    def documents(self) -> Iterator[Document]:
        """Those that count."""
        places = range(len(self._held)) if self._shown is None else np.flatnonzero(self._shown).tolist()
        return (self._held.document(place, self.part.texts) for place in places)

    def names(self) -> dict[int, tuple[str, ...]]:
        """What each department is and was called."""
        departments, first = np.unique(self._held.department[::-1], return_index=True)
        named = self._held.named[::-1][first]
        return {of: self._held.names[number] for of, number in zip(departments.tolist(), named.tolist(), strict=True)}

    def entries(self, rows: Ints, allowed: Allowed | None) -> tuple[list[int], Ints, Mask]:
        """Whose these texts are: for each entry the place of its text among them, and whether it's only a keyword."""
        found = self._held.owners_of(rows, None if allowed is None else allowed.documents, most=_OWNERS)
        return self._held.entry[found.documents].tolist(), found.of, found.keyword

    def waiting(self, digests: Collection[str]) -> list[int]:
        """The entries with a question or phrasing of these digests that has no vector yet."""
        rows = self.part.vectors.waiting(digests)
        found = self._held.owners_of(rows, self._shown, most=len(self._held))
        return [int(entry_id) for entry_id in self._held.entry[found.documents[~found.keyword]]]

    # -- what may be found ---------------------------------------------------------------------------------------------
    def allowed(self, departments: frozenset[int] | None, category: str) -> Allowed | None:
        """What may be found in these departments (None: in all) and in or below a category; None: everything."""
        if self._shown is None and departments is None and not category:
            return None
        chosen = departments, category
        if chosen not in self._allowed:
            if len(self._allowed) >= _KEPT:
                self._allowed.clear()
            documents = self._documents_of(departments, category)
            self._allowed[chosen] = Allowed(documents, self._held.texts_of(documents))
        return self._allowed[chosen]

    def _documents_of(self, departments: frozenset[int] | None, category: str) -> Mask:
        shown = np.ones(len(self._held), dtype=bool) if self._shown is None else self._shown
        if departments is not None:
            shown = shown & np.logical_or.reduce([self._held.department == one for one in departments])
        if category:
            within = [one == category or one.startswith(category + "/") for one in self._held.categories]
            shown = shown & np.array(within, dtype=bool)[self._held.category]
        return shown

    # -- keys ----------------------------------------------------------------------------------------------------------
    def keyed(self, department_id: int, pressed: str) -> Iterator[tuple[int, int, int]]:
        """What a department tells that lies on these keys: how it fits (0: best), its length, and its entry."""
        of = self._keys_of(department_id)
        ranks = of.texts.ranks(pressed)[of.told]
        fit = (ranks < NOT) & (True if self._shown is None else self._shown[of.documents])
        grades, lengths = 2 * ranks[fit] + ~of.keyword[fit], self.part.sounds.lengths_of(of.rows[of.told[fit]])
        return zip(grades.tolist(), lengths.tolist(), self._held.entry[of.documents[fit]].tolist(), strict=True)

    def _keys_of(self, department_id: int) -> OnKeys:
        """Made when a department is first asked by keys: milliseconds."""
        if department_id not in self._on_keys:
            documents = np.flatnonzero(self._held.department == department_id).astype(np.int32)
            places, counts = spans(self._held.ends, documents)
            rows, told = np.unique(self._held.told[places], return_inverse=True)
            keyed = Keyed.of(self.part.sounds.some(rows))
            whose, keyword = np.repeat(documents, counts), self._held.keyword[places]
            self._on_keys[department_id] = OnKeys(whose, keyword, told.astype(np.int32), rows, keyed)
        return self._on_keys[department_id]
