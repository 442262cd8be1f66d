"""What a form consists of: its columns, each described once for the empty form, the reader, the export, the pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"  # one line
    LONG = "long"  # several lines
    DATE = "date"
    CHOICE = "choice"  # one of the words of a drop-down list
    PHONE = "phone"
    PHONES = "phones"  # several, in order
    LIST = "list"  # several texts, by ； or line ends
    NUMBER = "number"
    HOURS = "hours"  # office hours of a week
    SECTIONS = "sections"  # internal sections: name｜phone｜duties, one a line


@dataclass(frozen=True)
class Column:
    """One column. `longest` counts characters of the cell, or of each item of a list, of which there may be `most`.

    `choices` gives the code of each word; a drop-down list that depends on the database is named by `options`.
    Items of a list stand on lines of their own, or by semicolons; where they are `words`, commas part them, too.
    What isn't `given` the office fills in when it exports; it is shown and never read. An empty cell takes away what
    stood there, but where it `keeps` it."""

    key: str
    title: str
    example: str = ""
    kind: Kind = Kind.TEXT
    longest: int = 0
    most: int = 0
    required: bool = False
    remark: str = ""
    width: int = 18
    choices: Mapping[str, str] = field(default_factory=dict)
    options: str = ""
    given: bool = True
    keeps: bool = False
    words: bool = False

    @property
    def head(self) -> str:
        """The title as it stands in the first row: a star marks what must be filled in."""
        return f"{self.title}*" if self.required else self.title


@dataclass(frozen=True)
class Form:
    """One annex: its columns, by which of them a row is known within its department, and how many rows a file takes."""

    annex: str
    name: str
    sheet: str
    key: str
    purpose: str
    columns: tuple[Column, ...]
    most_rows: int = 1000

    @property
    def given(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.given)

    @property
    def owned(self) -> bool:
        """Whether its rows are things of a department, not departments themselves."""
        return any(c.key == "department" for c in self.columns)

    def column(self, key: str) -> Column:
        return next(c for c in self.columns if c.key == key)
