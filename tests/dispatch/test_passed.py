"""Matters of 12345: each becomes one ticket under its number, what is wrong is named and kept, and answers go back."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.passed import passed, passed_additions, passed_codes, passed_fields
from dispatch.passed.passed import Came, Outcome
from dispatch.passed.passed_additions import Added
from dispatch.passed.passed_matters import PassedMatter
from dispatch.tickets import asides, extensions, handings, merging, progress, referrals, urging, worklist
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, Urgency, own_words
from dispatch.tickets.worklist import Wanted
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling import webhooks
from hotline.telling.notices import Notice
from hotline.telling.outbox import Delivery
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

GIVEN = {"number": "yx202611230001", "class": "咨询", "title": "失业金没有到账", "summary": "来电人王小明称三月申领至今未到账。",
         "contact": "13888888888", "caller_name": "王小明"}  # fmt: skip


@pytest.mark.parametrize(("change", "field", "words"), [
    ({"number": ""}, "number", "必填"), ({"number": "x"}, "number", "4至40位"), ({"number": "'; --drop"}, "number", "4至40位"),
    ({"class": "别的"}, "class", "之一"), ({"title": " "}, "title", "必填"), ({"title": "长" * 121}, "title", "120"),
    ({"summary": "a\0b"}, "summary", "不能显示"), ({"summary": 7}, "summary", "应为文字"), ({"contact": "12"}, "contact", "电话"),
    ({"confidential": "maybe"}, "confidential", "是、否"), ({"urgency": "极急"}, "urgency", "特急"), ({"extra": "x"}, "extra", "没有这一项"),
    ({"\ud800": "x"}, "?", "没有这一项")])  # fmt: skip
def test_what_is_wrong_is_said_of_its_field(change: dict[str, Any], field: str, words: str) -> None:
    told = passed_fields.read(GIVEN | change)
    assert told.matter is None
    assert words in told.faults[field]


@pytest.mark.parametrize("change", [{"class": "report", "urgency": "urgent"}, {"class": "举报", "urgency": "紧急"}])
def test_classes_come_by_word_or_by_code(change: dict[str, str]) -> None:
    matter = passed_fields.read(GIVEN | change | {"confidential": "是"}).matter
    assert matter is not None
    assert (matter.klass, matter.urgency, matter.confidential) == (Klass.REPORT, Urgency.URGENT, True)


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def came(session: Session) -> Came:
    hook = webhooks.add(session, "市12345", "https://12345.example.gov.cn/told", exchange=True, by="admin", at=NOON)
    return Came("12345", hook.id)


def take(session: Session, settings: Settings, came: Came, **change: Any) -> passed.Taken:
    return passed.take(session, GIVEN | change, came, settings=settings, at=later())


def sent(session: Session) -> list[dict[str, Any]]:
    return [row.values for row in session.scalars(select(Delivery).where(Delivery.topic == "passed").order_by(Delivery.id))]


def test_a_matter_is_taken_once_under_its_number_and_found_by_it(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    first, second = take(session, settings, came), take(session, settings, came)
    assert (first.outcome, second.outcome, first.row is second.row) == (Outcome.TAKEN, Outcome.KNOWN, True)
    ticket = first.row.ticket
    assert ticket is not None
    assert (ticket.source, ticket.foreign_number, ticket.state, ticket.contact) == ("12345", "YX202611230001", State.TO_DISPATCH, "13888888888")
    assert first.row.content == {}, "the ticket has it all"
    found = session.scalars(worklist.listed(staff.supervisor, Wanted(text=" yx202611230001"), at=later())).all()
    assert found == [ticket]


def test_another_matter_under_the_same_number_and_a_faulty_one_are_kept_for_a_person(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    take(session, settings, came)
    other, faulty = take(session, settings, came, summary="还要补充"), take(session, settings, came, number="YX2", title="")
    assert (other.outcome, faulty.outcome) == (Outcome.DIFFERENT, Outcome.FAULTY)
    assert other.row.content["summary"] == "还要补充"
    assert take(session, settings, came, summary="还要补充").row is other.row, "kept once"
    noticed = session.execute(select(Notice.topic, Notice.thing).where(Notice.topic != "to_dispatch").order_by(Notice.id)).all()
    assert [tuple(n) for n in noticed] == [("passed_refused", str(row.id)) for row in (other.row, faulty.row)], "supervisors hear once"
    assert session.scalars(passed.listed(open_only=True)).all() == [faulty.row, other.row]
    passed.settle(session, other.row, why="已作为补充记入", by=staff.supervisor, at=later())
    assert (other.row.content, session.scalars(passed.listed(open_only=True)).all()) == ({}, [faulty.row])
    with pytest.raises(ReferralError, match="已处理"):
        passed.settle(session, other.row, why="x", by=staff.supervisor, at=later())


def test_a_number_that_stands_on_a_ticket_of_ours_is_no_new_matter(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    ours = town.ticket(session, settings)
    asides.pass_on(session, ours, number=GIVEN["number"], why="属政务服务", by=staff.supervisor, at=later())
    session.flush()
    done = take(session, settings, came)
    assert (done.outcome, ours.number in done.row.faults["number"]) == (Outcome.DIFFERENT, True)


def test_the_same_message_sent_by_several_at_once_makes_one_ticket(database: Database, settings: Settings) -> None:
    def send() -> Outcome:
        with database.writing() as session:
            return passed.take(session, GIVEN, Came("12345"), settings=settings, at=NOON).outcome

    assert sorted(town.at_once(send, threads=4)) == ["known", "known", "known", "taken"]
    with database.reading() as session:
        counted = [session.scalar(select(func.count()).select_from(table)) for table in (Ticket, PassedMatter)]
    assert counted == [1, 1]


def test_the_citizens_own_words_of_a_complaint_are_not_dispatched(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    ticket = take(session, settings, came, **{"class": "投诉"}).row.ticket
    assert ticket is not None
    session.refresh(ticket)
    assert own_words(ticket) == GIVEN["summary"]
    with pytest.raises(ReferralError, match="改写摘要"):
        referrals.dispatch(session, ticket, to=staff.office, by=staff.supervisor, settings=settings, at=later())


@pytest.mark.parametrize(("personal", "answer"), [(False, "请携带身份证到派出所办理。"), (True, "涉及个人信息，由96128核实身份后告知本人")])
def test_each_step_that_matters_to_12345_goes_back_with_its_number(session: Session, settings: Settings, came: Came, staff: Staff, personal: bool, answer: str) -> None:
    ticket = take(session, settings, came).row.ticket
    assert ticket is not None
    town.bring(session, ticket, State.TO_CALL_BACK, by=staff, settings=settings, personal=personal)
    referrals.told(session, ticket, grade=1, settings=settings, at=later(hours=5))
    told = sent(session)
    assert [one["event"] for one in told] == ["dispatched", "answered", "closed"]
    assert {(one["number"], one["foreign_number"]) for one in told} == {(ticket.number, "YX202611230001")}
    assert (told[1]["answer"], told[2]["reached"], told[2]["satisfaction"], told[2]["solved"]) == (answer, True, 1, None)
    handings.note_solved(session, ticket, False, at=later(hours=5))
    told = sent(session)
    assert (told[3]["event"], told[3]["number"], told[3]["solved"]) == ("solved", ticket.number, False), "said after the grade"
    row = session.scalars(select(PassedMatter).where(PassedMatter.ticket_id == ticket.id)).one()
    session.refresh(ticket)
    passed.again(session, row, by=staff.supervisor, at=later(hours=6))
    assert [(one["event"], one.get("solved")) for one in sent(session)][3:] == [("solved", False), ("closed", False)]


def test_12345_hears_of_a_matter_that_was_merged_as_of_any_other(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    assert staff.competent is not None
    main, theirs = town.ticket(session, settings), take(session, settings, came).row.ticket
    assert theirs is not None
    town.bring(session, main, State.IN_HAND, by=staff, settings=settings)
    merging.merge(session, theirs, into=main, why="同一事项", by=staff.supervisor, settings=settings, at=later())
    extensions.ask(session, main, days=4, why="须现场勘察", by=staff.liaison, settings=settings, at=later())
    extensions.grant(session, main, by=staff.competent, settings=settings, at=later())
    town.bring(session, main, State.TO_CALL_BACK, by=staff, settings=settings)
    told = sent(session)
    assert [(one["event"], one["foreign_number"]) for one in told] == [("extended", "YX202611230001"), ("answered", "YX202611230001")]
    assert (told[0]["promised_by"][:10], told[1]["answer"]) == ("2026-12-02", main.reply)


def test_what_isnt_ours_goes_back_under_its_own_number(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    ticket = take(session, settings, came).row.ticket
    assert ticket is not None
    asides.pass_on(session, ticket, number="", why="不属政务公开", by=staff.supervisor, at=later(hours=1))
    assert (ticket.state, ticket.foreign_number) == (State.PASSED_ON, "YX202611230001")
    assert [(one["event"], one["reason"]) for one in sent(session)] == [("handed_back", "不属政务公开")]


def test_a_matter_of_12345_has_a_query_code_that_can_be_told_again_and_goes_to_a_mobile(session: Session, settings: Settings, came: Came) -> None:
    row = take(session, settings, came).row.ticket
    assert row is not None
    code = passed_codes.of(row, settings=settings)
    told = progress.by_number(session, row.number, code, settings=settings)
    assert told is not None
    assert (told.ticket_id, len(code)) == (row.id, 8)
    again = take(session, settings, came).row.ticket
    assert again is row
    assert passed_codes.of(row, settings=settings) == code
    owed = session.execute(select(Delivery.template, Delivery.place).where(Delivery.channel == "sms")).all()
    assert [tuple(one) for one in owed] == [("query_code", "13888888888")]
    town.ticket(session, settings, code=next(passed_codes._codes("YX22", settings)))  # somebody has it already
    other = take(session, settings, came, number="YX22", confidential="是").row.ticket
    assert other is not None
    assert passed_codes.of(other, settings=settings) not in ("", code)
    assert len(session.scalars(select(Delivery).where(Delivery.channel == "sms")).all()) == 1, "of a confidential one nothing is sent"
    assert passed_codes.of(town.ticket(session, settings, code=""), settings=settings) == ""


def add(session: Session, settings: Settings, came: Came, kind: str = "催单", words: str = "", **more: Any) -> Added:
    given = {"number": GIVEN["number"], "kind": kind, "words": words} | more
    return passed_additions.take(session, given, came, settings=settings, at=later(hours=1))[0]


def test_what_a_caller_adds_at_12345_stands_in_the_history_once(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    row = take(session, settings, came).row.ticket
    assert row is not None
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
    said = [add(session, settings, came, *one) for one in (("催单",), ("催单",), ("催单", "等急了"), ("补充", "已换卡"), ("补充", "已换卡"))]
    assert said == [Added.TAKEN, Added.KNOWN, Added.TAKEN, Added.TAKEN, Added.KNOWN]
    session.refresh(row)
    assert [(s.action, s.by, s.why) for s in row.steps[-3:]] == [("urge", "12345", ""), ("urge", "12345", "等急了"), ("supplement", "12345", "已换卡")]
    assert (urging.urged(row), session.scalars(passed.listed(open_only=True)).all()) == (2, [])


@pytest.mark.parametrize(("matter", "words", "became"), [
    ({"class": "投诉"}, "我是王小明", Added.BY_HAND), ({"confidential": "是"}, "我是王小明", Added.BY_HAND), ({"class": "举报"}, "", Added.TAKEN)])  # fmt: skip
def test_words_that_could_tell_who_complains_are_kept_for_a_person(session: Session, settings: Settings, came: Came, staff: Staff, matter: dict[str, str], words: str, became: Added) -> None:
    row = take(session, settings, came, **matter).row.ticket
    assert row is not None
    assert add(session, settings, came, "催单", words) is became
    session.refresh(row)
    assert "我是王小明" not in "".join(step.why for step in row.steps)
    kept = session.scalars(passed.listed(open_only=True)).all()
    assert [one.content["words"] for one in kept] == ([words] if became is Added.BY_HAND else [])


def test_what_cannot_be_added_is_said_and_kept_and_no_other_interface_adds_to_it(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    row = take(session, settings, came).row.ticket
    assert row is not None
    other = Came("12345", webhooks.add(session, "省12345", "https://12345.example.cn", exchange=True, by="admin", at=NOON).id)
    for by, given in ((other, {}), (came, {"number": "YX404"}), (came, {"kind": "补充"}), (came, {"kind": "撤单"}), (came, {"more": "x"})):
        assert add(session, settings, by, **given) is Added.FAULTY, given
    asides.withdraw(session, row, why="不需要了", by=staff.supervisor, at=later())
    assert add(session, settings, came, words="还没办") is Added.OVER
    assert len(session.scalars(passed.listed(open_only=True)).all()) == 6
    assert urging.urged(row) == 0


def test_of_other_tickets_and_of_files_nothing_goes_out_and_other_systems_hear_no_answers(session: Session, settings: Settings, came: Came, staff: Staff) -> None:
    own = town.ticket(session, settings)
    by_file = take(session, settings, Came("office")).row
    assert by_file.ticket is not None
    for row in (own, by_file.ticket):
        town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
    assert sent(session) == [], "the exchange is told of its own alone"
    passed.settle(session, by_file, why="已在12345平台回复", by=staff.supervisor, at=later())
    assert by_file.settled_by == "supervisor"
    with pytest.raises(ReferralError, match="再次发送"):
        passed.again(session, by_file, by=staff.supervisor, at=later())
