"""附件7: base data, one row a department. How a department is reached is always sayable, and counts as soon as it is
in; its free words wait for a second person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base import base_data, due
from knowledge_base.forms import trail, values
from knowledge_base.forms.descriptions import BASE
from knowledge_base.forms.subject import Fault, Given, Hand, Key, Known, Subject, Undone, Written, digest

WINTER = "winter"
SUMMER = "summer"
FIELDS = tuple(c.key for c in BASE.given if c.key not in ("department", "summer_hours", "winter_hours"))
"""What stands in the department's row under the same name."""
HELD = (*(name for name in FIELDS if name not in base_data.FREE), "office_hours", "proposed", "proposed_by",
        "proposed_at", "proposed_stage", "proposed_hands", "proposed_checked_by")  # fmt: skip
"""What a row changes, to be put back by undo: free words that were let out since stay."""


def known(session: Session, departments: Collection[int] | None, lock: bool) -> dict[Key, Known]:
    """Every department, by its full name."""
    query = select(Department).order_by(Department.code)
    if departments is not None:
        query = query.where(Department.id.in_(departments))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = {}
    for row in session.scalars(query):
        shown, held = _shown(row), {name: _plain(getattr(row, name)) for name in HELD}
        cells = {c.key: values.show(c, shown[c.key]) for c in BASE.columns}
        stands = {name: getattr(row, name) for name in base_data.FREE}
        found[row.id, cells["department"]] = Known(row.id, row.id, cells, digest(cells, row.proposed), values=shown,
                                                   more={"held": held, "stands": stands})  # fmt: skip
    return found


def refusals(given: Given, _: Any, hand: Hand) -> list[Fault]:
    """The rules that concern more than one cell, and what only the office may change."""
    row, faults = given.values, []
    if given.known is None:
        faults.append(("部门全称", "没有这个部门；新设的部门由主管部门登记"))
    faults += _unfit(given)
    if given.changes("confirmed_on") and row["confirmed_on"] and row["confirmed_on"] > hand.today:
        faults.append(("更新日期", "晚于今天"))
    alone = [c.title for c in BASE.given if c.key in base_data.OFFICE_ALONE and given.changes(c.key)]
    return faults + [(title, "只有主管部门可以修改") for title in alone if not hand.office]


def _unfit(given: Given) -> list[Fault]:
    """What the page wouldn't take either."""
    faults = []
    for column in (c for c in base_data.FIELDS if given.changes(c.key)):
        try:
            base_data.checked(column.key, given.values[column.key])
        except values.Unfit as why:
            faults.append((column.title, str(why)))
    return faults


def write(session: Session, rows: Sequence[Given], _: Any, hand: Hand) -> list[Written]:
    """The departments as the rows say; what a row keeps stays."""
    things = [(row, row.known) for row in rows if row.known]
    session.execute(update(Department), [{"id": k.id, **_said(row, hand)} for row, k in things])
    _note(session, [(k, {c.key: values.show(c, row.values[c.key]) for c in BASE.given}) for row, k in things], hand)
    return [Written(k.id, False, {"held": k.more["held"], "cells": k.cells}) for _, k in things]


def take_back(session: Session, undone: Sequence[Undone], hand: Hand) -> None:
    """The departments as they were."""
    none = base_data.waits_for(None, [], by=hand.by, at=hand.at)  # of a form that was put in before these were kept
    held = [{"id": u.known.id, **none, **u.old["held"], "confirmed_on": _day(u.old["held"]["confirmed_on"]),
             "proposed_at": _moment(u.old["held"]["proposed_at"])} for u in undone]  # fmt: skip
    session.execute(update(Department), held)
    _note(session, [(u.known, u.old["cells"]) for u in undone], hand)


def _shown(row: Department) -> dict[str, Any]:
    """What stands in each column; the hours of both halves of the year when they differ."""
    spans: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for span in row.office_hours or []:
        spans[span.get("season") == WINTER].append({k: v for k, v in span.items() if k != "season"})
    started = row.confirmed_on
    following = due.months_after(started, max(1, row.update_every_months)).isoformat() if started else ""
    waits = row.proposed or {}
    return {**{name: getattr(row, name) for name in FIELDS}, **waits, "department": row.name, "code": row.code,
            "summer_hours": spans[False], "winter_hours": spans[True], "next_update": following}  # fmt: skip


def _said(row: Given, hand: Hand) -> dict[str, Any]:
    said = {name: row.values[name] for name in FIELDS if row.changes(name) and name not in base_data.FREE}
    said.setdefault("confirmed_on", hand.today)
    if row.changes("summer_hours", "winter_hours"):
        summer, winter = row.values["summer_hours"], row.values["winter_hours"]
        said["office_hours"] = summer if not winter else [
            *({**s, "season": SUMMER} for s in summer), *({**s, "season": WINTER} for s in winter)
        ]  # fmt: skip
    return said | _proposed(row, hand)


def _proposed(row: Given, hand: Hand) -> dict[str, Any]:
    """The free words wait to be checked and reviewed, as those of the page."""
    assert row.known is not None  # noqa: S101 (a row without a department is refused)
    held = row.known.more["held"]
    new = {key: row.values[key] for key in base_data.FREE if row.changes(key)}
    proposed = base_data.proposal(row.known.more["stands"], held["proposed"], new)
    if proposed == held["proposed"]:
        return {}
    return {"proposed": proposed} | base_data.waits_for(proposed, held["proposed_hands"], by=hand.by, at=hand.at)


def _note(session: Session, things: Sequence[tuple[Known, Mapping[str, str]]], hand: Hand) -> None:
    """Lines for each department, with what was there before and is there now."""
    for deed, free in (("changed", False), ("proposed", True)):
        trail.audit(session, f"department.{deed}", "department", [
            (k.id, {"department": k.cells["department"], "source": "附件7", "changed": changed})
            for k, now in things if (changed := _changed(k, now, free=free)) or not free
        ], by=hand.by, at=hand.at)  # fmt: skip


def _changed(known: Known, now: Mapping[str, str], *, free: bool) -> dict[str, list[str]]:
    return {c.key: [known.cells[c.key], now[c.key]] for c in BASE.given if (c.key in base_data.FREE) is free
            and known.cells[c.key] != now[c.key] and not (c.keeps and not now[c.key])}  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


SUBJECT = Subject(BASE, known, lambda *_: None, refusals, write, take_back)
