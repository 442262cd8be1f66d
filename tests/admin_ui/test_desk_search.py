"""What an operator's search finds while he types, and what once he pauses."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.calls.desk import Offer
from hotline.times import local_day, now
from knowledge_base.asked import Asked, Found
from knowledge_base.entries import Entry
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.index import build
from knowledge_base.search.match import hardly, to_show
from knowledge_base.search.meaning import MODEL, digest, engine

World = Any
SignIn = Callable[[str], FlaskClient]


def on_the_desk(world: World) -> str:
    call_id: str = world.call(operator="operator")
    with world.database.writing() as session:
        session.add(Offer(call_id=call_id, account_id=world.account("operator").id, at=now(), answered_at=now()))
    return call_id


def understood(world: World) -> None:
    """Every question has its vector."""
    meaning = engine()
    assert meaning is not None
    with world.database.writing() as session:
        questions = session.scalars(select(Entry.question)).all()
        for question, vector in zip(questions, meaning.stored(questions), strict=True):
            session.merge(Embedding(digest=digest(question), model=MODEL, vector=vector))


def test_a_pause_brings_what_meaning_adds_and_a_miss_is_one_by_meaning_too(world: World, signed_in: SignIn) -> None:
    understood(world)
    call_id, operator, words, entry = on_the_desk(world), signed_in("operator"), "没有工作了怎么领钱", "失业金怎么申领"
    typed = operator.get("/desk/search", query_string={"q": words, "call_id": call_id}).text
    assert entry not in typed
    later = re.search(r'hx-get="(/desk/search[^"]*full=1[^"]*)"', typed)
    assert later is not None
    fuller = operator.get(later[1].replace("&amp;", "&")).text
    assert entry in fuller
    assert "data-later" not in fuller, "it's asked once"
    operator.post(f"/desk/asked?call_id={call_id}", data={"q": words})
    with world.database.reading() as session:
        assert session.scalars(select(Asked.found)).all() == [Found.UNSURE], "not nothing, as by letters alone"


def test_where_meaning_adds_nothing_the_list_stays_as_it_is(world: World, signed_in: SignIn) -> None:
    call_id, operator = on_the_desk(world), signed_in("operator")
    typed = operator.get("/desk/search", query_string={"q": "社保卡丢了", "call_id": call_id}).text
    later = re.search(r'hx-get="(/desk/search[^"]*full=1[^"]*)"', typed)
    assert later is not None
    assert operator.get(later[1].replace("&amp;", "&")).status_code == 204
    assert "data-later" not in operator.get("/desk/search", query_string={"q": "", "call_id": call_id}).text


def test_where_nothing_was_found_that_is_said_and_a_few_are_asked_about(world: World, signed_in: SignIn) -> None:
    call_id, operator, told = on_the_desk(world), signed_in("operator"), set()
    with world.database.reading() as session:
        index = build(session, on=local_day(now()))
    for words in ("社保卡丢了怎么补办", "没有工作了怎么领钱", "工作没了", "领补办", "带材料", "怎么办", "红烧肉放多少糖好吃"):
        page = operator.get("/desk/search", query_string={"q": words, "call_id": call_id}).text
        found = index.search(words, most=8)
        assert ("没有找到对得上的问题" in page, page.count('class="entry"')) == (hardly(found), len(to_show(found))), words
        told.add(hardly(found))
    assert told == {True, False}


def test_a_search_keeps_to_the_department_and_the_category_that_were_chosen(world: World, signed_in: SignIn) -> None:
    call_id, operator = on_the_desk(world), signed_in("operator")
    entry = "社保卡丢了怎么补办"
    with world.database.writing() as session:
        row = session.scalars(select(Entry).where(Entry.question == entry)).one()
        row.category, department = "社保/社保卡", row.department_id
    card = operator.get("/desk/card").text
    assert f'<option value="{department}">' in card[card.index('id="narrowed"') :]

    def shown(**more: object) -> bool:
        return entry in operator.get("/desk/search", query_string={"q": "社保卡丢了", "call_id": call_id, **more}).text

    assert shown()
    assert shown(department=department, category="社保")
    assert shown(full=1, category="社保/社保卡")
    assert not shown(department=department + 99)
    assert not shown(category="户籍")
    assert not shown(full=1, category="户籍")
    operator.post(f"/desk/asked?call_id={call_id}", data={"q": "社保卡丢了", "department": department, "category": "户籍"})
    with world.database.reading() as session:
        [row] = session.scalars(select(Asked))
    assert (row.found, row.department_id) == (Found.NOTHING, department)
