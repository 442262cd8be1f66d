"""Documents, their texts, and whose each text is."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from knowledge_base.search.documents import Document
from knowledge_base.search.grams import Ints
from knowledge_base.search.keyed import NOT, Keyed
from knowledge_base.search.part import Mask, Part


class Shelf:
    """Some documents, made into a part of the index. `hidden` are those that count no more."""

    def __init__(self, held: Sequence[Document], vectors: Mapping[str, bytes] | None, like: "Shelf | None" = None):
        self._held = list(held)
        told = [(place, *text) for place, d in enumerate(self._held) for text in d.texts()]
        self._owner = np.fromiter((place for place, _, _ in told), dtype=np.int32, count=len(told))
        self.keyword = np.fromiter((keyword for _, _, keyword in told), dtype=bool, count=len(told))
        lent = like.part if like is not None else None
        self.part: Part = Part([text for _, text, _ in told], vectors=vectors, like=lent)
        ids = (d.department_id for d in self._held)
        self._department = np.fromiter(ids, dtype=np.int64, count=len(self._held))
        self._entry = np.fromiter((d.entry_id for d in self._held), dtype=np.int64, count=len(self._held))
        self.entries = self._entry[self._owner]  # of each text
        self._shown: Mask | None = None
        self._keyed: dict[int, tuple[Ints, Keyed]] = {}
        self._of_category = lru_cache(64)(self._made_of_category)

    def without(self, entry_ids: Collection[int]) -> "Shelf":
        """The same shelf, but for these entries."""
        other = object.__new__(Shelf)
        other.__dict__.update(self.__dict__)
        shown = ~np.isin(self._entry, np.fromiter(entry_ids, dtype=np.int64, count=len(entry_ids)))
        other._shown = shown if self._shown is None else shown & self._shown
        return other

    def documents(self) -> Iterator[Document]:
        """Those that count."""
        shown = self._shown
        return (d for place, d in enumerate(self._held) if shown is None or shown[place])

    def keyed(self, department_id: int, pressed: str) -> Iterator[tuple[int, int, int]]:
        """The texts of a department that lie on these keys: how each fits (0: best), its length, and its entry."""
        rows, texts = self._keys_of(department_id)
        ranks = texts.ranks(pressed)
        fit = (ranks < NOT) & (True if self._shown is None else self._shown[self._owner[rows]])
        rows, grades = rows[fit], 2 * ranks[fit] + ~self.keyword[rows[fit]]
        for row, grade in zip(rows.tolist(), grades.tolist(), strict=True):
            yield grade, len(self.part.sounds[row]), int(self.entries[row])

    def _keys_of(self, department_id: int) -> tuple[Ints, Keyed]:
        """Made when a department is first asked by keys: milliseconds."""
        if department_id not in self._keyed:
            rows = np.flatnonzero((self._department == department_id)[self._owner]).astype(np.int32)
            self._keyed[department_id] = rows, Keyed.of([self.part.sounds[row] for row in rows.tolist()])
        return self._keyed[department_id]

    def allowed(self, departments: Iterable[int] | None, category: str) -> Mask | None:
        """Which texts may be found, in these departments (None: in all) and in or below a category; None: all."""
        masks = [] if self._shown is None else [self._shown]
        if departments is not None:
            masks.append(np.isin(self._department, list(departments)))
        if category:
            masks.append(self._of_category(category))
        return np.logical_and.reduce(masks)[self._owner] if masks else None

    def _made_of_category(self, category: str) -> Mask:
        within = (d.category == category or d.category.startswith(category + "/") for d in self._held)
        return np.fromiter(within, dtype=bool, count=len(self._held))
