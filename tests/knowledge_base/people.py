"""Who keeps an entry in these tests, what they write, and a version led to any place of its life."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from knowledge_base import drafts, life
from knowledge_base.content import Content
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.stages import Stage
from tests.conftest import NOON
from tests.dispatch.town import somebody, unit

TODAY = date(2026, 11, 23)
CONTENT = Content(
    question="居住证如何续签？", answer="请带身份证到居住地派出所办理。", spoken="请您带身份证到派出所办。", summary="到派出所办。",
    keywords=("居住证", "续签"), legal_basis="《居住证暂行条例》", section="户政科", phone="0877-9601011", valid_from=TODAY,
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """The people through whose hands an entry goes, and one of each of another department."""

    office: Department
    other: Department
    liaison: Account
    liaison_b: Account
    leader: Account
    reviewer: Account
    citys_reviewer: Account
    city: Account
    supervisor: Account
    operator: Account
    stranger: Account
    stranger_leader: Account
    stranger_reviewer: Account


def people(session: Session, office: Department) -> People:
    other = unit(session, "102", "玉溪市医疗保障局", short="医保局")
    new = lambda role, of=None, login="": somebody(session, role, of=of, login=login)  # noqa: E731
    return People(
        office, other, new(Role.LIAISON, office), new(Role.LIAISON, office, "liaison_b"), new(Role.LEADER, office),
        new(Role.SECRECY_REVIEWER, office), new(Role.SECRECY_REVIEWER, None, "citys_reviewer"), new(Role.CITY_OFFICE),
        new(Role.SUPERVISOR), new(Role.OPERATOR), new(Role.LIAISON, other, "stranger"),
        new(Role.LEADER, other, "stranger_leader"), new(Role.SECRECY_REVIEWER, other, "stranger_reviewer"),
    )  # fmt: skip


def written(session: Session, who: People, *, at: datetime = NOON, **changed: Any) -> EntryVersion:
    """A first draft."""
    more = {name: changed.pop(name) for name in ("why", "source", "publish_at") if name in changed}
    return drafts.begin(session, replace(CONTENT, **changed), department=who.office, by=who.liaison, at=at, **more)


def bring(session: Session, version: EntryVersion, to: Stage, *, by: People, settings: Settings,
          at: datetime = NOON) -> EntryVersion:
    """Lead a draft on to a stage, each step by whom it belongs to."""
    steps = {
        Stage.SUBMITTED: lambda: life.submit(session, version, by=by.liaison, at=at),
        Stage.CHECKED: lambda: life.check(session, version, by=by.leader, at=at),
        Stage.REFERRED: lambda: life.refer_up(session, version, why="拿不准", by=by.reviewer, at=at),
        Stage.PASSED: lambda: life.pass_review(session, version, by=by.reviewer, settings=settings, at=at),
    }
    way = [Stage.DRAFT, Stage.SUBMITTED, Stage.CHECKED, Stage.REFERRED if to is Stage.REFERRED else Stage.PASSED]
    last = way.index(to) if to in way else len(way) - 1  # what passes is published by itself when its moment has come
    for stage in way[way.index(Stage(version.stage)) + 1 : last + 1]:
        steps[stage]()
    return version


def published(session: Session, who: People, settings: Settings, *, at: datetime = NOON, **changed: Any) -> Entry:
    """An entry whose first version has gone all the way."""
    version = bring(session, written(session, who, at=at, **changed), Stage.PUBLISHED, by=who, settings=settings, at=at)
    return session.get_one(Entry, version.entry_id)


def replaced(session: Session, entry: Entry, who: People, settings: Settings, *, at: datetime = NOON, corrects: bool = False,
             **changed: Any) -> EntryVersion:
    """A second version that went all the way."""
    version = drafts.revise(session, entry, replace(CONTENT, **changed), by=who.liaison, at=at, why="有变化", corrects=corrects)
    return bring(session, version, Stage.PUBLISHED, by=who, settings=settings, at=at)
