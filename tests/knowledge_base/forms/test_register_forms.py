"""附件1 and 附件2: departments and their liaisons in tables, put in by the rules of their pages, and taken back."""

import io
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department, Succession
from hotline.directory.liaisons import Liaison, duty_list
from hotline.times import local_day
from knowledge_base.forms import exporting, reading, writing
from knowledge_base.forms.descriptions import FORMS, LIAISONS, UNITS, handed_in_by
from knowledge_base.forms.errors import FormError
from tests.conftest import NOON
from tests.knowledge_base.forms import books
from tests.knowledge_base.forms.conftest import POLICE

Town = Any
NEW = "玉溪市档案局"


def unit(name: str = NEW, **other: Any) -> dict[str, Any]:
    return {"name": name, "short_name": "档案局", "level": "市级", "category": "综合服务", **other}


def person(name: str = "新人", **other: Any) -> dict[str, Any]:
    return {"department": POLICE, "name": name, "position": "A角", "phone": "0877-2012345", **other}


def faults(town: Town, form: Any, *rows: dict[str, Any]) -> dict[int, list[str]]:
    found = town.preview(books.book(form, rows))
    return {row["row"]: [title for title, _ in row["faults"]] for row in found.refused}


def named(town: Town, name: str) -> Department | None:
    found: Department | None = town.see(lambda s: s.scalar(select(Department).where(Department.name == name)))
    return found


def test_new_departments_come_in_by_the_form_and_who_has_no_code_gets_the_next(town: Town) -> None:
    before = town.see(lambda s: set(s.scalars(select(Department.code))))
    form = town.take_in(books.book(UNITS, [unit(aliases="市档案局；档案馆", effective_from="2026-01-01"), unit("红塔区档案局", level="县级", county_code="红塔区", code="777")]))
    assert form.counts == {"new": 2, "changed": 0, "same": 0, "refused": 0}
    one, other = named(town, NEW), named(town, "红塔区档案局")
    assert one is not None
    assert other is not None
    assert (one.aliases, one.level, one.code in before, one.code[0]) == (["市档案局", "档案馆"], "city", False, "1")
    assert (other.county_code, other.code, other.level) == ("530402", "777", "county")
    deeds = town.see(lambda s: s.scalars(select(AuditRow).where(AuditRow.deed == "department.registered")).all())
    assert [row.details["name"] for row in deeds] == [NEW, "红塔区档案局"]


def test_every_refused_row_is_named_with_its_column(town: Town) -> None:
    assert faults(
        town, UNITS, unit(level="省级"), unit("甲", code="101"), unit("乙", code="110"), unit("丙", level="县级"),
        unit("丁", county_code="红塔区"), unit("戊", short_name=""), unit("己", code="555"), unit("庚", code="555"), unit("己"),
    ) == {2: ["级别"], 3: ["按键代码"], 4: ["按键代码"], 5: ["县区"], 6: ["县区"], 7: ["简称"], 9: ["按键代码"], 10: ["整行"]}  # fmt: skip


def test_what_stands_changes_but_for_what_a_row_leaves_out(town: Town) -> None:
    before = town.see(lambda s: s.scalars(select(Department).where(Department.name == POLICE)).one())
    form = town.take_in(books.book(UNITS, [unit(POLICE, short_name="市公安局", category="政法")]))
    after = named(town, POLICE)
    assert after is not None
    assert form.counts["changed"] == 1
    assert (after.short_name, after.code, after.aliases) == ("市公安局", before.code, before.aliases)
    line = town.see(lambda s: s.scalars(select(AuditRow).where(AuditRow.deed == "department.changed").order_by(AuditRow.id.desc())).first())
    assert line.details["changed"] == {"short_name": [before.short_name, "市公安局"]}
    town.undo(form.id)
    back = named(town, POLICE)
    assert back is not None
    assert (back.short_name, back.aliases, back.code) == (before.short_name, before.aliases, before.code)


def codes_of(town: Town, *names: str) -> list[str]:
    found = town.see(lambda s: dict(s.execute(select(Department.name, Department.code)).all()))
    return [found[name] for name in names]


def test_departments_swap_codes_in_one_file_and_back(town: Town) -> None:
    three = town.see(lambda s: s.scalars(select(Department).order_by(Department.code).limit(3)).all())
    names, codes = [one.name for one in three], [one.code for one in three]
    rows = [unit(one.name, short_name=one.short_name, code=code) for one, code in zip(three, codes[1:] + codes[:1], strict=True)]
    form = town.take_in(books.book(UNITS, rows))
    assert (form.counts["changed"], form.counts["refused"]) == (3, 0)
    assert codes_of(town, *names) == codes[1:] + codes[:1]
    line = town.see(lambda s: s.scalars(select(AuditRow).where(AuditRow.deed == "department.changed").order_by(AuditRow.id)).first())
    assert line.details["changed"]["code"] == codes[:2]
    town.undo(form.id)
    assert codes_of(town, *names) == codes


def test_a_code_that_its_department_gives_up_may_be_a_new_ones(town: Town) -> None:
    before = town.see(lambda s: s.scalars(select(Department).where(Department.name == POLICE)).one())
    form = town.take_in(books.book(UNITS, [unit(code=before.code), unit(POLICE, short_name="公安局", code="555")]))
    assert codes_of(town, NEW, POLICE) == [before.code, "555"]
    town.do(lambda s: s.add(Account(login="x", name="x", role=Role.LIAISON, password_hash="x", department_id=town.department(NEW))))
    assert "第 2、3 行" in town.undo(form.id).notes[-1]  # the new one is used: its code can't go back
    assert codes_of(town, NEW, POLICE) == [before.code, "555"]


def test_who_keeps_his_code_keeps_others_from_it(town: Town) -> None:
    one, other, third = town.see(lambda s: s.scalars(select(Department).order_by(Department.code).limit(3)).all())
    rows = [unit(one.name, code=other.code), unit(other.name, code=third.code), unit(third.name, code="555", level="省级"), unit(code=one.code)]
    assert faults(town, UNITS, *rows) == {2: ["按键代码"], 3: ["按键代码"], 4: ["级别"], 5: ["按键代码"]}
    form = town.hand_in(books.book(UNITS, [unit(one.name, code=other.code), unit(other.name, code=one.code)]))
    town.do(lambda s: setattr(s.get_one(Department, other.id), "short_name", "别名"))
    late = town.apply(form)
    assert [(row["row"], row["faults"][0]) for row in late.refused] == [
        (2, ["按键代码", f"代码{other.code}属于{other.name}"]), (3, ["整行", "预览之后被他人修改过，请重新上传"])]
    assert codes_of(town, one.name, other.name) == [one.code, other.code]


def test_undo_takes_new_departments_out_again_but_not_those_that_are_used(town: Town) -> None:
    first = town.take_in(books.book(UNITS, [unit(), unit("用上的局")]))
    used = named(town, "用上的局")
    assert used is not None
    town.do(lambda s: s.add(Account(login="x", name="x", role=Role.LIAISON, password_hash="x", department_id=used.id)))
    undone = town.undo(first.id)
    assert undone.notes == ["撤销时这些行未恢复，因为入库后又被修改或使用过：第 3 行"]
    assert named(town, NEW) is None
    assert named(town, "用上的局") is not None
    again = town.take_in(books.book(UNITS, [unit(), unit("用上的局")]))
    assert (again.counts["new"], again.counts["same"]) == (1, 1)


def test_of_what_passed_into_another_the_form_tells_and_changes_nothing(town: Town) -> None:
    def merge(session: Session) -> None:
        one, other = session.scalars(select(Department).order_by(Department.code).limit(2))
        one.effective_to = local_day(NOON)
        session.add(Succession(predecessor_id=one.id, successor_id=other.id, kind="merged", on=local_day(NOON)))

    town.do(merge)
    rows = town.see(lambda s: exporting.SUBJECTS["1"].known(s, None, False))
    cells = sorted((one.cells for one in rows.values()), key=lambda c: c["code"])
    assert (cells[0]["standing"], cells[1]["predecessors"]) == ("撤并", cells[0]["name"])
    assert faults(town, UNITS, cells[0] | {"short_name": "别名"}) == {2: ["整行"]}
    assert faults(town, UNITS, cells[0]) == {}


def test_liaisons_come_in_by_the_form_are_changed_and_taken_back(town: Town) -> None:
    key = town.department(POLICE)
    before = town.see(lambda s: [(x.name, x.position, x.phone) for x in duty_list(s, key)])
    first = before[0][0]
    form = town.take_in(books.book(LIAISONS, [person(section="办公室"), person(first, position="B角")]))
    assert form.counts == {"new": 1, "changed": 1, "same": 0, "refused": 0}
    after = town.see(lambda s: {x.name: (x.position, x.phone) for x in duty_list(s, key)})
    assert after["新人"] == ("A", "08772012345")
    assert after[first] == ("B", "08772012345")
    town.undo(form.id)
    assert town.see(lambda s: [(x.name, x.position, x.phone) for x in duty_list(s, key)]) == before
    deeds = town.see(lambda s: s.scalars(select(AuditRow.deed).where(AuditRow.kind == "liaison").order_by(AuditRow.id)).all())
    assert deeds == ["liaison.added", "liaison.changed", "liaison.removed", "liaison.changed"]


def test_a_refused_liaison_is_named_with_the_column(town: Town) -> None:
    assert faults(
        town, LIAISONS, person(department="没有的局"), person("甲", position="C角"), person("乙", phone="95"),
        person("丙", position="科室"), person("丁"), person("丁"), person("戊", phone=8772012345),
    ) == {2: ["部门"], 3: ["顺序"], 4: ["值班电话"], 5: ["科室"], 7: ["整行"], 8: ["值班电话"]}  # fmt: skip


def test_two_of_one_name_whom_a_succession_brought_are_exported_and_left_alone(town: Town) -> None:
    key = town.department(POLICE)
    town.do(lambda s: s.add_all(Liaison(department_id=key, name="重名", position="B", phone=phone) for phone in ("1", "2")))
    content = town.exported("2")
    assert town.preview(content).counts()["changed"] == 0


def test_the_drop_downs_of_an_empty_form_offer_what_may_be_chosen(town: Town) -> None:
    options = town.see(lambda s: exporting.options(s, only=None))
    book = openpyxl.load_workbook(io.BytesIO(writing.empty(UNITS, options=options, at=NOON)))
    offered = {str(rule.sqref).partition(":")[0]: rule.type for rule in book[UNITS.sheet].data_validations.dataValidation}
    columns = [c.key for c in UNITS.columns]
    assert {columns[ord(place[0]) - ord("A")] for place, kind in offered.items() if kind == "list"} == {"level", "county_code"}
    book = openpyxl.load_workbook(io.BytesIO(writing.empty(LIAISONS, options=options, at=NOON)))
    lists = [[cell.value for cell in column if cell.value] for column in book[writing.LISTS].columns]
    assert [POLICE in lists[0], lists[2]] == [True, ["A角", "B角", "科室"]]


def test_a_departments_people_hand_in_neither() -> None:
    content = books.book(UNITS, [unit()])
    assert handed_in_by(None) is FORMS
    with pytest.raises(FormError, match="附件5常见问题"):
        reading.read_form(content, "x.xlsx", forms=handed_in_by(7))
