"""No column is narrower than what is put into it: SQLite takes more than a column says, PostgreSQL refuses it."""

import math
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import String, Text
from sqlalchemy.orm import InstrumentedAttribute

from admin_ui import app  # noqa: F401 - these two bring all tables
from dispatch import worker  # noqa: F401
from dispatch.calls.calls import Call
from dispatch.calls.tellings import Telling
from dispatch.tickets.tickets import Ticket
from hotline.database import Base
from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison
from hotline.parts import Part
from hotline.settings import Settings
from hotline.voice.orders import SpeechOrder
from knowledge_base import content, licence_text
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.forms.columns import Kind
from knowledge_base.forms.descriptions import FORMS
from knowledge_base.licences import Licence

KEPT_IN = {"1": Department, "2": Liaison, "5": EntryVersion, "6": Licence, "7": Department, "8": Authorisation}
COPIES: list[tuple[Any, Any]] = [
    (Telling.words, EntryVersion.answer), (Telling.words, EntryVersion.spoken), (Telling.words, EntryVersion.summary),
    (Entry.question, EntryVersion.question), (Entry.category, EntryVersion.category),
]  # fmt: skip
"""What is copied whole, and from where."""
LONGEST_NUMBER = len("-20261123-0001") + 2
"""Of a ticket, without its prefix: a day's number may pass 9999."""
NAMED_BY_SETTINGS = {"exchange_node": (Call.node, Part.node), "voice": (SpeechOrder.voice,), "number": (Call.dialled,)}


def width(column: "InstrumentedAttribute[Any]") -> float:
    kind = column.type
    assert isinstance(kind, String)
    return math.inf if isinstance(kind, Text) or kind.length is None else kind.length


@pytest.mark.parametrize("annex", sorted(FORMS))
def test_a_column_holds_what_its_form_takes(annex: str) -> None:
    seen = 0
    for column in FORMS[annex].given:
        kept = getattr(KEPT_IN[annex], column.key, None)
        if column.kind not in (Kind.TEXT, Kind.LONG, Kind.PHONE) or kept is None or not isinstance(kept.type, String):
            continue
        seen += 1
        assert 0 < column.longest <= width(kept), column.key
    assert seen > 2


@pytest.mark.parametrize(("kept_in", "longest"), [(EntryVersion, content.LONGEST), (Licence, licence_text.LONGEST)])
def test_a_column_holds_what_its_page_takes(kept_in: type[Base], longest: dict[str, int]) -> None:
    narrow = {name: most for name, most in longest.items() if most > width(getattr(kept_in, name))}
    assert narrow == {}


def test_a_column_holds_what_is_copied_into_it() -> None:
    assert [(str(to), str(source)) for to, source in COPIES if width(to) < width(source)] == []


def test_what_is_written_at_length_has_no_width() -> None:
    columns = [c for table in Base.metadata.tables.values() for c in table.columns if isinstance(c.type, String)]
    assert [str(c) for c in columns if (c.type.length or 0) > 1000] == []
    assert len(columns) > 200


@pytest.mark.parametrize("name", NAMED_BY_SETTINGS)
def test_a_name_that_no_column_holds_is_refused_when_a_process_starts(name: str) -> None:
    most = int(min(map(width, NAMED_BY_SETTINGS[name])))
    assert getattr(given(name, "x" * most), name) == "x" * most
    with pytest.raises(ValidationError, match=name):
        given(name, "x" * (most + 1))


def test_a_tickets_number_fits_with_the_longest_prefix() -> None:
    most = int(width(Ticket.number)) - LONGEST_NUMBER
    assert given("ticket_prefix", "9" * most).ticket_prefix
    with pytest.raises(ValidationError, match="ticket_prefix"):
        given("ticket_prefix", "9" * (most + 1))


def given(name: str, value: str) -> Settings:
    return Settings(secret_key=SecretStr("s" * 40), **{name: value})  # type: ignore[arg-type]
