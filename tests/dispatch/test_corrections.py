"""Who was told what turned out wrong is called once and told what holds; what is urgent comes first; a reply becomes a draft."""

import itertools
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.answering import pinning
from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from dispatch.answering.hot_topics import topics
from dispatch.callbacks import callbacks, correction_list, correction_people, corrections
from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.correction_list import ALL, Correction, Counts, Owed, Wanted
from dispatch.callbacks.correction_people import Told
from dispatch.callbacks.trunk import Taken
from dispatch.calls import calls, endings, tellings
from dispatch.calls.calls import Call
from dispatch.calls.suggestions import suggested
from dispatch.calls.tellings import Telling
from dispatch.sweeps.duty import Duty
from dispatch.sweeps.knowing import keep_knowledge
from dispatch.sweeps.ringing import call_back
from dispatch.tickets import drafting, intake, referrals, reply_versions
from dispatch.tickets.intake import Matter
from dispatch.tickets.reply_versions import ReplyVersion
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.migrating import migrate, roll_back
from hotline.settings import Settings
from hotline.voice.orders import SpeechOrder
from knowledge_base import life, sweeping
from knowledge_base.authorisations import Authorisation, Form, Scope
from knowledge_base.entries import Entry, EntryVersion, most_asked
from knowledge_base.hot import pinned
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later
from tests.knowledge_base import people
from tests.knowledge_base.people import CONTENT, TODAY, People

AFTERNOON = later(hours=3)


@pytest.fixture
def who(session: Session, office: Department) -> People:
    return people.people(session, office)


def authorise(session: Session, office: Department, form: Form = Form.FULL) -> None:
    session.add(Authorisation(department_id=office.id, document="1号", signer="x", scope=Scope.DEPARTMENT, form=form, signed_by="x",
                              signed_at=later(days=-9), valid_from=TODAY - timedelta(days=9), valid_to=TODAY + timedelta(days=90)))
    session.flush()


def tell(session: Session, entry: Entry, number: str, *, call_id: str = "", at: datetime = NOON) -> str:
    """Somebody calls and is told the entry."""
    call_id = call_id or f"call-{number}-{at:%H%M}"
    town.call(session, call_id, caller=number, at=at).ended_at = at
    found = offered(session, entry.id, channel=Channel.MACHINE, at=at)
    assert found is not None
    assert isinstance(found.decision, Answer)
    tellings.tell(session, call_id, found.decision, channel=Channel.MACHINE, entry_id=entry.id, entry_version_id=found.version.id, at=at)
    session.flush()
    return call_id


@pytest.fixture
def wronged(session: Session, who: People, settings: Settings) -> EntryVersion:
    """A version that three calls of two people were told, and one who hid his number, before it was corrected."""
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    for number, minutes in (("13888880001", 0), ("13888880001", 5), ("13888880002", 10), ("", 15)):
        tell(session, entry, number, at=later(minutes=minutes))
    people.replaced(session, entry, who, settings, at=later(hours=1), corrects=True, spoken="请在手机上办，不用跑派出所。")
    return session.scalars(select(EntryVersion).where(EntryVersion.number == 1)).one()


def told_of(session: Session, version: EntryVersion, wanted: Wanted = ALL) -> list[Told]:
    return correction_people.told_of(session, version, session.execute(correction_list.listed(version, wanted)).all())


def order(session: Session, version: EntryVersion, who: People, settings: Settings, *numbers: str) -> list[Ticket]:
    return corrections.order(session, version, numbers, by=who.supervisor, settings=settings, at=later(hours=1))


def test_who_was_told_is_listed_with_whom_can_be_called(session: Session, wronged: EntryVersion) -> None:
    told = told_of(session, wronged)
    assert [(one.call.caller, one.reachable, one.ticket) for one in told] == [
        ("", False, None), ("13888880002", True, None), ("13888880001", True, None), ("13888880001", True, None)]  # fmt: skip


def test_each_person_is_owed_one_call_with_what_holds_now(session: Session, wronged: EntryVersion, who: People, settings: Settings) -> None:
    made = order(session, wronged, who, settings, "13888880001", "13888880001", "13888880002", "", "13999999999")
    assert [(t.source, t.state, t.klass, t.contact) for t in made] == [
        ("correction", State.TO_CALL_BACK, Klass.CONSULT, "13888880001"), ("correction", State.TO_CALL_BACK, Klass.CONSULT, "13888880002")]  # fmt: skip
    assert made[0].reply.endswith("请在手机上办，不用跑派出所。")
    assert "居住证如何续签" in made[0].reply
    assert (made[0].signed_by, made[0].checked_by) == ("supervisor", "supervisor")
    assert [step.action for step in made[0].steps] == ["correct"]
    assert sorted(session.scalars(select(Callback.number))) == ["13888880001", "13888880002"]
    assert order(session, wronged, who, settings, "13888880001", "13888880002") == [], "never twice"
    assert len(session.scalars(select(Callback)).all()) == 2
    assert [one.ticket for one in told_of(session, wronged)] == [None, made[1], made[0], made[0]]
    assert session.scalars(select(AuditRow.by).where(AuditRow.deed == "correction.ordered")).all() == ["supervisor"] * 2


def test_the_call_is_claimed_told_and_closed_like_any_other(session: Session, wronged: EntryVersion, who: People, settings: Settings) -> None:
    (ticket,) = order(session, wronged, who, settings, "13888880001")
    callback = callbacks.claim(session, settings=settings, at=AFTERNOON)
    assert callback is not None
    assert (callback.number, callback.ticket.id) == ("13888880001", ticket.id)
    attempt = callbacks.dial(session, callback, call_id="out-1", at=AFTERNOON)
    session.flush()
    endings.end_attempt(session, attempt, outcome=callbacks.TOLD, grade=1, settings=settings, at=AFTERNOON)
    assert (ticket.state, ticket.reached, callback.state) == (State.CLOSED, True, callbacks.State.DONE)
    assert callbacks.claim(session, settings=settings, at=later(days=1, hours=3)) is None


def test_what_no_authorisation_covers_is_not_spoken_in_a_correction_either(session: Session, wronged: EntryVersion, who: People, settings: Settings) -> None:
    session.execute(update(Authorisation).values(revoked_at=later(minutes=30)))
    session.expire_all()
    (ticket,) = order(session, wronged, who, settings, "13888880001")
    assert "手机" not in ticket.reply
    assert who.office.phone in ticket.reply


def words_of(session: Session, ticket: Ticket, settings: Settings, at: datetime = AFTERNOON) -> str:
    return corrections.spoken_words(session, ticket, settings=settings, at=at).text


@pytest.mark.parametrize("gone", ["revoked", "withdrawn", "overdue"])
def test_what_may_no_longer_be_said_when_the_call_is_made_is_not_said(
    session: Session, wronged: EntryVersion, who: People, settings: Settings, gone: str
) -> None:
    (ticket,) = order(session, wronged, who, settings, "13888880001")
    assert "手机" in words_of(session, ticket, settings)
    at = AFTERNOON
    if gone == "revoked":
        session.execute(update(Authorisation).values(revoked_at=later(hours=2)))
    elif gone == "withdrawn":
        life.withdraw(session, session.scalars(select(EntryVersion).where(EntryVersion.number == 2)).one(), why="废止", by=who.leader, at=later(hours=2))
    else:
        at = later(days=400)
    session.flush()
    session.expire_all()
    said = corrections.spoken_words(session, ticket, settings=settings, at=at)
    assert "手机" not in said.text
    assert who.office.phone in said.text
    assert said.answer is None


def test_a_question_that_was_pulled_for_secrecy_is_named_to_nobody(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    tell(session, entry, "13888880001")
    sweeping.pull(session, entry, clause="保密法第十三条", by=who.reviewer, at=later(minutes=5))
    (ticket,) = order(session, entry.versions[0], who, settings, "13888880001")
    assert entry.question not in ticket.reply + ticket.title + words_of(session, ticket, settings)
    assert "已撤回" in ticket.reply
    assert who.office.phone in ticket.reply


def test_a_question_that_was_pulled_in_a_later_version_is_not_named_either_though_another_stands_by_now(
    session: Session, who: People, settings: Settings
) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    tell(session, entry, "13888880001")
    first = entry.versions[0]
    people.replaced(session, entry, who, settings, at=later(hours=1), summary="另一种摘要")
    sweeping.pull(session, entry, clause="保密法第十三条", by=who.reviewer, at=later(hours=2))
    third = people.replaced(session, entry, who, settings, at=later(hours=3), question="换了问法？", answer="新写的", spoken="新写的")
    assert corrections.was_wrong(session, first)
    (ticket,) = order(session, first, who, settings, "13888880001")
    assert first.question not in ticket.reply + ticket.title + words_of(session, ticket, settings)
    assert third.spoken in ticket.reply


def test_a_question_that_is_pulled_after_its_correction_was_ordered_is_no_longer_named(
    session: Session, wronged: EntryVersion, who: People, settings: Settings
) -> None:
    (ticket,) = order(session, wronged, who, settings, "13888880001")
    entry = session.get_one(Entry, wronged.entry_id)
    sweeping.pull(session, entry, clause="保密法第十三条", by=who.reviewer, at=later(hours=2))
    assert entry.question not in words_of(session, ticket, settings)


def made_wrong(session: Session, who: People, settings: Settings, entry: Entry) -> EntryVersion:
    """The version that stood is corrected by another."""
    people.replaced(session, entry, who, settings, at=later(hours=1), corrects=True, spoken="请在手机上办，不用跑派出所。")
    return session.scalars(select(EntryVersion).where(EntryVersion.entry_id == entry.id, EntryVersion.number == 1)).one()


def test_who_left_another_number_is_called_there_though_he_hid_his_own(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    for caller, contact in (("13888880001", "13888880009"), ("", "2012345"), ("13888880002", "110")):
        of = session.get_one(Call, tell(session, entry, caller))
        town.ticket(session, settings, of=of, contact=contact, code="")
    tell(session, entry, "13888880009", at=later(minutes=5))
    wrong = made_wrong(session, who, settings, entry)
    numbers = {"13888880009", "08772012345", "13888880002"}
    assert {one.number for one in told_of(session, wrong) if one.reachable} == numbers
    assert correction_list.counts(session, [wrong]) == {wrong.id: Counts(told=4, open=3)}
    made = order(session, wrong, who, settings, "13888880001", *sorted(numbers))
    assert {ticket.contact for ticket in made} == numbers
    assert set(session.scalars(select(Callback.number))) == numbers
    assert {ticket.caller for ticket in made} == {"", "13888880001", "13888880002"}
    assert correction_list.counts(session, [wrong]) == {wrong.id: Counts(told=4, open=0)}
    assert order(session, wrong, who, settings, *numbers) == []


def replied(session: Session, who: People, settings: Settings, text: str, *, number: str, **matter: str) -> Ticket:
    """A ticket whose department replied so, and whose caller is owed it."""
    staff = town.Staff(who.office, who.supervisor, who.liaison, who.leader)
    row = town.ticket(session, settings, of=town.call(session, f"call-{number}", caller=number), code="", **matter)
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
    referrals.reply(session, row, text=text, personal=False, by=who.liaison, at=NOON)
    referrals.sign(session, row, no_secrets=True, by=who.leader, at=NOON)
    referrals.pass_reply(session, row, by=who.supervisor, settings=settings, at=NOON)
    return row


def test_who_had_it_in_the_signed_reply_to_his_ticket_is_listed_once_he_was_told(session: Session, who: People, settings: Settings) -> None:
    entry = people.published(session, who, settings)
    repeats = f"您好！\n{CONTENT.answer[:5]} {CONTENT.answer[5:]}\n如有疑问请来电。"
    told = replied(session, who, settings, repeats, number="13888880001", contact="13888880009")
    waits, other = (replied(session, who, settings, text, number=number) for text, number in
                    ((repeats, "13888880002"), ("请到窗口办理居住证续签手续。", "13888880003")))  # fmt: skip
    for ticket in (told, other):
        referrals.told(session, ticket, grade=1, settings=settings, at=later(minutes=30))
    wrong = made_wrong(session, who, settings, entry)
    assert session.scalars(corrections.wrong_and_told()).all() == [wrong]
    (found,) = told_of(session, wrong)
    assert (found.of, found.number, found.key, found.at) == (told, "13888880009", told.number, later(minutes=30))
    assert correction_list.counts(session, [wrong]) == {wrong.id: Counts(told=1, open=1)}
    (made,) = order(session, wrong, who, settings, "13888880009")
    assert (made.caller, made.contact, made.call_id) == ("13888880001", "13888880009", told.call_id)
    assert "从工单答复中得知第1版答复" in made.summary
    referrals.told(session, waits, grade=1, settings=settings, at=later(hours=2))
    assert [one.of for one in told_of(session, wrong)] == [waits, told]
    authorise(session, who.office)
    tell(session, entry, "13888880004", at=later(minutes=45))
    session.execute(update(Telling).values(entry_version_id=wrong.id))
    whole, keys = told_of(session, wrong), session.execute(correction_list.listed(wrong)).all()
    assert [one.of for one in whole] == [waits, None, told]
    assert [correction_people.told_of(session, wrong, [key]) for key in keys] == [[one] for one in whole], "page by page"
    parts = [told_of(session, wrong, Wanted(channel=channel)) for channel in (correction_list.REPLY, Channel.MACHINE, Channel.WEB)]
    assert parts == [[whole[0], whole[2]], [whole[1]], []]


def test_the_list_is_narrowed_by_whether_a_call_is_arranged_could_be_or_cannot(
    session: Session, wronged: EntryVersion, who: People, settings: Settings
) -> None:
    had_it = replied(session, who, settings, CONTENT.answer, number="13888880007")
    unknown = replied(session, who, settings, CONTENT.answer, number="110")
    for ticket in (had_it, unknown):
        reply_versions.note(session, ticket, wronged, at=NOON)
    referrals.told(session, had_it, grade=1, settings=settings, at=NOON)
    unknown.source = "web"  # where he reads it
    made = order(session, wronged, who, settings, "13888880001")
    assert [t.contact for t in made] == ["13888880001"]
    whole = told_of(session, wronged)
    assert {how: [one.caller for one in told_of(session, wronged, Wanted(owed=how))] for how in Owed} == {
        Owed.OPEN: ["13888880002", "13888880007"], Owed.ARRANGED: ["13888880001"] * 2, Owed.UNREACHABLE: ["", "110"]}  # fmt: skip
    assert all(told_of(session, wronged, Wanted(owed=how)) == [one for one in whole if one.owed == how] for how in Owed)
    assert correction_list.counts(session, [wronged]) == {wronged.id: Counts(told=6, open=2)}
    assert {len(told_of(session, wronged, Wanted(owed=Owed.OPEN, channel=way))) for way in (correction_list.REPLY, Channel.MACHINE)} == {1}


def test_whose_number_is_learnt_only_after_he_was_told_can_be_called_there(session: Session, wronged: EntryVersion, settings: Settings) -> None:
    hidden = session.scalars(select(Call).where(Call.caller == "")).one()
    calls.begin(session, hidden.id, caller="13888880005", at=NOON)
    session.expire_all()
    assert [one.number for one in told_of(session, wronged, Wanted(owed=Owed.UNREACHABLE))] == []
    assert told_of(session, wronged)[0].number == "13888880005", "the exchange's records told it"
    town.ticket(session, settings, of=hidden, contact="13888880006", code="")
    calls.begin(session, hidden.id, caller="13888880005", dialled="96128", at=NOON)
    assert told_of(session, wronged)[0].number == "13888880006", "he left another"

def test_where_each_is_called_is_found_anew_for_what_was_told_before_it_was_kept(database: Database, settings: Settings) -> None:
    def kept() -> dict[str, list[str]]:
        with database.reading() as session:
            return {model.__tablename__: list(session.scalars(select(model.number).order_by(model.id))) for model in (Telling, ReplyVersion)}

    with database.writing() as session:
        who = people.people(session, town.unit(session, "101", "玉溪市公安局"))
        authorise(session, who.office)
        entry = people.published(session, who, settings)
        for number, contact in (("13888880001", None), ("", None), ("12345", None), ("13888880002", "13888880009"), ("13888880003", "110"), ("", "2012345")):
            call = session.get_one(Call, tell(session, entry, number, call_id=f"call-{number}-{contact}"))
            if contact:
                town.ticket(session, settings, of=call, contact=contact, code="")
        for number, contact in (("13888880005", ""), ("13888880006", "13888880008")):
            replied(session, who, settings, CONTENT.answer, number=number, contact=contact)
    noted = {"telling": ["13888880001", "", "", "13888880009", "13888880003", "08772012345"], "reply_version": ["13888880005", "13888880008"]}
    assert kept() == noted
    roll_back(database, "0070")
    migrate(database)
    assert kept() == noted


def test_whose_answer_became_the_entry_that_proved_wrong_is_listed_too(session: Session, who: People, settings: Settings) -> None:
    ticket = replied(session, who, settings, CONTENT.answer, number="13888880001")
    referrals.told(session, ticket, grade=1, settings=settings, at=NOON)
    draft = drafting.draft_from(session, ticket, by=who.liaison, at=NOON)
    people.bring(session, draft, Stage.PUBLISHED, by=who, settings=settings)
    wrong = made_wrong(session, who, settings, session.get_one(Entry, draft.entry_id))
    assert [one.of for one in told_of(session, wrong)] == [ticket]
    ticket.confidential = True
    (made,) = order(session, wrong, who, settings, "13888880001")
    assert made.confidential


def test_who_heard_a_correction_is_on_the_list_of_the_next(session: Session, wronged: EntryVersion, who: People, settings: Settings) -> None:
    (ticket,) = order(session, wronged, who, settings, "13888880001")
    town.call(session, "back", caller="13888880001", at=AFTERNOON, direction="out")
    said = corrections.spoken_words(session, ticket, settings=settings, at=AFTERNOON)
    corrections.tell(session, "back", ticket, said, channel=Channel.MACHINE, at=AFTERNOON)
    session.flush()
    second = session.scalars(select(EntryVersion).where(EntryVersion.number == 2)).one()
    (told,) = told_of(session, second)
    leave = session.scalars(select(Authorisation)).one()
    assert (told.call.id, told.reachable, told.telling.words) == ("back", True, "请在手机上办，不用跑派出所。")
    assert (told.telling.authorisation_id, told.telling.authorisation_version) == (leave.id, leave.version)


def test_once_the_department_has_done_it_again_its_own_reply_is_told(session: Session, wronged: EntryVersion, who: People, settings: Settings) -> None:
    (ticket,) = order(session, wronged, who, settings, "13888880001")
    ticket.redone, ticket.reply = 1, "本局已为您重新核实。"
    assert words_of(session, ticket, settings) == "本局已为您重新核实。"


def test_the_worker_has_the_words_of_the_moment_spoken_and_keeps_what_they_were(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        who = people.people(session, town.unit(session, "101", "玉溪市公安局"))
        authorise(session, who.office)
        entry = people.published(session, who, settings)
        tell(session, entry, "13888880001")
        people.replaced(session, entry, who, settings, at=later(hours=1), corrects=True, spoken="请在手机上办。")
        version = session.scalars(select(EntryVersion).where(EntryVersion.number == 1)).one()
        (ticket,) = order(session, version, who, settings, "13888880001")
        session.execute(update(Authorisation).values(revoked_at=later(hours=2)))
    duty = Duty(settings, database, Bus(f"unix://{settings.folder}/nobody.sock"), lambda attempt, number: None, frozenset, Taken)
    with time_machine.travel(AFTERNOON, tick=False):
        call_back(duty)  # has them made
    with database.writing() as session:
        row = session.get_one(Ticket, ticket.id)
        assert "手机" not in row.reply
        assert ["手机" in step.detail.get("reply", "") for step in row.steps] == [False, False]
        assert [step.action for step in row.steps] == ["correct", "reword"]
        session.execute(update(SpeechOrder).values(made_at=AFTERNOON))
    with time_machine.travel(AFTERNOON + timedelta(seconds=6), tick=False):
        call_back(duty)
    with database.reading() as session:
        assert session.scalars(select(Callback.attempts)).all() == [1]


def test_of_what_was_withdrawn_the_person_is_told_whom_to_ask(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    tell(session, entry, "13888880001")
    version = entry.versions[0]
    assert not corrections.was_wrong(session, version)
    with pytest.raises(ReferralError, match="未被更正或撤回"):
        order(session, version, who, settings, "13888880001")
    life.withdraw(session, version, why="政策废止", by=who.leader, at=later(minutes=5))
    (ticket,) = order(session, version, who, settings, "13888880001")
    assert "已撤回" in ticket.reply
    assert who.office.phone in ticket.reply


def test_a_version_that_was_merely_replaced_wrongs_nobody(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    people.replaced(session, entry, who, settings, answer="更详细")
    assert not corrections.was_wrong(session, session.scalars(select(EntryVersion).where(EntryVersion.number == 1)).one())


def test_what_ran_out_before_it_was_corrected_is_corrected_too(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings, valid_to=TODAY)
    tell(session, entry, "13888880001")
    first = entry.versions[0]
    life.expire(session, first, at=later(days=1))
    assert (corrections.was_wrong(session, first), session.scalars(corrections.wrong_and_told()).all()) == (False, [])
    people.replaced(session, entry, who, settings, at=later(days=1), corrects=True, spoken="请在手机上办，不用跑派出所。")
    assert (corrections.was_wrong(session, first), session.scalars(corrections.wrong_and_told()).all()) == (True, [first])
    assert len(order(session, first, who, settings, "13888880001")) == 1


@pytest.mark.parametrize("again", ["", "corrects", "says nothing of it"])
def test_with_an_entry_that_was_taken_back_all_that_it_ever_said_is_in_question(
    session: Session, who: People, settings: Settings, again: str
) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    tell(session, entry, "13888880001")
    people.replaced(session, entry, who, settings, at=later(hours=1), spoken="另一种说法。", answer="另一种写法")
    tell(session, entry, "13888880002", at=later(hours=1))
    third = people.replaced(session, entry, who, settings, at=later(hours=2), spoken="第三种说法。", answer="第三种写法")
    assert [corrections.was_wrong(session, v) for v in entry.versions] == [False, False, False]
    life.withdraw(session, third, why="全条错误", by=who.leader, at=later(hours=3))
    assert [corrections.was_wrong(session, v) for v in entry.versions] == [True, True, True]
    assert [v.number for v in session.scalars(corrections.wrong_and_told())] == [2, 1]
    (ticket,) = order(session, entry.versions[0], who, settings, "13888880001")
    assert "已撤回" in ticket.reply
    if again:
        people.replaced(session, entry, who, settings, at=later(hours=4), spoken="对的说法。", answer="对的写法", corrects=again == "corrects")
        earlier = again == "corrects"
        assert [corrections.was_wrong(session, v) for v in entry.versions] == [earlier, earlier, True, False]


@pytest.mark.parametrize(("spoken", "answer", "wrong"), [(CONTENT.spoken, "更详细", True), ("另一种说法。", CONTENT.answer, True), ("另。", "另", False)])
def test_of_a_text_that_was_pulled_who_was_told_it_in_an_earlier_version_is_listed_too(
    session: Session, who: People, settings: Settings, spoken: str, answer: str, wrong: bool
) -> None:
    authorise(session, who.office)
    entry = people.published(session, who, settings)
    tell(session, entry, "13888880001")
    first = entry.versions[0]
    people.replaced(session, entry, who, settings, at=later(hours=1), spoken=spoken, answer=answer)
    assert not corrections.was_wrong(session, first)
    sweeping.pull(session, entry, clause="第九条", by=who.reviewer, at=later(hours=2))
    people.replaced(session, entry, who, settings, at=later(hours=3), spoken="新写的。", answer="新写的")
    assert (corrections.was_wrong(session, first), session.scalars(corrections.wrong_and_told()).all()) == (wrong, [first] if wrong else [])


def test_only_the_hotline_orders_corrections(session: Session, wronged: EntryVersion, who: People, settings: Settings) -> None:
    for wrong in (who.liaison, who.leader, who.operator, who.reviewer):
        with pytest.raises(ReferralError, match="角色"):
            corrections.order(session, wronged, ["13888880001"], by=wrong, settings=settings, at=NOON)


def test_who_wished_to_stay_unknown_in_that_call_stays_so(session: Session, wronged: EntryVersion, who: People, settings: Settings) -> None:
    call = session.get_one(Call, "call-13888880002-0410")
    intake.refer(session, Matter(Klass.COMPLAINT, "态度", "窗口态度不好"), call=call, recording=None, code="", by="operator",
                    settings=settings, at=NOON)  # fmt: skip
    made = order(session, wronged, who, settings, "13888880001", "13888880002")
    assert [ticket.confidential for ticket in made] == [False, True]
    complaint = session.scalars(select(Ticket).where(Ticket.klass == Klass.COMPLAINT)).one()
    assert (complaint.state, complaint.reply) == (State.TO_DISPATCH, "")


def test_of_two_who_order_at_once_one_does(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局")
        who = people.people(session, office)
        authorise(session, office)
        entry = people.published(session, who, settings)
        tell(session, entry, "13888880001")
        life.withdraw(session, entry.versions[0], why="废止", by=who.leader, at=NOON)
        by, version_id = who.supervisor.id, entry.versions[0].id

    def work() -> int:
        with database.writing() as session:
            account = session.get_one(type(who.supervisor), by)
            version = session.get_one(EntryVersion, version_id)
            return len(corrections.order(session, version, ["13888880001"], by=account, settings=settings, at=NOON))

    assert sum(town.at_once(work)) == 1
    with database.reading() as session:
        assert len(session.scalars(select(Correction)).all()) == len(session.scalars(select(Callback)).all()) == 1


# ---------------------------------------------------------------- urgent hot topics
def test_what_is_pinned_comes_first_and_falls_back_by_itself(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    often = people.published(session, who, settings)
    often.asked = 99
    hot = people.published(session, who, settings, question="今晚停水吗？")
    pinning.pin(session, hot, most_days=7, until=later(hours=2), why="突发停水", by=who.city, at=NOON)
    session.flush()
    call = town.call(session, "now", caller="13888880009")
    for at, first in ((later(hours=1), hot), (later(hours=2), often)):
        assert most_asked(session, who.office.id, on=TODAY, most=2, at=at)[0] is first
        assert suggested(session, call, at=at)[0].entry is first
    assert pinned(session, at=later(hours=1)) == [hot]
    assert pinned(session, at=later(hours=2)) == []
    assert most_asked(session, who.office.id, on=TODAY, most=2)[0] is often


def test_only_what_may_be_said_everywhere_is_pinned_by_whom_it_is_for(session: Session, who: People, settings: Settings) -> None:
    entry = people.published(session, who, settings)
    with pytest.raises(LifeError, match="未获授权"):
        pinning.pin(session, entry, most_days=7, until=later(hours=2), why="急", by=who.city, at=NOON)
    authorise(session, who.office)
    draft = session.get_one(Entry, people.written(session, who, question="草稿").entry_id)
    with pytest.raises(LifeError, match="已发布"):
        pinning.pin(session, draft, most_days=7, until=later(hours=2), why="急", by=who.city, at=NOON)
    for wrong in (who.liaison, who.leader, who.reviewer, who.operator):
        with pytest.raises(LifeError, match="角色"):
            pinning.pin(session, entry, most_days=7, until=later(hours=2), why="急", by=wrong, at=NOON)
    for until in (NOON, later(days=7, minutes=1)):
        with pytest.raises(LifeError, match="置顶截止时间须晚于开始时间，且最长7天"):
            pinning.pin(session, entry, most_days=7, until=until, why="急", by=who.city, at=NOON)
    pinning.pin(session, entry, most_days=7, until=later(hours=2), why="急", by=who.supervisor, at=NOON)
    pinning.unpin(session, entry, why="已恢复", by=who.city, at=later(hours=1))
    assert not entry.is_hot(later(hours=1))
    assert session.scalars(select(AuditRow.deed).where(AuditRow.kind == "entry").order_by(AuditRow.id)).all() == ["entry.pinned", "entry.unpinned"]


def test_the_machine_offers_what_is_pinned_anywhere_and_may_be_answered_the_latest_first(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    hot = [people.published(session, who, settings, question=f"今晚{place}停水吗？") for place in ("江川", "澄江", "通海")]
    for minutes, entry in enumerate(hot):
        pinning.pin(session, entry, most_days=7, since=later(minutes=minutes), until=later(hours=2), why="急", by=who.city, at=NOON)
    at, grace = later(hours=1), settings.update_grace_days
    assert topics(session, most=2, at=at, grace_days=grace) == [hot[2], hot[1]]
    assert topics(session, most=2, at=later(hours=2), grace_days=grace) == []
    session.add(Authorisation(department_id=who.office.id, document="2号", signer="x", scope=Scope.ENTRIES, form=Form.FULL, exclusions=[hot[2].id],
                              signed_at=later(days=-9), valid_from=TODAY, valid_to=TODAY + timedelta(days=90)))  # fmt: skip
    session.flush()
    assert topics(session, most=2, at=at, grace_days=grace) == [hot[1], hot[0]]
    session.execute(update(Authorisation).values(revoked_at=NOON))
    session.expire_all()
    assert topics(session, most=2, at=at, grace_days=grace) == []


def test_what_is_overdue_is_pinned_and_offered_by_the_offices_own_days_of_grace(session: Session, who: People, settings: Settings) -> None:
    authorise(session, who.office)
    session.execute(update(Authorisation).values(confirmed_on=TODAY))
    entry = people.published(session, who, settings)
    entry.versions[0].published_at = later(days=-40 - 31 * who.office.update_every_months)
    entry.confirmed_on = None
    session.flush()
    pinning.pin(session, entry, most_days=7, until=later(hours=2), why="急", by=who.city, at=NOON, grace_days=100)
    with pytest.raises(LifeError, match="逾期"):
        pinning.pin(session, entry, most_days=7, until=later(hours=2), why="急", by=who.city, at=NOON, grace_days=30)
    assert topics(session, most=2, at=later(hours=1), grace_days=100) == [entry]
    assert topics(session, most=2, at=later(hours=1), grace_days=30) == []


# ---------------------------------------------------------------- from a ticket's reply
def answered(session: Session, who: People, settings: Settings, **of: object) -> Ticket:
    row = town.ticket(session, settings, **{"title": "王小明13812345678问失业金", "caller_name": "王小明", **of})  # type: ignore[arg-type]
    staff = town.Staff(who.office, who.supervisor, who.liaison, who.leader)
    town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings)
    row.reply = "王小明您好，失业金已发至尾号的账户6222020200112233445，咨询电话0877-9601001。"
    return row


def test_a_reply_becomes_a_draft_without_the_person_who_asked(session: Session, who: People, settings: Settings) -> None:
    ticket = answered(session, who, settings)
    version = drafting.draft_from(session, ticket, by=who.liaison, at=NOON)
    assert (version.stage, version.source, version.number) == (Stage.DRAFT, ticket.number, 1)
    for secret in ("王小明", "13812345678", "6222020200112233445", town.CALLER):
        assert secret not in version.question + version.answer + version.spoken + version.why
    assert "失业金已发至" in version.answer
    assert drafting.drafted_from(session, ticket) is version
    with pytest.raises(LifeError, match="已生成"):
        drafting.draft_from(session, ticket, by=who.city, at=NOON)


def drafted_at_once(database: Database, settings: Settings, tickets: int) -> list[str]:
    """What several people hear who make a draft at the same moment, of one ticket or of several that ask the same."""
    with database.writing() as session:
        who = people.people(session, town.unit(session, "101", "玉溪市公安局"))
        made = [answered(session, who, settings, code="").id for _ in range(tickets)]
        liaison = who.liaison.id
    turns = itertools.count()

    def work() -> str:
        try:
            with database.writing() as session:
                ticket = session.get_one(Ticket, made[next(turns) % tickets])
                drafting.draft_from(session, ticket, by=session.get_one(Account, liaison), at=NOON)
                return "made"
        except LifeError as refused:
            return str(refused)

    return town.at_once(work)


@pytest.mark.parametrize(("tickets", "refused"), [(1, "该工单的答复已生成条目草稿"), (4, "该部门已有相同问题的条目")])
def test_of_several_who_make_a_draft_at_once_one_does_and_the_others_hear_why(database: Database, settings: Settings, tickets: int, refused: str) -> None:
    heard = drafted_at_once(database, settings, tickets)
    assert heard.count("made") == 1
    assert refused in heard
    assert set(heard) <= {"made", "该工单的答复已生成条目草稿", "该部门已有相同问题的条目"}


@pytest.mark.parametrize("of", [{"klass": Klass.COMPLAINT}, {"klass": Klass.REPORT}, {"confidential": True}])
def test_a_guarded_matter_becomes_no_entry(session: Session, who: People, settings: Settings, of: dict[str, object]) -> None:
    with pytest.raises(LifeError, match="不能生成"):
        drafting.draft_from(session, answered(session, who, settings, title="失业金未发", **of), by=who.liaison, at=NOON)


def test_a_personal_or_unanswered_one_neither_and_nobody_elses(session: Session, who: People, settings: Settings) -> None:
    ticket = answered(session, who, settings)
    with pytest.raises(LifeError, match="本部门"):
        drafting.draft_from(session, ticket, by=who.stranger, at=NOON)
    ticket.personal = True
    with pytest.raises(LifeError, match="不能生成"):
        drafting.draft_from(session, ticket, by=who.liaison, at=NOON)
    with pytest.raises(LifeError, match="不能生成"):
        drafting.draft_from(session, town.ticket(session, settings, code=""), by=who.liaison, at=NOON)


# ---------------------------------------------------------------- by the clock
def test_the_worker_publishes_what_waited_and_one_that_can_not_be_keeps_no_other_waiting(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        who = people.people(session, town.unit(session, "101", "玉溪市公安局"))
        waits = [people.bring(session, people.written(session, who, question=q, publish_at=later(hours=1)), Stage.PASSED, by=who, settings=settings)
                 for q in ("一问", "二问")]  # fmt: skip
        taken = session.get_one(Entry, waits[0].entry_id)
        taken.question = "改过"
        session.add(Entry(department_id=who.office.id, question="一问", keywords=[]))
        session.flush()
        over = people.published(session, who, settings, question="三问", valid_to=TODAY).id
    duty = Duty(settings, database, Bus(f"unix://{settings.folder}/nobody.sock"), lambda attempt, number: None, frozenset, Taken)
    for at, stages in ((later(minutes=59), ["passed", "passed", "published"]), (later(days=1), ["passed", "published", "expired"])):
        with time_machine.travel(at, tick=False):
            keep_knowledge(duty)
        with database.reading() as session:
            assert session.scalars(select(EntryVersion.stage).order_by(EntryVersion.id)).all() == stages
            assert session.scalars(select(EntryVersion.put_off_because).where(EntryVersion.put_off_until > at)).all() == (
                ["该部门已有相同问题的条目"] if "expired" in stages else [])
    with database.reading() as session:
        assert session.get_one(Entry, over).state == "expired"
        assert CONTENT.spoken in set(session.scalars(select(SpeechOrder.text)))
