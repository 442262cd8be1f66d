"""被反映单位: by whatever name somebody wrote it down, the unit that a matter complains of gets it in no way."""

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets import counties, intake, joint, reach, referrals
from dispatch.tickets.complained_of import meant, meant_county
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.counties import NAMES
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff

TONGHAI = "530423"


@pytest.fixture
def police(office: Department) -> Department:
    office.aliases = ["市公安"]
    return office


@pytest.fixture
def staff(session: Session) -> Staff:
    return town.staff(session, town.unit(session, "202", "玉溪市审计局"))


def complaint(session: Session, settings: Settings, of: str) -> Ticket:
    return town.ticket(session, settings, klass=Klass.COMPLAINT, complained_of=of, code="")


@pytest.mark.parametrize("named", ["玉溪市公安局户籍科", "市公安局车管所", "玉溪市 公安局", "公安", "公安局、教育局", "通海县公安局"])
def test_who_is_meant_in_doubt_gets_no_complaint_and_no_share_of_it(session: Session, settings: Settings, police: Department, staff: Staff, named: str) -> None:
    row = complaint(session, settings, named)
    with pytest.raises(ReferralError, match="被反映单位"):
        referrals.dispatch(session, row, to=police, by=staff.supervisor, settings=settings, at=NOON)
    referrals.dispatch(session, row, to=staff.office, by=staff.supervisor, settings=settings, at=NOON)
    with pytest.raises(ReferralError, match="被反映单位"):
        joint.ask(session, row, of=police, words="请说明", by=staff.supervisor, settings=settings, at=NOON)


def test_no_doubt_is_left_where_the_name_is_another_departments_own(session: Session, police: Department) -> None:
    below = town.unit(session, "203", "通海县公安局", county=TONGHAI)
    assert [meant(session, unit, "通海县公安局") for unit in (police, below)] == [False, True]
    assert meant(session, police, "通海县公安局户籍科"), "that is nobody's own name"
    police.aliases = [*police.aliases, "玉溪市交通警察局"]
    town.unit(session, "204", "玉溪市交通警察局")
    assert meant(session, police, "玉溪市交通警察局"), "it has passed into this one"


def test_a_share_is_hidden_from_who_is_complained_of_by_whatever_name(session: Session, settings: Settings, police: Department, staff: Staff) -> None:
    theirs = town.somebody(session, Role.LIAISON, of=police, login="theirs")
    row = town.bring(session, complaint(session, settings, ""), State.IN_HAND, by=staff, settings=settings)
    share = joint.ask(session, row, of=police, words="请说明", by=staff.supervisor, settings=settings, at=NOON)
    assert reach.share(session, share.id, account=theirs) is share
    row.complained_of = "玉溪市公安局户籍科"
    assert reach.share(session, share.id, account=theirs) is None


@pytest.mark.parametrize(("named", "is_it"), [
    ("通海县人民政府办公室", True), ("通海县政府", True), ("玉溪市通海县人民政府", True), ("县政府", True), ("通海县信息公开局", True),
    ("通海县教育局", False), ("通海县四街镇人民政府", False), ("华宁县人民政府", False), ("", False)])  # fmt: skip
def test_no_matter_is_handed_down_to_the_office_that_it_complains_of(session: Session, settings: Settings, staff: Staff, named: str, is_it: bool) -> None:
    unit = town.unit(session, "205", "通海县信息公开局", county=TONGHAI)
    town.somebody(session, Role.COUNTY_OFFICE, of=unit, county=TONGHAI)
    row = complaint(session, settings, named)
    if not is_it:
        counties.hand_down(session, row, county=TONGHAI, by=staff.supervisor, settings=settings, at=NOON)
        assert row.county_code == TONGHAI
        return
    with pytest.raises(ReferralError, match="不能转派给它"):
        counties.hand_down(session, row, county=TONGHAI, by=staff.supervisor, settings=settings, at=NOON)
    assert row.county_code == ""


@pytest.mark.parametrize("county", NAMES)
def test_each_countys_own_government_is_known(session: Session, county: str) -> None:
    assert meant_county(session, county, f"{NAMES[county]}人民政府")
    assert meant_county(session, county, f"{NAMES[county][:2]}县政府办")


@pytest.mark.parametrize("written", ["", "某某公司"])
def test_nobody_outside_the_hotline_takes_away_whom_a_matter_complains_of(session: Session, settings: Settings, staff: Staff, written: str) -> None:
    county: Account = town.somebody(session, Role.COUNTY_OFFICE, county=TONGHAI)
    row = complaint(session, settings, "通海县教育局")
    counties.hand_down(session, row, county=TONGHAI, by=staff.supervisor, settings=settings, at=NOON)
    said = Matter(row.klass, row.title, row.summary, complained_of=written)
    for by in (county, staff.competent):
        assert by is not None
        with pytest.raises(ReferralError, match="被反映单位只能由热线修改"):
            intake.describe(session, row, said, by=by, settings=settings, at=NOON)
    intake.describe(session, row, said, by=staff.supervisor, settings=settings, at=NOON)
    assert row.complained_of == written
