"""With a million calls and 200,000 tickets no page of a list looks at all rows of a long table, and what is looked for
is found by its index: PostgreSQL itself chooses how to go about each of the statements that the pages issue."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Select, event, func, select

from admin_ui.app import create_app
from admin_ui.paging import MOST
from benchmarks.pages import named
from benchmarks.pages_asked import Ask, asks
from benchmarks.pages_asking import PASSWORD, People
from benchmarks.pages_of_calls import CALLS
from benchmarks.pages_of_tickets import TICKETS
from cli.fill.command import told
from cli.fill.size import Size
from dispatch.callbacks import correction_list, corrections
from dispatch.callbacks.correction_list import Owed
from dispatch.callbacks.correction_list import Wanted as Wrong
from dispatch.calls.call_list import OnTheLine, WantedCalls, listed_calls
from dispatch.calls.calls import Call
from dispatch.figures import monthly
from dispatch.figures.board import board
from dispatch.figures.course import course
from dispatch.figures.department_figures import Span, of_departments
from dispatch.tickets import reach, worklist
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import Wanted
from dispatch.transfers.transfer_list import WantedTransfers, listed_transfers
from dispatch.transfers.transfers import Transfer
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local_day, now
from knowledge_base.search.live import stop_all
from tests.conftest import NOON
from tests.support import blank, servers, stretched

MOMENT = datetime(2026, 11, 28, 5, tzinfo=UTC)
SIZE, TIMES = {"calls": 2500, "tickets": 500, "days": 1095}, 400
GROW = {"call", "call_step", "leg", "ticket", "ticket_step", "recording", "notice", "delivery", "delivery_attempt",
        "audit_row", "callback", "callback_attempt", "missed_caller", "missed_call", "queue_place", "transfer",
        "transfer_attempt", "offer", "telling", "asked", "handing", "ticket_share", "passed_matter", "supervision"}  # fmt: skip
"""What there is more of with the years."""
WHOLE, COSTLY = 2_500, 17_000
"""What PostgreSQL may reckon with for a look at all rows of a table, and for a statement: of calls there it is 45,000, of
tickets 20,000."""
KNOWN = {
    "max(transfer_attempt.seconds)": "reckoned of every transfer, asked of the few upon which the office closed",
    "WHERE call.id = ": "of the few numbers of a small sample each has as many calls as a hundred would have",
    "asked.words LIKE": "words are looked for in all that was asked, which is kept for half a year",
}
OFTEN = {"all", "page", "last page", "my turn", "overdue", "this month", "a year", "words"}
"""Ways of asking for a list that every test looks at; the others take longer."""
SUPERVISOR = Account(id=1, login="supervisor", name="普建华", role=Role.SUPERVISOR, active=True)
OFFICE = Account(id=2, login="office", name="周文", role=Role.CITY_OFFICE, active=True)
LIAISON = Account(id=3, login="liaison", name="张立新", role=Role.LIAISON, active=True, department_id=7)
COUNTY = Account(id=4, login="county", name="李红", role=Role.COUNTY_OFFICE, active=True, county_code="530402")
Filled = tuple[Database, dict[str, int]]


@pytest.fixture(scope="module", autouse=True)
def one_moment() -> Iterator[None]:
    """The sample is that of one moment: how many of its few hundred matters still stand differs from day to day, and each
    of them counts for hundreds."""
    with time_machine.travel(MOMENT, tick=True):
        yield


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    with tempfile.TemporaryDirectory(prefix="hl-pg-") as folder, servers.postgresql(Path(folder), blank.cluster()) as address:
        database = Database(address)
        with database.writing() as session:
            told(session, Size(at=MOMENT, **SIZE), prefix="96128", password=PASSWORD)
        yield database, stretched.stretch(database, Path(folder) / "data", GROW, times=TIMES)
        stop_all()
        database.close()


@pytest.fixture
def app(filled: Filled, tmp_path: Path) -> Flask:
    made = create_app(Settings(folder=tmp_path, secret_key="for tests only, thirty-two characters"), filled[0])
    made.config.update(WTF_CSRF_ENABLED=False)
    return made


@contextmanager
def planned(database: Database) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """How PostgreSQL goes about each statement from now on that it wasn't asked before."""
    plans, known = list[tuple[str, dict[str, Any]]](), set[str]()

    def plan(_connection: Any, cursor: Any, statement: str, values: Any, *_more: object) -> None:
        if not statement.startswith(("SELECT", "WITH")) or (asked := f"{statement} {values}") in known:
            return
        known.add(asked)
        with cursor.connection.cursor() as beside:
            (found,) = beside.execute(f"EXPLAIN (FORMAT JSON) {statement}", values).fetchone()
        plans.append((statement, found[0]["Plan"]))

    event.listen(database.engine, "before_cursor_execute", plan)
    yield plans
    event.remove(database.engine, "before_cursor_execute", plan)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def faults(statement: str, plan: dict[str, Any]) -> Iterator[str]:
    """What is wrong with how a statement is gone about."""
    if any(words in statement for words in KNOWN):
        return
    for node in nodes(plan):
        if node["Node Type"] == "Seq Scan" and WHOLE < node["Total Cost"] <= plan["Total Cost"]:  # not left off before
            yield f"all rows of {node['Relation Name']}: {statement}"
    if plan["Total Cost"] > COSTLY:
        yield f"costs {plan['Total Cost']:.0f}: {statement}"


def asked(database: Database, *, few: bool) -> list[Ask]:
    with database.reading() as session:
        pages = asks(named(session))
    lists = {name for _, name, _ in (*CALLS, *TICKETS)}
    return [one for one in pages if one.list in lists and one.what in OFTEN] if few else list(pages)


@pytest.mark.parametrize("few", [True, pytest.param(False, marks=pytest.mark.proof)], ids=["often", "all"])
def test_no_page_looks_at_all_rows_of_a_long_table(filled: Filled, app: Flask, few: bool) -> None:
    database, rows = filled
    assert (rows["call"] > 1_000_000, rows["ticket"]) == (True, 200_000)
    people, slow = People(app), dict[str, list[str]]()
    if few:  # what a page asks for, and not how it looks, which takes longer
        blank_page = app.jinja_env.from_string("")
        app.jinja_env.get_or_select_template = lambda *_: blank_page  # type: ignore[method-assign]
    with planned(database) as plans:
        for one in asked(database, few=few):
            plans.clear()
            people.ask(one.who, one.path)
            if wrong := [fault for statement, plan in plans for fault in faults(statement, plan)]:
                slow[f"{one.list}, {one.what} ({one.who})"] = wrong
    assert slow == {}


def searches() -> dict[str, tuple[Select[Any], str]]:
    """What is looked for: few rows, found by this index and put in order then."""
    texts = {"four digits": ("1234", "ix_call_last_four"), "number": ("13887712345", "ix_call_caller_began_at"),
             "id": ("20261123090000-0123456789ab", "pk_call")}  # fmt: skip
    found: dict[str, tuple[Select[Any], str]] = {
        f"calls: {name}, {who.login}": (listed_calls(WantedCalls(text=text), account=who), index)
        for name, (text, index) in texts.items() for who in (SUPERVISOR, OFFICE)}  # fmt: skip
    words = {"two": ("社保", "ix_ticket_words"), "many": ("玉兴路17号", "ix_ticket_words"),
             "digits": ("0123", "ix_ticket_words"), "numbers": ("0123", "ix_ticket_number_runs")}  # fmt: skip
    for name, (text, index) in words.items():
        for part, which in enumerate(("standing", "over")):
            asked = worklist.parts(SUPERVISOR, Wanted(text=text), at=NOON)[part]
            found[f"tickets, {which}: {name}"] = asked, index
    return found | {
        "tickets that are somebody's": (worklist.parts(SUPERVISOR, Wanted(), at=NOON)[0], "ix_ticket_state"),
        "unread": (select(func.count()).where(Notice.account_id == 1, Notice.read_at.is_(None)), "ix_notice_unread"),
        "rare deed": (select(AuditRow).where(AuditRow.deed.startswith("database", autoescape=True)), "ix_audit_row_deed"),
        "of a thing": (select(AuditRow).where(AuditRow.thing == "96128-20261123-0001"), "ix_audit_row_thing"),
        "of a recording": (select(Ticket).where(Ticket.recording_id == 5), "ix_ticket_recording_id"),
        "nameless": (select(Call.id).where(Call.id.in_(["a", "b"]), reach.nameless(OFFICE)), "ix_ticket_call_id"),
    }  # fmt: skip


def leafed() -> dict[str, tuple[Select[Any], str]]:
    """The keys of what lies far apart in its table, as a page far down asks for them, and the index that has them."""
    over = worklist.parts(LIAISON, Wanted(), at=NOON)[1]
    lost = listed_calls(WantedCalls(line=OnTheLine.LOST), account=SUPERVISOR)
    inbox = select(Notice).where(Notice.account_id == 1).order_by(Notice.id.desc())
    return {
        "tickets": (over.with_only_columns(Ticket.id), "ix_ticket_department_id_due"),
        "inbox": (inbox.with_only_columns(Notice.id), "ix_notice_account_id"),
        "lost": (lost.order_by(None).with_only_columns(Call.id), "ix_call_unanswered"),
    }


def plan_of(database: Database, query: Select[Any]) -> list[dict[str, Any]]:
    with planned(database) as plans, database.reading() as session:
        session.execute(query)
    ((_, plan),) = plans
    return list(nodes(plan))


@pytest.mark.parametrize("name", searches())
def test_what_is_looked_for_is_found_by_its_index(filled: Filled, name: str) -> None:
    """Not by another one that is walked from end to end."""
    query, index = searches()[name]
    plan = plan_of(filled[0], query.limit(MOST))
    assert index in {node.get("Index Name") for node in plan}


@pytest.mark.parametrize("owed", [None, *Owed])
def test_who_was_told_is_narrowed_and_counted_in_an_index_alone(filled: Filled, owed: Owed | None) -> None:
    """Neither a call nor what was said is read of those who stand on another page."""
    with filled[0].reading() as session:
        version = session.scalars(corrections.wrong_and_told().limit(1)).one()
    plan = plan_of(filled[0], correction_list.listed(version, Wrong(owed=owed)))
    read = {(n["Node Type"], n.get("Index Name")) for n in plan if n.get("Relation Name") == "telling"}
    assert read == {("Index Only Scan", "ix_telling_entry_version_id")}


def test_what_a_month_and_its_year_count_lies_in_indexes_alone_and_is_looked_at_once(filled: Filled) -> None:
    with planned(filled[0]) as plans, filled[0].reading() as session:
        december = date(local_day(now()).year - 1, 12, 1)
        list(monthly.lines(session, december, account=SUPERVISOR))
    long = [node for _, plan in plans for node in nodes(plan) if node.get("Relation Name") in ("call", "telling", "handing")]
    alone = {node["Index Name"] for node in long if node["Node Type"] == "Index Only Scan"}
    assert alone >= {f"ix_{moment}" for moment in ("handing_answered_at", "handing_over_at", "telling_at")}
    assert not any(node["Node Type"] == "Seq Scan" for node in long)
    assert len(plans) == 11


def test_what_the_board_counts_of_a_month_lies_in_indexes(filled: Filled) -> None:
    """Of who asked for a person in an index alone; of what came of calls what lies near the month, and no table from end
    to end."""
    with planned(filled[0]) as plans, filled[0].reading() as session:
        until = local_day(now())
        board(session, day=until - timedelta(days=30), until=until, at=now())
    assert [fault for statement, plan in plans for fault in faults(statement, plan)] == []
    read = {(node["Node Type"], node.get("Index Name")) for _, plan in plans for node in nodes(plan)}
    assert ("Index Only Scan", "ix_call_asked") in read
    assert "ix_call_step_rated_at" in {index for _, index in read}


def test_of_transfers_that_count_only_the_attempts_upon_which_the_office_closed_are_looked_up(filled: Filled) -> None:
    counted = listed_transfers(WantedTransfers(counted=True)).with_only_columns(Transfer.id)
    read = [n for n in plan_of(filled[0], counted.limit(MOST)) if n.get("Relation Name") == "transfer_attempt"]
    assert {n.get("Index Name") for n in read} == {"ix_transfer_attempt_transfer_id"}


@pytest.mark.parametrize(("account", "index"), [(SUPERVISOR, "ix_handing_at"), (LIAISON, "ix_handing_department_id_at")],
                         ids=["all", "own"])  # fmt: skip
def test_what_the_rates_of_a_year_count_lies_in_an_index_alone(filled: Filled, account: Account, index: str) -> None:
    """But for what still stands, which is found by its own index."""
    year = Span(MOMENT - timedelta(days=365), MOMENT)
    with planned(filled[0]) as plans, filled[0].reading() as session:
        of_departments(session, year, account=account, at=MOMENT)
        course(session, year, account=account, at=MOMENT)
    read = [(n["Node Type"], n.get("Index Name")) for _, plan in plans for n in nodes(plan) if n.get("Relation Name") == "handing"]
    assert {name for kind, name in read if kind == "Index Only Scan"} == {index}
    assert {name for kind, name in read if kind != "Index Only Scan"} <= {"ix_handing_over_at", "ix_handing_ticket_id"}


def test_a_countys_office_reads_no_tickets_but_those_that_stand_and_its_own(filled: Filled) -> None:
    standing, *over = worklist.parts(COUNTY, Wanted(), at=NOON)
    queries = [standing, *over, *(part.with_only_columns(Ticket.id) for part in over)]
    read = [n for query in queries for n in plan_of(filled[0], query.limit(MOST)) if n.get("Relation Name") == "ticket"]
    assert all("Index Cond" in n or n["Node Type"] == "Bitmap Heap Scan" for n in read)
    assert {n["Index Name"] for n in read if "Index Only" in n["Node Type"]} == {"ix_ticket_department_id_due"}


@pytest.mark.parametrize("name", leafed())
def test_what_a_page_far_down_skips_is_never_read(filled: Filled, name: str) -> None:
    """Its keys are found in the index alone, in their order."""
    query, index = leafed()[name]
    plan = plan_of(filled[0], query.offset(MOST - 30).limit(30))
    assert [(n["Node Type"], n.get("Index Name")) for n in plan] == [("Limit", None), ("Index Only Scan", index)]
