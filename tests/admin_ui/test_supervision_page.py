"""The inspector's list and his letter; a department reads the letter about its own ticket, and no other."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.tickets.supervision import Supervision
from hotline.audit import AuditRow
from hotline.directory.departments import Department

World = Any
SignIn = Callable[[str], FlaskClient]


def test_the_inspector_follows_a_ticket_and_writes_a_letter_that_its_department_reads(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    inspector, liaison = signed_in("inspector"), signed_in("liaison")
    data = {"why": "群众反映强烈", "version": world.of(number).version}
    assert [signed_in(who).post(f"/tickets/{number}/supervise", data=data).status_code for who in ("liaison", "supervisor")] == [403, 403]
    assert inspector.post(f"/tickets/{number}/supervise", data=data).status_code == 303
    page = inspector.get("/supervision").text
    assert (number in page, "群众反映强烈" in page) == (True, True)
    assert "督办中" in liaison.get(f"/tickets/{number}").text
    assert liaison.get("/supervision/1/letter.pdf").status_code == 404, "none is written"
    bad = inspector.post("/supervision/1/letter", data={"demands": "请限期办结", "answer_by": "soon"})
    assert (bad.status_code, "请填写回复期限" in bad.text) == (422, True)
    assert inspector.post("/supervision/1/letter", data={"demands": "请限期办结", "answer_by": "2099-01-01"}).status_code == 303
    for way in ("/supervision", "/supervision/export.csv"):
        assert [number in inspector.get(f"{way}?letter={which}").text for which in ("written", "none")] == [True, False]
    assert liaison.get("/supervision/export.csv").status_code == 403
    for client in (inspector, liaison):
        answer = client.get("/supervision/1/letter.pdf")
        assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    assert signed_in("liaison_b").get("/supervision/1/letter.pdf").status_code == 404
    assert inspector.post("/supervision/1/end", data={"why": "已办结"}).status_code == 303
    assert number not in inspector.get("/supervision").text
    for client in (inspector, liaison):
        assert "/supervision/1/letter.pdf" in client.get(f"/tickets/{number}").text, "it is read when that is over, too"


def test_what_came_back_twice_is_imposed_by_the_competent_office_on_the_page(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, office, supervisor = signed_in("liaison"), signed_in("city_office"), signed_in("supervisor")

    def post(client: FlaskClient, way: str, **data: str) -> int:
        row = world.of(number)
        said = {"klass": row.klass, "title": row.title, "summary": row.summary, "department": "1", "version": row.version}
        return client.post(f"/tickets/{number}/{way}", data=said | data).status_code

    assert post(liaison, "return", why="不属于我局") == 303
    assert post(supervisor, "dispatch") == 303
    assert post(liaison, "return", why="仍不属于") == 303
    assert post(supervisor, "dispatch") == 422
    assert post(supervisor, "impose", why="x") == 403
    assert "已两次退单" in office.get(f"/tickets/{number}").text
    assert post(office, "impose") == 422
    assert post(office, "impose", why="三定方案明确") == 303
    page = liaison.get(f"/tickets/{number}").text
    assert ("指定承办" in page, "退单期限" in page) == (True, False)


def test_who_is_complained_of_is_kept_from_each_form_and_never_gets_it(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, office, supervisor = signed_in("liaison"), signed_in("city_office"), signed_in("supervisor")

    def post(client: FlaskClient, way: str, **data: str) -> str:
        row = world.of(number)
        said = {"klass": row.klass, "title": row.title, "summary": row.summary, "department": "1", "version": row.version}
        return client.post(f"/tickets/{number}/{way}", data=said | data).text

    post(liaison, "return", why="不属于我局")
    assert "被反映单位不能作为承办单位" in post(supervisor, "dispatch", complained_of="玉溪市人力资源和社会保障局")
    post(supervisor, "hand-down", complained_of="某某物业公司", county="530402")
    assert world.of(number).complained_of == "某某物业公司"
    post(signed_in("county_office"), "hand-up", why="属市级")
    post(supervisor, "dispatch", complained_of="某某物业公司")
    post(liaison, "return", why="仍不属于")
    assert "被反映单位只能由热线修改" in post(office, "impose", why="职责", complained_of="市人社局")


def test_the_letter_goes_to_who_has_the_ticket_now_and_each_reading_is_noted(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    inspector, liaison, supervisor = signed_in("inspector"), signed_in("liaison"), signed_in("supervisor")

    def post(client: FlaskClient, way: str, **data: str) -> int:
        row = world.of(number)
        said = {"klass": row.klass, "title": row.title, "summary": row.summary, "version": row.version}
        return client.post(f"/tickets/{number}/{way}", data=said | data).status_code

    assert post(inspector, "supervise", why="群众反映强烈") == 303
    assert post(liaison, "return", why="不属于我局") == 303
    letter = {"demands": "请限期办结", "answer_by": "2099-01-01"}
    refused = inspector.post("/supervision/1/letter", data=letter)
    assert (refused.status_code, "没有可以发函的承办单位" in refused.text) == (422, True)
    with world.database.reading() as session:
        other = session.scalars(select(Department.id).where(Department.code == "102")).one()
    assert post(supervisor, "dispatch", department=str(other)) == 303
    assert "玉溪市公安局</span>" in inspector.get(f"/supervision?department={other}").text
    assert inspector.post("/supervision/1/letter", data=letter).status_code == 303
    assert signed_in("liaison_b").get("/supervision/1/letter.pdf").status_code == 200
    assert liaison.get("/supervision/1/letter.pdf").status_code == 404
    with world.database.reading() as session:
        assert session.get_one(Supervision, 1).department_id == other
        read = session.scalars(select(AuditRow).where(AuditRow.deed == "letter.read")).all()
    assert [(row.by, row.thing) for row in read] == [("liaison_b", number)]
    assert post(signed_in("liaison_b"), "return", why="也不属于我局") == 303
    assert post(signed_in("city_office"), "impose", department="1", why="三定方案明确") == 303
    assert liaison.get("/supervision/1/letter.pdf").status_code == 404, "it is written to another"
    assert "letter.pdf" not in liaison.get(f"/tickets/{number}").text
