"""`make bench-forms`: a thousand rows of 附件5 from the upload to the preview and into the database; hostile files."""

import argparse
import io
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import openpyxl
from flask.testing import FlaskClient

from admin_ui.app import create_app
from benchmarks import report
from hotline.accounts import accounts
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.migrating import migrate
from hotline.settings import Settings
from hotline.times import now
from knowledge_base.categories import Category
from knowledge_base.forms import reading, writing
from knowledge_base.forms.descriptions import FAQ
from knowledge_base.forms.errors import FormError
from tests.knowledge_base.forms import books

ROWS = 1000
POLL = 0.15  # seconds between two looks at the bar, as the page has it
PASSWORD = "for the benchmark only"
UNIT = "玉溪市公安局"


def filled(answer: str) -> bytes:
    """A full form: each row as long as the demonstration's longest."""
    rows = [books.question(
        f"第{n}个办事问题要带什么材料、在哪里办？", answer=answer * 110, spoken="您带上身份证就能办。" * 9,
        summary="带身份证办理。" * 4, keywords="身份证\n办理\n材料\n窗口",
        phrasings="\n".join(f"第{n}件事{how}" for how in ("咋个办", "要哪样材料", "克哪点办", "给能网上办")),
    ) for n in range(ROWS)]  # fmt: skip
    return writing.filled(FAQ, rows, options={}, at=now())


@contextmanager
def pages(folder: Path) -> Iterator[tuple[FlaskClient, Database]]:
    """The pages on a new SQLite database, with the city's office signed in."""
    settings = Settings(folder=folder, secret_key="s" * 40)
    database = Database(settings.database_address)
    migrate(database)
    with database.writing() as session:
        session.add(Department(code="101", name=UNIT, short_name="公安局"))
        session.add_all([Category(path="户籍"), Category(path="户籍/居住证")])
        session.add(Account(login="office", name="周文", role=Role.CITY_OFFICE,
                            password_hash=accounts.hash_password(PASSWORD)))  # fmt: skip
    app = create_app(settings, database)
    app.config.update(WTF_CSRF_ENABLED=False)
    client = app.test_client()
    assert client.post("/sign-in", data={"login": "office", "password": PASSWORD}).status_code == 303
    yield client, database
    database.close()


class Neighbour(threading.Thread):
    """Writes all the time, as calls do, and remembers how long it waited."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self._database, self._over = Database(database.address), threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        while not self._over.is_set():
            began = time.perf_counter()
            with self._database.writing() as session:
                session.merge(Category(path="户籍", remark=str(began)))
            self.waits.append(time.perf_counter() - began)
            self._over.wait(0.005)

    def end(self) -> float:
        self._over.set()
        self.join()
        self._database.close()
        return max(self.waits)


def one_round() -> dict[str, float]:
    """Upload, preview, apply, change all, undo; in seconds, each until its page is shown."""
    first, second = filled("带身份证"), filled("带户口簿")
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, pages(Path(folder)) as (client, database):
        page, found["upload_to_preview_s"], found["looks"] = _upload(client, first, "入库1000行")
        neighbour = Neighbour(database)
        neighbour.start()
        found["apply_s"] = _step(client, page, "apply", "已入库")
        found["longest_wait_of_others_s"] = neighbour.end()
        _, found["same_again_s"], _ = _upload(client, first, "没有需要入库的行")
        page, found["changed_preview_s"], _ = _upload(client, second, "入库1000行")
        found["changed_apply_s"] = _step(client, page, "apply", "已入库")
        found["undo_s"] = _step(client, page, "undo", "已撤销")
    found["read_s"] = _timed(lambda: reading.read_form(first, "x.xlsx"))
    found["openpyxl_read_only_s"] = _timed(lambda: _openpyxl(first))
    return found


def _upload(client: FlaskClient, content: bytes, until: str) -> tuple[str, float, int]:
    began = time.perf_counter()
    answer = client.post("/forms", data={"file": (io.BytesIO(content), "常见问题.xlsx")})
    looks = _wait(client, answer.location)
    text = client.get(answer.location).text
    assert until in text, text
    return answer.location, time.perf_counter() - began, looks


def _step(client: FlaskClient, page: str, step: str, until: str) -> float:
    began = time.perf_counter()
    client.post(f"{page}/{step}")
    _wait(client, page)
    text = client.get(page).text
    assert until in text, text
    return time.perf_counter() - began


def _wait(client: FlaskClient, page: str) -> int:
    """Look as the page does; how often the bar stood somewhere else."""
    seen = set()
    while True:
        time.sleep(POLL)
        answer = client.get(f"{page}/progress", headers={"HX-Request": "true"})
        if answer.headers.get("HX-Refresh"):
            return len(seen)
        seen.add(answer.text)


def _openpyxl(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    assert sum(1 for _ in book[FAQ.sheet].iter_rows(values_only=True)) == ROWS + 1
    book.close()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def hostile() -> dict[str, bytes]:
    """Files that must not cost anything."""
    titles = "".join(f'<c r="{chr(65 + i)}1" t="inlineStr"><is><t>{c.title}</t></is></c>'
                     for i, c in enumerate(FAQ.columns))  # fmt: skip
    head = f'<row r="1">{titles}</row>'
    empty = "".join(f'<row r="{n}" spans="1:14"/>' for n in range(2, 1_000_002))
    return {
        "a thousand rows": filled("带身份证"),
        "10^6 empty rows": books.repacked(books.ONE, {books.SHEET: books.sheet_xml(head + empty)}),
        "zip bomb, 1 GB": books.repacked(books.ONE, {books.SHEET: b"<a>" + bytes(2**30)}),
        "5 MB of noise": b"PK\x03\x04" + bytes(range(256)) * 20_000,
    }


def weigh(name: str, file: str) -> dict[str, Any]:
    """Seconds and megabytes that reading one file takes, in a process of its own."""
    content = Path(file).read_bytes()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    before, began = _memory("VmRSS"), time.perf_counter()
    try:
        reading.read_form(content, "x.xlsx")
        said = "read"
    except FormError as error:
        said = str(error)
    seconds, after = time.perf_counter() - began, _memory("VmHWM")
    return {"file": name, "seconds": round(seconds, 3), "mb": round((after - before) / 1024, 1), "said": said}


def _memory(which: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which))


def weighed() -> list[dict[str, Any]]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, content in hostile().items():
            path = Path(folder) / "x.xlsx"
            path.write_bytes(content)
            with get_context("spawn").Pool(1) as alone:
                found.append(alone.apply(weigh, (name, str(path))))
    return found


def show(found: dict[str, Any]) -> None:
    """The tables in docs/benchmarks.md."""
    words = {
        "upload_to_preview_s": "upload → preview shown", "apply_s": "put in (new)",
        "same_again_s": "handed in again → preview", "changed_preview_s": "upload of 1,000 changes → preview",
        "changed_apply_s": "put in (changed)", "undo_s": "undo",
        "longest_wait_of_others_s": "longest wait of another writer meanwhile", "read_s": "reading alone",
        "openpyxl_read_only_s": "reading alone, openpyxl (read_only)",
    }  # fmt: skip
    rows: list[list[object]] = [[text, found["median"][key], found["worst"][key]] for key, text in words.items()]
    files: list[list[object]] = [[f["file"], f["seconds"], f["mb"], f["said"]] for f in found["files"]]
    report.put("forms", "\n\n".join((
        report.table([f"{ROWS} rows of 附件5", "median (s)", "worst (s)"], rows),
        report.table(["file", "seconds", "memory (MB)", "what is said"], files), report.measured_on("forms"),
    )))  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    before = report.load()
    rounds = []
    for _ in range(chosen.rounds):
        rounds.append(one_round())
        print(json.dumps({k: round(v, 3) for k, v in rounds[-1].items()}), file=sys.stderr, flush=True)
    found = {name: {key: round(pick([r[key] for r in rounds]), 3) for key in rounds[0]}
             for name, pick in (("median", statistics.median), ("worst", max))} | {"files": weighed()}  # fmt: skip
    print(json.dumps(found["files"], ensure_ascii=False), file=sys.stderr)
    if not chosen.trial:
        report.write("forms", found, "sqlalchemy", "xlsxwriter", "openpyxl", load_before=before)
        show(found)


if __name__ == "__main__":
    main()
