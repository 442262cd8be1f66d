"""The way from an entry to what may be said of it now: version, authorisations, decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dispatch.answering.decision import Channel, Decision, Reach, Sayable, judge
from hotline.directory.departments import Department, exists, in_charge
from hotline.settings import Settings
from hotline.times import local_day
from knowledge_base.authorisations import leaves_among, subject_of
from knowledge_base.entries import Entry, EntryVersion, in_force_among
from knowledge_base.updates import stale

GRACE_DAYS: int = Settings.model_fields["update_grace_days"].default


@dataclass(frozen=True)
class Offered:
    """An entry with what may be said of it, and who is in charge of it now."""

    entry: Entry
    version: EntryVersion
    department: Department
    decision: Decision


def offered(session: Session, entry_id: int, *, channel: Channel, at: datetime,
            grace_days: int = GRACE_DAYS) -> Offered | None:
    """What may be said of an entry at this moment; None when it isn't in force.

    `grace_days`: the setting `update_grace_days`; it matters to the machine alone."""
    return offered_among(session, [entry_id], channel=channel, at=at, grace_days=grace_days).get(entry_id)


def offered_among(session: Session, ids: Iterable[int], *, channel: Channel, at: datetime,
                  grace_days: int = GRACE_DAYS) -> dict[int, Offered]:
    """The same of those of these entries that are in force, in the order of `ids`, asked for together."""
    day, wanted = local_day(at), list(dict.fromkeys(ids))
    standing = in_force_among(session, wanted, on=day)
    given = leaves_among(session, {e.department for e, _ in standing.values()}, on=day, grace_days=grace_days)

    def one(entry: Entry, version: EntryVersion) -> Offered:
        charge = in_charge(session, entry.department, on=day)
        sayable = sayable_of(entry, version, charge, channel=channel, on=day, grace_days=grace_days)
        of = given[entry.department_id]
        decision = judge(sayable, subject_of(entry), of, channel=channel, on=day, at=at)
        return Offered(entry, version, charge, decision)

    return {entry_id: one(*standing[entry_id]) for entry_id in wanted if entry_id in standing}


def sayable_of(entry: Entry, version: EntryVersion, charge: Department, *, channel: Channel, on: date,
               grace_days: int) -> Sayable:
    """What the version offers to say through that channel: what was written to be heard, or to be read. `charge`: who
    does the work of its department now."""
    began = local_day(version.published_at) if version.published_at else version.valid_from
    months = entry.department.update_every_months
    overdue = stale(entry.confirmed_on, began, every_months=months, on=on, grace_days=grace_days, due_by=entry.due_by)
    full = version.spoken if channel is Channel.MACHINE else version.answer
    return Sayable(full, version.summary, overdue, reach_of(charge), ended=not exists(entry.department, on=on))


def reach_of(department: Department) -> Reach:
    """What may always be said: who is in charge, and how he is reached."""
    return Reach(department.name, department.phone, department.address, _hours(department))


def _hours(department: Department) -> str:
    """Summer and winter hours each by their name, where a department keeps two."""
    spans = [(str(s.get("season", "")), f"{s.get('days', '')} {s.get('open', '')}-{s.get('close', '')}".strip())
             for s in department.office_hours or ()]  # fmt: skip
    return "，".join(f"{season} {span}".strip() for season, span in spans)
