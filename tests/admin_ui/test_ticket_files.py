"""What a department puts to a ticket, and the texts that its replies are begun with."""

import hashlib
import io
import json
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.http import parse_options_header

from dispatch.tickets import case_files
from dispatch.tickets.case_files import LIST, README
from dispatch.tickets.reply_templates import MOST, ReplyTemplate
from dispatch.tickets.ticket_files import TicketFile
from dispatch.tickets.tickets import Klass
from hotline.audit import AuditRow
from hotline.cabinet import Cabinet
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
PDF = b"%PDF-1.7\n"


@pytest.fixture
def desk(world: World, signed_in: SignIn) -> "Desk":
    return Desk(world, signed_in)


class Desk:
    """People who put files to tickets."""

    def __init__(self, world: World, signed_in: SignIn) -> None:
        self.world, self.signed_in = world, signed_in

    def put(self, who: str, number: str, name: str = "材料.pdf", content: bytes = PDF) -> int:
        data = {"file": (io.BytesIO(content), name), "version": self.world.of(number).version}
        return self.signed_in(who).post(f"/tickets/{number}/files", data=data).status_code

    def page(self, who: str, number: str) -> str:
        return self.signed_in(who).get(f"/tickets/{number}").text

    def ids(self) -> list[int]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(TicketFile.id).order_by(TicketFile.id)))


def test_a_departments_file_is_there_for_all_who_reach_the_ticket_and_who_takes_it_is_noted(desk: Desk, world: World) -> None:
    number = world.ticket()
    assert desk.put("liaison", number) == 303
    (one,) = desk.ids()
    address = f"/tickets/{number}/files/{one}"
    taken = desk.signed_in("supervisor").get(address)
    assert (taken.data, taken.headers["Content-Disposition"].split(";")[0]) == (PDF, "attachment")
    assert (taken.content_length, taken.headers["Cache-Control"]) == (len(PDF), "no-store")
    assert parse_options_header(taken.headers["Content-Disposition"])[1]["filename"] == "材料.pdf"
    assert "材料.pdf" in desk.page("leader", number)
    assert desk.signed_in("liaison_b").get(address).status_code == 404
    assert desk.signed_in("supervisor").get(f"/tickets/{world.ticket()}/files/{one}").status_code == 404
    with world.database.reading() as session:
        (noted,) = session.scalars(select(AuditRow).where(AuditRow.deed == "ticket.file_taken")).all()
    assert (noted.by, noted.thing) == ("supervisor", number)
    case = desk.signed_in("supervisor").get(f"/cases/{number}.zip?purpose=law")
    with zipfile.ZipFile(io.BytesIO(case.data)) as packed:
        assert packed.read(f"files/{one}-材料.pdf") == PDF


def test_while_the_key_is_away_neither_file_nor_case_is_given_out_and_then_both_are_whole(desk: Desk, world: World) -> None:
    number, ring = world.ticket(), world.settings.recordings_keys
    desk.put("liaison", number)
    (one,) = desk.ids()
    boss, ways = desk.signed_in("supervisor"), (f"/tickets/{number}/files/{one}", f"/cases/{number}.zip?purpose=law")
    assert PDF not in (world.settings.attachments / hashlib.sha256(PDF).hexdigest()).read_bytes()
    ring.rename(ring.with_suffix(".away"))
    refused = [boss.get(way) for way in ways]
    assert ([one.status_code for one in refused], "密钥无法访问" in refused[0].text) == ([503, 303], True)
    assert "put back the copy" in boss.get(f"/tickets/{number}").text
    ring.with_suffix(".away").rename(ring)
    assert [boss.get(way).status_code for way in ways] == [200, 200]
    with world.database.reading() as session:
        deeds = session.scalars(select(AuditRow.deed).where(AuditRow.deed.in_(["ticket.file_taken", "case.taken_out"])))
        assert sorted(deeds) == ["case.taken_out", "ticket.file_taken"], "what wasn't given out isn't noted"


@pytest.mark.parametrize("deed", ["missing", "changed"])
def test_a_case_lacks_no_more_than_the_file_that_is_gone_and_names_it(desk: Desk, world: World, tmp_path: Path, deed: str) -> None:
    number = world.ticket()
    desk.put("liaison", number)
    desk.put("liaison", number, "图.png", b"\x89PNG\r\n\x1a\n")
    first, second = desk.ids()
    path = world.settings.attachments / hashlib.sha256(PDF).hexdigest()
    path.unlink() if deed == "missing" else path.write_bytes(PDF[:-1] + b"!")
    boss = desk.signed_in("supervisor")
    taken = tmp_path / "case.zip"
    taken.write_bytes(boss.get(f"/cases/{number}.zip?purpose=law").data)
    lacking = f"files/{first}-材料.pdf, {len(PDF)} bytes, SHA-256 {hashlib.sha256(PDF).hexdigest()}"
    with zipfile.ZipFile(taken) as packed:
        names = packed.namelist()
        assert (f"files/{first}-材料.pdf" in names, f"files/{second}-图.png" in names, "case.json" in names) == (False, True, True)
        assert all(lacking in packed.read(name).decode() for name in (LIST, README))
        assert [one["missing"] for one in json.loads(packed.read("case.json"))["files"]] == [True, False]
        assert "取出时已不在" in packed.read("case.html").decode()
        packed.extractall(tmp_path / "out")
    done = subprocess.run(["sha256sum", "-c", "--strict", LIST], cwd=tmp_path / "out", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with taken.open("rb") as file:
        assert case_files.check(file)[1:] == ([], [lacking])
    page = boss.get(f"/tickets/{number}").text
    assert ("导出的卷宗缺少附件" in page, page.count("文件缺失")) == (True, int(deed == "missing"))


@pytest.mark.parametrize(("name", "content", "why"), [
    ("表.exe", b"MZ", "只能上传这些类型的附件"),
    ("表.pdf", b"MZ", "附件内容与扩展名不符"),
    ("表.docx", b"PK", "附件内容与扩展名不符"),
    ("大.pdf", PDF + b"0" * 10_000_000, "附件不能超过10兆字节"),
    ("", b"", "请选择文件"),
])  # fmt: skip
def test_what_is_no_allowed_file_is_refused_in_words(desk: Desk, world: World, name: str, content: bytes, why: str) -> None:
    number = world.ticket()
    data = {"file": (io.BytesIO(content), name), "version": world.of(number).version}
    answer = desk.signed_in("liaison").post(f"/tickets/{number}/files", data=data)
    assert (answer.status_code, why in answer.text, desk.ids()) == (422, True, [])


@pytest.fixture
def others_write(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whoever seals a file finds that others may write to the database meanwhile: it has one writer at a time."""
    sealed, put = list[str](), Cabinet.put

    def while_others_write(self: Cabinet, content: bytes, *, on: date) -> str:
        with closing(sqlite3.connect(world.database.address.removeprefix("sqlite:///"), timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            sealed.append(put(self, content, on=on))
            other.execute("ROLLBACK")
        return sealed[-1]

    monkeypatch.setattr(Cabinet, "put", while_others_write)
    return sealed


def test_while_a_file_is_sealed_others_write_and_what_is_refused_is_not_even_sealed(desk: Desk, world: World, others_write: list[str]) -> None:
    number = world.ticket()
    assert (desk.put("liaison", number), others_write, len(desk.ids())) == (303, [hashlib.sha256(PDF).hexdigest()], 1)
    data = {"file": (io.BytesIO(PDF + b"2"), "b.pdf"), "version": world.of(number).version - 1}
    assert "已被他人更新" in desk.signed_in("liaison").post(f"/tickets/{number}/files", data=data).text
    assert (desk.put("liaison", number), desk.put("liaison_b", number)) == (422, 404), "the same name; and a stranger"
    assert (len(others_write), len(desk.ids())) == (1, 1)


def test_a_file_of_the_hotline_never_tells_a_department_who_complained(desk: Desk, world: World) -> None:
    number = world.ticket(Klass.COMPLAINT)
    assert (desk.put("supervisor", number, "身份证.png", b"\x89PNG\r\n\x1a\n"), desk.put("liaison", number)) == (303, 303)
    hidden, own = desk.ids()
    page = desk.page("liaison", number)
    assert ("材料.pdf" in page, page.count("身份证.png")) == (True, 0)
    assert desk.signed_in("liaison").get(f"/tickets/{number}/files/{hidden}").status_code == 404
    assert desk.signed_in("liaison").get(f"/tickets/{number}/files/{own}").status_code == 200
    assert "身份证.png" in desk.page("supervisor", number)


def test_only_who_put_it_there_takes_it_away_and_the_history_keeps_it(desk: Desk, world: World) -> None:
    number = world.ticket()
    desk.put("liaison", number)
    (one,) = desk.ids()

    def remove(who: str) -> int:
        data = {"version": world.of(number).version}
        return desk.signed_in(who).post(f"/tickets/{number}/files/{one}/remove", data=data).status_code

    assert (remove("liaison_b"), remove("supervisor"), remove("leader"), remove("liaison")) == (404, 422, 303, 422)
    assert desk.signed_in("liaison").get(f"/tickets/{number}/files/{one}").status_code == 404
    assert [word in desk.page("leader", number) for word in ("添加附件", "删除附件", "材料.pdf")] == [True] * 3


def test_a_reply_is_begun_with_a_text_of_the_own_department(world: World, signed_in: SignIn) -> None:
    number, liaison = world.ticket(), signed_in("liaison")
    liaison.get(f"/tickets/{number}")
    liaison.post(f"/tickets/{number}/accept", data={"version": world.of(number).version})
    assert liaison.post("/reply-templates", data={"name": "受理", "text": "您好，您反映的事项已受理。"}).status_code == 303
    assert liaison.post("/reply-templates", data={"name": "受理", "text": "您好，已收到您的问题。"}).status_code == 303
    assert liaison.post("/reply-templates", data={"name": " ", "text": "x"}).status_code == 422
    with world.database.reading() as session:
        (row,) = session.scalars(select(ReplyTemplate)).all()
    assert f"template={row.id}#steps" in liaison.get(f"/tickets/{number}").text
    assert "您好，已收到您的问题。" in liaison.get(f"/tickets/{number}?template={row.id}").text
    other = signed_in("liaison_b")
    assert "受理" not in other.get("/reply-templates").text
    assert other.post(f"/reply-templates/{row.id}/remove").status_code == 404
    assert signed_in("supervisor").get("/reply-templates").status_code == 403
    assert liaison.post(f"/reply-templates/{row.id}/remove").status_code == 303
    assert "已收到您的问题" not in liaison.get("/reply-templates").text


def test_a_department_has_room_for_so_many_texts(world: World, signed_in: SignIn) -> None:
    liaison = signed_in("liaison")
    with world.database.writing() as session:
        session.add_all(ReplyTemplate(department_id=1, name=f"{n}", text="x", by="x", at=now()) for n in range(MOST))
    assert liaison.post("/reply-templates", data={"name": "再一个", "text": "x"}).status_code == 422
