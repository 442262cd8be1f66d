"""A case leaves the house whole, sealed by hashes that the audit trail knows; what was changed afterwards is found."""

import hashlib
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select

from cli.main import main
from dispatch.tickets import case_files
from dispatch.tickets.case_files import LIST, README
from dispatch.tickets.tickets import Ticket
from hotline.audit import AuditRow
from hotline.times import now
from recordings import keeping, masking
from recordings.archive import archive
from recordings.masking import Stretch
from recordings.recordings import Recording

World = Any
SignIn = Callable[[str], FlaskClient]


def check(world: World, path: Path) -> Result:
    clean = {name: None for name in os.environ if name.startswith("HOTLINE_")}
    here = {"HOTLINE_FOLDER": str(world.settings.folder), "HOTLINE_DATABASE_URL": world.database.address}
    return CliRunner().invoke(main, ["recordings", "check-case", str(path)], env=clean | here)


@pytest.fixture
def case(world: World, signed_in: SignIn, tmp_path: Path) -> tuple[str, Path]:
    number = world.ticket()
    keeping.put_away(world.database, archive(world.settings), put_off={}, at=now())
    answer = signed_in("supervisor").get(f"/cases/{number}.zip?purpose=law")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    path = tmp_path / f"{number}.zip"
    path.write_bytes(answer.data)
    return number, path


def test_the_case_holds_all_and_is_checked_with_what_everybody_has(world: World, case: tuple[str, Path], tmp_path: Path) -> None:
    number, path = case
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "out")
    out = tmp_path / "out"
    done = subprocess.run(["sha256sum", "-c", "--strict", LIST], cwd=out, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()) == sorted(
        [LIST, README, "case.html", "case.json", "recordings/1-call.wav"])  # fmt: skip
    with world.database.reading() as session:
        row = session.scalars(select(Recording)).one()
        assert hashlib.sha256((out / "recordings/1-call.wav").read_bytes()).hexdigest() == row.sha256
        noted = session.scalars(select(AuditRow).where(AuditRow.deed == "case.taken_out")).one()
    assert noted.details == {"purpose": "law", "list_sha256": hashlib.sha256((out / LIST).read_bytes()).hexdigest()}
    known = json.loads((out / "case.json").read_text())
    assert (known["ticket"]["number"], len(known["steps"]), known["recordings"][0]["sha256"]) == (number, 2, row.sha256)
    assert {step["kind"] for step in known["timeline"]} >= {"began", "queued", "answered"}
    for name in ("case.json", "case.html"):
        text = (out / name).read_text()
        assert "失业金一直没有到账" in text
        assert "13887712345" not in text, "numbers are masked"
    assert "sha256sum -c" in (out / README).read_text()
    told = check(world, path)
    assert told.exit_code == 0, told.output
    assert told.output.startswith(f"Ticket {number}, taken out by supervisor on ")


@pytest.mark.parametrize("deed", ["change", "add", "take away", "change with its hash", "no zip"])
def test_whatever_is_done_to_it_afterwards_is_found(world: World, case: tuple[str, Path], tmp_path: Path, deed: str) -> None:
    _, path = case
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(path) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    sound = "recordings/1-call.wav"
    before = content[sound]
    match deed:
        case "change" | "change with its hash":
            content[sound] = before[:-2] + b"\1\1"
        case "add":
            content["more.txt"] = b"x"
        case "take away":
            del content[sound]
    if deed == "change with its hash":
        hashes = [hashlib.sha256(one).hexdigest().encode() for one in (before, content[sound])]
        content[LIST] = content[LIST].replace(*hashes)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, one in content.items():
            packed.writestr(name, one)
    forged.write_bytes(made.getvalue() if deed != "no zip" else b"PK")
    told = check(world, forged)
    assert told.exit_code == 1
    words = {"change": f"{sound} was changed", "add": "more.txt was added", "take away": f"{sound} is missing",
             "change with its hash": "knows no case", "no zip": "no case of ours"}  # fmt: skip
    assert words[deed] in told.output


def test_who_may_not_take_it_out_does_not_and_a_secret_one_takes_a_second_person(world: World, signed_in: SignIn) -> None:
    open_one, secret = world.ticket(), world.ticket(confidential=True)
    for login in ("operator", "quality_inspector", "liaison", "administrator"):
        assert signed_in(login).get(f"/cases/{open_one}.zip?purpose=law").status_code == 403, login
    client = signed_in("supervisor")
    assert client.get(f"/cases/{open_one}.zip").status_code == 400
    assert client.get("/cases/none.zip?purpose=law").status_code == 404
    assert "须另一人同意" in client.get(f"/cases/{secret}.zip?purpose=law", follow_redirects=True).text
    assert "导出卷宗" in client.get(f"/tickets/{open_one}").text


@pytest.mark.parametrize(("meanwhile", "told"), [("masked", "请重新导出"), ("secret", "须另一人同意")])
def test_what_was_masked_or_made_secret_while_the_case_was_packed_does_not_leave(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, meanwhile: str, told: str
) -> None:
    number, pack = world.ticket(), case_files.pack

    def packed(*what: Any, **more: Any) -> str:
        digest = pack(*what, **more)
        with world.database.writing() as session:
            if meanwhile == "secret":
                session.scalars(select(Ticket)).one().confidential = True
            else:
                sound = session.scalars(select(Recording)).one()
                mask = masking.mark(session, sound, Stretch(2, 3), reason="身份证号", by="a", at=now())
                masking.decide(session, mask, grant=True, by="b", at=now())
        return digest

    monkeypatch.setattr(case_files, "pack", packed)
    answer = signed_in("supervisor").get(f"/cases/{number}.zip?purpose=law", follow_redirects=True)
    assert (answer.mimetype, told in answer.text) == ("text/html", True)
    with world.database.reading() as session:
        assert session.scalars(select(AuditRow).where(AuditRow.deed == "case.taken_out")).all() == []


def test_a_case_whose_sound_was_changed_does_not_leave_as_if_it_were_whole(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    with world.database.reading() as session:
        path = Path(session.scalars(select(Recording.path)).one())
    path.write_bytes(path.read_bytes()[:-2] + b"\1\1")
    told = signed_in("supervisor").get(f"/cases/{number}.zip?purpose=law", follow_redirects=True)
    assert "与入库时不符" in told.text
