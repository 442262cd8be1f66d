"""Whatever several people do in whatever order: nothing is ever published but what three of them saw."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from knowledge_base import drafts, life, schedule, sweeping
from knowledge_base.content import digest
from knowledge_base.entries import Entry, EntryVersion, State, in_force
from knowledge_base.ledger import Deed, LedgerRow
from knowledge_base.stages import ONCE_PUBLISHED, UNDER_WAY, Stage
from knowledge_base.transitions import LifeError
from knowledge_base.verifying import verify
from tests.conftest import NOON
from tests.dispatch.town import unit
from tests.knowledge_base import people as town
from tests.knowledge_base.people import CONTENT, TODAY, People

NAMES = ("liaison", "liaison_b", "leader", "reviewer", "citys_reviewer", "city", "supervisor", "stranger_leader", "stranger_reviewer")
Act = Callable[[Session, EntryVersion, Account, Settings, datetime, int], object]


def _revise(s: Session, v: EntryVersion, by: Account, c: Settings, at: datetime, n: int) -> object:
    return drafts.revise(s, s.get_one(Entry, v.entry_id), replace(CONTENT, answer=f"第{n}种答复"), by=by, at=at, why="改",
                         publish_at=at + timedelta(hours=n % 3))  # fmt: skip


def _clock(s: Session, v: EntryVersion, by: Account, c: Settings, at: datetime, n: int) -> object:
    return [schedule.settle(s, one, settings=c, at=at) for one in schedule.owed(s, at=at)]


ACTS: dict[str, Act] = {
    "edit": lambda s, v, by, c, at, n: drafts.edit(
        s, v, replace(CONTENT, answer=f"答复{n}", valid_to=TODAY + timedelta(days=n) if n % 4 == 0 else None), by=by, at=at, why="改"),
    "submit": lambda s, v, by, c, at, n: life.submit(s, v, by=by, at=at),
    "check": lambda s, v, by, c, at, n: life.check(s, v, by=by, at=at),
    "send back": lambda s, v, by, c, at, n: life.send_back(s, v, why="改", by=by, at=at),
    "pass": lambda s, v, by, c, at, n: life.pass_review(s, v, by=by, settings=c, at=at),
    "refuse": lambda s, v, by, c, at, n: life.refuse(s, v, clause="第九条", by=by, at=at),
    "refer up": lambda s, v, by, c, at, n: life.refer_up(s, v, why="疑", by=by, at=at),
    "publish": lambda s, v, by, c, at, n: life.publish(s, v, by=by, settings=c, at=at),
    "withdraw": lambda s, v, by, c, at, n: life.withdraw(s, v, why="撤", by=by, at=at),
    "sweep": lambda s, v, by, c, at, n: sweeping.find_fit(s, s.get_one(Entry, v.entry_id), by=by, at=at),
    "pull": lambda s, v, by, c, at, n: sweeping.pull(s, s.get_one(Entry, v.entry_id), clause="第九条", by=by, at=at),
    "revise": _revise, "clock": _clock,
}  # fmt: skip
ON = {Stage.DRAFT: ("submit", ("liaison", "city")), Stage.SUBMITTED: ("check", ("leader",)), Stage.CHECKED: ("pass", ("reviewer", "citys_reviewer")),
      Stage.REFERRED: ("pass", ("citys_reviewer",)), Stage.PASSED: ("publish", ("leader", "city"))}  # fmt: skip
"""The way forward, and who usually goes it; else a new version is begun."""
NEEDED = {"submit": Role.LIAISON, "check": Role.LEADER, "pass": Role.SECRECY_REVIEWER, "publish": Role.LEADER, "revise": Role.LIAISON}
INSIDE = ("liaison", "liaison_b", "leader", "reviewer")
STEP = st.integers(0, 9).flatmap(lambda dice: (
    st.tuples(st.just("usual"), st.just("on")) if dice < 4 else
    st.tuples(st.sampled_from(INSIDE), st.just("on in another role")) if dice < 7 else
    st.tuples(st.sampled_from(INSIDE), st.sampled_from(("edit", "withdraw", "pull"))) if dice < 8 else
    st.tuples(st.sampled_from(NAMES), st.sampled_from(sorted(ACTS)))))  # fmt: skip
WALKS = st.lists(st.tuples(STEP, st.integers(0, 12), st.integers(0, 2)), min_size=12, max_size=30)


def named(version: EntryVersion, name: str, act: str, number: int) -> tuple[str, str, Role | None]:
    """Who does what, where the walk leaves that to the stage; and the role that he was given to be able to."""
    if not act.startswith("on"):
        return name, act, None
    forward, people = ON.get(Stage(version.stage), ("revise", ("liaison", "liaison_b")))
    return people[number % len(people)] if name == "usual" else name, forward, NEEDED[forward] if act != "on" else None


@contextmanager
def somewhere(database: Database) -> Iterator[tuple[Session, People]]:
    """A town of its own for each walk, gone afterwards."""
    with database.writing() as session:
        yield session, town.people(session, unit(session, "101", "玉溪市公安局"))
        session.flush()
        session.rollback()


@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make it smaller takes minutes
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=WALKS)
def test_nothing_is_published_without_three_people_and_a_passed_review_of_exactly_its_content(
    database: Database, walk: list[tuple[tuple[str, str], int, int]]
) -> None:
    config = Settings(secret_key="for tests only, thirty-two characters")
    with somewhere(database) as (session, who):
        first, at = town.written(session, who), NOON
        for (name, act), number, version_number in walk:
            at += timedelta(hours=number)
            versions = session.scalars(select(EntryVersion).order_by(EntryVersion.number.desc())).all()
            older = version_number < len(versions) and not act.startswith(("on", "revise"))
            version = versions[version_number] if older else versions[0]
            person, deed, role = named(version, name, act, number)
            account = getattr(who, person)
            account.role = role or account.role
            try:
                with session.begin_nested():
                    ACTS[deed](session, version, account, config, at, number)
            except LifeError:
                pass
            _holds(session, first.entry_id)
        assert list(verify(session)) == []


def _holds(session: Session, entry_id: int) -> None:
    entry = session.get_one(Entry, entry_id)
    versions = session.scalars(select(EntryVersion).where(EntryVersion.entry_id == entry_id)).all()
    standing = [v for v in versions if v.stage == Stage.PUBLISHED]
    assert len(standing) <= 1
    assert len([v for v in versions if v.stage in UNDER_WAY]) <= 1
    assert (entry.published, entry.state == State.PUBLISHED) == (standing[0].number if standing else None, bool(standing))
    found = in_force(session, entry_id, on=TODAY)
    assert found is None or found[1] in standing
    for version in versions:
        if version.stage in ONCE_PUBLISHED or version.published_at is not None:
            _was_seen_by_three(session, version)


def _was_seen_by_three(session: Session, version: EntryVersion) -> None:
    rows = session.scalars(select(LedgerRow).where(LedgerRow.thing_id == version.entry_id, LedgerRow.version == version.number)
                           .order_by(LedgerRow.id)).all()  # fmt: skip
    writers = {row.by for row in rows if row.deed in (Deed.WRITTEN, Deed.SUBMITTED)}
    checked = [row for row in rows if row.deed == Deed.CHECKED][-1]
    passed = [row for row in rows if row.deed == Deed.PASSED]
    assert len(passed) == 1
    assert len({checked.by, passed[0].by}) == 2
    assert not {checked.by, passed[0].by} & writers
    assert digest(version) == checked.digest == passed[0].digest
    order = [row.deed for row in rows]
    assert order.index(Deed.PASSED) < order.index(Deed.PUBLISHED)
