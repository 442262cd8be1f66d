"""What is kept around an entry: categories, phrasings, attachments, and the secrecy sweep at intervals."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import files
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.cabinet import cabinet
from hotline.directory.departments import Department
from hotline.files import FileRefused
from hotline.settings import Settings
from knowledge_base import approving, attachments, categories, drafts, keeping_categories, life, sweeping
from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import Category
from knowledge_base.content import content_of
from knowledge_base.entries import Approval, Attachment, Entry, EntryVersion, Phrasing, State
from knowledge_base.ledger import Deed, LedgerRow
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError
from knowledge_base.verifying import verify
from tests.conftest import NOON
from tests.dispatch.town import later
from tests.knowledge_base import people as town
from tests.knowledge_base.people import CONTENT, TODAY, People

PDF = b"%PDF-1.7\nx"


@pytest.fixture
def who(session: Session, office: Department) -> People:
    return town.people(session, office)


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


# ---------------------------------------------------------------- categories
def tree(session: Session, who: People, *paths: str) -> None:
    for path in paths:
        keeping_categories.add(session, path, by=who.city, at=NOON)


def test_an_entry_uses_a_leaf_of_the_tree_and_nothing_else(session: Session, who: People) -> None:
    tree(session, who, "户籍", "户籍/居住证", "户籍/身份证")
    assert [row.path for row in categories.standing(session)] == ["户籍", "户籍/居住证", "户籍/身份证"]
    for wrong in ("户籍", "婚姻", "户籍/"):
        with pytest.raises(LifeError, match="末级类别"):
            town.written(session, who, category=wrong)
    assert town.written(session, who, category="户籍/居住证").category == "户籍/居住证"


@pytest.mark.parametrize("path", ["", "户籍//居住证", "户籍/居住证", "没有/这个", "长" * 81])
def test_a_category_that_does_not_fit_the_tree_is_not_added(session: Session, who: People, path: str) -> None:
    tree(session, who, "户籍", "户籍/居住证")
    with pytest.raises(LifeError):
        tree(session, who, path)


def test_below_a_category_that_entries_use_there_is_none(session: Session, who: People) -> None:
    tree(session, who, "户籍")
    town.written(session, who, category="户籍")
    with pytest.raises(LifeError, match="已有条目"):
        tree(session, who, "户籍/居住证")
    with pytest.raises(LifeError, match="不能停用"):
        keeping_categories.retire(session, "户籍", why="不用了", by=who.city, at=NOON)


def test_a_new_name_carries_entries_drafts_and_authorisations_and_leaves_what_was_reviewed_as_it_was(
    session: Session, who: People, settings: Settings
) -> None:
    tree(session, who, "户籍", "户籍/居住证", "户籍/身份证", "户籍管理服务")
    entry = town.published(session, who, settings, category="户籍/居住证")
    draft = town.written(session, who, question="身份证丢了", category="户籍/身份证")
    waiting = town.bring(session, town.written(session, who, question="等一等", category="户籍/居住证", publish_at=later(days=1)),
                         Stage.PASSED, by=who, settings=settings)  # fmt: skip
    leave = Authorisation(department_id=who.office.id, document="1号", signer="x", scope="categories", form="full",
                          categories=["户籍", "户籍管理服务"], excluded_categories=["户籍/身份证"], valid_from=TODAY, valid_to=TODAY)  # fmt: skip
    session.add(leave)
    assert keeping_categories.rename(session, "户籍", "治安户政", why="机构职能调整", by=who.city, at=NOON) == 3
    session.flush()
    assert (entry.category, draft.category) == ("治安户政/居住证", "治安户政/身份证")
    assert (entry.versions[0].category, waiting.category) == ("户籍/居住证", "户籍/居住证")
    assert (leave.categories, leave.excluded_categories) == (["治安户政", "户籍管理服务"], ["治安户政/身份证"])
    assert [row.path for row in categories.standing(session)] == ["户籍管理服务", "治安户政", "治安户政/居住证", "治安户政/身份证"]
    life.publish(session, waiting, by=who.city, settings=settings, at=later(days=1))
    assert session.get_one(Entry, waiting.entry_id).category == "治安户政/居住证"
    town.bring(session, draft, Stage.PUBLISHED, by=who, settings=settings)
    assert list(verify(session)) == []
    noted = session.scalars(select(AuditRow).where(AuditRow.deed == "category.renamed")).one()
    assert (noted.by, noted.reason, noted.details["authorisations"]) == ("city_office", "机构职能调整", [leave.id])


def test_what_was_written_under_the_old_name_is_written_on_under_the_new_one(session: Session, who: People, settings: Settings) -> None:
    tree(session, who, "户籍", "户籍/居住证")
    entry = town.published(session, who, settings, category="户籍/居住证")
    sent_back = town.bring(session, town.written(session, who, question="迁户口", category="户籍/居住证"), Stage.SUBMITTED, by=who, settings=settings)
    for path, to in (("户籍/居住证", "户籍/居住证件"), ("户籍", "户政")):
        keeping_categories.rename(session, path, to, why="x", by=who.city, at=NOON)
    assert drafts.revise(session, entry, content_of(entry.versions[0]), by=who.liaison, at=NOON, why="改").category == "户政/居住证件"
    assert drafts.begin(session, replace(CONTENT, question="新的", category="户籍/居住证"), department=who.office, by=who.liaison, at=NOON).category == "户政/居住证件"
    life.send_back(session, sent_back, why="改", by=who.leader, at=NOON)
    life.submit(session, sent_back, by=who.liaison, at=NOON)


@pytest.mark.parametrize(("path", "to"), [("户籍", "户籍/新"), ("户籍", "户籍"), ("户籍/居住证", "户籍/身份证"), ("没有", "有"),
                                          ("户籍/居住证", "没有/居住证")])  # fmt: skip
def test_a_name_that_can_not_be_is_refused(session: Session, who: People, path: str, to: str) -> None:
    tree(session, who, "户籍", "户籍/居住证", "户籍/身份证")
    with pytest.raises(LifeError):
        keeping_categories.rename(session, path, to, why="更名", by=who.city, at=NOON)


@pytest.mark.parametrize(("path", "to", "refused"), [
    ("婚姻/登记", "户籍/登记", True),  # below what was signed for
    ("户籍/身份证", "婚姻/身份证", False),  # out of what was signed for
    ("户籍/内部", "户籍/公开", False),  # the exclusion goes with the name
    ("户籍/内部/名册", "户籍/名册", True),  # out of what was taken out
    ("婚姻/登记", "婚姻/结婚登记", False),
])  # fmt: skip
def test_moving_a_category_lets_nothing_be_said_that_nobody_signed_for(
    session: Session, who: People, path: str, to: str, refused: bool
) -> None:
    tree(session, who, "户籍", "户籍/身份证", "户籍/内部", "户籍/内部/名册", "婚姻", "婚姻/登记")
    session.add(Authorisation(department_id=who.office.id, document="1号", signer="x", scope="categories", form="full",
                              categories=["户籍"], excluded_categories=["户籍/内部"], valid_from=TODAY, valid_to=TODAY))  # fmt: skip
    session.flush()
    if refused:
        with pytest.raises(LifeError, match="重新授权"):
            keeping_categories.rename(session, path, to, why="调整", by=who.city, at=NOON)
    else:
        keeping_categories.rename(session, path, to, why="调整", by=who.city, at=NOON)


@pytest.mark.parametrize(("document", "changed"), [
    ("2号", {"categories": ["婚姻/旧"], "signed_at": None}),  # not yet signed
    ("3号", {"excluded_categories": ["婚姻/旧/名册"]}),
    ("4号", {"categories": ["婚姻/旧"], "revoked_at": later(days=3)}),  # still counts today
])  # fmt: skip
def test_a_name_that_stands_in_a_paper_is_taken_by_no_other_category(session: Session, who: People, document: str, changed: dict[str, object]) -> None:
    tree(session, who, "婚姻", "婚姻/登记")
    terms = {"scope": "categories", "form": "full", "valid_from": TODAY, "valid_to": TODAY, "signed_at": NOON, "categories": ["婚姻"], **changed}
    session.add(Authorisation(department_id=who.office.id, document=document, signer="x", **terms))
    session.flush()
    with pytest.raises(LifeError, match=document):
        keeping_categories.rename(session, "婚姻/登记", "婚姻/旧", why="更名", by=who.city, at=NOON)


def test_a_name_that_meant_something_else_leads_there_for_ever(session: Session, who: People) -> None:
    tree(session, who, "户籍", "户籍/旧", "户籍/新", "户籍/停用")
    keeping_categories.retire(session, "户籍/停用", why="x", by=who.city, at=NOON)
    keeping_categories.rename(session, "户籍/旧", "户籍/居住证", why="x", by=who.city, at=NOON)
    for name in ("户籍/停用", "户籍/旧"):
        with pytest.raises(LifeError, match="曾是另一类别"):
            keeping_categories.rename(session, "户籍/新", name, why="x", by=who.city, at=NOON)
    with pytest.raises(LifeError, match="原名称"):
        tree(session, who, "户籍/旧")
    keeping_categories.rename(session, "户籍/居住证", "户籍/旧", why="改回", by=who.city, at=NOON)
    assert categories.now_called(session, "户籍/居住证") == "户籍/旧"


def test_a_category_does_not_leave_its_departments_own_word_while_the_predecessors_counts(session: Session, who: People) -> None:
    tree(session, who, "户籍", "户籍/身份证", "婚姻")
    days = {"valid_from": TODAY, "valid_to": TODAY, "signed_at": NOON, "department_id": who.office.id, "signer": "x"}
    session.add_all([Authorisation(document="1号", scope="categories", categories=["户籍"], form="contact", **days),
                     Authorisation(document="承1号", scope="entries", entries=[1], form="full", provisional=True, **days)])  # fmt: skip
    session.flush()
    with pytest.raises(LifeError, match="重新授权"):
        keeping_categories.rename(session, "户籍/身份证", "婚姻/身份证", why="调整", by=who.city, at=NOON)


def test_what_is_retired_is_used_by_nothing_new_and_may_stand_again(session: Session, who: People) -> None:
    tree(session, who, "户籍", "户籍/居住证")
    keeping_categories.retire(session, "户籍/居住证", why="并入", by=who.city, at=NOON)
    with pytest.raises(LifeError, match="末级"):
        town.written(session, who, category="户籍/居住证")
    tree(session, who, "户籍/居住证")
    assert session.get_one(Category, "户籍/居住证").retired_at is None


def test_only_the_office_keeps_the_tree(session: Session, who: People) -> None:
    tree(session, who, "户籍")
    for somebody in (who.liaison, who.leader, who.supervisor):
        with pytest.raises(LifeError, match="主管部门"):
            keeping_categories.add(session, "婚姻", by=somebody, at=NOON)
        with pytest.raises(LifeError, match="主管部门"):
            keeping_categories.rename(session, "户籍", "新", why="x", by=somebody, at=NOON)
        with pytest.raises(LifeError, match="主管部门"):
            keeping_categories.retire(session, "户籍", why="x", by=somebody, at=NOON)


# ---------------------------------------------------------------- phrasings
def test_a_phrasing_is_proposed_by_one_and_approved_by_another(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    row = approving.propose(session, entry, " 居住证到期了咋个办 ", by=who.liaison, at=NOON)
    assert (row.text, row.approval, row.proposed_by) == ("居住证到期了咋个办", Approval.PROPOSED, "liaison")
    for wrong in (who.liaison, who.liaison_b, who.stranger_leader, who.reviewer, who.operator):
        with pytest.raises(LifeError):
            approving.approve(session, row, by=wrong, at=NOON)
    approving.approve(session, row, by=who.leader, at=NOON)
    assert (row.approval, row.decided_by) == (Approval.APPROVED, "leader")
    with pytest.raises(LifeError, match="他人处理"):
        approving.refuse(session, row, by=who.city, at=NOON)
    approving.retire(session, row, by=who.city, at=NOON)
    assert row.approval == Approval.RETIRED


def test_the_office_does_not_approve_its_own_phrasing(session: Session, who: People, settings: Settings) -> None:
    row = approving.propose(session, town.published(session, who, settings), "居住证续期", by=who.city, at=NOON)
    with pytest.raises(LifeError, match="自己提出"):
        approving.approve(session, row, by=who.city, at=NOON)
    approving.approve(session, row, by=who.leader, at=NOON)


def test_what_was_refused_may_be_proposed_again_and_what_stands_may_not(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    row = approving.propose(session, entry, "居住证续期", by=who.liaison, at=NOON)
    with pytest.raises(LifeError, match="已存在"):
        approving.propose(session, entry, "居住证续期", by=who.liaison_b, at=NOON)
    approving.refuse(session, row, by=who.leader, at=NOON)
    assert approving.propose(session, entry, "居住证续期", by=who.liaison_b, at=NOON) is row
    for wrong in ("", "长" * 129, CONTENT.question):
        with pytest.raises(LifeError):
            approving.propose(session, entry, wrong, by=who.liaison, at=NOON)
    with pytest.raises(LifeError, match="本部门"):
        approving.propose(session, entry, "别处来的", by=who.stranger, at=NOON)
    assert len(session.scalars(select(Phrasing)).all()) == 1


# ---------------------------------------------------------------- attachments
def put(session: Session, version: EntryVersion, name: str, content: bytes, *, by: Account, settings: Settings) -> Attachment:
    return attachments.add(session, version, files.keep(name, content, settings=settings, at=NOON), by=by, settings=settings, at=NOON)


@pytest.mark.parametrize(("name", "content"), [
    ("a.pdf", PDF), ("照片.PNG", b"\x89PNG\r\n\x1a\nx"), ("b.jpg", b"\xff\xd8\xff\xe0x"), ("表.docx", packed("word/document.xml")),
    ("表.xlsx", packed("xl/workbook.xml")), ("公文.ofd", packed("OFD.xml")),
])  # fmt: skip
def test_a_file_of_an_allowed_kind_is_kept_under_its_hash(session: Session, who: People, settings: Settings, name: str, content: bytes) -> None:
    version = town.written(session, who)
    row = put(session, version, name, content, by=who.liaison, settings=settings)
    assert (row.name, row.size) == (name, len(content))
    assert cabinet(settings).whole(row.sha256) == content
    assert content not in (settings.attachments / row.sha256).read_bytes(), "sealed"


@pytest.mark.parametrize(("name", "content"), [
    ("a.exe", b"MZ"), ("a.pdf", b"MZ"), ("a.png", PDF), ("a.docx", PDF), ("a.docx", packed("xl/workbook.xml")), ("pdf", PDF),
    ("a.docx", packed("word/document.xml", "word/vbaProject.bin")), ("a.svg", b"<svg/>"), ("a.html", b"<p>"), ("a.pdf", PDF + b"x" * 10_000_000),
    ("a.xlsx", packed("xl/workbook.xml")[:-30]), ("a.docx", b"MZ" + packed("word/document.xml")),
], ids=range(12))  # fmt: skip
def test_a_file_that_is_not_what_it_says_or_too_large_is_refused(session: Session, who: People, settings: Settings, name: str, content: bytes) -> None:
    version = town.written(session, who)
    with pytest.raises(FileRefused):
        put(session, version, name, content, by=who.liaison, settings=settings)
    assert session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize(("given", "kept"), [("../../etc/表.pdf", "表.pdf"), ("C:\\docs\\表.pdf", "表.pdf"), ("a\r\nX: y\".pdf", "aX y.pdf"),
                                             ("长" * 200 + ".pdf", "长" * 114 + ".pdf")])  # fmt: skip
def test_a_name_keeps_nothing_that_a_file_system_or_a_header_could_stumble_over(
    session: Session, who: People, settings: Settings, given: str, kept: str
) -> None:
    row = put(session, town.written(session, who), given, PDF, by=who.liaison, settings=settings)
    assert row.name == kept


def test_an_attachment_belongs_to_what_is_reviewed_and_goes_with_the_next_version(session: Session, who: People, settings: Settings) -> None:
    version = town.written(session, who)
    row = put(session, version, "a.pdf", PDF, by=who.liaison_b, settings=settings)
    assert attachments.public(session, row.id, on=TODAY) is None, "not before its version is published"
    town.bring(session, version, Stage.SUBMITTED, by=who, settings=settings)
    for step in (lambda: put(session, version, "b.pdf", PDF, by=who.liaison, settings=settings),
                 lambda: attachments.remove(session, version, row.id, by=who.liaison, at=NOON)):
        with pytest.raises(LifeError, match="阶段"):
            step()
    town.bring(session, version, Stage.PUBLISHED, by=who, settings=settings)
    assert attachments.public(session, row.id, on=TODAY) is row
    entry = session.get_one(Entry, version.entry_id)
    second = town.replaced(session, entry, who, settings, answer="新的")
    assert [a.sha256 for a in second.attachments] == [row.sha256]
    assert attachments.public(session, row.id, on=TODAY) is None, "the older version stands no longer"
    third = drafts.revise(session, entry, CONTENT, by=who.liaison, at=NOON, why="不再附表")
    attachments.remove(session, third, third.attachments[0].id, by=who.liaison, at=NOON)
    assert third.attachments == []
    assert list(verify(session)) == []


def test_a_version_has_no_more_files_than_allowed_and_none_twice(session: Session, who: People, settings: Settings) -> None:
    few = settings.model_copy(update={"attachments_most": 2})
    version = town.written(session, who)
    put(session, version, "a.pdf", PDF, by=who.liaison, settings=few)
    with pytest.raises(LifeError, match="同名"):
        put(session, version, "a.pdf", PDF, by=who.liaison, settings=few)
    put(session, version, "b.pdf", PDF, by=who.liaison, settings=few)
    with pytest.raises(LifeError, match="最多2个"):
        put(session, version, "c.pdf", PDF, by=who.liaison, settings=few)


# ---------------------------------------------------------------- sweeping again
def owed(session: Session, who: People, days: int) -> list[str]:
    on = TODAY + timedelta(days=days)
    return [row.question for row in session.scalars(sweeping.due(who.reviewer, on=on, days=180))]


def test_what_was_published_is_looked_at_again_after_half_a_year(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    assert (owed(session, who, 179), owed(session, who, 180)) == ([], [CONTENT.question])
    assert session.scalars(sweeping.due(who.stranger_reviewer, on=TODAY + timedelta(days=999), days=180)).all() == []
    for wrong in (who.liaison, who.leader, who.stranger_reviewer, who.city):
        with pytest.raises(LifeError):
            sweeping.find_fit(session, entry, by=wrong, at=later(days=180))
    sweeping.find_fit(session, entry, by=who.reviewer, at=later(days=180))
    assert (owed(session, who, 359), owed(session, who, 360)) == ([], [CONTENT.question])
    town.replaced(session, entry, who, settings, at=later(days=200), answer="新的")
    assert owed(session, who, 379) == [], "a new version was reviewed anew"
    assert session.scalars(select(LedgerRow.by).where(LedgerRow.deed == Deed.SWEPT)).all() == ["secrecy_reviewer"]


def test_what_holds_a_secret_is_pulled_at_once_by_the_clause(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    with pytest.raises(LifeError, match="条款"):
        sweeping.pull(session, entry, clause="", by=who.reviewer, at=NOON)
    sweeping.pull(session, entry, clause="《保守国家秘密法》第十三条", by=who.reviewer, at=NOON)
    assert (entry.state, entry.published, entry.versions[0].stage) == (State.WITHDRAWN, None, Stage.WITHDRAWN)
    with pytest.raises(LifeError, match="没有已发布"):
        sweeping.pull(session, entry, clause="x", by=who.reviewer, at=NOON)
    assert session.scalars(select(LedgerRow.clause).where(LedgerRow.deed == Deed.PULLED)).all() == ["《保守国家秘密法》第十三条"]


def test_what_waits_for_its_day_is_not_published_after_the_entry_was_pulled(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    waiting = drafts.revise(session, entry, replace(CONTENT, summary="新摘要"), by=who.liaison, at=NOON, why="有变化", publish_at=later(days=1))
    town.bring(session, waiting, Stage.PASSED, by=who, settings=settings)
    sweeping.pull(session, entry, clause="第九条", by=who.reviewer, at=later(hours=1))
    for by in (None, who.leader):
        with pytest.raises(LifeError, match="保密复查撤下"):
            life.publish(session, waiting, by=by, settings=settings, at=later(days=2))
    life.withdraw(session, waiting, why="另拟", by=who.liaison, at=later(days=2))
    town.replaced(session, entry, who, settings, at=later(days=3), answer="不含秘密的新答复")
    assert (entry.state, entry.published) == (State.PUBLISHED, 3)


def test_a_pulled_topic_is_pinned_no_longer(session: Session, who: People, settings: Settings) -> None:
    entry = town.published(session, who, settings)
    entry.hot_from, entry.hot_until = NOON, later(days=2)
    sweeping.pull(session, entry, clause="第九条", by=who.reviewer, at=later(hours=1))
    assert not entry.is_hot(later(hours=2))
    assert session.scalars(select(EntryVersion.answer)).all() == [replace(CONTENT).answer]
