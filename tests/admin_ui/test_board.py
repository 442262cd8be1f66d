"""The supervisors' board: each figure leads to the very rows that it counts, and anyone can count them again."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from dispatch.calls import calls, tellings
from dispatch.calls.calls import Call, Step
from dispatch.calls.desk import Offer
from dispatch.calls.handled import Handled, Of
from dispatch.figures.board import Board, board
from dispatch.figures.figures import Share
from dispatch.tickets import intake
from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import Klass
from dispatch.transfers.transfers import Otherwise, State, Transfer
from hotline.times import day_begins, day_ends, local_day, now

World = Any
SignIn = Callable[[str], FlaskClient]
LINK = re.compile(r'<a href="(/(?:calls|transfers|missed|places|tickets)\?[^"]*)">(\d+)</a>')
TOTAL = re.compile(r"共(\d+)条")
SECONDS = timedelta(seconds=1)


@pytest.fixture
def talked(world: World) -> list[str]:
    """Yesterday's calls that a person answered, each handled in a way of its own, and rated."""
    world.day_of_calls(60)
    operator = world.account("operator")
    with world.database.writing() as session:
        query = select(Call).where(Call.answered_at.is_not(None)).order_by(Call.began_at)
        rows = list(session.scalars(query))
        for n, call in enumerate(rows):
            assert call.answered_at is not None
            assert call.ended_at is not None
            said = call.ended_at + 30 * SECONDS if n % 2 else None
            session.add(Offer(call_id=call.id, account_id=operator.id, at=call.answered_at, answered_at=call.answered_at,
                              ended_at=call.ended_at, outcome="done", wrapped_up_at=said))  # fmt: skip
            if n % 3 == 0:
                _told(session, call)
            if n % 4 == 0:
                _transferred(session, call, operator.id, State.CONNECTED if n % 8 else State.NOBODY)
            if n % 5 == 0:
                _referred(session, world, call, source="call" if n else "correction")
            if n % 6 == 0:
                for grade in (1 + n % 5, 3 if n % 12 else 4):  # the last one counts
                    calls.note(session, call.id, Step.RATED, at=call.ended_at, of="operator", grade=grade)
            if n % 8 == 4:
                calls.note(session, call.id, Step.RATED, at=call.ended_at, of="department", grade=1 + n % 5)
        calls.note(session, rows[0].id, Step.RATED, at=now(), of="machine", satisfied=True)
        return [call.id for call in rows]


def _told(session: Any, call: Call) -> None:
    found = offered(session, 1, channel=Channel.OPERATOR, at=now())
    assert found is not None
    assert isinstance(found.decision, Answer)
    tellings.tell(session, call.id, found.decision, channel=Channel.OPERATOR, entry_id=1, entry_version_id=1, by="operator",
                  at=call.answered_at)  # fmt: skip


def _transferred(session: Any, call: Call, account_id: int, state: State) -> None:
    session.add(Transfer(call_id=call.id, department_id=1, account_id=account_id, klass="consult", words="",
                         otherwise=Otherwise.RECORD, began_at=call.answered_at, state=state))  # fmt: skip


def _referred(session: Any, world: World, call: Call, *, source: str) -> None:
    matter = Matter(Klass.CONSULT, "失业金一直没有到账", "来电人称三月申领的失业金至今未到账，请核实。")
    ticket = intake.refer(session, matter, call=call, recording=None, code="", by="operator", settings=world.settings,
                             at=call.ended_at)  # fmt: skip
    ticket.source = source


def yesterday() -> date:
    return local_day(now()) - timedelta(days=1)


def counted(world: World, day: date, until: date | None = None) -> Board:
    with world.database.reading() as session:
        return board(session, day=day, until=until, at=now())


def test_each_number_on_the_board_opens_a_list_of_as_many(world: World, talked: list[str], signed_in: SignIn) -> None:
    client, week = signed_in("supervisor"), yesterday() - timedelta(days=6)
    for asked in (f"day={yesterday()}", f"since={week}&until={yesterday()}", ""):
        page = client.get(f"/figures?{asked}").text
        links = {(unescape(href), int(number)) for href, number in LINK.findall(page)}
        assert len(links) > 30
        opened = {href: int(TOTAL.findall(client.get(href).text)[0]) for href, _ in links}
        assert [(href, number, opened[href]) for href, number in links if opened[href] != number] == []


def test_how_calls_were_handled_and_rated_is_counted_of_those_that_are_over(world: World, talked: list[str]) -> None:
    many, figures = len(talked), counted(world, yesterday())
    numbers = range(many)
    every = {kind: figures.talks.shares[kind].part for kind in (Handled.DIRECT, Handled.AUTHORISED, Handled.TRANSFERRED, Handled.REFERRED)}
    assert every == {
        Handled.DIRECT: sum(n % 4 > 0 and n % 5 > 0 for n in numbers), Handled.AUTHORISED: len(numbers[::3]),
        Handled.TRANSFERRED: len(numbers[::4]), Handled.REFERRED: len(numbers[5::5])}  # fmt: skip
    assert {share.whole for share in figures.talks.shares.values()} == {many}
    assert figures.grades == {Of.OPERATOR: Share(len(numbers[6::12]), len(numbers[::6])),
                              Of.DEPARTMENT: Share(sum(n % 5 < 3 for n in numbers[4::8]), len(numbers[4::8]))}  # fmt: skip
    assert (figures.wrap_up, figures.talks.wrapped_up) == (30.0, len(numbers[1::2]))
    with world.database.writing() as session:
        session.get_one(Call, talked[1]).ended_at = None
    assert counted(world, yesterday()).talks.shares[Handled.DIRECT].whole == many - 1


def test_the_lines_figures_are_those_of_the_rows(world: World, talked: list[str]) -> None:
    figures, day = counted(world, yesterday()), yesterday()
    with world.database.reading() as session:
        own = Call.began_at >= day_begins(day), Call.began_at < day_ends(day)
        rows = [r for r in session.scalars(select(Call).where(*own)) if r.queued_at]
    waits = {r.id: ((r.answered_at or r.ended_at) - r.queued_at).total_seconds() for r in rows}
    talks = [(r.ended_at - r.answered_at).total_seconds() for r in rows if r.answered_at]
    assert (figures.answered, figures.abandoned) == (Share(len(talks), len(rows)), Share(len(rows) - len(talks), len(rows)))
    assert (figures.before, figures.wait) == (8.0, pytest.approx(sum(waits.values()) / len(waits), abs=0.06))
    assert figures.talk == pytest.approx(sum(talks) / len(talks), abs=0.06)
    assert figures.longest is not None
    assert (waits[figures.longest[0]], figures.longest[1]) == (max(waits.values()), pytest.approx(max(waits.values())))
    assert sum(c.answered for c in figures.columns) == len(talks)
    days = counted(world, day - timedelta(days=9), day)
    assert (days.calls, days.line, len(days.columns)) == (figures.calls, figures.line, 10)
    assert (days.columns[-1].counts, days.outcomes) == (
        (len(talks), len(rows) - len(talks), figures.calls - len(rows)), figures.outcomes)  # fmt: skip
    (rung,) = days.rung
    assert (rung.taken, rung.talk, rung.wrap_up) == (len(talks), figures.talk, 30.0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_day_a_week_a_month_and_any_stretch_are_a_click_away(world: World, signed_in: SignIn) -> None:
    client, today = signed_in("supervisor"), local_day(now())
    page = client.get("/figures").text
    for since in (today, today - timedelta(days=today.weekday()), today.replace(day=1)):
        assert f'href="/figures?since={since}&amp;until={today}"' in page
    assert 'hx-trigger="every 10s"' in page
    assert 'hx-trigger="every 60s"' in client.get(f"/figures?day={yesterday()}").text, "the past stands still"
    long = client.get(f"/figures?since=2026-01-01&until={today}").text
    assert f'name="since" value="{today - timedelta(days=30)}"' in long
    assert f'name="until" value="{today}"' in client.get(f"/figures?since=2999-01-01&until={today}").text
    assert client.get("/figures?since=2999-01-01&until=2999-01-03").status_code == 200
    own = signed_in("liaison").get(f"/figures?since={today.replace(day=1)}&until={today}")
    assert (own.status_code, "转接成功率" in own.text) == (200, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_when_a_call_is_written_up_is_noted_once_and_only_by_who_answered_it(world: World, signed_in: SignIn) -> None:
    call_id, operator = world.call(operator="operator"), world.account("operator")
    with world.database.writing() as session:
        row = Offer(call_id=call_id, account_id=operator.id, at=now(), answered_at=now(), ended_at=now(), outcome="done")
        session.add(row)
        session.flush()
        offer = row.id

    def noted() -> Any:
        with world.database.reading() as session:
            return session.get_one(Offer, offer).wrapped_up_at

    assert signed_in("supervisor").post("/desk/put-away", data={"offer": offer}).status_code == 303
    assert noted() is None
    client = signed_in("operator")
    assert "处理完毕" in client.get("/desk/line").text
    client.post("/desk/put-away", data={"offer": offer})
    first = noted()
    client.post("/desk/put-away", data={"offer": offer})
    assert (first is not None, noted()) == (True, first)
    assert "处理完毕" not in client.get("/desk/line").text
