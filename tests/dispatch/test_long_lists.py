"""Long lists are read in the order of an index: no plan looks at all rows of a long table, nor sorts them."""

import json
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from admin_ui.paging import MOST
from dispatch.callbacks.missed_list import WantedMissed, listed_missed
from dispatch.callbacks.places_list import WantedPlaces, listed_places
from dispatch.calls.call_list import Direction, OnTheLine, WantedCalls, listed_calls
from dispatch.calls.calls import Call, Outcome
from dispatch.tickets import reach, worklist
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from dispatch.tickets.worklist import Wanted
from dispatch.transfers.transfer_list import WantedTransfers, listed_transfers
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.telling.notices import Notice
from hotline.telling.outbox import Delivery
from tests.conftest import NOON
from tests.support import blank, servers

LONG = {"call", "call_step", "leg", "ticket", "ticket_step", "recording", "notice", "delivery", "audit_row", "callback",
        "callback_attempt", "missed_caller", "queue_place", "transfer"}  # fmt: skip
SUPERVISOR = Account(id=1, login="supervisor", name="普建华", role=Role.SUPERVISOR, active=True)
OFFICE = Account(id=2, login="office", name="周文", role=Role.CITY_OFFICE, active=True)
LIAISON = Account(id=3, login="liaison", name="张立新", role=Role.LIAISON, active=True, department_id=7)


def queries() -> dict[str, Select[Any]]:
    """What the hot pages ask for; each of it in the order in which it is shown."""
    calls = {"all": WantedCalls(), "a day": WantedCalls(since=NOON, until=NOON), "out": WantedCalls(direction=Direction.OUT),
             "waiting": WantedCalls(line=OnTheLine.WAITING), "lost": WantedCalls(line=OnTheLine.LOST),
             "abandoned": WantedCalls(outcome=Outcome.ABANDONED)}  # fmt: skip
    tickets = {"all": Wanted(), "filed": Wanted(state=State.FILED), "complaints": Wanted(klass=Klass.COMPLAINT),
               "department": Wanted(department_id=3), "common words": Wanted(text="来电人", common=True)}  # fmt: skip
    found: dict[str, Select[Any]] = {f"calls: {n}": listed_calls(w, account=SUPERVISOR) for n, w in calls.items()}
    for account in (SUPERVISOR, LIAISON):
        found |= {f"tickets of {account.login}: {n}": worklist.parts(account, w, at=NOON)[1] for n, w in tickets.items()}
    return found | {
        "missed": listed_missed(WantedMissed(), account=SUPERVISOR, at=NOON)[1],
        "places": listed_places(WantedPlaces())[1],
        "transfers": listed_transfers(WantedTransfers()),
        "inbox": select(Notice).where(Notice.account_id == 1).order_by(Notice.id.desc()),
        "inbox, new": select(Notice).where(Notice.account_id == 1, Notice.topic == "new").order_by(Notice.id.desc()),
        "deliveries": select(Delivery).order_by(Delivery.id.desc()),
        "audit": select(AuditRow).order_by(AuditRow.id.desc()),
    }


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
        "who waits": (listed_missed(WantedMissed(), account=SUPERVISOR, at=NOON)[0], "ix_missed_caller_open"),
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
    return {
        "tickets": (over.with_only_columns(Ticket.id), "ix_ticket_department_id_due"),
        "inbox": (queries()["inbox"].with_only_columns(Notice.id), "ix_notice_account_id"),
        "lost": (lost.order_by(None).with_only_columns(Call.id), "ix_call_unanswered"),
    }


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Database]:
    """As the migrations leave it: what other tests left behind would change what each way costs."""
    with tempfile.TemporaryDirectory(prefix="hl-pg-") as folder, servers.postgresql(Path(folder), blank.cluster()) as address:
        database = Database(address)
        yield database
        database.close()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def plan_of(database: Database, query: Select[Any], *avoided: str) -> list[dict[str, Any]]:
    """How PostgreSQL would go about it if it went these ways, and looked at all rows, only where it has no other: so
    few rows say whether the way is there."""
    with database.reading() as session:
        for way in ("seqscan", *avoided):
            session.connection().exec_driver_sql(f"SET LOCAL enable_{way} = off")
        asked = query.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
        values = {k: str(v) if isinstance(v, StrEnum) else v for k, v in asked.params.items()}
        text = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {asked}", values).scalar_one()
    return list(nodes((json.loads(text) if isinstance(text, str) else text)[0]["Plan"]))


def all_looked_at(plan: list[dict[str, Any]]) -> set[str]:
    return {str(n["Relation Name"]) for n in plan if n["Node Type"] == "Seq Scan"} & LONG


@pytest.mark.parametrize("name", queries())
def test_a_long_list_lies_in_order_in_an_index(postgresql: Database, name: str) -> None:
    plan = plan_of(postgresql, queries()[name].limit(30), "sort")
    assert not all_looked_at(plan)
    assert "Sort" not in {node["Node Type"] for node in plan}, "its rows would all be put in order first"


@pytest.mark.parametrize("name", searches())
def test_what_is_looked_for_is_found_by_its_index(postgresql: Database, name: str) -> None:
    """Not by another one that is walked from end to end."""
    query, index = searches()[name]
    plan = plan_of(postgresql, query.limit(MOST), "indexscan", "indexonlyscan")
    assert not all_looked_at(plan)
    assert index in {node.get("Index Name") for node in plan}


@pytest.mark.parametrize("name", leafed())
def test_what_a_page_far_down_skips_is_never_read(postgresql: Database, name: str) -> None:
    """Its keys are found in the index alone, in their order."""
    query, index = leafed()[name]
    plan = plan_of(postgresql, query.offset(MOST - 30).limit(30), "sort", "indexscan", "bitmapscan")
    assert [(n["Node Type"], n.get("Index Name")) for n in plan] == [("Limit", None), ("Index Only Scan", index)]
