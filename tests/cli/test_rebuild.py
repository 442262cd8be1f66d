"""`hotline knowledge rebuild` has every process make its index anew, and says when each has it."""

from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from cli import knowledge_rebuild
from cli.main import main
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import local_day, now
from knowledge_base.search import rebuilding
from knowledge_base.search.live import LiveIndex


@pytest.fixture
def here(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(knowledge_rebuild, "opened", lambda: (settings, database))
    monkeypatch.setattr(rebuilding, "HOLDERS", ("web",))
    monkeypatch.setattr(rebuilding, "SEEN_WITHIN", timedelta())
    return database


def rebuilt() -> Result:
    return CliRunner().invoke(main, ["knowledge", "rebuild"])


def test_each_process_is_named_when_it_is_done(here: Database) -> None:
    found = LiveIndex(here, "web")
    with here.reading() as session:
        found.at(session, on=local_day(now()))
    said = rebuilt()
    found.stop()
    assert (said.exit_code, said.output.startswith("web@"), ": 0 entries in 0." in said.output) == (0, True, True), said.output


def test_where_nobody_answers_it_fails_and_says_who(here: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "ANSWERED_WITHIN", timedelta())
    said = rebuilt()
    assert (said.exit_code, "web: no answer" in said.output, "Not every index was made anew" in said.output) == (1, True, True)


def test_a_second_process_that_dies_over_it_is_named_though_the_first_was_done(here: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    order = rebuilding.order

    def ordered(session: Session, *, by: str, at: datetime) -> int:
        number = order(session, by=by, at=at)
        rebuilding.over(session, number, "web@here:7", entries=3, at=at)
        rebuilding.begun(session, number, "web@there:8", at=at - rebuilding.LOST_AFTER)
        return number

    monkeypatch.setattr(rebuilding, "order", ordered)
    said = rebuilt()
    assert (said.exit_code, "web@here:7: 3 entries" in said.output) == (1, True), said.output
    assert "web@there:8: not made anew: the process died over it" in said.output
