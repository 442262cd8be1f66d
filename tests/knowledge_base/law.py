"""The rule of authorised answering once more, as a lawyer would read it from the papers on the table; and what may happen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from knowledge_base.leave import Form, Scope

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLACES = {1: ("户政/居住证", 91), 2: ("户政/身份证", None), 3: ("出入境/护照", 92), 4: ("", None), 5: ("户政/居住证", None), 6: ("出入境/护照", 93)}
"""Each entry's category and licence item."""
HOMES = {1: 1, 2: 1, 3: 1, 4: 1, 5: 2, 6: 2}
"""Whose each entry is in the beginning; department 3 has none yet."""
BREADTH = [Form.CONTACT, Form.SUMMARY, Form.FULL]

TERMS = st.fixed_dictionaries({
    "scope": st.one_of(
        st.just((Scope.DEPARTMENT, ())),
        st.tuples(st.just(Scope.CATEGORIES), st.lists(st.sampled_from(["户政", "户政/居住证", "出入境"]), min_size=1, max_size=2).map(tuple)),
        st.tuples(st.just(Scope.LICENCES), st.lists(st.sampled_from([91, 92, 93]), min_size=1, max_size=2, unique=True).map(tuple)),
        st.tuples(st.just(Scope.ENTRIES), st.lists(st.sampled_from(list(PLACES)), min_size=1, max_size=3, unique=True).map(tuple)),
    ),
    "out": st.lists(st.sampled_from(list(PLACES)), max_size=1).map(tuple),
    "out_categories": st.lists(st.sampled_from(["户政/身份证", "出入境"]), max_size=1).map(tuple),
    "form": st.sampled_from(list(Form)), "since": st.integers(-2, 3), "days": st.integers(0, 9),
})  # fmt: skip
UNITS, PAPERS = st.integers(1, 3), st.integers(0, 7)
DEED = st.one_of(
    st.tuples(st.just("enter"), UNITS, st.integers(1, 3), TERMS),
    st.tuples(st.just("sign"), PAPERS),
    st.tuples(st.just("enter and sign"), UNITS, st.integers(1, 3), TERMS),
    st.tuples(st.just("revoke"), PAPERS, st.integers(0, 60)),
    st.tuples(st.just("time passes"), st.integers(1, 70)),
    st.tuples(st.just("link"), st.sampled_from(list(PLACES)), st.sampled_from([91, 92, 93, None])),
    st.tuples(st.just("pass on"), UNITS, UNITS, st.one_of(st.none(), st.sets(st.sampled_from(list(PLACES)), min_size=1, max_size=3))),
)
DEEDS = st.lists(DEED, max_size=14)
NAMES = st.sampled_from(["户政", "户政/居住证", "户政/身份证", "户政/新", "出入境", "出入境/护照", "出入境/身份证"])
TREE_DEED = st.one_of(
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("retire"), NAMES),
    st.tuples(st.just("add"), NAMES),
    st.tuples(st.just("hand in"), st.sampled_from(list(PLACES)), NAMES),
    st.tuples(st.just("publish"), st.sampled_from(list(PLACES))),
    st.tuples(st.just("abolish"), UNITS),
    st.tuples(st.just("begin"), UNITS),
)
WALKS = st.lists(st.one_of(DEED, TREE_DEED), max_size=16)
"""The same with what is done to the tree of categories, with entries that move in it or are new, and with departments that end."""


@dataclass(eq=False)
class Place:
    """A place in the tree; it stays the same however it is called and wherever it is moved."""

    above: "Place | None" = None

    def line(self) -> "set[Place]":
        return {self} | (self.above.line() if self.above else set())


@dataclass(eq=False)
class Link:
    """One linking of an entry to a licence item, which ends when it is linked anew."""

    item: int


@dataclass
class Paper:
    """One sheet on the table."""

    unit: int
    document: object
    version: int
    form: Form
    first: date
    last: date
    says: "Callable[[int, Paper], bool]"
    out: Callable[[int], bool]
    links: frozenset[Link] = frozenset()  # that stood when it was signed
    lists: frozenset[int] = frozenset()  # the entries that it lists one by one
    signed: datetime | None = None
    revoked: datetime | None = None
    inherited: bool = False


@dataclass
class Law:
    """Who owns which entry since when, and every paper there ever was."""

    papers: list[Paper] = field(default_factory=list)
    homes: dict[int, int] = field(default_factory=lambda: dict(HOMES))
    since: dict[int, datetime] = field(default_factory=dict)
    provisional_days: int = 5
    tree: dict[str, Place] = field(default_factory=dict)
    places: dict[int, Place | None] = field(default_factory=dict)
    handed_in: dict[int, Place | None] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)  # departments that are no more

    def __post_init__(self) -> None:
        for entry, (path, item) in PLACES.items():
            self.places[entry] = self.add(path)
            self.link(entry, item)

    def add(self, path: str) -> Place | None:
        """The place that is called so, a new one when none is."""
        if not path:
            return None
        return self.tree.setdefault(path, Place(self.add(path.rpartition("/")[0])))

    def rename(self, path: str, to: str) -> None:
        moved = {p: place for p, place in self.tree.items() if p == path or p.startswith(path + "/")}
        self.tree = {p: place for p, place in self.tree.items() if p not in moved}
        moved[path].above = self.add(to.rpartition("/")[0])
        self.tree |= {to + p[len(path) :]: place for p, place in moved.items()}

    def hand_in(self, entry: int, path: str) -> None:
        self.handed_in[entry] = self.add(path)

    def publish(self, entry: int) -> None:
        self.places[entry] = self.handed_in.pop(entry)

    def abolish(self, unit: int) -> None:
        """From now on it speaks no word, signs nothing and begins nothing."""
        self.gone.add(unit)

    def begin(self, entry: int, unit: int) -> None:
        assert unit not in self.gone, "nobody writes for it"
        self.homes[entry], self.places[entry] = unit, None

    def within(self, entry: int, names: set[Place]) -> bool:
        place = self.places[entry]
        return place is not None and bool(place.line() & names)

    def enter(self, unit: int, document: object, terms: dict[str, object], today: date) -> Paper:
        assert unit not in self.gone, "nobody grants anything for it"
        version = 1 + max((p.version for p in self.papers if (p.unit, p.document) == (unit, document)), default=0)
        first = today + timedelta(days=int(str(terms["since"])))
        last = first + timedelta(days=int(str(terms["days"])))
        paper = Paper(unit, document, version, Form(str(terms["form"])), first, last, self.reader(terms["scope"]), self.exceptions(terms))
        kind, names = terms["scope"]  # type: ignore[misc]
        paper.lists = frozenset(names) if kind is Scope.ENTRIES else frozenset()
        self.papers.append(paper)
        return paper

    def link(self, entry: int, item: int | None) -> None:
        """The entry speaks of this item from now on, and of no other."""
        self.links.pop(entry, None)
        if item is not None:
            self.links[entry] = Link(item)

    def sign(self, paper: Paper, now: datetime) -> None:
        """The signer has before him what is linked at that moment."""
        assert paper.unit not in self.gone, "its leader leads nothing any more"
        paper.signed, paper.links = now, frozenset(self.links.values())

    def answer(self, entry: int, now: datetime, today: date) -> Form | None:
        """How much of the entry may be said; None: nothing."""
        if self.homes[entry] in self.gone:
            return None
        table = [p for p in self.papers if p.unit == self.homes[entry] and self.counts(p, now, today)]
        if any(self.taken_out(p, entry, table) for p in table):
            return None
        for mine in (True, False):
            forms = [p.form for p in table if p.inherited is not mine and self.meant(p, entry)]
            if forms:
                return max(forms, key=BREADTH.index)
        return None

    def taken_out(self, paper: Paper, entry: int, table: list[Paper]) -> bool:
        """A predecessor's exception holds until the heir has signed for the entry by its name."""
        own = any(entry in p.lists and not p.inherited and self.meant(p, entry) for p in table)
        return paper.out(entry) and not (paper.inherited and own)

    def meant(self, paper: Paper, entry: int) -> bool:
        came = self.since.get(entry)
        return paper.says(entry, paper) and (came is None or (paper.signed is not None and paper.signed >= came))

    def counts(self, paper: Paper, now: datetime, today: date) -> bool:
        return self.lives(paper, now, today) and paper.first <= today

    def lives(self, paper: Paper, now: datetime, today: date) -> bool:
        """Signed, not taken back, not over, and no later version of it signed."""
        if paper.signed is None or paper.signed > now or today > paper.last:
            return False
        if paper.revoked is not None and now >= paper.revoked:
            return False
        later = [p for p in self.papers if (p.unit, p.document) == (paper.unit, paper.document) and p.version > paper.version]
        return not any(p.signed is not None and p.signed <= now for p in later)

    def pass_on(self, old: int, new: int, entries: set[int] | None, now: datetime, today: date) -> None:
        """The successor gets copies that name the entries one by one; the old department's papers end when all passes."""
        going = {e for e, unit in self.homes.items() if unit == old and (entries is None or e in entries)}
        alive = [p for p in self.papers if p.unit == old and self.lives(p, now, today)]
        own = [p for p in alive if not p.inherited]
        for p in alive:
            meant = {e for e in going if self.meant(p, e) and not (p.inherited and any(self.meant(o, e) for o in own))}
            out = {e for e in going if self.taken_out(p, e, own)}
            last = min(p.last, today + self.provisional_days * DAY)
            if (meant or out) and p.first <= last:  # a copy that would never say anything isn't made
                self.papers.append(Paper(new, (old, p.document, now), p.version, p.form, p.first, last, lambda e, _, meant=meant: e in meant,
                                         out.__contains__, signed=now, revoked=p.revoked, inherited=True))  # type: ignore[misc]  # fmt: skip
        for e in going:
            self.homes[e], self.since[e] = new, now
        if entries is None:
            for p in self.papers:
                if p.unit == old and (p.revoked is None or p.revoked > now):
                    p.revoked = now

    def reader(self, scope: object) -> Callable[[int, Paper], bool]:
        """What the words of the scope mean."""
        assert isinstance(scope, tuple)
        kind, names = scope
        meant = {self.tree[name] for name in names if name in self.tree} if kind is Scope.CATEGORIES else set()
        meaning: dict[Scope, Callable[[int, Paper], bool]] = {
            Scope.DEPARTMENT: lambda e, _: True, Scope.ENTRIES: lambda e, _: e in names, Scope.CATEGORIES: lambda e, _: self.within(e, meant),
            Scope.LICENCES: lambda e, paper: e in self.links and self.links[e] in paper.links and self.links[e].item in names,
        }  # fmt: skip
        return meaning[kind]

    def exceptions(self, terms: dict[str, object]) -> Callable[[int], bool]:
        out, categories = terms["out"], terms["out_categories"]
        assert isinstance(out, tuple)
        assert isinstance(categories, tuple)
        meant = {self.tree[name] for name in categories if name in self.tree}
        return lambda e: e in out or self.within(e, meant)
