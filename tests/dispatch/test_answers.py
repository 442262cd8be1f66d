"""From the database to what may be said: whatever happens in whatever order, nothing unauthorised is offered."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from hypothesis import HealthCheck, example, given
from hypothesis import settings as run
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import offered, reach_of
from dispatch.answering.decision import Answer, Channel, Contact
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department, Succession
from hotline.times import local_day
from knowledge_base import categories, drafts, granting, keeping_categories, licence_life
from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import Category
from knowledge_base.content import Content
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.errors import KnowledgeError
from knowledge_base.leave import Form, Scope
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage
from knowledge_base.succession import Change, inherit
from knowledge_base.terms import Terms
from tests.conftest import NOON
from tests.knowledge_base.law import BREADTH, DAY, HOMES, HOUR, PLACES, WALKS, Law

TODAY = date(2026, 11, 23)
NEVER_STALE = 10_000


def signed(category: str) -> tuple[object, ...]:
    return ("enter and sign", 1, 1, {"scope": (Scope.CATEGORIES, (category,)), "out": (), "out_categories": (), "form": Form.FULL, "since": 0, "days": 9})


A_RETIRED_NAME_IS_TAKEN_OVER = [
    signed("户政/居住证"), ("hand in", 1, "户政/身份证"), ("publish", 1), ("hand in", 5, "户政/身份证"), ("publish", 5), ("retire", "户政/居住证"),
    ("rename", "户政/身份证", "户政/居住证")]  # fmt: skip
A_VERSION_COMES_OUT_UNDER_A_NAME_THAT_WAS_TAKEN_OVER = [
    ("hand in", 1, "户政/居住证"), ("add", "户政/新"), ("hand in", 3, "户政/新"), ("publish", 3), ("rename", "户政/居住证", "户政/旧"),
    signed("户政/新"), ("rename", "户政/新", "户政/居住证"), ("publish", 1)]  # fmt: skip
A_NAME_COMES_BACK = [signed("户政/居住证"), ("rename", "户政/居住证", "户政/旧"), ("rename", "户政/旧", "户政/居住证")]
A_CATEGORY_MOVES_BELOW_WHAT_WAS_SIGNED_FOR = [signed("户政"), ("rename", "出入境/护照", "户政/新")]
BY_ITEM = {"scope": (Scope.LICENCES, (91,)), "out": (), "out_categories": (), "form": Form.FULL, "since": 0, "days": 9}
THE_OFFICE_LINKS_WHAT_NOBODY_SIGNED_FOR = [("enter and sign", 1, 1, BY_ITEM), ("link", 2, 91), ("link", 3, 91), ("enter and sign", 1, 1, BY_ITEM),
                                           ("link", 3, None), ("link", 3, 91)]  # fmt: skip
WHOLE = {"scope": (Scope.DEPARTMENT, ()), "out": (), "out_categories": (), "form": Form.FULL, "since": 0, "days": 9}
A_DEPARTMENT_PASSES_ON_AND_GOES_ON = [("enter and sign", 1, 1, WHOLE), ("pass on", 1, 3, None), ("enter and sign", 1, 2, WHOLE), ("begin", 1),
                                      ("enter and sign", 2, 1, WHOLE), ("pass on", 2, 1, None)]  # fmt: skip
A_DEPARTMENT_ENDS_WITH_ITS_WORD_STILL_STANDING = [("begin", 2), ("enter and sign", 2, 1, WHOLE), ("enter", 2, 2, WHOLE), ("abolish", 2), ("sign", 1)]
HALF = {2, 5}  # these have no summary: what may be said in short isn't said


class Town:
    """Three departments with the entries of the law, and the house's own steps driven beside it."""

    def __init__(self, session: Session) -> None:
        self.session, self.now, self.law = session, NOON, Law()
        self.units = {n: Department(code=f"10{n}", name=f"{n}局", short_name=f"{n}局") for n in (1, 2, 3)}
        session.add_all(self.units.values())
        session.flush()
        session.add_all(Category(path=path) for path in self.law.tree)
        self.licences = {n: Licence(department_id=self.units[home].id, name=f"许可{n}") for n, home in ((91, 1), (92, 1), (93, 2))}
        session.add_all(self.licences.values())
        session.flush()
        self.entries = {n: self.entry(n) for n in PLACES}
        session.flush()
        self.number = {entry.id: n for n, entry in self.entries.items()}
        self.office = [Account(login=f"office{n}", name="甲", role=Role.CITY_OFFICE, password_hash="x", active=True) for n in (1, 2)]
        self.sheets: list[Authorisation] = []

    def entry(self, number: int) -> Entry:
        category, licence = PLACES[number]
        row = Entry(department_id=self.units[HOMES[number]].id, question=f"问{number}", category=category, state=State.PUBLISHED, published=1,
                    licence_id=self.licences[licence].id if licence else None)  # fmt: skip
        row.versions = [EntryVersion(number=1, answer="网上全文", spoken="口播。", summary="" if number in HALF else "摘要。", written_by="x",
                                     valid_from=TODAY - DAY)]  # fmt: skip
        self.session.add(row)
        return row

    def do(self, deed: tuple[object, ...]) -> None:
        try:
            with self.session.begin_nested():
                self.attempt(deed)
        except KnowledgeError:
            pass  # the house refused: then the law hears nothing of it either
        self.now += HOUR if deed[0] == "time passes" else timedelta(minutes=1)

    def attempt(self, deed: tuple[object, ...]) -> None:
        match deed:
            case ("enter", int(unit), int(number), dict(terms)):
                self.enter(unit, number, terms)
            case ("enter and sign", int(unit), int(number), dict(terms)):
                self.enter(unit, number, terms)
                self.sign(len(self.sheets) - 1)
            case ("sign", int(place)) if place < len(self.sheets):
                self.sign(place)
            case ("revoke", int(place), int(hours)) if place < len(self.sheets):
                moment = self.now + hours * HOUR
                granting.revoke(self.session, self.sheets[place], why="x", by=self.office[0], at=self.now, moment=moment)
                self.law.papers[place].revoked = moment
            case ("pass on", int(old), int(new), entries):
                self.pass_on(old, new, entries)  # type: ignore[arg-type]
            case ("link", int(number), item):
                self.link(self.entries[number], item)  # type: ignore[arg-type]
                self.law.link(number, item)  # type: ignore[arg-type]
            case ("time passes", int(hours)):
                self.now += hours * HOUR
            case _:
                self.arrange(deed)

    def arrange(self, deed: tuple[object, ...]) -> None:
        """What happens to departments and to the tree, beside the papers."""
        match deed:
            case ("abolish", int(unit)):
                self.units[unit].effective_to = self.units[unit].effective_to or local_day(self.now)
                self.law.abolish(unit)
            case ("begin", int(unit)):
                self.begin(unit)
            case ("rename", str(path), str(to)):
                self.rename(path, to)
            case ("retire", str(path)):
                keeping_categories.retire(self.session, path, why="x", by=self.office[0], at=self.now)
            case ("add", str(path)):
                keeping_categories.add(self.session, path, by=self.office[0], at=self.now)
                self.law.add(path)
            case ("hand in", int(number), str(path)) if number not in self.law.handed_in:
                self.hand_in(number, path)
            case ("publish", int(number)) if number in self.law.handed_in:
                self.publish(number)

    def begin(self, unit: int) -> None:
        """A new entry, led through its life as `life` leads it, without the three people."""
        number = max(self.entries) + 1
        content = Content(f"问{number}", "网上全文", "口播。", local_day(self.now), summary="摘要。")
        version = drafts.begin(self.session, content, department=self.units[unit], by=self.office[0], at=self.now)
        entry = self.session.get_one(Entry, version.entry_id)
        version.stage, entry.state, entry.published = Stage.PUBLISHED, State.PUBLISHED, version.number
        self.session.flush()
        self.law.begin(number, unit)
        self.entries[number] = entry

    def enter(self, unit: int, number: int, said: dict[str, object]) -> None:
        """The law hears of what the house took; names of another department's things make the house refuse."""
        scope, names = said["scope"]  # type: ignore[misc]
        things = {Scope.ENTRIES: self.entries, Scope.LICENCES: self.licences}.get(scope)
        ids = tuple(things[n].id for n in names) if things else tuple(names)
        field = {Scope.CATEGORIES: "categories", Scope.LICENCES: "licences", Scope.ENTRIES: "entries"}.get(scope)
        first = local_day(self.now) + timedelta(days=int(str(said["since"])))
        terms = Terms(f"{number}号", scope, Form(str(said["form"])), first, first + timedelta(days=int(str(said["days"]))),
                      exclusions=tuple(self.entries[n].id for n in said["out"]), excluded_categories=said["out_categories"],  # type: ignore[attr-defined,arg-type]
                      **({field: ids} if field else {}))  # fmt: skip
        document = f"{number}号"
        same = [a for a in self.sheets if (a.department_id, a.document) == (self.units[unit].id, document)]
        follows = same[-1] if same else None
        self.sheets.append(granting.enter(self.session, self.units[unit], terms=terms, by=self.office[0], at=self.now, follows=follows))
        self.law.enter(unit, document, said, local_day(self.now))

    def sign(self, place: int) -> None:
        sheet = self.sheets[place]
        granting.sign_on_paper(self.session, sheet, document=sheet.document, signer="局长", by=self.office[1], at=self.now)
        self.law.sign(self.law.papers[place], self.now)

    def link(self, entry: Entry, item: int | None) -> None:
        """By the office, which is of no department; the page says the whole list of an item's entries."""
        number = item or next((n for n, one in self.licences.items() if one.id == entry.licence_id), 0)
        linked = {e.id for e in self.entries.values() if number in self.licences and e.licence_id == self.licences[number].id}
        if (entry.id in linked) is (item is not None):
            raise KnowledgeError("nothing would change")
        licence_life.link(self.session, self.licences[number], entries=linked ^ {entry.id}, by=self.office[0], at=self.now)

    def pass_on(self, old: int, new: int, entries: set[int] | None) -> None:
        going = [self.entries[n].id for n in entries or () if self.entries[n].department_id == self.units[old].id]
        change = Change.MERGED if entries is None else Change.SPLIT
        passed = inherit(self.session, self.units[old], self.units[new], change=change, document="x", by=self.office[0], at=self.now,
                         days=self.law.provisional_days, entries=None if entries is None else going)  # fmt: skip
        self.law.pass_on(old, new, entries, self.now, local_day(self.now))
        if entries is None:
            self.law.abolish(old)
        self.sheets += passed.authorisations
        for paper, sheet in zip(self.law.papers, self.sheets, strict=True):
            paper.document = sheet.document

    def rename(self, path: str, to: str) -> None:
        """Whatever it is called and wherever it comes to lie: never, then or later, may more be said than before."""
        moments = [self.now + days * DAY for days in (0, 1, 3, 8)]
        before = [self.law.answer(n, m, local_day(m)) for m in moments for n in PLACES]
        keeping_categories.rename(self.session, path, to, why="x", by=self.office[0], at=self.now)
        self.law.rename(path, to)
        after = [self.law.answer(n, m, local_day(m)) for m in moments for n in PLACES]
        assert all(breadth(now) <= breadth(then) for then, now in zip(before, after, strict=True))

    def hand_in(self, number: int, path: str) -> None:
        """A new version, which says under which category it is to stand."""
        categories.fit_for_entry(self.session, path)
        entry = self.entries[number]
        self.session.add(EntryVersion(entry_id=entry.id, number=len(entry.versions) + 1, stage=Stage.SUBMITTED, category=path, answer="网上全文",
                                      spoken="口播。", summary="" if number in HALF else "摘要。", written_by="x", valid_from=TODAY - DAY))  # fmt: skip
        self.session.flush()
        self.session.refresh(entry)
        self.law.hand_in(number, path)

    def publish(self, number: int) -> None:
        """As `life.publish` puts it in force, without the three people."""
        entry = self.entries[number]
        version = entry.versions[-1]
        version.stage, entry.published = Stage.PUBLISHED, version.number
        entry.category = categories.now_called(self.session, version.category)
        self.session.flush()
        self.law.publish(number)

    def compare(self, at: timedelta = timedelta()) -> None:
        moment = self.now + at
        for number, entry in self.entries.items():
            lawful = self.law.answer(number, moment, local_day(moment))
            if lawful is Form.CONTACT or (lawful is Form.SUMMARY and number in HALF):
                lawful = None
            for channel in (Channel.MACHINE, Channel.OPERATOR):
                found = offered(self.session, entry.id, channel=channel, at=moment, grace_days=NEVER_STALE)
                assert found is not None
                given_ = found.decision.form if isinstance(found.decision, Answer) else None
                assert given_ == lawful, (number, channel, found.decision)
            on_the_web = offered(self.session, entry.id, channel=Channel.WEB, at=moment)
            assert on_the_web is not None
            assert isinstance(on_the_web.decision, Answer) is (self.law.homes[number] not in self.law.gone), number


def breadth(form: Form | None) -> int:
    return -1 if form is None else BREADTH.index(form)


@contextmanager
def town(database: Database) -> Iterator[Town]:
    """A town of its own for every example, gone afterwards."""
    with database.writing() as session:
        aside = session.begin_nested()
        yield Town(session)
        aside.rollback()


@run(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(deeds=WALKS)
@example(deeds=A_RETIRED_NAME_IS_TAKEN_OVER)
@example(deeds=A_VERSION_COMES_OUT_UNDER_A_NAME_THAT_WAS_TAKEN_OVER)
@example(deeds=A_NAME_COMES_BACK)
@example(deeds=A_CATEGORY_MOVES_BELOW_WHAT_WAS_SIGNED_FOR)
@example(deeds=THE_OFFICE_LINKS_WHAT_NOBODY_SIGNED_FOR)
@example(deeds=A_DEPARTMENT_PASSES_ON_AND_GOES_ON)
@example(deeds=A_DEPARTMENT_ENDS_WITH_ITS_WORD_STILL_STANDING)
def test_no_order_of_steps_through_the_database_offers_what_is_not_authorised(database: Database, deeds: list[tuple[object, ...]]) -> None:
    with town(database) as here:
        for deed in deeds:
            here.do(deed)
            here.compare()
        for days in (1, 3, 8):
            here.compare(days * DAY)


def test_the_steps_of_the_walk_do_what_they_say(database: Database) -> None:
    """So that a house which refuses everything doesn't pass for a safe one."""
    whole = {"scope": (Scope.DEPARTMENT, ()), "out": (2,), "out_categories": (), "form": Form.FULL, "since": 0, "days": 9}
    with town(database) as here:
        here.do(("enter and sign", 1, 1, whole))
        here.do(("pass on", 1, 3, None))
        here.compare()
        assert [a.provisional for a in here.sheets] == [False, True]
        said = {n: offered(here.session, e.id, channel=Channel.MACHINE, at=here.now, grace_days=NEVER_STALE) for n, e in here.entries.items()}
        assert [n for n, found in said.items() if found and isinstance(found.decision, Answer)] == [1, 3, 4]
        here.do(("revoke", 1, 0))
        here.compare()
        assert here.session.scalars(select(Authorisation.revoked_at).order_by(Authorisation.id)).all() == [a.revoked_at for a in here.sheets]
        assert all(a.revoked_at for a in here.sheets)


def test_what_is_always_sayable_comes_with_every_decision(session: Session, office: Department) -> None:
    office.address, office.office_hours = "玉溪市红塔区", [{"days": "1-5", "open": "08:30", "close": "12:00"}, {"days": "1-5", "open": "14:30", "close": "18:00"}]
    row = Entry(department_id=office.id, question="怎么办", state=State.PUBLISHED, published=1)
    row.versions = [EntryVersion(number=1, answer="全文", spoken="口播", written_by="x", valid_from=TODAY)]
    session.add(row)
    session.flush()
    found = offered(session, row.id, channel=Channel.MACHINE, at=NOON)
    assert found is not None
    assert isinstance(found.decision, Contact)
    reach = found.decision.reach
    assert (reach.name, reach.phone, reach.address, reach.hours) == ("玉溪市公安局", "0877-9601001", "玉溪市红塔区", "1-5 08:30-12:00，1-5 14:30-18:00")
    assert reach == reach_of(office)


def test_what_the_department_has_not_confirmed_for_too_long_leaves_the_machines_mouth(session: Session, office: Department) -> None:
    row = Entry(department_id=office.id, question="怎么办", state=State.PUBLISHED, published=1, confirmed_on=TODAY)
    row.versions = [EntryVersion(number=1, answer="全文", spoken="口播", written_by="x", valid_from=TODAY)]
    leave = Authorisation(department_id=office.id, document="1号", signer="局长", scope=Scope.DEPARTMENT, form=Form.FULL, signed_at=NOON,
                          valid_from=TODAY, valid_to=TODAY + 900 * DAY, confirmed_on=TODAY)  # fmt: skip
    session.add_all([row, leave])
    session.flush()
    due = timedelta(days=92)  # three months after 23 November

    def said(channel: Channel, after: timedelta) -> str:
        found = offered(session, row.id, channel=channel, at=NOON + after, grace_days=30)
        assert found is not None
        return found.decision.reason if isinstance(found.decision, Contact) else found.decision.text

    assert said(Channel.MACHINE, due + 30 * DAY) == "口播"
    assert said(Channel.MACHINE, due + 31 * DAY) == "该条目逾期未经部门确认，自助语音暂停播报"
    assert said(Channel.OPERATOR, due + 31 * DAY) == "全文"
    row.confirmed_on = TODAY + 100 * DAY
    assert said(Channel.MACHINE, due + 31 * DAY) == "授权逾期未经部门确认，自助语音暂停播报"
    leave.confirmed_on = TODAY + 100 * DAY
    assert said(Channel.MACHINE, due + 31 * DAY) == "口播"


def test_an_entry_that_a_department_left_behind_names_who_does_its_work_now(session: Session, office: Department) -> None:
    heir = Department(code="102", name="玉溪市城市运行局", short_name="运行局", phone="0877-9602")
    row = Entry(department=office, question="怎么办", state=State.PUBLISHED, published=1)
    row.versions = [EntryVersion(number=1, answer="全文", spoken="口播", written_by="x", valid_from=TODAY)]
    session.add_all([heir, row])
    session.flush()
    session.add(Succession(predecessor_id=office.id, successor_id=heir.id, kind="merged", on=TODAY))
    office.effective_to = TODAY
    for channel in Channel:
        found = offered(session, row.id, channel=channel, at=NOON)
        assert found is not None
        assert isinstance(found.decision, Contact)
        assert (found.department, found.decision.reach.phone) == (heir, "0877-9602")
