"""Preview, apply, undo: what each row changes is said before, done once, and taken back but for what others changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department, Succession
from hotline.files import KeptFile
from hotline.settings import Settings
from knowledge_base import (
    approving,
    attachments,
    base_data,
    base_words,
    drafts,
    granting,
    keeping_categories,
    ledger,
    licence_life,
    life,
)
from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import Category
from knowledge_base.content import content_of, digest
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.forms import writing
from knowledge_base.forms.descriptions import AUTHORISATIONS, BASE, FAQ, FORMS, LICENCES
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.subjects import SUBJECTS
from knowledge_base.forms.units import UnitError, units
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage
from tests.conftest import NOON
from tests.knowledge_base.forms import books
from tests.knowledge_base.forms.conftest import POLICE

Town = Any
CONFIG = Settings(secret_key="for tests only, thirty-two characters")
LICENCE = {"department": POLICE, "name": "保安服务许可", "legal_basis": "《保安服务管理条例》", "conditions": "有注册资本",
           "materials": "申请书\n章程", "office": "治安支队", "phone": "0877-9601001"}
LEAVE = {"department": POLICE, "document": "玉公授〔2026〕9号", "signer": "施永昌", "form": "全文", "scope": "部分类别",
         "categories": "户籍", "valid_from": "2026-12-01", "valid_to": "2027-12-01"}


def entry(session: Any, question: str) -> Entry:
    return session.scalars(select(Entry).where(Entry.question == question)).one()


def person(session: Any, role: Role) -> Account:
    """One of the police's."""
    query = select(Account).join(Department, Department.id == Account.department_id)
    return session.scalars(query.where(Department.name == POLICE, Account.role == role)).first()


def all_known(town: Town) -> dict[str, Any]:
    return {annex: town.see(lambda s, x=subject: x.known(s, None, False)) for annex, subject in SUBJECTS.items()}


# ---------------------------------------------------------------- 附件5
def test_nothing_is_written_before_it_is_applied(town: Town) -> None:
    before = all_known(town)
    town.hand_in(books.ONE)
    assert all_known(town) == before


def test_a_new_question_becomes_a_draft_that_the_ledger_knows(town: Town) -> None:
    form = town.take_in(books.ONE)
    assert form.counts == {"new": 1, "changed": 0, "same": 0, "refused": 0}

    def look(session: Any) -> None:
        one = entry(session, "居住证在哪里办？")
        version = one.versions[0]
        assert (one.state, one.published, version.stage, version.source) == (State.DRAFT, None, Stage.DRAFT, "form")
        assert [p.text for p in one.phrasings] == ["居住证咋个办", "办居住证"]
        assert version.keywords == ["居住证", "户籍"]
        row = session.scalars(select(LedgerRow).where(LedgerRow.thing_id == one.id)).one()
        assert (row.deed, row.by, row.digest, row.version) == (Deed.WRITTEN, "office", digest(version), 1)
        witness = session.scalars(select(AuditRow).where(AuditRow.kind == ledger.WITNESS, AuditRow.thing == str(row.id)))
        assert witness.one().details["row"] == ledger.digest_of(row)

    town.see(look)


def test_what_was_imported_goes_its_usual_way(town: Town) -> None:
    town.take_in(books.ONE, only=POLICE)

    def walk(session: Any) -> None:
        version = entry(session, "居住证在哪里办？").versions[0]
        version.written_by = "form-hand"
        life.submit(session, version, by=person(session, Role.LIAISON), at=town.at)
        life.check(session, version, by=person(session, Role.LEADER), at=town.at)
        assert version.stage == Stage.CHECKED

    town.do(walk)


def test_a_changed_answer_is_a_new_draft_and_the_published_one_stands(town: Town) -> None:
    known = next(iter(town.see(lambda s: SUBJECTS["5"].known(s, None, False)).values()))
    row = known.cells | {"answer": "答复已经改变。", "phrasings": known.cells["phrasings"] + "\n新的问法"}
    content = books.book(FAQ, [row])
    found = town.preview(content)
    assert found.rows[0]["how"] == "changed"
    assert [(title, new) for title, _, new in found.rows[0]["changes"]] == [("其他问法", row["phrasings"]),
                                                                        ("供阅读的答复", "答复已经改变。")]
    form = town.take_in(content)

    def look(session: Any) -> None:
        one = session.get(Entry, known.id)
        assert (one.state, one.published) == (State.PUBLISHED, 1)
        assert [(v.number, v.stage) for v in one.versions] == [(1, Stage.PUBLISHED), (2, Stage.DRAFT)]
        assert one.versions[1].answer == "答复已经改变。"
        assert one.versions[1].why

    town.see(look)
    town.undo(form.id)
    assert town.see(lambda s: s.get(Entry, known.id).versions[-1].stage) == Stage.WITHDRAWN
    again = town.see(lambda s: SUBJECTS["5"].known(s, None, False))[known.department_id, known.cells["question"]]
    assert (again.cells, again.mark, again.closed) == (known.cells, known.mark, "")


def reworded(town: Town, to: str, *, place: int = 0) -> Entry:
    """A published question whose draft puts it otherwise."""
    one = town.see(lambda s: s.scalars(select(Entry).where(Entry.state == State.PUBLISHED).order_by(Entry.id)).all())[place]

    def reword(session: Any) -> None:
        entry = session.get_one(Entry, one.id)
        content = replace(content_of(entry.versions[-1]), question=to)
        by = session.scalars(select(Account).where(Account.role == Role.CITY_OFFICE)).first()
        drafts.revise(session, entry, content, by=by, at=town.at, why="改问法")

    town.do(reword)
    return one


def test_a_question_that_its_draft_puts_otherwise_is_meant_by_both(town: Town) -> None:
    one = reworded(town, "换一种说法怎么问？")
    counts = town.preview(town.exported("5")).counts()
    assert (counts["new"], counts["changed"], counts["refused"]) == (0, 0, 0)
    cells = town.see(lambda s: SUBJECTS["5"].known(s, {one.department_id}, False))[one.department_id, one.question].cells
    found = town.preview(books.book(FAQ, [cells, {**cells, "question": one.question}]))
    assert (found.counts()["same"], found.refused[0]["faults"]) == (1, [["整行", "与第 2 行重复（部门和问题相同）"]])
    form = town.take_in(books.book(FAQ, [{**cells, "question": one.question}]))
    assert form.counts["changed"] == 1
    assert town.see(lambda s: s.get_one(Entry, one.id).versions[-1].question) == one.question


def test_two_drafts_that_say_the_same_are_told_apart(town: Town) -> None:
    words = "换一种说法怎么问？"
    one, other = reworded(town, words), reworded(town, words, place=1)
    assert one.department_id == other.department_id
    counts = town.preview(town.exported("5")).counts()
    assert (counts["new"], counts["changed"], counts["refused"]) == (0, 0, 0)
    known = {k.id: k for k in town.see(lambda s: SUBJECTS["5"].known(s, {one.department_id}, False)).values()}
    assert [known[e.id].cells["question"] for e in (one, other)] == [words, other.question]
    town.take_in(books.book(FAQ, [{**known[other.id].cells, "answer": "另一个答复"}]))
    latest = town.see(lambda s: [s.get_one(Entry, e.id).versions[-1] for e in (one, other)])
    assert [(v.question, v.answer == "另一个答复") for v in latest] == [(words, False), (words, True)]


def test_words_that_are_another_questions_by_now_stay_that_ones(town: Town) -> None:
    one = reworded(town, "居住证在哪里办？")
    department = town.see(lambda s: s.get_one(Department, one.department_id).name)
    town.do(lambda s: s.add(Entry(department_id=one.department_id, question="居住证在哪里办？", versions=[
        EntryVersion(number=1, question="居住证在哪里办？", answer="x", spoken="x", valid_from=NOON.date(), written_by="x")])))
    counts = town.preview(town.exported("5")).counts()
    assert (counts["new"], counts["changed"], counts["refused"]) == (0, 0, 0)
    town.take_in(books.book(FAQ, [books.question(department=department)]))
    assert town.see(lambda s: s.get_one(Entry, one.id).versions[-1].answer) != books.question()["answer"]


def test_a_draft_is_written_on_and_undone_to_what_it_said(town: Town) -> None:
    town.take_in(books.ONE)
    before = all_known(town)
    form = town.take_in(books.book(FAQ, [books.question(answer="另一个答复")]))
    assert [v.answer for v in town.see(lambda s: entry(s, "居住证在哪里办？").versions)] == ["另一个答复"]
    town.undo(form.id)
    assert all_known(town) == before


def test_keywords_are_parted_as_people_part_words_and_a_number_is_kept_in_plain_digits(town: Town) -> None:
    content = books.book(FAQ, [books.question(keywords="结婚、登记，婚姻;户口,社保；低保\n证", phone="０８７７－９６０１０１１", phrasings="带户口簿、身份证吗？"),
                               books.question("二", phone="0877-9601011／9601012")])
    town.take_in(content)
    first, second = (town.see(lambda s, q=q: entry(s, q).versions[0]) for q in ("居住证在哪里办？", "二"))
    assert first.keywords == ["结婚", "登记", "婚姻", "户口", "社保", "低保", "证"]
    assert (first.phone, second.phone) == ("08779601011", "0877-9601011/9601012")
    assert [p.text for p in town.see(lambda s: list(entry(s, "居住证在哪里办？").phrasings))] == ["带户口簿、身份证吗？"]
    assert town.preview(content).counts()["same"] == 2


def test_a_question_under_review_is_refused_until_that_is_over(town: Town) -> None:
    town.take_in(books.ONE)
    town.do(lambda s: setattr(entry(s, "居住证在哪里办？").versions[0], "stage", Stage.SUBMITTED))
    found = town.preview(books.book(FAQ, [books.question(answer="另一个")]))
    assert "正在审核" in found.refused[0]["faults"][0][1]


def approvals(town: Town) -> dict[str, str]:
    return {p.text: p.approval for p in town.see(lambda s: list(entry(s, "居住证在哪里办？").phrasings))}


def approved(town: Town, *texts: str) -> None:
    """By the leader, on the page."""

    def approve(session: Any) -> None:
        for row in (p for p in entry(session, "居住证在哪里办？").phrasings if p.text in texts):
            approving.approve(session, row, by=person(session, Role.LEADER), at=town.at)

    town.do(approve)


@pytest.mark.parametrize("only", ["", POLICE])
def test_phrasings_wait_for_another_person_whoever_hands_them_in(town: Town, only: str) -> None:
    town.take_in(books.book(FAQ, [books.question(phrasings="一种问法")]), only=only)
    row = town.see(lambda s: entry(s, "居住证在哪里办？").phrasings[0])
    assert (row.approval, row.proposed_by, row.decided_by, row.decided_at) == (Approval.PROPOSED, "office", "", None)


def test_a_liaison_takes_away_by_a_form_what_he_proposed_himself_and_nothing_else(town: Town) -> None:
    town.take_in(books.book(FAQ, [books.question(phrasings="一；二；三")]), only=POLICE)
    approved(town, "一")
    town.do(lambda s: setattr(s.scalars(select(Phrasing).where(Phrasing.text == "三")).one(), "proposed_by", ""))  # some caller's
    content = books.book(FAQ, [books.question(phrasings="四")])
    found = town.preview(content, only=POLICE)
    assert found.rows[0]["changes"] == [["其他问法", "一\n二\n三", "一\n三\n四"]]
    assert found.notes() == ["第 2 行：未列出的问法予以保留；停用已审定的或他人提出的问法，由部门分管领导或市主管部门决定"]
    form = town.take_in(content, only=POLICE)
    assert form.notes == found.notes()
    assert approvals(town) == {"一": "approved", "二": "retired", "三": "proposed", "四": "proposed"}
    assert town.preview(content, only=POLICE).counts()["same"] == 1
    deeds = town.see(lambda s: s.execute(select(AuditRow.deed, AuditRow.by).where(AuditRow.deed == "phrasing.retired")).all())
    assert deeds == [("phrasing.retired", "office")]
    town.undo(form.id, only=POLICE)
    assert approvals(town) == {"一": "approved", "二": "proposed", "三": "proposed"}


def test_what_was_approved_between_preview_and_putting_in_stays(town: Town) -> None:
    town.take_in(books.ONE, only=POLICE)
    form = town.hand_in(books.book(FAQ, [books.question(phrasings="居住证咋个办")]), only=POLICE)
    approved(town, "办居住证")
    town.apply(form, only=POLICE)
    assert approvals(town) == {"居住证咋个办": "proposed", "办居住证": "approved"}


def test_what_the_offices_form_leaves_out_is_retired_and_comes_back_with_undo(town: Town) -> None:
    town.take_in(books.ONE)
    approved(town, "居住证咋个办", "办居住证")
    form = town.take_in(books.book(FAQ, [books.question(phrasings="居住证咋个办；新问法")]))
    assert approvals(town) == {"居住证咋个办": "approved", "办居住证": "retired", "新问法": "proposed"}
    town.undo(form.id)
    assert approvals(town) == {"居住证咋个办": "approved", "办居住证": "approved"}
    decided = town.see(lambda s: [(p.decided_by, p.decided_at) for p in entry(s, "居住证在哪里办？").phrasings])
    assert len(decided) == 2
    assert all(by != "office" and at for by, at in decided), "with who approved it, and when"


def test_what_a_person_has_decided_on_since_stays_when_a_form_is_undone(town: Town) -> None:
    town.take_in(books.ONE)
    form = town.take_in(books.book(FAQ, [books.question(phrasings="居住证咋个办；办居住证；新问法")]))
    approved(town, "新问法")
    town.undo(form.id)
    assert approvals(town)["新问法"] == "approved"


def test_what_is_wrong_is_said_with_row_column_and_reason(town: Town) -> None:
    def tree(session: Any) -> None:
        for path in ("户籍", "户籍/居住证"):
            session.merge(Category(path=path))
        session.add(Phrasing(entry_id=first.id, text="被退回的问法", approval=Approval.REFUSED))

    first = next(k for k in town.see(lambda s: SUBJECTS["5"].known(s, None, False)).values() if "户籍" in k.cells["category"])
    town.do(tree)
    rows = [
        books.question(), books.question(), books.question("", answer=""), books.question("三", department="没有的局"),
        books.question("四", spoken="说" * 301), books.question("五", category="户籍"), books.question("六", category="别的"),
        books.question("七", keywords="；".join(map(str, range(21)))), books.question("八", phone="请来现场"),
        books.question("九", valid_from="明年"), books.question("十", valid_to="2025-01-01"),
        books.question("长" * 129), books.question("十二", phrasings="十二"),
        {**first.cells, "category": "户籍/居住证", "phrasings": "被退回的问法"},
    ]  # fmt: skip
    found = town.preview(books.book(FAQ, rows))
    told = {row["row"]: row["faults"] for row in found.refused}
    assert [row["row"] for row in found.rows] == [2]
    assert told[3] == [["整行", "与第 2 行重复（部门和问题相同）"]]
    assert {title for title, _ in told[4]} == {"问题", "供阅读的答复"}
    assert "不是已登记的部门" in told[5][0][1]
    assert told[6] == [["供播报的答复", "最多 300 个字，现有 301 个"]]
    assert "下面还有细分类别" in told[7][0][1]
    assert "没有“别的”这个类别" in told[8][0][1]
    assert told[9] == [["关键词", "最多 20 项，现有 21 项"]]
    assert "不是电话号码" in told[10][0][1]
    assert "不是日期" in told[11][0][1]
    assert told[12] == [["失效日期", "早于生效日期"]]
    assert told[13] == [["问题", "最多 128 个字，现有 129 个"]]
    assert told[14] == [["其他问法", "与问题本身相同，请删去"]]
    assert "曾被审核退回" in told[15][0][1]


def test_a_liaison_hands_in_for_the_own_department_only(town: Town) -> None:
    rows = [books.question("一", department=""), books.question("二", department="公安局"),
            books.question("三", department="玉溪市民政局")]  # fmt: skip
    found = town.preview(books.book(FAQ, rows), only=POLICE)
    assert [row["department"] for row in found.rows] == [town.department(POLICE)] * 2
    assert found.refused[0]["faults"] == [["部门", "只能填报本部门"]]
    assert town.preview(books.book(FAQ, rows[:1])).refused[0]["faults"] == [["部门", "必须填写"]]


# ---------------------------------------------------------------- between preview, apply and undo
def test_what_somebody_changed_since_the_preview_is_refused_and_the_rest_kept(town: Town) -> None:
    town.take_in(books.ONE)
    content = books.book(FAQ, [books.question(answer="甲"), books.question("身份证怎么换？")])
    waiting = town.hand_in(content)
    town.take_in(books.book(FAQ, [books.question(answer="乙")]))
    form = town.apply(waiting)
    assert form.counts == {"new": 1, "changed": 0, "same": 0, "refused": 1}
    assert form.refused[0]["faults"] == [["整行", "预览之后被他人修改过，请重新上传"]]
    assert town.see(lambda s: entry(s, "居住证在哪里办？").versions[0].answer) == "乙"
    assert town.see(lambda s: entry(s, "身份证怎么换？").state) == State.DRAFT


def test_an_import_is_applied_and_undone_once(town: Town) -> None:
    waiting = town.hand_in(books.ONE)
    town.apply(waiting)
    with pytest.raises(FormError):
        town.apply(waiting)
    town.undo(waiting)
    for again in (town.undo, town.apply):
        with pytest.raises(FormError):
            again(waiting)


def test_undoing_leaves_alone_what_was_changed_since_and_names_it(town: Town) -> None:
    form = town.take_in(books.book(FAQ, [books.question(), books.question("身份证怎么换？")]))

    def write_on(session: Any) -> None:
        version = entry(session, "身份证怎么换？").versions[0]
        changed = content_of(version)
        by = session.scalars(select(Account).where(Account.role == Role.CITY_OFFICE)).first()
        drafts.edit(session, version, type(changed)(**{**vars(changed), "answer": "后来改过"}), by=by, at=town.at)

    town.do(write_on)
    undone = town.undo(form.id)
    assert undone.notes == ["撤销时这些行未恢复，因为入库后又被修改或使用过：第 3 行"]
    assert town.see(lambda s: entry(s, "身份证怎么换？").versions[0].answer) == "后来改过"
    assert town.see(lambda s: entry(s, "居住证在哪里办？").versions[0].stage) == Stage.WITHDRAWN


@pytest.mark.parametrize("more", [
    lambda s, v, by, at: attachments.add(s, v, KeptFile("说明.pdf", "application/pdf", 1, "0" * 64), by=by, settings=CONFIG, at=at),
    lambda s, v, by, at: drafts.edit(s, v, content_of(v), by=by, at=at, publish_at=NOON + timedelta(days=9)),
    lambda s, v, by, at: drafts.edit(s, v, content_of(v), by=by, at=at, corrects=True),
])  # fmt: skip
def test_a_draft_that_somebody_has_gone_on_with_beside_its_cells_is_left_alone_too(town: Town, more: Any) -> None:
    form = town.take_in(books.ONE)
    by = town.see(lambda s: s.scalars(select(Account).where(Account.role == Role.CITY_OFFICE)).first())
    town.do(lambda s: more(s, entry(s, "居住证在哪里办？").versions[0], by, town.at))
    assert town.undo(form.id).notes == ["撤销时这些行未恢复，因为入库后又被修改或使用过：第 2 行"]
    assert town.see(lambda s: entry(s, "居住证在哪里办？").versions[0].stage) == Stage.DRAFT


def test_an_item_that_was_taken_from_the_citizens_since_is_not_called_published_by_undo(town: Town) -> None:
    form = town.take_in(books.book(LICENCES, [{**LICENCE, "name": "焰火燃放许可", "conditions": "有方案"}]))
    item = lambda s: s.scalars(select(Licence).where(Licence.name == "焰火燃放许可")).one()  # noqa: E731
    town.do(lambda s: licence_life.take_down(s, item(s), why="已取消", by=person(s, Role.LEADER), at=town.at))
    assert "第 2 行" in town.undo(form.id).notes[-1]
    left = town.see(item)
    assert (left.stage, left.shown) == (Stage.DRAFT, None)


def test_what_was_undone_can_be_handed_in_again(town: Town) -> None:
    town.undo(town.take_in(books.ONE).id)
    assert (town.department(POLICE), "居住证在哪里办？") in town.see(lambda s: SUBJECTS["5"].known(s, None, False))
    form = town.take_in(books.ONE)
    assert form.counts["new"] == 1
    versions = town.see(lambda s: list(entry(s, "居住证在哪里办？").versions))
    assert [(v.number, v.stage) for v in versions] == [(1, Stage.WITHDRAWN), (2, Stage.DRAFT)]


def test_the_refused_rows_come_back_with_their_reasons_and_can_be_corrected(town: Town) -> None:
    found = town.preview(books.book(FAQ, [books.question(), books.question("二", valid_from="明年")]))
    content = writing.sent_back(FAQ, found.refused, options={}, at=NOON)
    from knowledge_base.forms.reading import read_form

    read = read_form(content, "x.xlsx")
    assert read.notes == []
    assert [row.cells["question"] for row in read.rows] == ["二"]
    assert read.rows[0].cells["valid_from"] == "明年"


def test_every_import_is_in_the_audit_trail(town: Town) -> None:
    form = town.take_in(books.ONE)
    town.undo(form.id, by="someone")
    rows = town.see(lambda s: s.scalars(select(AuditRow).where(AuditRow.kind == "form_import")).all())
    assert [(row.deed, row.by, row.details["rows"]) for row in rows] == [("form.applied", "office", 1),
                                                                      ("form.undone", "someone", 1)]


# ---------------------------------------------------------------- 附件6, 7, 8
def test_a_licence_item_is_a_draft_and_what_citizens_see_stays(town: Town) -> None:
    old = {**LICENCE, "name": "焰火燃放许可", "conditions": "有方案"}
    before = all_known(town)
    form = town.take_in(books.book(LICENCES, [LICENCE, old]))
    assert form.counts == {"new": 1, "changed": 1, "same": 0, "refused": 0}

    def look(session: Any) -> None:
        rows = {x.name: x for x in session.scalars(select(Licence))}
        assert (rows["保安服务许可"].stage, rows["保安服务许可"].version, rows["保安服务许可"].shown) == ("draft", 1, None)
        assert rows["保安服务许可"].materials == ["申请书", "章程"]
        assert (rows["焰火燃放许可"].stage, rows["焰火燃放许可"].version) == ("draft", 4)
        assert rows["焰火燃放许可"].shown == {"name": "焰火燃放许可"}
        noted = select(LedgerRow.version).where(LedgerRow.kind == Kind.LICENCE, LedgerRow.by == "office",
                                                LedgerRow.deed == Deed.WRITTEN).order_by(LedgerRow.version)
        assert session.scalars(noted).all() == [1, 4]

    town.see(look)
    town.undo(form.id)
    left = {key: k for key, k in town.see(lambda s: SUBJECTS["6"].known(s, None, False)).items() if not k.gone}
    assert left == before["6"]
    assert town.take_in(books.book(LICENCES, [LICENCE])).counts["new"] == 1


@pytest.mark.parametrize(("stage", "name"), [(Stage.REFUSED, "焰火燃放新许可"), (Stage.WITHDRAWN, "焰火燃放新许可"), (Stage.DRAFT, "焰火燃放许可")])
def test_a_name_that_another_item_bears_or_was_to_bear_refuses_its_row_and_no_other(town: Town, stage: Stage, name: str) -> None:
    def rename(session: Any) -> None:
        item = session.scalars(select(Licence).where(Licence.name == "焰火燃放许可")).one()
        item.name, item.stage = "焰火燃放新许可", stage

    town.do(rename)
    form = town.take_in(books.book(LICENCES, [{**LICENCE, "name": name}, LICENCE]))
    assert (form.counts["new"], [(row["row"], row["faults"][0][0]) for row in form.refused]) == (1, [(2, "事项名称")])
    names = town.see(lambda s: set(s.scalars(select(Licence.name).where(Licence.department_id == town.department(POLICE)))))
    assert names >= {"焰火燃放新许可", "保安服务许可"}
    assert "焰火燃放许可" not in names


@pytest.mark.parametrize(("key", "text", "fit"), [
    ("phone", "0877-2012345", True), ("phone", "12345", True), ("phone", "+86 877 2012345", True), ("phone", "2012345转8001", True),
    ("phone", "电话见网站", False), ("phone", "0877-2012345、0877-2012346", False), ("fax", "123456789012345678", False),
    ("duty_phone", "7", False), ("supervision_phone", "0877-201234x", False), ("transfer_numbers", "0877-2012345；分机3", False),
    ("sections", "户政科｜0877-20123456789｜户口", False), ("post_code", "65310", False), ("email", "a@b", False), ("email", "a b@c.cn", False), ("web_site", "yuxi.gov.cn", False),
])  # fmt: skip
def test_page_and_form_take_and_refuse_the_same_cells(town: Town, key: str, text: str, fit: bool) -> None:
    found = town.preview(books.book(BASE, [books.unit(**{key: text})]))
    _, faults = base_data.understood({key: text})
    assert [title for row in found.refused for title, _ in row["faults"]] == ([] if fit else [BASE.column(key).title])
    assert (key in faults) is not fit


def test_a_number_that_stood_before_and_that_nobody_changed_refuses_no_row(town: Town) -> None:
    town.do(lambda s: setattr(s.scalars(select(Department).where(Department.name == POLICE)).one(), "phone", "0877-20123456789"))
    cells = town.see(lambda s: SUBJECTS["7"].known(s, {town.department(POLICE)}, False))[town.department(POLICE), POLICE].cells
    assert town.preview(books.book(BASE, [{**cells, "leader": "新局长"}])).counts()["changed"] == 1
    assert town.preview(books.book(BASE, [{**cells, "phone": "0877-20123456780"}])).counts()["refused"] == 1


def spoil(session: Any) -> None:
    """Things stand that no form would take, whoever let them in."""
    version = entry(session, "居住证在哪里办？").versions[0]
    version.category, version.phone, version.answer = "", "110转户政", "  长" * 3000
    version.keywords, version.valid_to = [f"词{n}" * 20 for n in range(30)], version.valid_from - timedelta(days=1)
    item = session.scalars(select(Licence).where(Licence.name == "焰火燃放许可")).one()
    item.stage, item.phone, item.materials, item.downloads = Stage.DRAFT, "见公告", [], ["ftp://见网站"]
    unit = session.scalars(select(Department).where(Department.name == POLICE)).one()
    unit.phone, unit.office_hours, unit.email = "110转户政", [{"days": "看通知", "open": "?", "close": "?"}], "没有"
    unit.sections, unit.update_every_months = [{"name": "科" * 80, "phone": "见公告"}], 0
    other = session.scalars(select(Entry).where(Entry.department_id != unit.id)).first()
    session.add(Authorisation(department_id=unit.id, document="旧文号", signer="施永昌", form="full", scope="entries", entries=[other.id, 99999],
                              valid_from=NOON.date(), valid_to=NOON.date() + timedelta(days=9), signed_at=NOON, signed_by="x"))


@pytest.mark.parametrize(("annex", "key", "column"), [("5", "居住证在哪里办？", "section"), ("6", "焰火燃放许可", "quota"), ("7", POLICE, "leader"), ("8", "旧文号", "signer")])
def test_what_nobody_changed_refuses_no_row_and_stays_as_it_stands(town: Town, annex: str, key: str, column: str) -> None:
    town.take_in(books.ONE)
    town.do(spoil)
    known = town.see(lambda s: SUBJECTS[annex].known(s, {town.department(POLICE)}, False))[town.department(POLICE), key]
    form = town.take_in(books.book(FORMS[annex], [{**known.cells, column: "新的"}]))
    assert (form.counts["changed"], form.refused) == (1, [])
    now = town.see(lambda s: SUBJECTS[annex].known(s, {town.department(POLICE)}, False))[town.department(POLICE), key]
    differs = {name for name, value in now.values.items() if value != known.values[name]}
    assert differs - {"version", "confirmed_on", "next_update"} == {column}
    assert now.more.get("ids") == known.more.get("ids")


def test_an_authorisation_that_is_over_gets_no_next_version_without_another_last_day(town: Town) -> None:
    town.do(lambda s: s.add(Authorisation(department_id=town.department(POLICE), document="旧", signer="甲", form="full", scope="department",
                                          valid_from=NOON.date() - timedelta(days=9), valid_to=NOON.date() - timedelta(days=1), signed_at=NOON)))
    cells = town.see(lambda s: SUBJECTS["8"].known(s, {town.department(POLICE)}, False))[town.department(POLICE), "旧"].cells
    assert town.preview(books.book(AUTHORISATIONS, [{**cells, "signer": "乙"}])).refused[0]["faults"][0][0] == "整行"
    assert town.preview(books.book(AUTHORISATIONS, [{**cells, "valid_to": "2027-12-31"}])).counts()["changed"] == 1


def test_a_number_is_kept_in_the_one_form_however_it_was_handed_in(town: Town) -> None:
    content = books.book(BASE, [books.unit(phone="+86 877 2012345", transfer_numbers="0877 2012345；138 8888 8888")])
    town.take_in(content)
    unit = town.see(lambda s: s.scalars(select(Department).where(Department.name == POLICE)).one())
    assert (unit.phone, unit.transfer_numbers) == ("08772012345", ["08772012345", "13888888888"])
    assert town.preview(content).counts()["same"] == 1


def test_base_data_count_at_once_and_come_back_with_undo(town: Town) -> None:
    before = all_known(town)
    row = books.unit(summer_hours="周一至周五 09:00-12:00；周六 9:00-11:30", winter_hours="工作日 09:30—12:00",
                     transfer_numbers="0877-1234567、0877-1234568", sections="户政科｜0877-9601011｜户口\n办公室")
    form = town.take_in(books.book(BASE, [row]))
    unit = town.see(lambda s: s.get(Department, town.department(POLICE)))
    assert unit.office_hours == [
        {"days": "1-5", "open": "09:00", "close": "12:00", "season": "summer"},
        {"days": "6", "open": "09:00", "close": "11:30", "season": "summer"},
        {"days": "1-5", "open": "09:30", "close": "12:00", "season": "winter"},
    ]  # fmt: skip
    assert unit.transfer_numbers == ["08771234567", "08771234568"]
    assert "户政服务科" in {section["name"] for section in unit.sections}, "what stands stays until a second person has seen the new one"
    assert (unit.proposed["sections"], unit.proposed_by) == (
        [{"name": "户政科", "phone": "0877-9601011", "duties": "户口"}, {"name": "办公室", "phone": ""}], "office")
    assert unit.update_every_months == 3
    town.undo(form.id)
    assert all_known(town) == before


def test_free_words_that_were_let_out_since_stay_when_a_form_is_undone(town: Town) -> None:
    content = books.book(BASE, [books.unit(way_there="公交2路")])
    form = town.take_in(content)
    assert town.preview(content).counts()["same"] == 1

    def let_out(session: Any) -> None:
        unit = session.get(Department, town.department(POLICE))
        reviewer = Account(login="reviewer", name="甲", role=Role.SECRECY_REVIEWER, department_id=unit.id, active=True)
        for step, by in ((base_words.check, person(session, Role.LEADER)), (base_words.pass_review, reviewer)):
            step(session, unit, seen=base_words.token(unit), by=by, at=town.at)

    town.do(let_out)
    assert town.preview(content).counts()["same"] == 1
    assert "第 2 行" in town.undo(form.id).notes[-1]
    assert town.see(lambda s: s.get(Department, town.department(POLICE)).way_there) == "公交2路"


def test_only_the_office_sets_how_often_a_department_confirms(town: Town) -> None:
    content = books.book(BASE, [books.unit(update_every_months=12)])
    assert town.preview(content, only=POLICE).refused[0]["faults"] == [["更新周期（月）", "只有主管部门可以修改"]]
    assert town.preview(content).counts()["changed"] == 1


def test_a_department_confirms_nothing_by_a_date_in_a_form(town: Town) -> None:
    cells = town.see(lambda s: SUBJECTS["7"].known(s, {town.department(POLICE)}, False))[town.department(POLICE), POLICE].cells
    dated = books.book(BASE, [{**cells, "confirmed_on": "2026-11-20"}])
    assert town.preview(dated, only=POLICE).refused[0]["faults"] == [["更新日期", "只有主管部门可以修改"]]
    town.take_in(books.book(BASE, [{**cells, "leader": "新局长"}]), only=POLICE)
    assert town.see(lambda s: s.get(Department, town.department(POLICE)).confirmed_on) == NOON.date(), "who changes it has looked at it"
    assert town.take_in(dated).counts["changed"] == 1
    assert town.see(lambda s: s.get(Department, town.department(POLICE)).confirmed_on.isoformat()) == "2026-11-20"


def test_an_authorisation_waits_for_its_signature_and_is_dropped_by_undo(town: Town) -> None:
    form = town.take_in(books.book(AUTHORISATIONS, [LEAVE]), only=POLICE)

    def find(session: Any) -> Authorisation:
        return session.scalars(select(Authorisation).where(Authorisation.document == LEAVE["document"])).one()

    leave = town.see(find)
    assert (leave.signed_at, leave.version, leave.categories, leave.entered_by) == (None, 1, ["户籍"], "office")
    assert "待签发" in town.preview(books.book(AUTHORISATIONS, [{**LEAVE, "signer": "别人"}])).refused[0]["faults"][0][1]
    town.undo(form.id)
    assert town.see(find).revoked_because == "撤销附件8导入"
    again = town.take_in(books.book(AUTHORISATIONS, [LEAVE]))
    assert again.counts["new"] == 1


def test_what_a_leader_signed_since_is_not_undone(town: Town) -> None:
    form = town.take_in(books.book(AUTHORISATIONS, [LEAVE]))

    def sign(session: Any) -> None:
        leave = session.scalars(select(Authorisation).where(Authorisation.document == LEAVE["document"])).one()
        granting.sign(session, leave, by=person(session, Role.LEADER), at=town.at)

    town.do(sign)
    assert "第 2 行" in town.undo(form.id).notes[0]


@pytest.mark.parametrize(("other", "title"), [
    ({"categories": ""}, "类别"), ({"entries": "居住证"}, "条目"), ({"categories": "没有的类别"}, "类别"),
    ({"exclusions": "没有的问题"}, "除外的条目"), ({"valid_to": "2026-01-01"}, "失效日期"), ({"scope": "全部"}, "授权范围"),
    ({"scope": "部分许可事项", "categories": "", "licences": "没有的许可"}, "许可事项"),
])  # fmt: skip
def test_an_authorisation_that_makes_no_sense_is_refused(town: Town, other: dict[str, str], title: str) -> None:
    found = town.preview(books.book(AUTHORISATIONS, [{**LEAVE, **other}]))
    assert title in [fault[0] for fault in found.refused[0]["faults"]]


def test_an_authorisation_names_entries_and_licence_items_by_their_words(town: Town) -> None:
    mine = next(k for k in town.see(lambda s: SUBJECTS["5"].known(s, {town.department(POLICE)}, False)).values())
    row = {**LEAVE, "scope": "部分许可事项", "categories": "", "licences": "焰火燃放许可", "exclusions": mine.cells["question"]}
    town.take_in(books.book(AUTHORISATIONS, [row]))
    leave = town.see(lambda s: s.scalars(select(Authorisation).where(Authorisation.document == LEAVE["document"])).one())
    assert leave.licences == [town.see(lambda s: s.scalars(select(Licence.id).where(Licence.name == "焰火燃放许可")).one())]
    assert leave.exclusions == [mine.id]


def test_versions_that_are_over_are_no_longer_spoken_of(town: Town) -> None:
    """A row speaks of what is under way, else of what stands, not of what came last."""
    town.take_in(books.ONE)

    def publish(session: Any) -> None:
        one = entry(session, "居住证在哪里办？")
        one.state, one.published = State.PUBLISHED, 1
        one.versions[0].stage, one.versions[0].published_at = Stage.PUBLISHED, NOON
        session.add(EntryVersion(entry_id=one.id, number=2, stage=Stage.REFUSED, question=one.question, answer="退回的",
                                 spoken="退回的", valid_from=NOON.date(), written_by="x"))

    town.do(publish)
    assert town.preview(books.ONE).counts()["same"] == 1


def test_the_names_and_the_code_of_a_department_that_is_no_more_mean_who_does_its_work(town: Town) -> None:
    def merge(session: Any) -> tuple[str, str, int, int]:
        old, heir = session.scalars(select(Department).where(Department.name != POLICE).order_by(Department.code)).all()[:2]
        old.effective_to, old.aliases = NOON.date(), ["老名字"]
        session.add(Succession(predecessor_id=old.id, successor_id=heir.id, kind="merged", on=NOON.date()))
        return old.name, old.code, heir.id, old.id

    name, code, heir, old = town.do(merge)
    found = town.preview(books.book(FAQ, [books.question(n, department=called) for n, called in zip("一二三", (name, code, "老名字"), strict=True)]))
    assert [row["department"] for row in found.rows] == [heir] * 3
    ours = town.see(lambda s: units(s, old, on=NOON.date()))
    with pytest.raises(UnitError, match="已撤销"):
        ours.meant("")


def test_a_file_that_was_filled_before_a_category_was_renamed_means_the_same(town: Town) -> None:
    known = town.see(lambda s: SUBJECTS["5"].known(s, None, False))
    row = next(k for k in known.values() if k.cells["category"].startswith("户籍"))
    old, place = dict(row.cells), row.cells["category"]

    def rename(session: Any) -> None:
        for path in {*session.scalars(select(Entry.category).distinct()), place}:
            for depth in range(path.count("/") + 1):
                session.merge(Category(path="/".join(path.split("/")[: depth + 1])))
        office = session.scalars(select(Account).where(Account.role == Role.CITY_OFFICE)).first()
        keeping_categories.rename(session, place, place + "（新）", why="更名", by=office, at=NOON)

    town.do(rename)
    same = town.preview(books.book(FAQ, [old]))
    assert (same.counts(), same.refused) == ({"new": 0, "changed": 0, "same": 1, "refused": 0}, [])
    assert town.see(lambda s: SUBJECTS["5"].known(s, None, False))[row.department_id, old["question"]].cells["category"] == place + "（新）"
    taken = town.take_in(books.book(FAQ, [{**old, "answer": "改了的答复"}, books.question("另一个问题", category=place)]))
    assert (taken.counts["changed"], taken.counts["new"], taken.refused) == (1, 1, [])
    leave = {**LEAVE, "categories": "户籍；" + place, "excluded_categories": place}
    town.take_in(books.book(AUTHORISATIONS, [leave]))
    made = town.see(lambda s: s.scalars(select(Authorisation).where(Authorisation.document == LEAVE["document"])).one())
    assert (made.categories, made.excluded_categories) == (["户籍", place + "（新）"], [place + "（新）"])
    assert town.preview(books.book(AUTHORISATIONS, [leave])).counts()["same"] == 1
    drafts_ = town.see(lambda s: s.scalars(select(EntryVersion.category).where(EntryVersion.stage == Stage.DRAFT)).all())
    assert set(drafts_) == {place + "（新）"}
