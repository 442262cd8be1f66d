"""What the office corrects is heard on the line, over a real FastAGI server: new sounds as they are made, own prompts whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.settings import Settings
from hotline.times import now
from hotline.voice import correcting, house_prompts, orders
from hotline.voice.readings import Reading
from tests.admin_ui.support import on_sqlite
from tests.agi.caller import Caller
from tests.agi.test_scripts import ANSWER, TO_THE_ANSWER, Hotline, a_house

READ = Reading("派出所", "pai4 chu1 suo3")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Hotline]:
    """A house that knows an answer, one word of which was corrected just now."""
    for database in on_sqlite(tmp_path):
        with database.writing() as session:
            orders.order(session, ANSWER, voice=Settings.model_fields["voice"].default, at=now())
            correcting.correct(session, READ, voice=Settings.model_fields["voice"].default, by="office", at=now())
        house = a_house(database, tmp_path)
        house.knows()
        house.began()
        yield house
        house.server.stop()


def asks(house: Hotline) -> Caller:
    return house.serve(Caller(TO_THE_ANSWER | {"satisfied_question": "1"}), "self_service")


def test_a_sentence_is_heard_as_before_until_it_is_made_anew_and_as_corrected_after_that(house: Hotline) -> None:
    new = orders.names_of(ANSWER, voice=house.settings.voice, readings=[READ])
    assert asks(house).sentences[-2:] == house.names(ANSWER)
    assert (new[0], new[1] == house.names(ANSWER)[1]) == (house.names(ANSWER)[0], False)
    (house.settings.sounds / f"{new[1]}.alaw").write_bytes(b"\xd5" * 8000)
    assert asks(house).sentences[-2:] == new


def test_the_exchange_waits_for_all_of_a_prompt_that_a_person_said_longer(house: Hotline) -> None:
    shipped = asks(house).guarded["hotline/answer_follows"]
    own = house_prompts.folder(house.settings.folder) / "hotline/answer_follows.alaw"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"\xd5" * 80_000)
    assert asks(house).guarded["hotline/answer_follows"] == pytest.approx(11.5) != shipped
