"""A department's leave to answer in its name: what covers an entry, and that nothing uncovered ever slips out."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.authorisations import Authorisation, Cover, Covered, Form, NotCovered, Scope, cover, of_department
from knowledge_base.standing import Standing, standings

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
_ids = itertools.count(1)


def leave(form: Form = Form.FULL, *, document: str = "玉公授权〔2026〕1号", version: int = 1, scope: Scope = Scope.DEPARTMENT,
          since: int = -30, until: int = 30, department: int = 1, **more: object) -> Authorisation:
    """A department's document, valid from so many days from today until so many."""
    given_ = {"categories": [], "entries": [], "exclusions": [], "provisional": False, "revoked_at": None, **more}
    return Authorisation(id=next(_ids), department_id=department, document=document, version=version, signer="局长", scope=scope,
                         form=form, valid_from=TODAY + since * DAY, valid_to=TODAY + until * DAY, **given_)  # fmt: skip


def asked(*authorisations: Authorisation, category: str = "户政/居住证", entry: int = 7, on: date = TODAY, at: datetime = NOON) -> Cover:
    return cover(authorisations, entry_id=entry, department_id=1, category=category, on=on, at=at)


NEVER, NOT_YET, OVER = "该部门从未授权热线代为答复", "部门授权尚未生效", "部门授权已过有效期"
REVOKED, EXCLUDED, OUTSIDE = "部门已撤销授权", "该问题已被部门列为授权例外", "该问题不在部门授权范围内"


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ([], NEVER),
        ([leave(department=2)], NEVER),
        ([leave(since=1)], NOT_YET),
        ([leave(until=-1)], OVER),
        ([leave(until=-1), leave(since=1)], OVER),
        ([leave(revoked_at=NOON)], REVOKED),
        ([leave(revoked_at=NOON - DAY)], REVOKED),
        ([leave(exclusions=[7])], EXCLUDED),
        ([leave(scope=Scope.ENTRIES, entries=[7]), leave(Form.CONTACT, exclusions=[7])], EXCLUDED),
        ([leave(scope=Scope.ENTRIES, entries=[8])], OUTSIDE),
        ([leave(scope=Scope.ENTRIES)], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, categories=["户政/身份证"])], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, categories=["户"])], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, categories=["户政/居住证/续签"])], OUTSIDE),
        ([leave(scope=Scope.CATEGORIES, entries=[7])], OUTSIDE),
        ([leave(scope=Scope.ENTRIES, categories=["户政"])], OUTSIDE),
    ],
)
def test_what_nobody_allowed_is_not_covered_and_the_reason_says_why(given_: list[Authorisation], reason: str) -> None:
    assert asked(*given_) == NotCovered(reason)


@pytest.mark.parametrize(
    ("given_", "form"),
    [
        ([leave()], Form.FULL),
        ([leave(since=0, until=0)], Form.FULL),
        ([leave(revoked_at=NOON + timedelta(seconds=1))], Form.FULL),
        ([leave(exclusions=[8])], Form.FULL),
        ([leave(until=-1, exclusions=[7]), leave(document="2号")], Form.FULL),
        ([leave(scope=Scope.ENTRIES, entries=[6, 7])], Form.FULL),
        ([leave(scope=Scope.CATEGORIES, categories=["户政"])], Form.FULL),
        ([leave(scope=Scope.CATEGORIES, categories=["户政/居住证"])], Form.FULL),
        ([leave(Form.SUMMARY)], Form.SUMMARY),
        ([leave(Form.CONTACT)], Form.CONTACT),
        ([leave(Form.CONTACT), leave(Form.FULL), leave(Form.SUMMARY)], Form.FULL),
        ([leave(Form.CONTACT), leave(Form.SUMMARY)], Form.SUMMARY),
        ([leave(Form.FULL, until=-1), leave(Form.SUMMARY)], Form.SUMMARY),
        ([leave(Form.FULL, department=2), leave(Form.CONTACT)], Form.CONTACT),
    ],
)
def test_the_fullest_form_in_force_wins(given_: list[Authorisation], form: Form) -> None:
    found = asked(*given_)
    assert isinstance(found, Covered)
    assert found.form is form


def test_a_cover_names_its_document_version_and_end() -> None:
    row = leave(version=3, until=38)
    assert asked(row) == Covered(Form.FULL, row.id, 3, False, "依据玉公授权〔2026〕1号（第3版），有效期至2026年12月31日")


def test_what_is_inherited_covers_and_says_that_it_is_provisional() -> None:
    found = asked(leave(provisional=True))
    assert isinstance(found, Covered)
    assert found.provisional


def test_only_the_latest_version_of_a_document_counts(session: Session, office: Department) -> None:
    for version, form in ((2, Form.CONTACT), (1, Form.FULL)):
        session.add(leave(form, version=version, department=office.id))
    session.add(leave(Form.SUMMARY, document="另一份", department=office.id))
    session.flush()
    found = of_department(session, office.id)
    assert {(a.document, a.version) for a in found} == {("玉公授权〔2026〕1号", 2), ("另一份", 1)}


def test_a_revoked_version_does_not_bring_the_one_before_back_to_life(session: Session, office: Department) -> None:
    session.add_all([leave(version=1, department=office.id), leave(version=2, department=office.id, revoked_at=NOON)])
    session.flush()
    found = cover(of_department(session, office.id), entry_id=7, department_id=office.id, category="", on=TODAY, at=NOON)
    assert found == NotCovered(REVOKED)


def test_how_an_authorisation_stands_is_one_word() -> None:
    rows = {
        Standing.IN_FORCE: leave(document="a"), Standing.PROVISIONAL: leave(document="b", provisional=True),
        Standing.NOT_YET: leave(document="c", since=1), Standing.EXPIRED: leave(document="d", until=-1),
        Standing.REVOKED: leave(document="e", revoked_at=NOON), Standing.SUPERSEDED: leave(document="f"),
    }  # fmt: skip
    found = standings([*rows.values(), leave(document="f", version=2)], on=TODAY, at=NOON)
    assert {word: found[row.id] for word, row in rows.items()} == {word: word for word in rows}


# -- whatever happens, in whatever order --------------------------------------------------------------------------
ENTRIES = {1: "户政/居住证", 2: "户政/身份证", 3: "出入境/护照", 4: ""}
SCOPES = st.one_of(
    st.just((Scope.DEPARTMENT, [], [])),
    st.tuples(st.just(Scope.CATEGORIES), st.lists(st.sampled_from(["户政", "户政/居住证", "出入境"]), max_size=2), st.just([])),
    st.tuples(st.just(Scope.ENTRIES), st.just([]), st.lists(st.sampled_from(list(ENTRIES)), max_size=3)),
)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), st.integers(0, 2), SCOPES, st.integers(-5, 5), st.integers(0, 8), st.sampled_from(Form)),
        st.tuples(st.just("revoke"), st.integers(0, 2), st.integers(-48, 48)),
        st.tuples(st.just("exclude"), st.integers(0, 2), st.sampled_from(list(ENTRIES))),
        st.tuples(st.just("time passes"), st.integers(1, 6)),
    ),
    max_size=12,
)


def allowed(a: Authorisation, entry: int, day: date, at: datetime) -> bool:
    """The rule once more, as a lawyer would read it from the document."""
    if not a.valid_from <= day <= a.valid_to or (a.revoked_at and a.revoked_at <= at):
        return False
    if a.scope == Scope.ENTRIES:
        return entry in a.entries
    if a.scope == Scope.CATEGORIES:
        parts = ENTRIES[entry].split("/")
        return any("/".join(parts[:n]) in a.categories for n in range(1, len(parts) + 1))
    return True


@run(max_examples=300, deadline=None)
@given(DEEDS)
def test_no_sequence_of_grants_revocations_expiries_and_exclusions_lets_an_uncovered_entry_out(deeds: list[tuple[object, ...]]) -> None:
    day, documents = TODAY, {}
    for deed in deeds:
        match deed:
            case ("grant", int(n), (Scope() as scope, list(categories), list(entries)), int(since), int(days), Form() as form):
                before = documents.get(n)
                documents[n] = leave(form, document=str(n), version=before.version + 1 if before else 1, scope=scope, categories=categories,
                                     entries=entries, since=(day - TODAY).days + since, until=(day - TODAY).days + since + days)  # fmt: skip
            case ("revoke", int(n), int(hours)) if n in documents:
                documents[n].revoked_at = NOON + (day - TODAY) + timedelta(hours=hours)
            case ("exclude", int(n), int(entry)) if n in documents:
                documents[n].exclusions = [*documents[n].exclusions, entry]
            case ("time passes", int(days)):
                day += days * DAY
        at = NOON + (day - TODAY)
        for entry, category in ENTRIES.items():
            standing = [a for a in documents.values() if a.valid_from <= day <= a.valid_to and not (a.revoked_at and a.revoked_at <= at)]
            taken_out = any(entry in a.exclusions for a in standing)
            found = asked(*documents.values(), entry=entry, category=category, on=day, at=at)
            if isinstance(found, Covered):
                ground = next(a for a in documents.values() if a.id == found.authorisation_id)
                assert allowed(ground, entry, day, at)
                assert not taken_out
                assert found.form == ground.form
            else:
                assert taken_out or not any(allowed(a, entry, day, at) for a in documents.values())
                assert found.reason
