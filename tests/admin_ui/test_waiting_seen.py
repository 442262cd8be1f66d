"""How callers waited and whom it rang at, on a call's page and on the board, as the exchange's own book tells it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from dispatch.calls import calls, queue_log, settling
from dispatch.calls.calls import Call
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


@pytest.fixture
def call(world: World) -> str:
    """Who waited forty seconds, at whom one telephone rang in vain, and who gave up."""
    call_id, began = str(world.call()), now()
    moments = [int(began.timestamp()) + n for n in (0, 20, 40)]
    lines = [f"ENTERQUEUE|{call_id}|13887712345|3", "RINGNOANSWER|20000", "ABANDON|1|3|40"]
    book = world.settings.spool / "cel/queue_log"
    book.parent.mkdir(parents=True)
    book.write_text("".join(f"{at}|x-1.1|hotline|{'operator' if 'RING' in line else 'NONE'}|{line}\n" for at, line in zip(moments, lines, strict=True)))
    with world.database.writing() as session:
        calls.queue(session, session.get_one(Call, call_id), at=began)
        settling.end(session, call_id, at=began + timedelta(seconds=40))
        queue_log.note(session, queue_log.read(session, book, settings=world.settings), settings=world.settings)
    return call_id


def test_a_calls_page_says_at_which_rank_its_caller_waited_who_was_rung_in_vain_and_how_it_ended(call: str, world: World, signed_in: SignIn) -> None:
    page = signed_in("supervisor").get(f"/calls/{call}").text
    told = re.sub(r"<[^>]+>", "", page.partition('id="queue"')[2].partition("</section>")[0])
    lines = ["进入排队 · 第3位", f"振铃未接 {world.account('operator').name} · 20秒", "排队时挂断 · 第1位 · 40秒"]
    assert re.findall("|".join(lines), told) == lines
    assert "13887712345" not in page


def test_the_board_says_how_long_callers_waited_how_often_each_operator_was_rung_in_vain_and_for_which_calls(
    call: str, world: World, signed_in: SignIn
) -> None:
    board = signed_in("supervisor").get("/figures/board").text
    assert "40.0秒" in board
    longest = board.partition('<div class="name">最长等候</div>')[2].partition('<div class="of">')[0]
    assert f'<a href="/calls/{call}">40秒</a>' in longest
    name = world.account("operator").name
    assert re.findall(rf"{name}</a></td>((?:<td class=\"num\">\d+</td>)+)", board) == ['<td class="num">1</td><td class="num">0</td><td class="num">1</td>']
    row = next(row for row in board.split("<tr>") if f"{name}</a>" in row)
    led = re.search(r'href="([^"]+rung=[^"]+)"', row)
    assert led
    assert call in signed_in("supervisor").get(led[1].replace("&amp;", "&")).text
    assert call not in signed_in("supervisor").get("/calls?rung=999").text
    assert name not in signed_in("auditor").get("/figures/board").text, "who may not see calls sees nobody's rings"
