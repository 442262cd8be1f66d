"""To whom a caller may be handed, which numbers are rung, and what a liaison is told beforehand."""

import pytest
from sqlalchemy.orm import Session

from dispatch.line.dialable import dialable
from dispatch.tickets.tickets import Klass
from dispatch.transfers.transfer_rules import TransferError, forbid, whispered
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.dispatch import town

MAY_DIAL = Settings.model_fields["operators_may_dial"].default


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("0877-2012345", "08772012345"), ("2012345", "08772012345"), ("+86 138 8888 8888", "13888888888"),
        ("0877-2012345转801", "08772012345"), ("0085221234567", ""), ("+85221234567", ""), ("110", ""), ("x", ""), ("", ""),
        ("9001234567", ""),
    ],
)  # fmt: skip
def test_only_full_domestic_numbers_are_rung(given: str, number: str) -> None:
    assert dialable(given, may_dial=MAY_DIAL) == number


def test_without_patterns_nobody_is_rung() -> None:
    assert dialable("13888888888", may_dial="") == ""


@pytest.fixture
def police() -> Department:
    return Department(id=7, code="101", name="玉溪市公安局", short_name="市公安局", aliases=["公安局"])


@pytest.mark.parametrize("klass", [Klass.COMPLAINT, Klass.REPORT])
def test_a_complaint_or_report_is_handed_to_nobody(session: Session, police: Department, klass: Klass) -> None:
    with pytest.raises(TransferError, match="投诉"):
        forbid(session, police, klass=klass, confidential=False, complained_of="", written=[])


def test_who_wants_secrecy_is_handed_to_nobody(session: Session, police: Department) -> None:
    with pytest.raises(TransferError, match="保密"):
        forbid(session, police, klass=Klass.CONSULT, confidential=True, complained_of="", written=[])


@pytest.mark.parametrize("named", ["玉溪市公安局", "公安局", "市公安局车管所", "玉溪市公安局红塔分局", " 公安 "])
def test_who_is_complained_of_is_never_spoken_to(session: Session, police: Department, named: str) -> None:
    with pytest.raises(TransferError, match="被反映单位"):
        forbid(session, police, klass=Klass.HELP, confidential=False, complained_of=named, written=[])


@pytest.mark.parametrize("named", ["", "市民政局"])
def test_any_other_may_be(session: Session, police: Department, named: str) -> None:
    forbid(session, police, klass=Klass.HELP, confidential=False, complained_of=named, written=[])


def test_what_was_written_down_in_the_same_call_counts_too(session: Session, settings: Settings) -> None:
    office = town.unit(session, "101", "玉溪市公安局")
    other = town.unit(session, "102", "玉溪市民政局")
    complaint = town.ticket(session, settings, klass=Klass.COMPLAINT, complained_of="公安局")
    with pytest.raises(TransferError, match="被反映单位"):
        forbid(session, office, klass=Klass.CONSULT, confidential=False, complained_of="", written=[complaint])
    forbid(session, other, klass=Klass.CONSULT, confidential=False, complained_of="", written=[complaint])
    complaint.department_id = other.id
    with pytest.raises(TransferError, match="被反映单位"):
        forbid(session, other, klass=Klass.CONSULT, confidential=False, complained_of="", written=[complaint])
    complaint.confidential = True
    with pytest.raises(TransferError, match="保密"):
        forbid(session, office, klass=Klass.CONSULT, confidential=False, complained_of="", written=[complaint])


def test_a_liaison_hears_the_matter_and_nothing_that_points_to_the_caller(police: Department) -> None:
    said = whispered(police, klass=Klass.CONSULT, summary="我叫王小明，电话13887712345，想问居住证怎么续签。")
    assert said.startswith("转接市公安局。咨询事项。")
    assert "居住证怎么续签" in said
    assert not any(secret in said for secret in ("王小明", "13887712345"))
    assert len(whispered(police, klass=Klass.HELP, summary="长" * 500)) < 110
