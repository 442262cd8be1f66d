"""The demonstration's departments, people, questions, licences and authorisations: from our own files to a database."""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts import accounts
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison, Position
from hotline.times import local_day
from knowledge_base import base_words, ledger, licence_text, life, speech
from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import STROKE, Category
from knowledge_base.entries import Entry, EntryVersion, Phrasing, State
from knowledge_base.leave import Form, Scope
from knowledge_base.ledger import Deed, Kind
from knowledge_base.licences import Licence, LicenceVersion
from knowledge_base.stages import Stage

FOLDER = Path(__file__).parent / "demo_data"
Row = dict[str, Any]


def is_loaded(session: Session) -> bool:
    """Whether there is any department yet."""
    return session.scalar(select(Department.id).limit(1)) is not None


def load(session: Session, *, password: str, at: datetime) -> Iterator[str]:
    """Load everything, telling step by step what was loaded. The demonstration accounts share one password."""
    units = {row["code"]: _department(session, row, at) for row in _rows("departments.toml", "department")}
    session.flush()
    yield f"{len(units)} departments"
    entries = [_entry(session, row, units[file.stem], at) for file in _entry_files() for row in _read(file)["entry"]]
    session.flush()
    for entry in entries:
        life.take_over(session, entry.versions[0], entry, by="演示数据", at=at)
    session.add_all(_categories(entries))
    yield f"{len(entries)} entries"
    licences = [_licence(session, row, units[row["department"]], entries, at) for row in
                _rows("licences.toml", "licence")]  # fmt: skip
    yield f"{len(licences)} licence items"
    given = _rows("authorisations.toml", "authorisation")
    leaves = [_authorisation(session, row, units, entries, licences, at) for row in given]
    yield f"{len(leaves)} authorisations"
    people = _rows("people.toml", "account")
    for row in people:
        _account(session, row, units, password, at)
    yield f"{len(people)} accounts"


def order_speech(session: Session, *, voice: str, at: datetime, most: int) -> int:
    """Order the sounds of the most asked questions of every department, and of its contact; how many sentences."""
    names: list[str] = []
    for unit in session.scalars(select(Department)):
        entries = session.scalars(select(Entry).where(Entry.department_id == unit.id).order_by(Entry.asked.desc()))
        for entry in list(entries)[:most]:
            names += speech.order(session, entry.versions[-1], summary=False, voice=voice, at=at)
    return len(names)


def _rows(file: str, key: str) -> list[Row]:
    rows: list[Row] = _read(FOLDER / file)[key]
    return rows


def _read(path: Path) -> Row:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _entry_files() -> list[Path]:
    return sorted((FOLDER / "entries").glob("*.toml"))


def _confirmed(row: Row, at: datetime) -> date:
    """When the department last confirmed all that it keeps: within its interval, unless the file says otherwise."""
    return local_day(at) - timedelta(days=row.get("confirmed_days_ago", int(row["code"]) % 8 * 9))


def _department(session: Session, row: Row, at: datetime) -> Department:
    unit = Department(
        code=row["code"], name=row["name"], short_name=row["short_name"],
        aliases=[*row["aliases"], *row["previous_names"]], initials=row["initials"], category=row["category"],
        level=row["level"], county_code=row["county_code"], phone=row["phone"],
        supervision_phone=row["supervision_phone"], duty_phone=row["duty_phone"], address=row["address"],
        office_hours=row["office_hours"], duties=row["duties"], sections=row["sections"],
        leader=f"{row['leader']['name']}（{row['leader']['post']}）", confirmed_on=_confirmed(row, at),
        words_swept_on=local_day(at - timedelta(days=60)),
    )  # fmt: skip
    session.add(unit)
    session.flush()
    for by, deed in (("演示审核", Deed.CHECKED), ("演示审查", Deed.PASSED), ("演示审查", Deed.PUBLISHED)):
        base_words.write(session, unit, deed, by=by, at=at - timedelta(days=60), of=base_words.digest(unit),
                         why="演示数据")  # fmt: skip
    for person in row["liaisons"]:
        session.add(Liaison(department_id=unit.id, name=person["name"], position=Position(person["order"]),
                            phone=person["phone"], section=person.get("section", "")))  # fmt: skip
    return unit


def _entry(session: Session, row: Row, unit: Department, at: datetime) -> Entry:
    today, since = local_day(at), at + timedelta(days=row["valid_from_days"])
    entry = Entry(department_id=unit.id, question=row["question"], category=row["category"], keywords=row["keywords"],
                  asked=row["asked"], state=State.PUBLISHED, published=1, confirmed_on=unit.confirmed_on,
                  phrasings=[Phrasing(text=text) for text in row["phrasings"]])  # fmt: skip
    entry.versions = [
        EntryVersion(
            number=1, stage=Stage.PUBLISHED, question=row["question"], category=row["category"],
            keywords=row["keywords"], answer=row["answer"], spoken=row["spoken"], summary=row.get("summary", ""),
            legal_basis=row.get("legal_basis", ""), section=row.get("section", ""), phone=row.get("phone", ""),
            valid_from=today + timedelta(days=row["valid_from_days"]),
            valid_to=today + timedelta(days=row["valid_to_days"]) if "valid_to_days" in row else None,
            written_by="演示数据", written_at=since, checked_by="演示数据", reviewed_by="演示数据", published_at=since,
        )
    ]  # fmt: skip
    session.add(entry)
    return entry


def _categories(entries: list[Entry]) -> list[Category]:
    """Every category that an entry uses, and those above it."""
    steps = [entry.category.split(STROKE) for entry in entries]
    paths = {STROKE.join(one[:n]) for one in steps for n in range(1, len(one) + 1)}
    return [Category(path=path) for path in sorted(paths)]


def _licence(session: Session, row: Row, unit: Department, entries: list[Entry], at: datetime) -> Licence:
    """An item that citizens see, with the questions that speak of it."""
    text = licence_text.read({"address": unit.address, "hours": "工作日 08:30-12:00，14:30-18:00", "phone": unit.phone,
                              "supervision_phone": unit.supervision_phone, **row})  # fmt: skip
    licence = Licence(department_id=unit.id, version=1, stage=Stage.PUBLISHED, written_by="演示录入",
                      shown=text.shown(1), confirmed_on=unit.confirmed_on)  # fmt: skip
    text.put_on(licence)
    session.add(licence)
    session.flush()
    for entry in entries:
        if entry.department_id == unit.id and entry.question in row["entries"]:
            entry.licence_id = licence.id
    since = at - timedelta(days=60)
    for by, deed in (("演示录入", Deed.WRITTEN), ("演示审核", Deed.CHECKED), ("演示审查", Deed.PASSED),
                     ("演示审查", Deed.PUBLISHED)):  # fmt: skip
        ledger.write(session, deed, of=(Kind.LICENCE, licence.id), version=1, department_id=unit.id, by=by, at=since,
                     digest=licence_text.digest(text), why="演示数据")  # fmt: skip
    session.add(LicenceVersion(licence_id=licence.id, number=1, text=licence.shown, written_by=licence.written_by,
                               shown_at=since))  # fmt: skip
    return licence


def _scope(scope: Row) -> Scope:
    names = {"whole": Scope.DEPARTMENT, "categories": Scope.CATEGORIES, "licences": Scope.LICENCES,
             "entries": Scope.ENTRIES}  # fmt: skip
    return next(kind for name, kind in names.items() if name in scope)


def _authorisation(session: Session, row: Row, units: dict[str, Department], entries: list[Entry],
                   licences: list[Licence], at: datetime) -> Authorisation:
    unit = units[row["department"]]
    ids = {entry.question: entry.id for entry in entries if entry.department_id == unit.id}
    items = {licence.name: licence.id for licence in licences if licence.department_id == unit.id}
    scope, today = row["scope"], local_day(at)
    signed = None if row.get("unsigned") else at + timedelta(days=min(row["valid_from_days"], 0))
    leave = Authorisation(
        department_id=unit.id, document=row["document"], version=row.get("version", 1),
        signer=f"{row['signer']['name']}（{row['signer']['post']}）", form=Form(row["form"]),
        scope=_scope(scope), categories=scope.get("categories", []),
        licences=[items[n] for n in scope.get("licences", [])],
        entries=[ids[q] for q in scope.get("entries", [])], excluded_categories=row.get("excluded_categories", []),
        exclusions=[ids[q] for q in row.get("exclusions", [])], provisional=row.get("provisional", False),
        valid_from=today + timedelta(days=row["valid_from_days"]),
        valid_to=today + timedelta(days=row["valid_to_days"]),
        revoked_at=at + timedelta(days=row["revoked_days"]) if "revoked_days" in row else None,
        entered_by="演示录入", entered_at=signed or at, signed_by="演示签发" if signed else "", signed_at=signed,
        revoked_by="演示签发" if "revoked_days" in row else "",
        revoked_because=row.get("revoked_reason", ""), remark=row.get("remark", ""),
        confirmed_on=unit.confirmed_on if signed else None,
    )  # fmt: skip
    session.add(leave)
    return leave


def _account(session: Session, row: Row, units: dict[str, Department], password: str, at: datetime) -> None:
    unit = units.get(row.get("department", ""))
    accounts.add(session, row["login"], name=row["name"], role=Role(row["role"]), password=password,
                 department_id=unit.id if unit else None, county_code=row.get("county_code", ""),
                 extension=row.get("extension", ""), at=at, by="demonstration")  # fmt: skip
