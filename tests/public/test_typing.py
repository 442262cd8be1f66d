"""What is found while somebody types on the public pages, and what once he has stopped."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from hotline.times import local_day, now
from knowledge_base.asked import Asked, Way
from knowledge_base.entries import Entry
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.index import build
from knowledge_base.search.match import hardly, to_show
from knowledge_base.search.meaning import MODEL, digest, engine

City = Any


def test_what_is_typed_keeps_to_department_and_category_too(city: City, client: FlaskClient) -> None:
    county = city.department("红塔区人力资源和社会保障局")
    for there in ("/search/typed", "/search/settled"):
        page = client.post(there, data={"q": "人力资源许可怎么办", "department": county}).text
        assert "区里怎么办人力资源许可" in page, there
        assert "失业金怎么申领" not in page, there
        assert "区里怎么办" not in client.post(there, data={"q": "人力资源许可怎么办", "category": "户籍"}).text, there
    typed = client.post(
        "/search/typed", data={"q": "人力资源许可怎么办", "department": county, "category": "户籍"}
    ).text
    assert f'"department": {county}' in typed, "what settles keeps to them as well"
    assert '"category": "户籍"' in typed


def test_who_has_stopped_typing_is_shown_what_meaning_adds_and_only_then_is_a_miss_a_miss(
    city: City, client: FlaskClient
) -> None:
    words, entry = "没有工作了怎么领钱", "失业金怎么申领"
    meaning = engine()
    assert meaning is not None
    with city.database.writing() as session:
        questions = session.scalars(select(Entry.question)).all()
        for question, vector in zip(questions, meaning.stored(questions), strict=True):
            session.add(Embedding(digest=digest(question), model=MODEL, vector=vector))
    typed = client.post("/search/typed", data={"q": words}).text
    assert entry not in typed
    told = re.search(r'"told": "([^"]*)"', typed)
    assert told is not None
    settled = client.post("/search/settled", data={"q": words, "told": told[1]})
    assert entry in settled.text
    assert "data-later" not in settled.text, "it's asked once"
    with city.database.reading() as session:
        assert session.scalars(select(Asked.entry_id)).all() == [city.entry(entry)]


def test_where_settling_adds_nothing_nothing_is_shown_anew(city: City, client: FlaskClient) -> None:
    told = re.search(r'"told": "([^"]*)"', client.post("/search/typed", data={"q": "失业金怎么申领"}).text)
    assert told is not None
    assert client.post("/search/settled", data={"q": "失业金怎么申领", "told": told[1]}).status_code == 204
    assert client.post("/search/settled", data={"q": "失业金怎么申领"}).status_code == 200
    assert client.post("/search/settled", data={"q": " "}).status_code == 204


def test_where_nothing_was_found_that_is_said_above_the_few_that_are_asked_about(city: City, client: FlaskClient) -> None:
    told = set()
    with city.database.reading() as session:
        index = build(session, on=local_day(now()))
    for words in ("失业金怎么申领", "没有工作了怎么领钱", "工作没了", "领补办", "带材料", "怎么办", "红烧肉放多少糖好吃"):
        page = client.post("/search/typed", data={"q": words}).text
        found = index.search(words, most=10)
        assert ("<h2>没有查到对得上的问题</h2>" in page) == hardly(found), words
        assert page.count('href="/entries/') == len(to_show(found)), words
        told.add(hardly(found))
    assert told == {True, False}


def test_pinyin_is_noted_as_pinyin(city: City, client: FlaskClient) -> None:
    client.post("/search/settled", data={"q": "shiyejin zenme shenling"})
    client.post("/search/settled", data={"q": "失业金shenling"})
    with city.database.reading() as session:
        assert session.scalars(select(Asked.way).order_by(Asked.id)).all() == [Way.PINYIN, Way.WORDS]
