"""Beside the next step stands what it is taken for: why the matter came back, what is asked, and whose turn it is."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dispatch.callbacks import contacting
from dispatch.tickets import extensions, facts, reach, referrals
from dispatch.tickets.tickets import Ticket
from hotline.directory.liaisons import Liaison, Position
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]
Deed = Callable[[Session, Ticket], None]


def steps(page: str) -> str:
    """What stands with the next step, and not in the history."""
    return page.partition('id="steps"')[2].partition("</section>")[0]


def done(world: World, number: str, *deeds: Deed) -> None:
    with world.database.writing() as session:
        ticket = reach.ticket(session, number, account=world.account("supervisor"))
        assert ticket is not None
        for deed in deeds:
            deed(session, ticket)


def accepted(world: World) -> str:
    liaison = world.account("liaison")
    number: str = world.ticket()
    done(world, number, lambda s, t: referrals.opened(s, t, by=liaison, at=now()), lambda s, t: referrals.accept(s, t, by=liaison, at=now()))
    return number


def replied(world: World) -> Deed:
    return lambda s, t: referrals.reply(s, t, text="请到窗口办理。", personal=False, by=world.account("liaison"), at=now())


def test_who_writes_again_reads_why_and_whose_turn_it_is_shows(world: World, signed_in: SignIn) -> None:
    number, leader, boss = accepted(world), world.account("leader"), world.account("supervisor")
    liaison = signed_in("liaison")
    done(world, number, replied(world))
    assert "待签发" in liaison.get(f"/tickets/{number}").text
    assert "待签发</span>" in liaison.get("/tickets").text
    done(world, number, lambda s, t: referrals.sign(s, t, no_secrets=True, by=leader, at=now()),
         lambda s, t: referrals.send_back(s, t, why="没有说明到账时间", by=boss, settings=world.settings, at=now()))  # fmt: skip
    page = liaison.get(f"/tickets/{number}").text
    assert "没有说明到账时间" in steps(page)
    assert boss.name in steps(page)
    assert ("已退回，待重写" in page, "待签发</span>" in page) == (True, False)


def test_a_leader_who_does_not_sign_says_why_on_the_page_and_the_liaison_writes_again(world: World, signed_in: SignIn) -> None:
    number, leader, liaison = accepted(world), signed_in("leader"), signed_in("liaison")
    assert "不予签发" not in leader.get(f"/tickets/{number}").text
    done(world, number, replied(world))
    assert "不予签发，退回修改" in leader.get(f"/tickets/{number}").text
    assert "不予签发，退回修改" not in liaison.get(f"/tickets/{number}").text

    def decline(client: FlaskClient, why: str) -> int:
        return client.post(f"/tickets/{number}/decline", data={"why": why, "version": world.of(number).version}).status_code

    assert [decline(leader, " "), decline(liaison, "x"), decline(leader, "请写明窗口地址")] == [422, 403, 303]
    page = liaison.get(f"/tickets/{number}").text
    assert "请写明窗口地址" in steps(page)
    assert ("已退回，待重写" in page, "待签发</span>" in page) == (True, False)


def test_who_dispatches_again_reads_why_it_came_back(world: World, signed_in: SignIn) -> None:
    number = accepted(world)
    done(world, number, lambda s, t: referrals.give_back(s, t, why="应由医保局办理", by=world.account("liaison"), settings=world.settings, at=now()))
    assert "应由医保局办理" in steps(signed_in("supervisor").get(f"/tickets/{number}").text)


def test_who_asks_the_caller_reads_what_is_wanted(world: World, signed_in: SignIn) -> None:
    number = accepted(world)
    done(world, number, lambda s, t: facts.ask(s, t, why="在哪个网点申领", by=world.account("liaison"), settings=world.settings, at=now()))
    assert "在哪个网点申领" in steps(signed_in("operator").get(f"/tickets/{number}").text)


def test_who_decides_on_more_days_reads_what_for(world: World, signed_in: SignIn) -> None:
    number = accepted(world)
    done(world, number, lambda s, t: extensions.ask(s, t, days=3, why="须向省厅核实", by=world.account("liaison"), settings=world.settings, at=now()))
    assert "须向省厅核实" in steps(signed_in("city_office").get(f"/tickets/{number}").text)


def test_a_liaison_finds_his_own_telephone_chosen(world: World, signed_in: SignIn) -> None:
    number, me = accepted(world), world.account("liaison")
    with world.database.writing() as session:
        for name, position in (("马丽", Position.A), (me.name, Position.B)):
            session.add(Liaison(department_id=me.department_id, name=name, position=position, phone="0877-2012345"))
    with world.database.reading() as session:
        ticket = reach.ticket(session, number, account=me)
        assert ticket is not None
        assert contacting.may(session, ticket, account=me)
    assert f"selected>{me.name} " in signed_in("liaison").get(f"/tickets/{number}").text


def test_the_title_of_a_matter_leads_to_it(world: World, signed_in: SignIn) -> None:
    number = world.ticket(title="路灯不亮")
    assert f'href="/tickets/{number}" tabindex="-1">路灯不亮</a>' in signed_in("liaison").get("/tickets").text
