"""The menu as data: which key does what and how it is said, checked before a caller can hear it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

MOST_KEYS = 6  # that one remembers, and that fit before silence
LONGEST_SAYING, LONGEST_TEXT = 20, 200
CLOSING = "人工服务请按0，或者稍候。"
_PATH = re.compile(r"[1-9](\.[1-9])?")  # 3, and 3.1 below it: two levels, and no way back up that could go round


class Do(StrEnum):
    """What a key leads to. 0 and silence always lead to a person."""

    SELF_SERVICE = "self_service"
    PROGRESS = "progress"
    PERSON = "person"
    DIALECT = "dialect"  # a person who speaks it: the choice of a language, where the office offers one
    MESSAGE = "message"
    ANNOUNCE = "announce"
    MENU = "menu"


class Fault(StrEnum):
    """Why a menu can't be put in force."""

    EMPTY = "empty"  # there is no key at all
    PATH = "path"  # no key of the menu, or deeper than two levels
    TWICE = "twice"
    SILENT = "silent"  # nothing is said of the key, or too much
    DEAD_END = "dead_end"  # a menu without keys, an announcement without words
    NO_PARENT = "no_parent"  # keys below a key that is no menu
    TOO_MANY = "too_many"
    WORDS = "words"  # an announcement that nobody listens to so long


@dataclass(frozen=True)
class Item:
    """One key: where it is (`3`, or `3.1` below it), how it is said, what it does, and what it announces."""

    path: str
    says: str
    do: Do
    text: str = ""

    @property
    def key(self) -> str:
        return self.path[-1]

    @property
    def sentence(self) -> str:
        """How the menu says it."""
        return f"{self.says}请按{self.key}。"


@dataclass(frozen=True)
class Menu:
    """The keys, in their order."""

    items: tuple[Item, ...]

    def at(self, path: str) -> Item | None:
        return next((item for item in self.items if item.path == path), None)

    def below(self, path: str = "") -> tuple[Item, ...]:
        """The keys of a level: of the first, or of the menu behind a key."""
        start = f"{path}." if path else ""
        return tuple(i for i in self.items if i.path.startswith(start) and "." not in i.path[len(start) :])

    def texts(self) -> list[str]:
        """All that it says, each a text of its own."""
        announced = [item.text for item in self.items if item.do is Do.ANNOUNCE]
        return [*(item.sentence for item in self.items), *announced, CLOSING]


BUILT_IN = Menu((Item("1", "自助查询", Do.SELF_SERVICE), Item("2", "查询办理进度", Do.PROGRESS)))
"""What the dialplan offers by itself."""


def faults(menu: Menu) -> list[tuple[str, Fault]]:
    """What is wrong with it, each with the key's path; empty when it can be put in force."""
    if not menu.items:
        return [("", Fault.EMPTY)]
    found = [(item.path, fault) for item in menu.items for fault in _of(item, menu)]
    paths = [item.path for item in menu.items]
    found += [(path, Fault.TWICE) for path in sorted({path for path in paths if paths.count(path) > 1})]
    levels = ["", *(item.path for item in menu.items if item.do is Do.MENU)]
    return found + [(path, Fault.TOO_MANY) for path in levels if len(menu.below(path)) > MOST_KEYS]


def _of(item: Item, menu: Menu) -> Iterable[Fault]:
    if not _PATH.fullmatch(item.path):
        yield Fault.PATH
        return
    if not 0 < len(item.says) <= LONGEST_SAYING:
        yield Fault.SILENT
    if (item.do is Do.MENU and not menu.below(item.path)) or (item.do is Do.ANNOUNCE and not item.text):
        yield Fault.DEAD_END
    if item.do is Do.MENU and "." in item.path:
        yield Fault.PATH
    if len(item.text) > LONGEST_TEXT:
        yield Fault.WORDS
    parent = menu.at(item.path[0]) if "." in item.path else None
    if "." in item.path and (parent is None or parent.do is not Do.MENU):
        yield Fault.NO_PARENT


_WAYS = {Do.SELF_SERVICE: "s", Do.PROGRESS: "p", Do.MESSAGE: "m", Do.ANNOUNCE: "x", Do.MENU: "x", Do.PERSON: "-",
         Do.DIALECT: "d"}


def offered(menu: Menu, path: str = "", *, self_service: bool) -> tuple[Item, ...]:
    """The keys of a level that this caller is offered."""
    return tuple(item for item in menu.below(path) if self_service or item.do is not Do.SELF_SERVICE)


def keys_to(menu: Menu, do: Do) -> tuple[str, ...]:
    """The keys that lead to what is done, one for each level, the shortest way; empty when there are none."""
    paths = sorted((item.path for item in menu.items if item.do is do), key=lambda path: (len(path), path))
    return tuple(paths[0].split(".")) if paths else ()


def ways(items: Iterable[Item]) -> str:
    """Where the keys of the first level lead, a sign for each from 0 to 9, as the dialplan reads it."""
    signs = {item.key: _WAYS[item.do] for item in items}
    return "".join(signs.get(str(key), "-") for key in range(10))


def read(rows: Sequence[Mapping[str, str]]) -> Menu:
    """The menu of what was kept or typed, in the order of its keys; blank rows fall away."""
    told = [row for row in rows if row.get("path", "").strip() or row.get("says", "").strip()]
    items = [Item(row.get("path", "").strip(), row.get("says", "").strip(), Do(row.get("do") or Do.PERSON),
                  row.get("text", "").strip()) for row in told]  # fmt: skip
    return Menu(tuple(sorted(items, key=lambda item: item.path)))


def rows(menu: Menu) -> list[dict[str, str]]:
    """The menu as it is kept."""
    return [{name: str(value) for name, value in asdict(item).items()} for item in menu.items]
