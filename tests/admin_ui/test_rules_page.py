"""期限规则: the office enters a set, sees what it comes to, and a second person of the office confirms it."""

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from admin_ui.words import TERMS
from dispatch.clocks.rules import Rules, as_set
from dispatch.tickets.tickets import TicketRules
from hotline.times import local_day, now

World = Any
SignIn = Callable[[str], FlaskClient]


def test_every_time_has_its_words() -> None:
    assert {field.name for field in fields(Rules)} <= set(TERMS)


def test_a_set_is_checked_counted_out_and_confirmed_by_another(world: World, signed_in: SignIn) -> None:
    number, office = world.ticket(), signed_in("city_office")
    day = local_day(now()) + timedelta(days=3)
    given = {k: str(v) for k, v in asdict(as_set(world.settings)).items()} | {"valid_from": str(day), "basis": "玉办〔2026〕9号"}
    wrong = office.post("/rules", data=given | {"consult_days": "99", "chase_days": "9", "basis": ""})
    assert wrong.status_code == 422
    assert all(text in wrong.text for text in ("答复咨询（工作日）：应为1至60", "依据：请填写依据", "不能长于“逾期后督办（工作日）”"))
    shown = office.post("/rules/check", data=given | {"consult_days": "2"}).text
    assert all(text in shown for text in ("起算日，不计入", "现为3", "昼夜连续计时"))
    assert office.post("/rules", data=given | {"consult_days": "2", "without": "withdraw"}).status_code == 303
    with world.database.reading() as session:
        row = session.scalars(select(TicketRules).where(TicketRules.valid_from == day)).one()
    page = office.get("/rules").text
    assert all(text in page for text in ("待确认", "玉办〔2026〕9号", "在办工单"))
    assert "录入人不能确认" in office.post(f"/rules/{row.id}/confirm", follow_redirects=True).text
    assert signed_in("supervisor").post(f"/rules/{row.id}/confirm").status_code == 403
    with world.database.writing() as session:
        session.get_one(TicketRules, row.id).by = "somebody_else"
    assert office.post(f"/rules/{row.id}/confirm").status_code == 303
    assert "撤单" in office.get("/rules/export.csv").text
    kept = world.of(number).rules_id
    assert number in office.get(f"/tickets?rules={kept}").text
    assert number not in office.get(f"/tickets?rules={row.id}").text
