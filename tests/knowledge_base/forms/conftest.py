"""A town with the demonstration's departments, questions and authorisations, on both databases."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.demo_load import load
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.migrating import migrate
from knowledge_base.forms import applying, exporting, previewing, reading
from knowledge_base.forms.descriptions import FORMS
from knowledge_base.forms.imports import FormImport, State
from knowledge_base.forms.subjects import SUBJECTS
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage
from tests.conftest import NOON
from tests.support import blank, servers

POLICE = "玉溪市公安局"


@dataclasses.dataclass
class Town:
    """The database, and a form's way through it without any door."""

    database: Database
    at: datetime = NOON

    def hand(self, only: str = "", by: str = "office") -> Any:
        return applying.hand_of(by, self.department(only) if only else None, at=self.at)

    def department(self, name: str) -> int:
        with self.database.reading() as session:
            return session.scalars(select(Department.id).where(Department.name == name)).one()

    def preview(self, content: bytes, only: str = "", by: str = "office") -> previewing.Preview:
        with self.database.reading() as session:
            return previewing.preview(session, reading.read_form(content, "x.xlsx"), hand=self.hand(only, by))

    def hand_in(self, content: bytes, only: str = "") -> int:
        """Upload and preview; the import's key."""
        read, found = reading.read_form(content, "x.xlsx"), self.preview(content, only)
        with self.database.writing() as session:
            form = FormImport(form=read.form.annex, file="x.xlsx", sha256="", by="office", at=self.at, notes=[*read.notes, *found.notes()],
                              state=State.PREVIEWED, rows=found.rows, refused=found.refused, counts=found.counts())
            session.add(form)
            session.flush()
            return form.id

    def apply(self, import_id: int, only: str = "") -> FormImport:
        self.at += timedelta(minutes=1)
        with self.database.writing() as session:
            applying.claim(session, session.get_one(FormImport, import_id), at=self.at)
        with self.database.writing() as session:
            form = session.get_one(FormImport, import_id)
            applying.apply(session, form, applying.prepare(form), hand=self.hand(only))
            return form

    def undo(self, import_id: int, only: str = "", by: str = "office") -> FormImport:
        self.at += timedelta(minutes=1)
        with self.database.writing() as session:
            applying.claim_undo(session, session.get_one(FormImport, import_id), at=self.at)
        with self.database.writing() as session:
            form = session.get_one(FormImport, import_id)
            applying.undo(session, form, hand=self.hand(only, by))
            return form

    def take_in(self, content: bytes, only: str = "") -> FormImport:
        return self.apply(self.hand_in(content, only), only)

    def exported(self, annex: str) -> Any:
        """All that a form speaks of, filled in: what the page gives out without a filter."""
        def look(session: Session) -> bytes:
            ids = {k.id: None for k in SUBJECTS[annex].known(session, None, False).values() if not k.gone}
            return exporting.export(session, FORMS[annex], list(ids), only=None, at=NOON)

        return self.see(look)

    def see(self, look: Callable[[Session], Any]) -> Any:
        with self.database.reading() as session:
            return look(session)

    def do(self, deed: Callable[[Session], Any]) -> Any:
        with self.database.writing() as session:
            return deed(session)


@pytest.fixture(scope="session")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the town in it, made once: each test takes a copy of it."""
    path = tmp_path_factory.mktemp("town") / "hotline.db"
    here = blank.copied(path.parent, path.name)
    fill(here)
    here.close()
    return path


@pytest.fixture(scope="session")
def filled_postgresql(postgresql_address: str) -> Iterator[str]:
    """The same as a database of its own: each test takes a copy of it."""
    with servers.another(postgresql_address, "town") as address:
        here = Database(address)
        migrate(here)
        fill(here)
        here.close()
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as copies:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("filled_sqlite"), tmp_path / "town.db")
            address = f"sqlite:///{tmp_path}/town.db"
        else:
            filled = request.getfixturevalue("filled_postgresql")
            address = copies.enter_context(servers.another(filled, "copy", template="town"))
        here = Database(address)
        yield Town(here)
        here.close()


def fill(database: Database) -> None:
    with database.writing() as session:
        for told in load(session, password="", at=NOON):
            if "authorisations" in told:  # all is there but the accounts, whose passwords take long
                break
        police = session.scalars(select(Department.id).where(Department.name == POLICE)).one()
        for role in (Role.LIAISON, Role.LEADER, Role.CITY_OFFICE):
            session.add(Account(login=str(role), name="某人", role=role, password_hash="x",
                                department_id=None if role == Role.CITY_OFFICE else police))
        session.add(Licence(department_id=police, name="焰火燃放许可", legal_basis="《烟花爆竹安全管理条例》；第三十三条",
                            conditions="有方案；\n有人员", materials=["申请书；一式两份", "方案"], office="治安支队",
                            phone="0877-9601001", stage=Stage.PUBLISHED, version=3, shown={"name": "焰火燃放许可"}))
