"""Documents kept in arrays, each different text of theirs once: whose it is, and what each document was."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.documents import Document
from knowledge_base.search.resting import laid
from knowledge_base.search.texts import Collected, Texts, spans

Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]



class Owners(NamedTuple):
    """Whose some texts are: for each the place among these, the document, and whether it's only a keyword of it."""

    of: Ints
    documents: Ints
    keyword: Mask


@dataclass(frozen=True, eq=False)
class Holdings:
    """Of each document its ids, the number of its category and of its department's names, and the texts it tells."""

    entry: NDArray[np.int64]
    department: NDArray[np.int64]
    category: Ints
    named: Ints
    ends: Ints  # of each document in `told` and `keyword`
    told: Ints  # texts
    keyword: Mask
    owners: Ints  # documents, text by text
    owned: Ints  # the places of these in `told`
    owner_ends: Ints  # of each text in `owners`
    categories: list[str]
    names: list[tuple[str, ...]]

    @classmethod
    def of(cls, held: Iterable[Document]) -> "tuple[Holdings, Texts]":
        """And the different texts, in the order in which they are told. Documents are let go one by one."""
        categories, names = dict[str, int](), dict[tuple[str, ...], int]()
        every, keyword, rows = Collected(), bytearray(), array("q")
        for one in held:
            for text, is_keyword in one.texts():
                every.add(text)
                keyword.append(is_keyword)
            rows.extend((one.entry_id, one.department_id, categories.setdefault(one.category, len(categories)),
                         names.setdefault(tuple(one.department_names), len(names)), len(keyword)))  # fmt: skip
        columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
        entry, department = (np.ascontiguousarray(column) for column in columns[:2])
        category, named, ends = (column.astype(np.int32) for column in columns[2:])
        texts, told = every.different()
        owned = np.argsort(told, kind="stable").astype(np.int32)
        owners = np.repeat(np.arange(len(entry), dtype=np.int32), np.diff(ends, prepend=0))[owned]
        owner_ends = np.cumsum(np.bincount(told, minlength=len(texts))).astype(np.int32)
        return cls(entry, department, category, named, laid(ends), laid(told), np.array(keyword, dtype=bool),
                   laid(owners), laid(owned), laid(owner_ends), list(categories), list(names)), texts  # fmt: skip

    def __len__(self) -> int:
        return len(self.entry)

    def document(self, place: int, texts: Texts) -> Document:
        """One of them as it was."""
        begin, end = self.ends[place - 1] if place else 0, self.ends[place]
        told, keywords = [texts[row] for row in self.told[begin:end].tolist()], int(self.keyword[begin:end].sum())
        question, *others = told[: len(told) - keywords]
        return Document(int(self.entry[place]), int(self.department[place]), self.categories[self.category[place]],
                        question, tuple(others), tuple(told[len(told) - keywords :]), self.names[self.named[place]])

    def owners_of(self, rows: Ints, shown: Mask | None, *, most: int) -> Owners:
        """Whose these texts are, of the documents that are shown; so many of each text at most, the first ones."""
        places, counts = spans(self.owner_ends, rows)
        of = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
        if shown is not None:
            those = shown[self.owners[places]]
            of, places = of[those], places[those]
        first = np.arange(len(of)) - np.searchsorted(of, of) < most
        return Owners(of[first], self.owners[places[first]], self.keyword[self.owned[places[first]]])

    def texts_of(self, shown: Mask) -> Mask:
        """The texts that one of these documents tells."""
        found = np.zeros(len(self.owner_ends), dtype=bool)
        found[self.told[spans(self.ends, np.flatnonzero(shown))[0]]] = True
        return found
