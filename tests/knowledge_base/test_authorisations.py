"""A department's leave to answer in its name: what covers an entry, and that nothing uncovered ever slips out."""

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as run

from hotline.times import local_day
from knowledge_base.covering import Cover, Covered, NotCovered, cover
from knowledge_base.inheriting import heirlooms
from knowledge_base.leave import Form, Leave, Scope, Subject
from knowledge_base.standing import Standing, standings
from tests.knowledge_base.law import DAY, DEEDS, HOMES, HOUR, NOON, PLACES, Law

TODAY = date(2026, 11, 23)
_ids = itertools.count(1)


def leave(form: Form = Form.FULL, *, document: str = "玉公授权〔2026〕1号", version: int = 1, scope: Scope = Scope.DEPARTMENT,
          since: int = -30, until: int = 30, department: int = 1, signed_at: datetime | None = NOON - 30 * DAY, **more: object) -> Leave:
    """A department's document, valid from so many days from today until so many."""
    made = Leave(id=next(_ids), department_id=department, document=document, version=version, form=form, scope=scope,
                 valid_from=TODAY + since * DAY, valid_to=TODAY + until * DAY, signed_at=signed_at)  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def asked(*leaves: Leave, category: str = "户政/居住证", entry: int = 7, licence: int | None = None,
          passed_at: datetime | None = None, linked_at: datetime | None = None, on: date = TODAY, at: datetime = NOON) -> Cover:
    return cover(leaves, Subject(entry, 1, category, licence, passed_at, linked_at), on=on, at=at)


NEVER, NOT_YET, OVER = "该部门从未授权热线代为答复", "部门授权尚未生效", "部门授权已过有效期"
REVOKED, EXCLUDED, OUTSIDE = "部门已撤销授权", "该问题已被部门列为授权例外", "该问题不在部门授权范围内"
UNSIGNED, PASSED = "部门授权尚未签发", "该问题由其他部门转入，部门尚未就其授权"
LINKED = "该问题在授权签发后才关联到许可事项，部门尚未就其授权"
RUN_OUT = "承接的暂行授权已到期，部门尚未重新授权"


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ([], NEVER),
        ([leave(department=2)], NEVER),
        ([leave(signed_at=None)], UNSIGNED),
        ([leave(signed_at=NOON + timedelta(microseconds=1))], UNSIGNED),
        ([leave(signed_at=None, revoked_at=NOON)], NEVER),
        ([leave(signed_at=None, version=2), leave(until=-1)], OVER),
        ([leave(since=1)], NOT_YET),
        ([leave(until=-1)], OVER),
        ([leave(until=-1, provisional=True)], RUN_OUT),
        ([leave(until=-1), leave(document="2号", since=1)], OVER),
        ([leave(revoked_at=NOON)], REVOKED),
        ([leave(revoked_at=NOON - DAY)], REVOKED),
        ([leave(), leave(version=2, since=1)], NOT_YET),
        ([leave(), leave(version=2, revoked_at=NOON)], REVOKED),
        ([leave(exclusions=frozenset({7}))], EXCLUDED),
        ([leave(excluded_categories=("户政",))], EXCLUDED),
        ([leave(excluded_categories=("户政/居住证",))], EXCLUDED),
        ([leave(scope=Scope.ENTRIES, entries=frozenset({7})), leave(Form.CONTACT, document="2号", exclusions=frozenset({7}))], EXCLUDED),
        ([leave(), leave(document="2号", scope=Scope.ENTRIES, excluded_categories=("户政",))], EXCLUDED),
        ([leave(), leave(document="2号", provisional=True, scope=Scope.ENTRIES, exclusions=frozenset({7}))], EXCLUDED),
        ([leave(scope=Scope.ENTRIES, entries=frozenset({7}), signed_at=None), leave(document="旧", provisional=True, exclusions=frozenset({7}))], EXCLUDED),
        ([leave(scope=Scope.ENTRIES, entries=frozenset({7}), provisional=True), leave(document="旧", provisional=True, exclusions=frozenset({7}))], EXCLUDED),
        ([leave(scope=Scope.ENTRIES, entries=frozenset({7}), exclusions=frozenset({7})), leave(document="旧", provisional=True)], EXCLUDED),
        ([leave(scope=Scope.ENTRIES, entries=frozenset({8}))], OUTSIDE),
        ([leave(scope=Scope.ENTRIES)], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, categories=("户政/身份证",))], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, categories=("户",))], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, categories=("",))], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, categories=("户政/居住证/续签",))], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, entries=frozenset({7}))], OUTSIDE),
        ([leave(scope=Scope.ENTRIES, categories=("户政",))], OUTSIDE),
        ([leave(scope=Scope.LICENCES, licences=frozenset({3}))], OUTSIDE),
        ([leave(scope=Scope.LICENCES, entries=frozenset({7}))], OUTSIDE),
    ],
)
def test_what_nobody_allowed_is_not_covered_and_the_reason_says_why(given_: list[Leave], reason: str) -> None:
    assert asked(*given_) == NotCovered(reason)


@pytest.mark.parametrize(
    ("given_", "form"),
    [
        ([leave()], Form.FULL),
        ([leave(since=0, until=0)], Form.FULL),
        ([leave(signed_at=NOON)], Form.FULL),
        ([leave(revoked_at=NOON + timedelta(seconds=1))], Form.FULL),
        ([leave(exclusions=frozenset({8}), excluded_categories=("户政/身份证", "户"))], Form.FULL),
        ([leave(until=-1, exclusions=frozenset({7})), leave(document="2号")], Form.FULL),
        ([leave(signed_at=None, exclusions=frozenset({7})), leave(document="2号")], Form.FULL),
        ([leave(), leave(Form.CONTACT, version=2, signed_at=None)], Form.FULL),
        ([leave(), leave(Form.CONTACT, version=2, signed_at=NOON + HOUR)], Form.FULL),
        ([leave(), leave(Form.CONTACT, version=2, signed_at=NOON)], Form.CONTACT),
        ([leave(scope=Scope.ENTRIES, entries=frozenset({6, 7}))], Form.FULL),
        ([leave(scope=Scope.CATEGORIES, categories=("户政",))], Form.FULL),
        ([leave(scope=Scope.CATEGORIES, categories=("户政/居住证",))], Form.FULL),
        ([leave(Form.SUMMARY)], Form.SUMMARY),
        ([leave(Form.CONTACT)], Form.CONTACT),
        ([leave(Form.CONTACT), leave(Form.FULL, document="2号"), leave(Form.SUMMARY, document="3号")], Form.FULL),
        ([leave(Form.CONTACT), leave(Form.SUMMARY, document="2号")], Form.SUMMARY),
        ([leave(Form.FULL, until=-1), leave(Form.SUMMARY, document="2号")], Form.SUMMARY),
        ([leave(Form.FULL, department=2), leave(Form.CONTACT)], Form.CONTACT),
        ([leave(Form.FULL, provisional=True), leave(Form.CONTACT, document="自己的")], Form.CONTACT),
        ([leave(document="旧", provisional=True, exclusions=frozenset({7})), leave(Form.SUMMARY, scope=Scope.ENTRIES, entries=frozenset({7}))], Form.SUMMARY),
    ],
)
def test_the_fullest_form_in_force_wins(given_: list[Leave], form: Form) -> None:
    found = asked(*given_)
    assert isinstance(found, Covered)
    assert found.form is form


def test_a_licence_item_covers_the_entries_that_speak_of_it() -> None:
    row = leave(scope=Scope.LICENCES, licences=frozenset({3}))
    assert isinstance(asked(row, licence=3), Covered)
    assert asked(row, licence=4) == NotCovered(OUTSIDE)


def test_what_was_linked_to_an_item_after_the_signature_waits_for_the_next_one() -> None:
    linked, by_item = NOON - DAY, {"scope": Scope.LICENCES, "licences": frozenset({3})}
    assert asked(leave(**by_item), licence=3, linked_at=linked) == NotCovered(LINKED)  # type: ignore[arg-type]
    assert isinstance(asked(leave(signed_at=linked, **by_item), licence=3, linked_at=linked), Covered)  # type: ignore[arg-type]
    assert isinstance(asked(leave(), licence=3, linked_at=linked), Covered)
    assert heirlooms([leave(**by_item)], [Subject(7, 1, "", 3, linked_at=linked)], on=TODAY, at=NOON, days=90) == []  # type: ignore[arg-type]


def test_what_was_signed_before_an_entry_came_to_the_department_does_not_speak_of_it() -> None:
    came = NOON - DAY
    for scope in ({}, {"scope": Scope.CATEGORIES, "categories": ("户政",)}, {"scope": Scope.ENTRIES, "entries": frozenset({7})}):
        assert asked(leave(**scope), passed_at=came) == NotCovered(PASSED)  # type: ignore[arg-type]
        assert isinstance(asked(leave(signed_at=came, **scope), passed_at=came), Covered)  # type: ignore[arg-type]


def test_a_cover_names_its_document_version_and_end() -> None:
    row = leave(version=3, until=38)
    assert asked(row) == Covered(Form.FULL, row.id, 3, False, "依据玉公授权〔2026〕1号（第3版），有效期至2026年12月31日")


def test_what_is_inherited_covers_and_says_that_it_is_provisional() -> None:
    found = asked(leave(provisional=True))
    assert isinstance(found, Covered)
    assert found.provisional
    assert "承接自原部门，暂行" in found.reason


def test_how_an_authorisation_stands_is_one_word() -> None:
    rows = {
        Standing.IN_FORCE: leave(document="a"), Standing.PROVISIONAL: leave(document="b", provisional=True),
        Standing.UNSIGNED: leave(document="u", signed_at=None), Standing.NOT_YET: leave(document="c", since=1),
        Standing.EXPIRED: leave(document="d", until=-1), Standing.REVOKED: leave(document="e", revoked_at=NOON),
        Standing.SUPERSEDED: leave(document="f"),
    }  # fmt: skip
    assert set(rows) == set(Standing)
    found = standings([*rows.values(), leave(document="f", version=2)], on=TODAY, at=NOON)
    assert {word: found[row.id] for word, row in rows.items()} == {word: word for word in rows}


# -- what passes to a successor -----------------------------------------------------------------------------------
MOVING = [Subject(1, 1, "户政/居住证", 9), Subject(2, 1, "户政/身份证"), Subject(3, 1, "出入境")]


@pytest.mark.parametrize(
    ("given_", "entries", "out"),
    [
        (leave(), (1, 2, 3), ()),
        (leave(scope=Scope.CATEGORIES, categories=("户政",), exclusions=frozenset({2})), (1, 2), (2,)),
        (leave(scope=Scope.LICENCES, licences=frozenset({9}), excluded_categories=("户政",)), (1,), (1, 2)),
        (leave(scope=Scope.ENTRIES, entries=frozenset({3, 4})), (3,), ()),
        (leave(since=2), (1, 2, 3), ()),
    ],
)
def test_what_passes_on_is_named_entry_by_entry(given_: Leave, entries: tuple[int, ...], out: tuple[int, ...]) -> None:
    (copy,) = heirlooms([given_], MOVING, on=TODAY, at=NOON, days=90)
    assert (copy.entries, copy.exclusions, copy.valid_to) == (entries, out, given_.valid_to)
    (short,) = heirlooms([given_], MOVING, on=TODAY, at=NOON, days=10)
    assert short.valid_to == TODAY + 10 * DAY


@pytest.mark.parametrize("dead", [leave(signed_at=None), leave(until=-1), leave(revoked_at=NOON), leave(scope=Scope.ENTRIES)])
def test_what_lets_nothing_be_said_does_not_pass_on(dead: Leave) -> None:
    assert heirlooms([dead], MOVING, on=TODAY, at=NOON, days=90) == []


def test_of_what_was_itself_inherited_only_that_passes_on_of_which_the_department_had_not_spoken() -> None:
    mine = leave(Form.CONTACT, scope=Scope.ENTRIES, entries=frozenset({1}))
    theirs = leave(document="旧", provisional=True, scope=Scope.ENTRIES, entries=frozenset({1, 2}))
    passed = {h.leave.document: h.entries for h in heirlooms([mine, theirs], MOVING, on=TODAY, at=NOON, days=90)}
    assert passed == {mine.document: (1,), "旧": (2,)}


# -- whatever happens, in whatever order --------------------------------------------------------------------------
class Desk:
    """The house's own functions, driven beside the law: the same deeds on values."""

    def __init__(self) -> None:
        self.now, self.law = NOON, Law()
        self.leaves: list[Leave] = []
        self.subjects = {e: Subject(e, HOMES[e], *place) for e, place in PLACES.items()}

    @property
    def today(self) -> date:
        return local_day(self.now)

    def enter(self, unit: int, number: int, terms: dict[str, object]) -> None:
        paper = self.law.enter(unit, number, terms, self.today)
        scope, names = terms["scope"]  # type: ignore[misc]
        field = {Scope.CATEGORIES: "categories", Scope.LICENCES: "licences", Scope.ENTRIES: "entries"}.get(scope)
        said = {} if field is None else {field: names if field == "categories" else frozenset(names)}
        self.leaves.append(Leave(next(_ids), unit, str(number), paper.version, paper.form, scope, paper.first, paper.last, None,
                                 exclusions=frozenset(terms["out"]), excluded_categories=terms["out_categories"], **said))  # type: ignore[arg-type] # fmt: skip

    def sign(self, place: int) -> None:
        if place < len(self.leaves) and self.leaves[place].signed_at is None and self.leaves[place].revoked_at is None:
            self.change(place, signed_at=self.now)
            self.law.sign(self.law.papers[place], self.now)

    def revoke(self, place: int, hours: int) -> None:
        if place < len(self.leaves):
            moment, before = self.now + hours * HOUR, self.leaves[place].revoked_at
            if before is None or moment < before:
                self.change(place, revoked_at=moment)
                self.law.papers[place].revoked = moment

    def pass_on(self, old: int, new: int, entries: set[int] | None) -> None:
        moving = [s for s in self.subjects.values() if s.department_id == old and (entries is None or s.entry_id in entries)]
        if old == new or not moving:
            return
        given = heirlooms([a for a in self.leaves if a.department_id == old], moving, on=self.today, at=self.now, days=self.law.provisional_days)
        self.law.pass_on(old, new, entries, self.now, self.today)
        copies = [Leave(next(_ids), new, f"{h.leave.document}:{old}:{self.now}", h.leave.version, h.leave.form, Scope.ENTRIES, h.leave.valid_from,
                        h.valid_to, self.now, h.leave.revoked_at, True, entries=frozenset(h.entries),
                        exclusions=frozenset(h.exclusions)) for h in given]  # fmt: skip
        if entries is None:
            self.leaves = [replace(a, revoked_at=min(a.revoked_at or self.now, self.now)) if a.department_id == old else a for a in self.leaves]
        self.leaves += copies
        for s in moving:
            self.subjects[s.entry_id] = replace(s, department_id=new, passed_at=self.now)
        assert len(self.leaves) == len(self.law.papers)

    def link(self, entry: int, item: int | None) -> None:
        if self.subjects[entry].licence_id != item:
            self.subjects[entry] = replace(self.subjects[entry], licence_id=item, linked_at=self.now if item else None)
            self.law.link(entry, item)

    def change(self, place: int, **what: object) -> None:
        self.leaves[place] = replace(self.leaves[place], **what)  # type: ignore[arg-type]

    def do(self, deed: tuple[object, ...]) -> None:
        match deed:
            case ("enter", int(unit), int(number), dict(terms)):
                self.enter(unit, number, terms)
            case ("enter and sign", int(unit), int(number), dict(terms)):
                self.enter(unit, number, terms)
                self.sign(len(self.leaves) - 1)
            case ("sign", int(place)):
                self.sign(place)
            case ("revoke", int(place), int(hours)):
                self.revoke(place, hours)
            case ("pass on", int(old), int(new), entries):
                self.pass_on(old, new, entries)  # type: ignore[arg-type]
            case ("link", int(entry), item):
                self.link(entry, item)  # type: ignore[arg-type]
            case ("time passes", int(hours)):
                self.now += hours * HOUR
        self.now += timedelta(minutes=1)

    def compare(self, at: datetime) -> None:
        on = local_day(at)
        for entry, subject in self.subjects.items():
            found = cover(self.leaves, subject, on=on, at=at)
            assert (found.form if isinstance(found, Covered) else None) == self.law.answer(entry, at, on), (entry, found)
            if isinstance(found, Covered):
                ground = next(a for a in self.leaves if a.id == found.authorisation_id)
                assert ground.signed_at is not None
                assert ground.signed_at <= at
                assert ground.department_id == subject.department_id
            else:
                assert found.reason


@run(max_examples=600, deadline=None)
@given(DEEDS)
def test_no_order_of_grants_signatures_revocations_exclusions_and_successions_lets_an_uncovered_entry_out(deeds: list[tuple[object, ...]]) -> None:
    desk = Desk()
    for deed in deeds:
        desk.do(deed)
        desk.compare(desk.now)
    for days in (1, 2, 4, 7, 12):  # and what was settled today stays right on every later day
        desk.compare(desk.now + days * DAY)
